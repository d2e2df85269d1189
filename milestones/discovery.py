"""From answers to a recommended ladder: which milestones belong on it, because of what was said, and which goals follow. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date

from milestones.criteria import CriteriaError, MilestoneSignal, parse

COMPARED = {"number": float, "date": date.fromisoformat}  # kinds of questions whose answers are more and less


@dataclass(frozen=True)
class Asked:
    """A question, as far as what follows from it goes."""

    key: str
    text: str
    kind: str  # single, multiple, number, text, date


@dataclass(frozen=True)
class Follows:
    """What follows from an answer: `milestone` is a key of the library or "", `goal` a goal or None."""

    question: str
    op: str  # is, at_least, at_most, answered
    value: str
    milestone: str = ""
    goal: Mapping | None = None


@dataclass(frozen=True)
class GoalSaid:
    """A goal that an answer sets; `why` says which answer."""

    title: str
    unit: str
    baseline: float | None
    target: float | None
    why: str

    @property
    def way(self) -> str:
        """From where to where, and in what; "" where neither is known."""
        ends = (("from", self.baseline), ("to", self.target))
        said = " ".join(f"{word} {in_words(value)}" for word, value in ends if value is not None)
        return f"{said} {self.unit}".strip() if said else ""


@dataclass
class Recommendation:
    """A ladder's document, and why it is as it is: `reasons` by milestone key, `left_out` as (key, title, why)."""

    document: dict
    reasons: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    goals: list[GoalSaid] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """What other answers would change: milestones that come, with why, and milestones that go."""

    comes: list[tuple[str, str, list[str]]]  # key, title, reasons
    goes: list[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.comes or self.goes)


def holds(rule: Follows, kind: str, answer) -> bool:
    """Whether a rule's condition holds of an answer; no answer meets none."""
    if answer in (None, "", []):
        return False
    if rule.op == "answered":
        return True
    if kind not in COMPARED:
        return rule.op == "is" and _plain(rule.value) in map(_plain, _each(answer))
    try:
        said, asked = COMPARED[kind](answer), COMPARED[kind](rule.value)
    except (TypeError, ValueError):
        return False  # of another kind: the question was changed since
    return {"is": said == asked, "at_least": said >= asked, "at_most": said <= asked}[rule.op]


def _each(answer) -> list:
    """The answer as several, whatever the question was when it was given."""
    return answer if isinstance(answer, list) else [answer]


def _plain(answer) -> str:
    return in_words(answer).strip().casefold()


def in_words(answer) -> str:
    """An answer as it is read: "A warehouse, An ERP", "1,234,567"."""
    if isinstance(answer, list):
        return ", ".join(map(in_words, answer))
    return f"{answer:,.15g}" if isinstance(answer, int | float) else str(answer)


def because(question: Asked, answer) -> str:
    """'you said “Warehouse” to “Where does your data live?”'"""
    return f"you said “{in_words(answer)}” to “{question.text}”"


def recommend(
    base: dict, library: Mapping[str, dict], questions: Sequence[Asked], rules: Iterable[Follows], answers: Mapping
) -> Recommendation:
    """The base ladder with what the answers ask for, and without what only other answers would have asked for.

    A milestone that no rule names stays. `library` maps keys to milestones, for those that the base ladder has not.
    """
    asked = {question.key: question for question in questions}
    rules = [rule for rule in rules if rule.question in asked]
    reasons: dict[str, list[str]] = {}
    goals: dict[str, GoalSaid] = {}
    conditional: dict[str, list[str]] = {}
    for rule in rules:
        question, answer = asked[rule.question], answers.get(rule.question)
        if rule.milestone:
            conditional.setdefault(rule.milestone, []).append(question.text)
        if not holds(rule, question.kind, answer):
            continue
        why = because(question, answer)
        if rule.milestone and why not in reasons.setdefault(rule.milestone, []):
            reasons[rule.milestone].append(why)
        if rule.goal:
            goals.setdefault(rule.goal["title"], _goal(rule.goal, answer, why))
    document, left_out = _without(base, {key for key in conditional if key not in reasons}, conditional)
    _kept_for_others(document, {key for key in conditional if key not in reasons}, reasons)
    _with(document, library, [key for key in reasons if key in library])
    present = {each["key"] for each in document["milestones"]}
    reasons = {key: why for key, why in reasons.items() if key in present}
    return Recommendation(document, reasons, left_out, list(goals.values()))


def _goal(said: Mapping, answer, why: str) -> GoalSaid:
    def number(value) -> float | None:
        try:
            return float(answer if value == "answer" else value)
        except (TypeError, ValueError):
            return None

    return GoalSaid(said["title"], said.get("unit", ""), number(said.get("baseline")), number(said.get("target")), why)


def _without(base: dict, unwanted: set[str], asked: dict[str, list[str]]) -> tuple[dict, list[tuple[str, str, str]]]:
    document = deepcopy(base)
    unwanted = unwanted - _needed_by_the_rest(base, unwanted)
    titles = {each["key"]: each["title"] for each in document["milestones"]}
    gone = [key for key in titles if key in unwanted]
    document["milestones"] = [each for each in document["milestones"] if each["key"] not in unwanted]
    for phase in document["phases"]:
        phase["rungs"] = [rung for rung in phase["rungs"] if rung["milestone"] not in unwanted]
        for rung in phase["rungs"]:
            if rung.get("requires"):
                rung["requires"] = [key for key in rung["requires"] if key not in unwanted]
                if not rung["requires"]:
                    del rung["requires"]
    document["phases"] = [phase for phase in document["phases"] if phase["rungs"]]
    return document, [(key, titles[key], f"no answer to “{asked[key][0]}” asks for it") for key in gone]


def _needed_by_the_rest(base: dict, unwanted: set[str]) -> set[str]:
    """Of the unwanted, those whose being reached a rung that stays asks for, directly or through others."""
    criteria = {each["key"]: each["criteria"] for each in base["milestones"]}
    for rung in (rung for phase in base["phases"] for rung in phase["rungs"]):
        if "criteria" in rung.get("override", {}):
            criteria[rung["milestone"]] = rung["override"]["criteria"]
    needed: set[str] = set()
    waiting = [key for key in criteria if key not in unwanted]
    while waiting:
        for key in _milestones_in(criteria.get(waiting.pop(), {})):
            if key in unwanted and key not in needed:
                needed.add(key)
                waiting.append(key)
    return needed


def _milestones_in(criteria: dict) -> list[str]:
    try:
        return [signal.key for signal in parse(criteria).signals if isinstance(signal, MilestoneSignal)]
    except CriteriaError:
        return []  # the builder says what is wrong with it


def _kept_for_others(document: dict, unasked: set[str], reasons: dict[str, list[str]]) -> None:
    """Say of what no answer asks for why it stays: another milestone builds on it."""
    for milestone in document["milestones"]:
        for key in _milestones_in(milestone["criteria"]):
            if key in unasked:
                reasons.setdefault(key, [f"“{milestone['title']}” builds on it"])


def _with(document: dict, library: Mapping[str, dict], wanted: list[str]) -> None:
    """Place what is asked for and not there yet: in the phase that its tags name, else at the end."""
    present = {each["key"] for each in document["milestones"]}
    for key in wanted:
        if key in present:
            continue
        milestone = library[key]
        document["milestones"].append({"key": key, **milestone})
        named = {word.casefold() for word in milestone.get("tags", {}).get("phases", [])}
        phase = next((each for each in document["phases"] if each["name"].casefold() in named), None)
        if phase is None and not document["phases"]:
            document["phases"].append({"name": "For you", "rungs": []})
        (phase or document["phases"][-1])["rungs"].append({"milestone": key})


def difference(before: dict, after: Recommendation) -> Difference:
    """What the recommendation would change on a ladder as it stands."""
    old = {each["key"]: each["title"] for each in before["milestones"]}
    new = {each["key"]: each["title"] for each in after.document["milestones"]}
    comes = [(key, title, after.reasons.get(key, [])) for key, title in new.items() if key not in old]
    return Difference(comes, [(key, title) for key, title in old.items() if key not in new])
