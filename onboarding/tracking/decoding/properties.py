"""Properties and traits: open-ended JSON, held within bounds and written anew."""

import msgspec

from .refusals import Reason, Refused

MOST_KEYS = 255  # in all, nested ones included
DEEPEST = 20  # levels; a flat object has one
LONGEST_KEY = 200  # characters
LARGEST_INTEGER = 2**53  # the largest up to which every JSON reader reads exactly

write_in_order = msgspec.json.Encoder(order="deterministic").encode
_write = msgspec.json.Encoder().encode


def as_object(value, field: str) -> dict:
    """An object as a dict; an empty one for null, and for the empty list that PHP senders write for an empty object."""
    if type(value) is dict:
        return value
    if value is None or value == []:
        return {}
    raise Refused(Reason.WRONG_TYPE, f"'{field}' must be an object")


def write(properties: dict, what: str) -> bytes:
    """Compact JSON. Raises Refused unless everything stays within bounds and is something that PostgreSQL can keep.

    `what` says what is written. Lone surrogates and numbers that are not finite never get here: the JSON decoder
    refuses them. (A look at each value costs 1.1 µs an event, and searching the bytes for what is suspicious 2.0.)
    """
    if not properties:
        return b"{}"
    if _count_keys(properties, what, 1) > MOST_KEYS:
        raise Refused(Reason.TOO_MANY_KEYS, what)
    written = _write(properties)
    # The encoder has one way to write a NUL; most events don't hold it and need no look at each text.
    if rb"\u0000" in written and _holds_nul(properties):
        raise Refused(Reason.UNREADABLE_TEXT, what)
    return written


def _count_keys(value: dict | list, what: str, depth: int) -> int:
    """The keys of an object and all within it. Raises Refused at the first key, number or level that is too much."""
    if depth > DEEPEST:
        raise Refused(Reason.TOO_DEEP, what)
    keys, items = 0, value
    if type(value) is dict:
        keys, items = len(value), value.values()
        for key in value:
            if len(key) > LONGEST_KEY:
                raise Refused(Reason.KEY_TOO_LONG, what)
    for item in items:
        kind = type(item)
        if kind is str:
            continue
        if kind is int:
            if not -LARGEST_INTEGER <= item <= LARGEST_INTEGER:
                raise Refused(Reason.NUMBER_TOO_LARGE, what)
        elif kind is dict or kind is list:
            keys += _count_keys(item, what, depth + 1)
    return keys


def _holds_nul(value) -> bool:
    if type(value) is str:
        return "\0" in value
    if type(value) is dict:
        return any("\0" in key or _holds_nul(item) for key, item in value.items())
    return type(value) is list and any(map(_holds_nul, value))
