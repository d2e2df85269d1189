"""An event as SDKs write it."""

from typing import Any

import msgspec

from .facts import Kind
from .properties import as_object
from .refusals import Reason, Refused

LARGEST = 32 * 1024  # bytes, as sent; the SDKs measure the same

# Plain numbers: comparing members of an enum costs more than reading the event.
KINDS = {kind.name.lower(): int(kind) for kind in Kind if kind is not Kind.CAIRN}
TRACK, PAGE, SCREEN, IDENTIFY, GROUP, ALIAS = KINDS.values()


class Context(msgspec.Struct, gc=False, rename="camel"):
    """All that is kept of a context, which is most of what SDKs send."""

    traits: Any = None
    group_id: Any = None


class Sent(msgspec.Struct, gc=False, rename="camel"):
    """What a kind doesn't use may be anything, so types are judged where they matter."""

    type: Any = None
    event: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    group_id: Any = None
    previous_id: Any = None
    message_id: Any = None
    timestamp: Any = None
    original_timestamp: Any = None  # RudderStack's SDKs for JavaScript
    sent_at: Any = None
    name: Any = None
    category: Any = None
    properties: Any = None
    traits: Any = None
    context: Context | list[Any] | None = None


_read = msgspec.json.Decoder(Sent).decode


def read_sent(raw: bytes) -> Sent:
    """An event, taken apart. Raises Refused."""
    if len(raw) > LARGEST:
        raise Refused(Reason.TOO_LARGE, f"{len(raw):,}")
    try:
        sent = _read(raw)
    except RecursionError as error:
        raise Refused(Reason.TOO_DEEP, "values") from error
    except msgspec.ValidationError as error:
        raise _refused_shape(raw, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(Reason.MALFORMED, str(error)) from error
    if type(sent.context) is list:  # what PHP senders write for an empty object
        sent.context = None
    return sent


def _refused_shape(raw: bytes, why: str) -> Refused:
    if not raw.startswith(b"{"):
        return Refused(Reason.NOT_AN_OBJECT)
    if "out of range" in why:
        return Refused(Reason.NUMBER_TOO_LARGE, "values")
    return Refused(Reason.WRONG_TYPE, "'context' must be an object")


def content_of(sent: Sent, kind: int) -> dict:
    """The properties or traits of an event, whichever its kind has."""
    if kind == TRACK:
        return as_object(sent.properties, "properties")
    if kind == IDENTIFY:
        # Segment's SDKs send traits at the top, RudderStack's for Python in the context only, others both.
        known = as_object(sent.context.traits, "context.traits") if sent.context else {}
        return {**known, **as_object(sent.traits, "traits")}
    if kind == GROUP:
        # Traits in the context are the person's, not the account's.
        return as_object(sent.traits, "traits")
    if kind == ALIAS:
        return {}
    named = {"name": sent.name, "category": sent.category}
    return {
        **as_object(sent.properties, "properties"),
        **{key: said for key, said in named.items() if said is not None},
    }
