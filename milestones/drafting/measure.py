"""How heavy a draft is to climb, and what its author should look at again, in words. Warnings: none of them forbids publishing."""

from collections.abc import Iterator
from dataclasses import dataclass

from milestones.drafting.edits import content_of, keys, rungs

STEPS_A_PHASE, MINUTES_A_PHASE, STEPS_TO_VALUE, OPEN_AT_ONCE = 7, 60, 5, 5
EVERYBODY = ""


@dataclass(frozen=True)
class PhaseLoad:
    """What one phase asks of the role that has the most to do in it."""

    name: str
    role: str
    steps: int
    minutes: int
    unknown: int  # steps whose effort nobody has estimated


def roles_of(document: dict) -> list[str]:
    """The roles that any rung names, in the order in which they are first named; [EVERYBODY] where none does."""
    named = [role for rung in rungs(document) for role in rung.get("tracks", [])]
    return list(dict.fromkeys(named)) or [EVERYBODY]


def is_climbed_by(rung: dict, role: str) -> bool:
    return not rung.get("tracks") or role in rung["tracks"]


def phase_loads(document: dict) -> list[PhaseLoad]:
    """For each phase, its load on the role for which it is the longest."""
    loads = []
    for phase in document["phases"]:
        by_role = [_load(document, phase, role) for role in roles_of(document)]
        loads.append(max(by_role, key=lambda load: (load.minutes, load.steps)))
    return loads


def _load(document: dict, phase: dict, role: str) -> PhaseLoad:
    mine = [content_of(document, rung["milestone"]) for rung in phase["rungs"] if is_climbed_by(rung, role)]
    minutes = [content.get("effort_minutes") for content in mine]
    return PhaseLoad(phase["name"], role, len(mine), sum(filter(None, minutes)), minutes.count(None))


def warnings(document: dict, label=lambda role: role) -> Iterator[str]:
    """Sentences; `label` turns a role's key into what members call it."""
    for load in phase_loads(document):
        whom = f" of the {label(load.role).lower()} track" if load.role else ""
        if load.steps > STEPS_A_PHASE:
            yield (
                f"“{load.name}” asks {load.steps} steps{whom}. People finish phases of up to {STEPS_A_PHASE}; "
                "split it, or leave some for later."
            )
        if load.minutes > MINUTES_A_PHASE:
            yield f"“{load.name}” takes about {load.minutes} minutes{whom}. Up to {MINUTES_A_PHASE} fit beside a day’s work."
    if not keys(document):
        return
    for role in roles_of(document):
        yield from _on_the_way_to_value(document, role, label)
    unknown = [content_of(document, key)["title"] for key in keys(document) if not _effort(document, key)]
    if unknown:
        yield f"Nobody has said how long {_some(unknown)} {'takes' if len(unknown) == 1 else 'take'}."
    at_once = document.get("at_once")
    if not at_once and len(keys(document)) > OPEN_AT_ONCE:
        yield "Every step is open from the start. A limit of two or three at once keeps the next step plain."
    elif at_once and at_once > OPEN_AT_ONCE:
        yield f"{at_once} steps may be open at once. Two or three keep the next step plain."


def _on_the_way_to_value(document: dict, role: str, label) -> Iterator[str]:
    mine = [rung for rung in rungs(document) if is_climbed_by(rung, role)]
    who = f"The {label(role).lower()} track" if role else "The ladder"
    value = next((number for number, rung in enumerate(mine, 1) if rung.get("first_value")), None)
    if mine and value is None:
        yield f"{who} has no first value mark, so time to first value cannot be measured for it."
    elif value and value > STEPS_TO_VALUE:
        yield f"{who} comes to its first value at step {value}. People who wait longer than {STEPS_TO_VALUE} steps tend to leave."
    quick = [content_of(document, rung["milestone"]).get("quick_win") for rung in mine[:3]]
    if len(mine) > 3 and not any(quick):
        yield f"{who} has no quick win among its first three steps."


def _effort(document: dict, key: str) -> int | None:
    return content_of(document, key).get("effort_minutes")


def _some(titles: list[str], most: int = 3) -> str:
    said = [f"“{title}”" for title in titles[:most]]
    if len(titles) > most:
        said.append(f"{len(titles) - most} more")
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
