"""What a request becomes: facts that may be stored."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

import msgspec

from .refusals import Refusal


class Kind(IntEnum):
    """What a sender's event says. Stored as its number."""

    TRACK = 0
    PAGE = 1
    SCREEN = 2
    IDENTIFY = 3
    GROUP = 4
    ALIAS = 5
    CAIRN = 6  # what people and members do in Cairn; never from a keyed source


class Mark(IntFlag):
    """What the decoder noticed about a fact that it took all the same."""

    CLOCK_UNCORRECTED = 1  # the sender's clock is more than 24 h off, so its timestamp was taken as it is
    FUTURE = 2  # more than 5 minutes ahead of its receipt; moved to its receipt
    GENERATED_ID = 4  # came without a message id


class Fact(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One event as a source sent it, in the shape in which the inbox keeps it (MessagePack of a list of these).

    All text is free of NUL and lone surrogates, ids and names also of control characters, and `properties` holds
    finite numbers only, so PostgreSQL's text and jsonb take everything here. `properties` are bytes and not
    msgspec.Raw: MessagePack would write a Raw into its own stream unquoted and spoil it.
    """

    kind: int
    message_id: str
    occurred_at: int  # µs since the epoch, UTC
    name: str  # track: the event's name; else "page", "screen", "$identify", "$group", "$alias"
    user_id: str | None
    anonymous_id: str | None
    group_id: str | None  # the account that the event names
    previous_id: str | None  # alias only
    properties: bytes  # a compact JSON object in UTF-8: the properties, for identify and group the traits
    marks: int = 0


@dataclass(frozen=True)
class Decoded:
    """What came out of one request, each list in the order of the request."""

    facts: list[Fact]
    refusals: list[Refusal]
