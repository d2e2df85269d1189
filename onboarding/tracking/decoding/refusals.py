"""Why an event, or a part of one, was not taken: the codes, and the sentence of each."""

from enum import StrEnum

import msgspec

KEPT_BYTES = 2_000


class Reason(StrEnum):
    """A stable code; `sentence` is what the events page shows, with the particulars in place of {detail}."""

    sentence: str

    def __new__(cls, code: str, sentence: str):
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member

    NOT_AN_OBJECT = "not_an_object", "An event is a JSON object; this is something else."
    MALFORMED = "malformed", "The event's text can't be read: {detail}."
    UNREADABLE_TEXT = "unreadable_text", "The {detail} hold a NUL or one half of a surrogate pair."
    TOO_LARGE = "too_large", "An event may have 32 kB; this one has {detail} bytes."
    TOO_DEEP = "too_deep", "The {detail} go more than 20 levels deep."
    TOO_MANY_KEYS = "too_many_keys", "The {detail} have more than 255 keys."
    KEY_TOO_LONG = "key_too_long", "The {detail} have a key of more than 200 characters."
    NUMBER_TOO_LARGE = "number_too_large", "The {detail} hold a number too large to be read exactly; send it as text."
    WRONG_TYPE = "wrong_type", "{detail}."
    UNKNOWN_TYPE = "unknown_type", "The type must be track, page, screen, identify, group or alias."
    MISSING_NAME = "missing_name", "A track event needs its name in 'event'."
    MISSING_ID = "missing_id", "An event needs a userId or an anonymousId."
    MISSING_GROUP_ID = "missing_group_id", "A group event needs a groupId."
    MISSING_PREVIOUS_ID = "missing_previous_id", "An alias needs a previousId and a userId."
    TOO_LONG = "too_long", "{detail} has more than 200 characters."
    CONTROL_CHARACTER = "control_character", "{detail} holds a control character."
    RESERVED_NAME = "reserved_name", "Names that begin with 'cairn:' are Cairn's own."
    BAD_TIMESTAMP = "bad_timestamp", "The timestamp is not an ISO 8601 moment since 1970, such as 2026-03-01T09:30:00Z."
    TOO_OLD = "too_old", "A browser's events are taken for 30 days; older ones can be sent with a server key."
    UNTRUSTED_TRAIT = "untrusted_trait", "The trait '{detail}' was left out: a browser key can't set it."
    UNTRUSTED_SEAT = "untrusted_seat", "The account was left out: a browser key can't give anyone a seat."
    UNTRUSTED_ALIAS = "untrusted_alias", "A browser key can't make two people one."


class Refusal(msgspec.Struct, frozen=True):
    """An event that was not taken, or the part of one that was left out."""

    code: str
    message: str  # one sentence for whoever reads the events page
    event: bytes  # the event's JSON, cut at 2,000 bytes; UTF-8 without NUL bytes, but no longer JSON when cut


class Refused(Exception):
    """This event can't be taken; the others of its request can."""

    def __init__(self, reason: Reason, detail: str = ""):
        super().__init__(reason)
        self.reason = reason
        self.detail = detail

    def refusal(self, raw: bytes) -> Refusal:
        return refusal(self.reason, raw, self.detail)


def refusal(reason: Reason, raw: bytes, detail: str = "") -> Refusal:
    """What to keep of a refused event, given its bytes."""
    # Details may quote the sender, whose texts may be long; what is shown stays one short line.
    return Refusal(reason.value, reason.sentence.replace("{detail}", detail[:200]), excerpt(raw))


def excerpt(raw: bytes) -> bytes:
    """The first 2,000 bytes, as UTF-8 that a text column takes."""
    return raw[:KEPT_BYTES].decode("utf-8", "ignore").replace("\0", "").encode()
