"""Hypothesis draws ladders with every op, shape, window and `by`, and every rule of climbing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

OPS = ("eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "contains", "starts_with", "exists", "missing")
NUMBERS, TEXTS, ODD = [1, 2, 12.5, 0.1, 3], ["pro", "ab", "b", "2", ""], [True, False, "pro", 2]
FIRST = datetime(2026, 9, 1, tzinfo=UTC)
EVENTS = ("Shared", "Shared", "Opened", "Invited")
DAYS = (0.25, 0.5, 1, 2, 5, 10)
ROLES = ("operator", "power_user")


@dataclass(frozen=True)
class Draft:
    number: int
    published_at: datetime
    document: dict

    @property
    def keys(self) -> list[str]:
        return [rung["milestone"] for phase in self.document["phases"] for rung in phase["rungs"]]


@dataclass(frozen=True)
class Published:
    """A ladder with its versions, oldest first."""

    key: str
    versions: tuple[Draft, ...]


def pick(draw, options):
    return draw(st.sampled_from(options))


def chance(draw, percent: int) -> bool:
    return draw(st.integers(0, 99)) < percent


@st.composite
def ladders(draw):
    return [_a_ladder(draw, key) for key in ("path", "other")[: 2 if chance(draw, 25) else 1]]


def _a_ladder(draw, key: str) -> Published:
    versions, published_at = [], FIRST + timedelta(hours=6 * draw(st.integers(-8, 40)))
    for number in range(1, 3 if chance(draw, 40) else 2):
        document = _a_document(draw, key, number)
        if versions:
            document["enroll"] = versions[0].document["enroll"]
        versions.append(Draft(number, published_at, document))
        published_at += timedelta(hours=6 * draw(st.integers(1, 30)))
    return Published(key, tuple(versions))


def _a_document(draw, key: str, number: int) -> dict:
    keys = [f"r{n}" for n in range(draw(st.integers(1, 6)))]
    if number > 1:
        keys = [*keys[draw(st.integers(0, 1)) :], "fresh"]
    milestones, rungs = [], []
    for place, rung in enumerate(keys):
        milestones.append({"key": rung, "title": rung, "criteria": _criteria(draw, keys[:place], 2)})
        rungs.append(_a_rung(draw, rung, keys[:place]))
    document = {"ladder": key, "name": f"{key} {number}", "enroll": _enroll(draw)}
    if chance(draw, 40):
        document["at_once"] = draw(st.integers(1, 3))
    if chance(draw, 25):
        document["spacing_hours"] = pick(draw, [6, 24, 1.5])
    if chance(draw, 22):
        document["per_day"] = draw(st.integers(1, 2))
    cut = draw(st.integers(0, len(rungs) - 1))
    phases = [{"name": "One", "rungs": rungs[:cut]}, {"name": "Two", "rungs": rungs[cut:]}]
    return {**document, "milestones": milestones, "phases": [phase for phase in phases if phase["rungs"]]}


def _a_rung(draw, key: str, earlier: list[str]) -> dict:
    rung = {"milestone": key}
    if chance(draw, 35):
        rung["tracks"] = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True))
    if earlier and chance(draw, 35):
        rung["requires"] = draw(st.lists(st.sampled_from(earlier), min_size=1, max_size=2, unique=True))
    if chance(draw, 45):
        rung["due"] = {"days": pick(draw, [0.5, 1, 3, 7])}
        if chance(draw, 50):
            rung["due"]["from"] = pick(draw, ["opened", "enrolled"])
        if chance(draw, 30):
            rung["due"] |= {"days": pick(draw, [1, 2, 6]), "business": True}
    if chance(draw, 10):
        rung["override"] = {"criteria": _criteria(draw, earlier, 1)}
    return rung


def _enroll(draw) -> dict:
    enroll = {"when": pick(draw, ["first_seen"] * 6 + ["event", "manual"])}
    if enroll["when"] == "event":
        enroll["event"] = pick(draw, EVENTS)
        if chance(draw, 30):
            enroll["event_where"] = [_a_condition(draw)]
    if chance(draw, 70):
        enroll["since"] = pick(draw, ["2020-01-01", "2020-01-01", "2020-01-01", "2026-09-05"])
    if enroll["when"] != "manual" and chance(draw, 15):
        enroll["roles"] = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True))
    if chance(draw, 15):
        enroll["again"] = pick(draw, ["anew", "never"])
    if enroll["when"] != "manual" and chance(draw, 15):
        enroll["where"] = [_a_trait(draw)]
    return enroll


def _criteria(draw, earlier: list[str], deeper: int) -> dict:
    if deeper and chance(draw, 40):
        parts = [_criteria(draw, earlier, deeper - 1) for _ in range(draw(st.integers(1, 3)))]
        return {pick(draw, ["all", "any"]): parts}
    kind = draw(st.integers(0, 99))
    if kind < 20:
        return _a_trait(draw)
    if kind < 32 and earlier:
        return {"milestone": pick(draw, earlier)}
    if kind < 46:
        return {"confirmed_by": pick(draw, ["manager", "person", "person", "api", "api"])}
    return _an_event(draw)


def _an_event(draw) -> dict:
    signal = {"event": pick(draw, EVENTS)}
    if chance(draw, 35):
        signal["where"] = [_a_condition(draw) for _ in range(draw(st.sampled_from([1, 1, 2])))]
    if chance(draw, 40):
        signal["from"] = pick(draw, ["any", "any", "server"])
    shape = pick(draw, ["", "count", "count", "count", "distinct", "sum"])
    if shape == "count":
        signal["count"] = pick(draw, [1, 1, 2, 2, 3])
    elif shape == "distinct":
        signal["distinct"] = {"property": pick(draw, ["n", "s", ["deep", "k"]]), "at_least": draw(st.integers(1, 3))}
    elif shape == "sum":
        signal["sum"] = {"property": pick(draw, ["n", "n", ["deep", "k"]]), "at_least": pick(draw, [0.1, 1, 2, 3, 15])}
    if chance(draw, 40):
        signal["within"] = {"days": pick(draw, DAYS)}
        if chance(draw, 55):
            signal["within"]["of"] = "enrollment"
    by = pick(draw, ["person"] * 5 + ["account"] * 2 + ["people"] + ["role"] * 2)
    if by == "account":
        signal["by"] = by
    elif shape in ("", "count") and by == "people":
        signal["by"] = {"people": draw(st.integers(1, 2))}
    elif shape in ("", "count") and by == "role":
        signal["by"] = {"role": pick(draw, ROLES), "share": pick(draw, [0.1, 0.34, 0.5, 0.6, 1])}
        if chance(draw, 40):
            signal["by"]["at_least"] = draw(st.integers(1, 2))
    return signal


def _a_condition(draw) -> dict:
    path, usual = pick(draw, [("n", NUMBERS), ("s", TEXTS), (["deep", "k"], NUMBERS)])
    if chance(draw, 4):
        path = "nope"
    return {"property": path, **_an_op(draw, usual)}


def _a_trait(draw) -> dict:
    trait, usual = pick(draw, [("plan", TEXTS), ("seats", NUMBERS)])
    signal = {"trait": trait, **_an_op(draw, usual)}
    if chance(draw, 50):
        signal["of"] = pick(draw, ["person", "account"])
    if chance(draw, 30):
        signal["from"] = pick(draw, ["server", "any"])
    return signal


def _an_op(draw, usual: list) -> dict:
    """An op with a value that suits the property, most of the time."""
    op = pick(draw, OPS)
    values = usual if chance(draw, 85) else ODD
    if op in ("exists", "missing"):
        return {"op": op}
    if op in ("in", "not_in"):
        return {"op": op, "value": draw(st.lists(st.sampled_from(values), min_size=1, max_size=3))}
    if op in ("gt", "gte", "lt", "lte"):
        return {"op": op, "value": pick(draw, [0, 1, 2, 12.5] if usual is NUMBERS else ["a", "b", "2"])}
    if op == "contains":
        return {"op": op, "value": pick(draw, ["a", "p", "b", "pro", 1, True])}
    if op == "starts_with":
        return {"op": op, "value": pick(draw, ["a", "p", "p", ""])}
    return {"op": op, "value": pick(draw, values)}
