"""Narrowing a question to people of a kind that no roll-up is kept for: a trait, a manager, a version. It stands in the address."""

from dataclasses import dataclass
from urllib.parse import quote, unquote

ACCOUNT, PERSON, MANAGER, VERSION = "account", "person", "manager", "version"
MOST, TRAIT, VALUE = 4, 60, 100  # conditions, and characters of each


@dataclass(frozen=True)
class Condition:
    """That the trait `name` of the account or person is `value`, or who the account's manager or which the version is; "" is none."""

    of: str
    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.of}.{quote(self.name, safe=' ')}:{self.value}" if self.name else f"{self.of}:{self.value}"


def read_condition(text: str) -> Condition | None:
    """The condition that `str` wrote; None where it is none."""
    head, colon, value = text.replace("\x00", "").partition(":")
    of, _, name = head.partition(".")
    name = unquote(name).replace("\x00", "")
    has_name = of in (ACCOUNT, PERSON)
    if not colon or len(name) > TRAIT or bool(name) != has_name or of not in (ACCOUNT, PERSON, MANAGER, VERSION):
        return None
    if not has_name and value and not (value.isdecimal() and value.isascii() and len(value) < 18):
        return None
    return Condition(of, name, value[:VALUE])


def read_conditions(texts) -> tuple[Condition, ...]:
    """Those of an address, each once, at most so many."""
    found = [read_condition(str(text)) for text in list(texts)[: 2 * MOST]]
    return tuple(dict.fromkeys(condition for condition in found if condition))[:MOST]
