"""The language of success criteria (DESIGN.md section 5): JSON in, frozen values out, or an error that names the place."""

from dataclasses import dataclass, field
from typing import Any

from onboarding.tracking.role_keys import role_key

OPS = ("eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "contains", "starts_with", "exists", "missing")
MAX_DEPTH, MAX_SIGNALS, MAX_COUNT, MAX_DAYS, MAX_CONDS, MAX_PATH = 3, 20, 1000, 3650, 20, 10
SCALARS = (str, int, float, bool)


class CriteriaError(ValueError):
    """Criteria that do not fit the language. `place` is a path such as 'all[1].where[0].op'."""

    def __init__(self, place: str, message: str):
        super().__init__(f"{place or 'criteria'}: {message}")
        self.place, self.message = place, message


@dataclass(frozen=True)
class Cond:
    path: tuple[str, ...]
    op: str
    value: Any = None  # None for exists and missing
    types: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self):
        # Python takes 1 and true for equal; conditions that differ only in that must not.
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        object.__setattr__(self, "types", tuple(type(value).__name__ for value in values))


@dataclass(frozen=True)
class EventSignal:
    """Matching events reach a threshold: `shape` is count, distinct or sum; `by` is person, account, people or role."""

    event: str
    where: tuple[Cond, ...] = ()
    trusted_only: bool = True
    shape: str = "count"
    threshold: float = 1
    path: tuple[str, ...] = ()
    days: float | None = None
    of_enrollment: bool = False
    by: str = "person"
    people: int = 1  # by people: how many; by role: at least so many
    role: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class TraitSignal:
    cond: Cond
    of: str = "person"
    trusted_only: bool = True


@dataclass(frozen=True)
class MilestoneSignal:
    key: str


@dataclass(frozen=True)
class ConfirmedSignal:
    by: str  # manager, person or api


Signal = EventSignal | TraitSignal | MilestoneSignal | ConfirmedSignal


@dataclass(frozen=True)
class Group:
    """All or any of its parts; a part is a Group or a signal's index in Criteria.signals."""

    kind: str
    parts: tuple["Group | int", ...]


@dataclass(frozen=True)
class Criteria:
    root: Group | int
    signals: tuple[Signal, ...]


def parse(document: Any) -> Criteria:
    """Read criteria; raises CriteriaError at the first thing that does not fit."""
    signals: list[Signal] = []
    root = _node(document, "", 1, signals)
    return Criteria(root, tuple(signals))


def _node(document, place, depth, signals) -> Group | int:
    _object(document, place)
    for kind in ("all", "any"):
        if kind in document:
            _only(document, place, {kind})
            parts = document[kind]
            if not isinstance(parts, list) or not parts:
                raise CriteriaError(_at(place, kind), "needs a list of at least one criterion")
            if depth > MAX_DEPTH:
                raise CriteriaError(place, f"at most {MAX_DEPTH} levels deep")
            return Group(
                kind, tuple(_node(p, f"{_at(place, kind)}[{i}]", depth + 1, signals) for i, p in enumerate(parts))
            )
    if len(signals) == MAX_SIGNALS:
        raise CriteriaError(place, f"at most {MAX_SIGNALS} signals")
    signals.append(_signal(document, place))
    return len(signals) - 1


def _signal(document, place) -> Signal:
    kinds = {"event": _event, "trait": _trait, "milestone": _milestone, "confirmed_by": _confirmed}
    found = [kind for kind in kinds if kind in document]
    if len(found) != 1:
        raise CriteriaError(place, f"needs exactly one of {', '.join(kinds)}, all or any")
    return kinds[found[0]](document, place)


def _event(document, place) -> EventSignal:
    _only(document, place, {"event", "where", "from", "count", "distinct", "sum", "within", "by"})
    name = _text(document["event"], _at(place, "event"))
    where = document.get("where", [])
    if not isinstance(where, list) or len(where) > MAX_CONDS:
        raise CriteriaError(_at(place, "where"), f"needs a list of at most {MAX_CONDS} conditions")
    conds = tuple(_cond(c, f"{_at(place, 'where')}[{i}]") for i, c in enumerate(where))
    signal = {"event": name, "where": conds, "trusted_only": _from(document, place)}
    signal |= _shape(document, place) | _within(document, place) | _by(document, place)
    if signal.get("by") in ("people", "role") and signal.get("shape", "count") != "count":
        raise CriteriaError(_at(place, "by"), "a number or share of people goes only with count")
    return EventSignal(**signal)


def _shape(document, place) -> dict:
    shapes = [shape for shape in ("count", "distinct", "sum") if shape in document]
    if len(shapes) > 1:
        raise CriteriaError(place, f"needs one of count, distinct and sum, not {' and '.join(shapes)}")
    if not shapes:
        return {}
    shape, at = shapes[0], _at(place, shapes[0])
    value = document[shape]
    if shape == "count":
        return {"shape": shape, "threshold": _whole(value, at, 1, MAX_COUNT)}
    _object(value, at)
    _only(value, at, {"property", "at_least"})
    least = value.get("at_least")
    if shape == "distinct":
        least = _whole(least, _at(at, "at_least"), 1, MAX_COUNT)
    else:
        least = _number(least, _at(at, "at_least"))
        if least <= 0:
            raise CriteriaError(_at(at, "at_least"), "needs a number above 0")
    return {"shape": shape, "path": _path(value.get("property"), _at(at, "property")), "threshold": least}


def _within(document, place) -> dict:
    if "within" not in document:
        return {}
    within, at = document["within"], _at(place, "within")
    _object(within, at)
    _only(within, at, {"days", "of"})
    days = _number(within.get("days"), _at(at, "days"))
    if not 0 < days <= MAX_DAYS:
        raise CriteriaError(_at(at, "days"), f"needs a number above 0, at most {MAX_DAYS}")
    if within.get("of", "enrollment") != "enrollment":
        raise CriteriaError(_at(at, "of"), "can only be 'enrollment'")
    return {"days": days, "of_enrollment": "of" in within}


def _by(document, place) -> dict:
    by, at = document.get("by", "person"), _at(place, "by")
    if by in ("person", "account"):
        return {"by": by}
    _object(by, at)
    if "people" in by:
        _only(by, at, {"people"})
        return {"by": "people", "people": _whole(by["people"], _at(at, "people"), 1, 100_000)}
    _only(by, at, {"role", "share", "at_least"})
    share = _number(by.get("share"), _at(at, "share"))
    if not 0 < share <= 1:
        raise CriteriaError(_at(at, "share"), "needs a number above 0, at most 1")
    role = role_key(_text(by.get("role"), _at(at, "role")))
    if not role:
        raise CriteriaError(_at(at, "role"), "needs letters or digits")
    least = _whole(by.get("at_least", 1), _at(at, "at_least"), 1, 100_000)
    return {"by": "role", "role": role, "share": share, "people": least}


def _trait(document, place) -> TraitSignal:
    _only(document, place, {"trait", "of", "op", "value", "from"})
    name = _text(document["trait"], _at(place, "trait"))
    of = document.get("of", "person")
    if of not in ("person", "account"):
        raise CriteriaError(_at(place, "of"), "can be person or account")
    inner = {key: document[key] for key in ("op", "value") if key in document}
    return TraitSignal(_cond({"property": [name], **inner}, place), of, _from(document, place))


def _milestone(document, place) -> MilestoneSignal:
    _only(document, place, {"milestone"})
    return MilestoneSignal(_text(document["milestone"], _at(place, "milestone")))


def _confirmed(document, place) -> ConfirmedSignal:
    _only(document, place, {"confirmed_by"})
    if document["confirmed_by"] not in ("manager", "person", "api"):
        raise CriteriaError(_at(place, "confirmed_by"), "can be manager, person or api")
    return ConfirmedSignal(document["confirmed_by"])


def _cond(document, place) -> Cond:
    _object(document, place)
    _only(document, place, {"property", "op", "value"})
    path = _path(document.get("property"), _at(place, "property"))
    op = document.get("op", "eq" if "value" in document else "exists")
    if op not in OPS:
        raise CriteriaError(_at(place, "op"), f"can be one of {', '.join(OPS)}")
    if op in ("exists", "missing"):
        return Cond(path, op)
    value, at = document.get("value"), _at(place, "value")
    if op in ("in", "not_in"):
        if not isinstance(value, list) or not 1 <= len(value) <= 100:
            raise CriteriaError(at, "needs a list of 1 to 100 values")
        return Cond(path, op, tuple(_scalar(v, f"{at}[{i}]") for i, v in enumerate(value)))
    if op == "starts_with" and not isinstance(value, str):
        raise CriteriaError(at, "needs text")
    if op in ("gt", "gte", "lt", "lte") and isinstance(value, bool):
        raise CriteriaError(at, "needs a number or text")
    return Cond(path, op, _scalar(value, at))


def _from(document, place) -> bool:
    if document.get("from", "server") not in ("server", "any"):
        raise CriteriaError(_at(place, "from"), "can be server or any")
    return document.get("from", "server") == "server"


def _path(value, place) -> tuple[str, ...]:
    path = [value] if isinstance(value, str) else value
    if not isinstance(path, list) or not 1 <= len(path) <= MAX_PATH:
        raise CriteriaError(place, f"needs a property's name, or a list of up to {MAX_PATH} names")
    return tuple(_text(key, f"{place}[{i}]") for i, key in enumerate(path))


def _scalar(value, place):
    if isinstance(value, str):
        return _text(value, place, empty=True, most=2000)
    if isinstance(value, bool):
        return value
    return _number(value, place)


def _text(value, place, *, empty=False, most=200) -> str:
    if not isinstance(value, str) or (not value and not empty) or len(value) > most:
        raise CriteriaError(place, f"needs text of 1 to {most} characters")
    if any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise CriteriaError(place, "has a control character")
    return value


def _whole(value, place, least, most) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise CriteriaError(place, f"needs a whole number from {least} to {most}")
    return value


def _number(value, place) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 2**53:
        raise CriteriaError(place, "needs a number")
    return value


def _object(value, place) -> None:
    if not isinstance(value, dict):
        raise CriteriaError(place, "needs an object")


def _only(document, place, allowed) -> None:
    unknown = sorted(set(document) - allowed)
    if unknown:
        raise CriteriaError(
            place, f"does not know {', '.join(map(repr, unknown))}; it takes {', '.join(sorted(allowed))}"
        )


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
