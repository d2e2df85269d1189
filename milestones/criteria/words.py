"""Criteria read aloud, in the language of the moment: the one sentence of the studio, the checklist, the evidence and the playbook."""

import re
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from milestones.criteria.language import Cond, Criteria, EventSignal, Group, MilestoneSignal, Signal, TraitSignal

COMPARISONS = {
    "eq": gettext_lazy("%(name)s is %(value)s"),
    "ne": gettext_lazy("%(name)s is not %(value)s"),
    "gt": gettext_lazy("%(name)s is more than %(value)s"),
    "gte": gettext_lazy("%(name)s is at least %(value)s"),
    "lt": gettext_lazy("%(name)s is less than %(value)s"),
    "lte": gettext_lazy("%(name)s is at most %(value)s"),
    "contains": gettext_lazy("%(name)s contains %(value)s"),
    "starts_with": gettext_lazy("%(name)s starts with %(value)s"),
    "exists": gettext_lazy("%(name)s is known"),
    "missing": gettext_lazy("%(name)s is not known"),
}


@dataclass(frozen=True)
class Address:
    """To whom a sentence is said: about somebody, or to the person themselves."""

    has: str = gettext_lazy("the person has")
    trait: str = gettext_lazy("their %(what)s")
    confirms: str = gettext_lazy("the person confirms it")
    the_company: str = gettext_lazy("the company")


ABOUT = Address()
TO_YOU = Address(
    gettext_lazy("you have"),
    gettext_lazy("your %(what)s"),
    gettext_lazy("you confirm it"),
    gettext_lazy("your company"),
)


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
        whose = address.trait
        if signal.of == "account":
            whose = _("%(company)s’s %(what)s").replace("%(company)s", str(address.the_company))
        return (whose % {"what": cond_in_words(signal.cond)}) + _source(signal.trusted_only)
    if isinstance(signal, MilestoneSignal):
        return _("“%(title)s” is reached") % {"title": (titles or {}).get(signal.key, signal.key)}
    return {
        "manager": _("the customer success manager confirms it"),
        "person": str(address.confirms),
        "api": _("the product confirms it"),
    }[signal.by]


def _say(node: Group | int, signals, titles, address: Address, inside: bool = False) -> str:
    if isinstance(node, int):
        return signal_in_words(signals[node], titles, address)
    parts = [_say(part, signals, titles, address, inside=True) for part in node.parts]
    if len(parts) == 1:
        return parts[0]
    word = _("and") if node.kind == "all" else _("or")
    mark = _comma() if len(parts) == 2 else "; "
    said = f"{mark.join(parts[:-1])}{mark}{word} {parts[-1]}"
    return f"({said})" if inside else said


def _comma() -> str:
    return _(", ")


def _event(signal: EventSignal, address: Address) -> str:
    said = {"who": _who(signal, address), "did": _did(signal), "when": _when(signal), "where": _where(signal.where)}
    return _("%(who)s %(did)s%(when)s%(where)s") % said + _source(signal.trusted_only)


def _who(signal: EventSignal, address: Address) -> str:
    company = str(address.the_company)
    if signal.by == "person":
        return str(address.has)
    if signal.by == "account":
        return _("%(company)s’s people together have") % {"company": company}
    if signal.by == "people":
        return ngettext("one person at %(company)s has", "%(count)s people at %(company)s have each", signal.people) % {
            "count": signal.people,
            "company": company,
        }
    said = {"share": _share(signal.share), "company": company, "role": _role(signal.role), "least": signal.people}
    if signal.people > 1:
        return _("%(share)s of %(company)s’s people with the role %(role)s (at least %(least)s) have each") % said
    return _("%(share)s of %(company)s’s people with the role %(role)s have each") % said


def _did(signal: EventSignal) -> str:
    count = int(signal.threshold) if float(signal.threshold).is_integer() else 2
    said = {"event": signal.event, "number": _number(signal.threshold), "what": _path(signal.path)}
    if signal.shape == "sum":
        return _("“%(event)s” with %(what)s adding up to at least %(number)s") % said
    if signal.shape == "distinct":
        return (
            ngettext(
                "“%(event)s” with a value of %(what)s",
                "“%(event)s” with at least %(number)s different values of %(what)s",
                count,
            )
            % said
        )
    return ngettext("“%(event)s”", "“%(event)s” %(number)s times", count) % said


def _where(conds: tuple[Cond, ...]) -> str:
    return (
        _(" where %(conditions)s") % {"conditions": _list([cond_in_words(cond) for cond in conds], _("and"))}
        if conds
        else ""
    )


def _when(signal: EventSignal) -> str:
    if signal.days is None or (signal.shape == "count" and signal.threshold == 1 and not signal.of_enrollment):
        return ""  # a single event is always within its own window
    count = int(signal.days) if float(signal.days).is_integer() else 2
    said = {"days": _number(signal.days)}
    if signal.of_enrollment:
        return ngettext(" within %(days)s day of starting", " within %(days)s days of starting", count) % said
    return ngettext(" within %(days)s day", " within %(days)s days", count) % said


def _source(trusted_only: bool) -> str:
    return "" if trusted_only else _(", from any source")


def cond_in_words(cond: Cond) -> str:
    """One condition as a clause."""
    name = _path(cond.path)
    if cond.op in ("exists", "missing"):
        return COMPARISONS[cond.op] % {"name": name}
    if not isinstance(cond.value, tuple):
        return COMPARISONS[cond.op] % {"name": name, "value": _value(cond.value)}
    values = [_value(value) for value in cond.value]
    if cond.op == "in":
        return COMPARISONS["eq"] % {"name": name, "value": _list(values, _("or"))}
    if len(values) == 1:
        return COMPARISONS["ne"] % {"name": name, "value": values[0]}
    return _("%(name)s is neither %(values)s") % {"name": name, "values": _list(values, _("nor"))}


def _list(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f"{_comma().join(parts[:-1])} {word} {parts[-1]}"


def _path(path: tuple[str, ...]) -> str:
    return " › ".join(re.sub(r"[_\s]+", " ", key).strip() or key for key in path)


def _role(role: str) -> str:
    return role.replace("_", " ")


def _value(value) -> str:
    if isinstance(value, bool):
        return _("true") if value else _("false")
    return _("“%(text)s”") % {"text": value} if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    places = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    return number_format(f"{value:.{places}f}", places, use_l10n=True, force_grouping=True)


def _share(share: float) -> str:
    return {0.5: _("half"), 1: _("all")}.get(share) or f"{share * 100:g} %"
