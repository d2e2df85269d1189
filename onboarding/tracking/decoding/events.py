"""One event, from its JSON to a fact."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from . import moments, properties, trust
from .facts import Fact, Mark
from .refusals import Reason, Refusal, Refused
from .texts import read_id, read_name
from .trust import Who
from .wire import ALIAS, GROUP, IDENTIFY, KINDS, PAGE, SCREEN, TRACK, Sent, content_of, read_sent

NAMES = {PAGE: "page", SCREEN: "screen", IDENTIFY: "$identify", GROUP: "$group", ALIAS: "$alias"}
GENERATED_ID = int(Mark.GENERATED_ID)


@dataclass(frozen=True)
class Arrival:
    """What is the same for every event of a request."""

    kind: int | None  # what the path says that its one event is; None for a batch, whose events say so themselves
    from_browser: bool
    received_at: int  # µs since the epoch
    sent_at: int | None  # the sender's clock when it sent the request


def read_event(raw: bytes, arrival: Arrival) -> tuple[Fact, list[Refusal]]:
    """The fact that an event states, and what was left out of it. Raises Refused if it states none."""
    sent = read_sent(raw)
    kind = _kind(sent, arrival)
    who = _who(sent, kind)
    name = read_name(sent.event) if kind == TRACK else NAMES[kind]
    content, left_out = content_of(sent, kind), []
    if arrival.from_browser:
        who, content, left_out = trust.leave_out(kind, who, content, raw)
    written = properties.write(content, "traits" if kind in (IDENTIFY, GROUP) else "properties")
    timestamp = sent.original_timestamp if sent.timestamp is None else sent.timestamp
    occurred_at, marks = moments.judge(
        timestamp,
        sent_at=_sent_at(sent, arrival) if arrival.from_browser else None,
        from_browser=arrival.from_browser,
        received_at=arrival.received_at,
    )
    message_id = read_id(sent.message_id, "The messageId")
    if message_id is None:
        message_id = _generated_id(timestamp, [kind, *who, name, content])
        marks |= GENERATED_ID
    return Fact(kind, message_id, occurred_at, name, *who, written, marks), left_out


def _kind(sent: Sent, arrival: Arrival) -> int:
    kind = arrival.kind
    if kind is None:
        kind = KINDS.get(sent.type) if type(sent.type) is str else None
        if kind is None:
            raise Refused(Reason.UNKNOWN_TYPE)
    if arrival.from_browser:
        trust.require_trusted(kind)
    return kind


def _who(sent: Sent, kind: int) -> Who:
    """Whom an event is about; each kind needs some of the ids."""
    user_id = read_id(sent.user_id, "The userId")
    anonymous_id = read_id(sent.anonymous_id, "The anonymousId")
    group_id = read_id(sent.group_id, "The groupId")
    if group_id is None and sent.context:
        group_id = read_id(sent.context.group_id, "The groupId in the context")
    previous_id = read_id(sent.previous_id, "The previousId") if kind == ALIAS else None
    if kind == ALIAS and (previous_id is None or user_id is None):
        raise Refused(Reason.MISSING_PREVIOUS_ID)
    if user_id is None and anonymous_id is None:
        raise Refused(Reason.MISSING_ID)
    if kind == GROUP and group_id is None:
        raise Refused(Reason.MISSING_GROUP_ID)
    return user_id, anonymous_id, group_id, previous_id


def _sent_at(sent: Sent, arrival: Arrival) -> int | None:
    """When the browser says it sent this: the request's word is newer than an event's, if it was sent again."""
    return arrival.sent_at if arrival.sent_at is not None else moments.parse(sent.sent_at)


def _generated_id(timestamp: str | None, said: list) -> str:
    """An id for an event that came without: the same for the same event sent again, if it says when it happened."""
    if not timestamp:
        return f"r:{secrets.token_hex(16)}"
    return f"h:{sha256(properties.write_in_order([*said, timestamp])).hexdigest()}"
