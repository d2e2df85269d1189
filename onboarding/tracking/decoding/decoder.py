"""A request's bytes in, facts and refusals out."""

from . import moments
from .envelopes import open_envelope
from .events import Arrival, read_event
from .facts import Decoded
from .refusals import Refused
from .wire import KINDS


def decode(body: bytes, *, path_kind: str, source_kind: str, received_at: int) -> Decoded:
    """Read the events of a request.

    `path_kind` is "batch", or the type of the one event that the body is; `source_kind` is "server" or "browser";
    `received_at` is in µs since the epoch. An event that can't be taken becomes a refusal and never spoils the others.
    Raises BodyError (400, 413) if the body is not the JSON of a request at all, and nothing else, whatever is sent.
    """
    envelope = open_envelope(body, path_kind)
    arrival = Arrival(
        kind=None if path_kind == "batch" else KINDS[path_kind],
        from_browser=source_kind == "browser",
        received_at=received_at,
        sent_at=moments.parse(envelope.sent_at),
    )
    facts, refusals = [], []
    for event in envelope.events:
        raw = bytes(event)
        try:
            fact, left_out = read_event(raw, arrival)
        except Refused as refused:
            refusals.append(refused.refusal(raw))
        else:
            facts.append(fact)
            refusals.extend(left_out)
    return Decoded(facts, refusals)
