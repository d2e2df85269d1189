"""Criteria read aloud: the one English sentence used in the studio, the checklist, the evidence and the playbook."""

import re
from dataclasses import dataclass

from milestones.criteria.language import Cond, Criteria, EventSignal, Group, MilestoneSignal, Signal, TraitSignal

COMPARISONS = {
    "eq": "is",
    "ne": "is not",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "contains": "contains",
    "starts_with": "starts with",
    "exists": "is known",
    "missing": "is not known",
}


@dataclass(frozen=True)
class Address:
    """To whom a sentence is said: about somebody, or to the person themselves."""

    has: str = "the person has"
    their: str = "their"
    confirms: str = "the person confirms it"
    the_company: str = "the company"


ABOUT = Address()
TO_YOU = Address("you have", "your", "you confirm it", "your company")


def in_words(criteria: Criteria, titles: dict[str, str] | None = None, address: Address = ABOUT) -> str:
    """One sentence with a capital and a full stop; `titles` maps milestone keys to their titles."""
    said = _say(criteria.root, criteria.signals, titles or {}, address)
    at = 1 if said.startswith("(") else 0
    return f"{said[:at]}{said[at].upper()}{said[at + 1 :]}."


def signal_in_words(signal: Signal, titles: dict[str, str] | None = None, address: Address = ABOUT) -> str:
    """One signal as a clause, without capital or full stop."""
    if isinstance(signal, EventSignal):
        return _event(signal, address)
    if isinstance(signal, TraitSignal):
        whose = f"{address.the_company}’s " if signal.of == "account" else f"{address.their} "
        return f"{whose}{cond_in_words(signal.cond)}{_source(signal.trusted_only)}"
    if isinstance(signal, MilestoneSignal):
        return f"“{(titles or {}).get(signal.key, signal.key)}” is reached"
    return {
        "manager": "the customer success manager confirms it",
        "person": address.confirms,
        "api": "the product confirms it",
    }[signal.by]


def _say(node: Group | int, signals, titles, address: Address, inside: bool = False) -> str:
    if isinstance(node, int):
        return signal_in_words(signals[node], titles, address)
    parts = [_say(part, signals, titles, address, inside=True) for part in node.parts]
    if len(parts) == 1:
        return parts[0]
    word = "and" if node.kind == "all" else "or"
    said = f", {word} ".join(parts) if len(parts) == 2 else "; ".join(parts[:-1]) + f"; {word} {parts[-1]}"
    return f"({said})" if inside else said


def _event(signal: EventSignal, address: Address) -> str:
    return f"{_who(signal, address)} {_did(signal)}{_when(signal)}{_where(signal.where)}{_source(signal.trusted_only)}"


def _who(signal: EventSignal, address: Address) -> str:
    company = address.the_company
    if signal.by == "person":
        return address.has
    if signal.by == "account":
        return f"{company}’s people together have"
    if signal.by == "people":
        return (
            f"one person at {company} has" if signal.people == 1 else f"{signal.people} people at {company} have each"
        )
    least = f" (at least {signal.people})" if signal.people > 1 else ""
    return f"{_share(signal.share)} of {company}’s people with the role {_role(signal.role)}{least} have each"


def _did(signal: EventSignal) -> str:
    name = f"“{signal.event}”"
    if signal.shape == "sum":
        return f"{name} with {_path(signal.path)} adding up to at least {_number(signal.threshold)}"
    if signal.shape == "distinct":
        if signal.threshold == 1:
            return f"{name} with a value of {_path(signal.path)}"
        return f"{name} with at least {_number(signal.threshold)} different values of {_path(signal.path)}"
    if signal.threshold == 1:
        return name
    return f"{name} {_number(signal.threshold)} times"


def _where(conds: tuple[Cond, ...]) -> str:
    return f" where {_list([cond_in_words(cond) for cond in conds], 'and')}" if conds else ""


def _when(signal: EventSignal) -> str:
    if signal.days is None or (signal.shape == "count" and signal.threshold == 1 and not signal.of_enrollment):
        return ""  # a single event is always within its own window
    days = f"{_number(signal.days)} {'day' if signal.days == 1 else 'days'}"
    return f" within {days} of starting" if signal.of_enrollment else f" within {days}"


def _source(trusted_only: bool) -> str:
    return "" if trusted_only else ", from any source"


def cond_in_words(cond: Cond) -> str:
    """One condition as a clause."""
    name = _path(cond.path)
    if cond.op in ("exists", "missing"):
        return f"{name} {COMPARISONS[cond.op]}"
    if not isinstance(cond.value, tuple):
        return f"{name} {COMPARISONS[cond.op]} {_value(cond.value)}"
    values = [_value(value) for value in cond.value]
    if cond.op == "in":
        return f"{name} is {_list(values, 'or')}"
    return f"{name} is not {values[0]}" if len(values) == 1 else f"{name} is neither {_list(values, 'nor')}"


def _list(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _path(path: tuple[str, ...]) -> str:
    return " › ".join(re.sub(r"[_\s]+", " ", key).strip() or key for key in path)


def _role(role: str) -> str:
    return role.replace("_", " ")


def _value(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"“{value}”" if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    whole, _, fraction = f"{value:,.6f}".partition(".")
    return f"{whole}.{fraction.rstrip('0')}".rstrip(".")


def _share(share: float) -> str:
    return {0.5: "half", 1: "all"}.get(share, f"{share * 100:g} %")
