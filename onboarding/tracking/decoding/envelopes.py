"""What is around the events: the key, the sender's clock, and where one event ends and the next begins."""

from dataclasses import dataclass
from typing import Any

import msgspec

from .bodies import BodyError
from .damage import repair

EVENTS_A_BATCH = 5_000
# Commas in 4 MiB of ordinary events; beyond it a body may be a million tiny items, which cost far more than their bytes.
ORDINARY_COMMAS = 200_000


@dataclass(frozen=True)
class Envelope:
    """A request taken apart: each event's JSON, and what the envelope says of when it was sent."""

    events: list[msgspec.Raw]
    sent_at: Any = None


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Any = None


class _Item(msgspec.Struct, gc=False):
    """An event of which nothing is read."""


class _Tally(msgspec.Struct):
    batch: list[_Item]


class _Key(msgspec.Struct, rename="camel"):
    write_key: Any = None


_read_batch = msgspec.json.Decoder(_Batch).decode
_read_single = msgspec.json.Decoder(msgspec.Raw).decode
_read_tally = msgspec.json.Decoder(_Tally).decode
_read_key = msgspec.json.Decoder(_Key).decode


def write_key_of(body: bytes) -> str | None:
    """The key in the body, where the browser SDK puts it; None if there is none, whatever the body is."""
    if b'"writeKey"' not in body:
        return None
    try:
        key = _read(_read_key, body).write_key
    except BodyError:
        return None
    return key if isinstance(key, str) and key else None


def open_envelope(body: bytes, path_kind: str) -> Envelope:
    """The events of a request, unread. Raises BodyError: 400 for what is no envelope, 413 for too many events."""
    if path_kind != "batch":
        event = _read(_read_single, body)
        if bytes(memoryview(event)[:1]) != b"{":
            raise _wrong_shape(path_kind)
        return Envelope([event])
    if body.count(b",") > ORDINARY_COMMAS and len(_read(_read_tally, body).batch) > EVENTS_A_BATCH:
        raise _too_many_events()
    batch = _read(_read_batch, body)
    if len(batch.batch) > EVENTS_A_BATCH:
        raise _too_many_events()
    return Envelope(batch.batch, batch.sent_at)


def _read(read, body: bytes):
    """Decode, and once more after a repair if one event made the whole unreadable."""
    try:
        return read(body)
    except msgspec.ValidationError as error:
        raise _wrong_shape("batch") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return read(repair(body))
    except msgspec.ValidationError as error:
        raise _wrong_shape("batch") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BodyError(400, "malformed_json", "The body is not a JSON document.") from error


def _wrong_shape(path_kind: str) -> BodyError:
    if path_kind == "batch":
        return BodyError(400, "wrong_shape", 'The body must be a JSON object whose "batch" is a list of events.')
    return BodyError(400, "wrong_shape", "The body must be a JSON object: the event.")


def _too_many_events() -> BodyError:
    return BodyError(413, "too_many_events", f"A batch may have {EVENTS_A_BATCH:,} events.")
