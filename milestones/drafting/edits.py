"""What can be done to a draft: pure functions from one ladder document to the next (docs/ladder-file.md has the shape).

What would break the ladder raises EditRefusedError with a sentence for the person who tried it.
"""

from collections.abc import Iterator
from copy import deepcopy

from milestones.criteria import CriteriaError, MilestoneSignal, parse

PHASES, RUNGS_A_PHASE = 50, 200
EMPTY = {str: "", list: [], dict: {}, bool: False, int: None}  # how a placement says that it goes without
RULES = (
    "ladder",
    "name",
    "promise",
    "promise_for",
    "at_once",
    "per_day",
    "spacing_hours",
    "enroll",
    "value",
    "translations",
)


class EditRefusedError(ValueError):
    """An edit that would break the ladder; `field` is the form's field it is about, or ""."""

    def __init__(self, message: str, field: str = ""):
        super().__init__(message)
        self.field = field


# --- reading ------------------------------------------------------------------------------------


def rungs(document: dict) -> list[dict]:
    """The placements in the order in which they are climbed."""
    return [rung for phase in document["phases"] for rung in phase["rungs"]]


def keys(document: dict) -> list[str]:
    return [rung["milestone"] for rung in rungs(document)]


def milestone_of(document: dict, key: str) -> dict:
    """The milestone as the document holds it, without what its placement changes; {} where there is none."""
    return next((milestone for milestone in document["milestones"] if milestone["key"] == key), {})


def content_of(document: dict, key: str) -> dict:
    """The milestone as this ladder shows it: with what its placement changes."""
    _, _, rung = find(document, key)
    return {**milestone_of(document, key), **rung.get("override", {})}


def title_of(document: dict, key: str) -> str:
    try:
        return content_of(document, key).get("title", key)
    except EditRefusedError:
        return milestone_of(document, key).get("title", key)


def find(document: dict, key: str) -> tuple[int, int, dict]:
    """(phase, position in it, placement) of a rung; refused where there is none, since somebody else may have removed it."""
    for number, phase in enumerate(document["phases"]):
        for position, rung in enumerate(phase["rungs"]):
            if rung["milestone"] == key:
                return number, position, rung
    raise EditRefusedError("This rung is no longer on the ladder.")


def needs(document: dict, rung: dict) -> list[str]:
    """The keys of the rungs that must stand before this one: its prerequisites, and milestones that its criteria name."""
    content = {**milestone_of(document, rung["milestone"]), **rung.get("override", {})}
    try:
        signals = parse(content["criteria"]).signals if content.get("criteria") else ()
    except CriteriaError:
        signals = ()
    named = [signal.key for signal in signals if isinstance(signal, MilestoneSignal)]
    return list(dict.fromkeys([*rung.get("requires", []), *named]))


def broken(document: dict) -> Iterator[tuple[str, str]]:
    """(rung, what it needs) for each rung that stands before something it needs, or needs what is not there."""
    seen: set[str] = set()
    for rung in rungs(document):
        yield from ((rung["milestone"], needed) for needed in needs(document, rung) if needed not in seen)
        seen.add(rung["milestone"])


# --- rungs --------------------------------------------------------------------------------------


def place(document: dict, milestone: dict, *, phase: int, position: int | None = None) -> dict:
    """Add a milestone of the library to a phase, at the end of it unless a position is named."""
    document, key = deepcopy(document), milestone["key"]
    if key in keys(document):
        raise EditRefusedError(
            f"“{title_of(document, key)}” is on this ladder already. A ladder holds a milestone once."
        )
    target = _phase(document, phase)["rungs"]
    if len(target) >= RUNGS_A_PHASE:
        raise EditRefusedError(f"A phase holds at most {RUNGS_A_PHASE} rungs.")
    document["milestones"] = [each for each in document["milestones"] if each["key"] != key] + [deepcopy(milestone)]
    target.insert(len(target) if position is None else max(0, min(position, len(target))), {"milestone": key})
    _refuse_broken(document)
    return document


def move(document: dict, key: str, *, phase: int, position: int) -> dict:
    """Put a rung at a position of a phase, counted without itself."""
    document = deepcopy(document)
    was, _, rung = find(document, key)
    document["phases"][was]["rungs"].remove(rung)
    target = _phase(document, phase)["rungs"]
    target.insert(max(0, min(position, len(target))), rung)
    _refuse_broken(document)
    return document


def step(document: dict, key: str, *, down: bool) -> dict:
    """Move a rung by one place, into the neighbouring phase at a phase's edge; at the end of the ladder it stays."""
    phase, position, _ = find(document, key)
    last = len(document["phases"][phase]["rungs"]) - 1
    if down:
        if position < last:
            return move(document, key, phase=phase, position=position + 1)
        return document if phase + 1 == len(document["phases"]) else move(document, key, phase=phase + 1, position=0)
    if position:
        return move(document, key, phase=phase, position=position - 1)
    return document if not phase else move(document, key, phase=phase - 1, position=RUNGS_A_PHASE)


def remove(document: dict, key: str) -> dict:
    """Take a rung off the ladder; the milestone stays in the library."""
    document = deepcopy(document)
    waiting = [title_of(document, other) for other in _that_need(document, key)]
    if waiting:
        raise EditRefusedError(f"{_quoted(waiting)} {'needs' if len(waiting) == 1 else 'need'} it. Remove that first.")
    phase, _, rung = find(document, key)
    document["phases"][phase]["rungs"].remove(rung)
    document["milestones"] = [each for each in document["milestones"] if each["key"] != key]
    return document


def set_placement(document: dict, key: str, **said) -> dict:
    """Set tracks, requires, due, first_value or person_may of a rung; what is empty is left out."""
    document = deepcopy(document)
    _, _, rung = find(document, key)
    for name, value in said.items():
        rung.pop(name, None)
        if value:
            rung[name] = value
    before = keys(document)[: keys(document).index(key)]
    for needed in rung.get("requires", []):
        if needed not in before:
            raise EditRefusedError(f"“{title_of(document, needed)}” must stand earlier in the ladder.", "requires")
    return document


def set_content(document: dict, key: str, **said) -> dict:
    """Change what a rung says or asks here only. A field that is as in the library is no longer changed here."""
    document = deepcopy(document)
    _, _, rung = find(document, key)
    own, override = milestone_of(document, key), dict(rung.get("override", {}))
    for name, value in said.items():
        override.pop(name, None)
        if value in (None, "", [], {}, False):
            if not own.get(name):
                continue
            value = EMPTY[type(own[name])]
        if _said(name, value) != _said(name, own.get(name)):
            override[name] = value
    rung.pop("override", None)
    if override:
        rung["override"] = override
    _refuse_broken(document, field="criteria")
    return document


def _said(name: str, value):
    """A value as it is compared: line ends and blank ends of a text say nothing, nor does the order of features."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return sorted(value or []) if name == "unlocks" else value


def quick_wins_first(document: dict) -> dict:
    """Within each phase, bring quick wins to the front as far as prerequisites allow."""
    document = deepcopy(document)
    done: set[str] = set()
    for phase in document["phases"]:
        left, phase["rungs"] = list(phase["rungs"]), []
        while left:
            free = [rung for rung in left if set(needs(document, rung)) <= done] or left[:1]
            chosen = next((rung for rung in free if _is_quick(document, rung)), free[0])
            left.remove(chosen)
            phase["rungs"].append(chosen)
            done.add(chosen["milestone"])
    return document


def _is_quick(document: dict, rung: dict) -> bool:
    return bool({**milestone_of(document, rung["milestone"]), **rung.get("override", {})}.get("quick_win"))


# --- phases, rules and the library's news ---------------------------------------------------------


def add_phase(document: dict, name: str) -> dict:
    document = deepcopy(document)
    if len(document["phases"]) >= PHASES:
        raise EditRefusedError(f"A ladder has at most {PHASES} phases.", "name")
    document["phases"].append({"name": name, "rungs": []})
    return document


def rename_phase(document: dict, number: int, name: str) -> dict:
    document = deepcopy(document)
    _phase(document, number)["name"] = name
    return document


def step_phase(document: dict, number: int, *, down: bool) -> dict:
    """Move a phase with its rungs by one place."""
    document = deepcopy(document)
    phase, other = _phase(document, number), number + (1 if down else -1)
    if 0 <= other < len(document["phases"]):
        document["phases"].remove(phase)
        document["phases"].insert(other, phase)
    _refuse_broken(document)
    return document


def remove_phase(document: dict, number: int) -> dict:
    """Take away a phase without rungs."""
    document = deepcopy(document)
    phase = _phase(document, number)
    if phase["rungs"]:
        raise EditRefusedError(f"“{phase['name']}” still has rungs. Move or remove them first.")
    if len(document["phases"]) == 1:
        raise EditRefusedError("A ladder has at least one phase.")
    del document["phases"][number]
    return document


def set_rules(document: dict, **said) -> dict:
    """Set the ladder's own fields, which stand first in this order (RULES); what is empty is left out, but for the name."""
    document = deepcopy(document)
    for name, value in said.items():
        document.pop(name, None)
        if value not in (None, "", [], {}):
            document[name] = value
    return {key: document[key] for key in (*RULES, *(key for key in document if key not in RULES)) if key in document}


def renew_milestone(document: dict, milestone: dict) -> dict:
    """Take over the library's newest text of a milestone that the ladder uses."""
    document = deepcopy(document)
    document["milestones"] = [
        deepcopy(milestone) if each["key"] == milestone["key"] else each for each in document["milestones"]
    ]
    _refuse_broken(document, field="criteria")
    return document


def with_features(document: dict, features: dict[str, dict]) -> dict:
    """Hold exactly the features that the ladder's milestones unlock; `features` are the workspace's, by key."""
    document = deepcopy(document)
    known = {feature["key"]: feature for feature in document.get("features", [])} | features
    wanted = [key for rung in rungs(document) for key in content_of(document, rung["milestone"]).get("unlocks", [])]
    held = [known[key] for key in dict.fromkeys(wanted) if key in known]
    phases, milestones = document.pop("phases"), document.pop("milestones")
    document.pop("features", None)
    return document | ({"features": held} if held else {}) | {"milestones": milestones, "phases": phases}


def _phase(document: dict, number: int) -> dict:
    if not 0 <= number < len(document["phases"]):
        raise EditRefusedError("This phase is no longer on the ladder.")
    return document["phases"][number]


def _that_need(document: dict, key: str) -> list[str]:
    return [rung["milestone"] for rung in rungs(document) if key in needs(document, rung)]


def _refuse_broken(document: dict, field: str = "") -> None:
    for key, needed in broken(document):
        if needed not in keys(document):
            raise EditRefusedError(f"“{title_of(document, key)}” needs “{needed}”, which is not on this ladder.", field)
        raise EditRefusedError(
            f"“{title_of(document, key)}” needs “{title_of(document, needed)}” first, so it cannot stand above it.",
            field,
        )


def _quoted(titles: list[str]) -> str:
    said = [f"“{title}”" for title in titles]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
