"""Ids and names: short texts that people read, and keys of tables."""

import re

from .refusals import Reason, Refused

LONGEST = 200  # characters

_control_character = re.compile(r"[\x00-\x1f\x7f-\x9f]").search


def read_id(value, field: str) -> str | None:
    """An id as text; None for null and blank ones. Numbers become text, as in 42 and "42" being one person."""
    if value is None:
        return None
    if type(value) is not str:
        value = _number_as_text(value, field)
    if not value or value.isspace():
        return None
    return checked(value, field)


def checked(text: str, field: str) -> str:
    """The text, if it is short and free of control characters; otherwise raises Refused."""
    if len(text) > LONGEST:
        raise Refused(Reason.TOO_LONG, field)
    # isprintable is quick but also doubts odd spaces and joiners, which names in many languages need.
    if not text.isprintable() and _control_character(text):
        raise Refused(Reason.CONTROL_CHARACTER, field)
    return text


def read_name(value) -> str:
    """The name of a track event."""
    if value is None or value == "":
        raise Refused(Reason.MISSING_NAME)
    if type(value) is not str:
        raise Refused(Reason.WRONG_TYPE, "The event's name in 'event' must be text")
    if value.isspace():
        raise Refused(Reason.MISSING_NAME)
    if value.startswith("cairn:"):
        raise Refused(Reason.RESERVED_NAME)
    return checked(value, "The event's name")


def _number_as_text(value, field: str) -> str:
    if type(value) is float and value.is_integer():
        value = int(value)  # 42.0 is 42, as it is to every JavaScript sender
    if type(value) not in (int, float):
        raise Refused(Reason.WRONG_TYPE, f"{field} must be text or a number")
    return str(value)
