"""Ladder templates: five ladders to start from, made of shared modules, and how several become one."""

from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from milestones.ladder_files import FORMAT

FOLDER = Path(__file__).parent
KEYS = ("b2b-analytics", "integration-platform", "internal-tool-roll-out", "self-serve-trial", "enterprise")
TITLES = {
    "b2b-analytics": "B2B analytics",
    "integration-platform": "Integration platform",
    "internal-tool-roll-out": "Internal tool roll-out",
    "self-serve-trial": "Self-serve trial",
    "enterprise": "Enterprise",
}


@dataclass(frozen=True)
class LadderTemplate:
    """`document` is a whole ladder file, but for its own key: `ladder` is the template's."""

    key: str
    title: str
    about: str
    document: dict

    @property
    def steps(self) -> int:
        return sum(len(phase["rungs"]) for phase in self.document["phases"])

    @property
    def phases(self) -> list[tuple[str, list[str]]]:
        """(phase, titles of its milestones)"""
        titles = {milestone["key"]: milestone["title"] for milestone in self.document["milestones"]}
        return [
            (each["name"], [titles[rung["milestone"]] for rung in each["rungs"]]) for each in self.document["phases"]
        ]


@lru_cache(maxsize=1)
def ladder_templates() -> tuple[LadderTemplate, ...]:
    """The templates that ship, in the order in which they are offered."""
    modules = yaml.safe_load((FOLDER / "modules.yaml").read_text())
    return tuple(_read(key, modules) for key in KEYS)


def _read(key: str, modules: dict) -> LadderTemplate:
    said = yaml.safe_load((FOLDER / f"{key}.yaml").read_text())
    placed = [rung["milestone"] for phase in said["phases"] for rung in phase["rungs"]]
    milestones = {each["key"]: each for each in modules["milestones"]}
    unlocked = {feature for each in placed for feature in milestones[each].get("unlocks", [])}
    document = {
        "format": FORMAT,
        "ladder": key,
        "name": said["name"],
        "promise": said["promise"],
        "at_once": said["at_once"],
        "enroll": {"when": "first_seen"},
        "features": [feature for feature in modules["features"] if feature["key"] in unlocked],
        "milestones": [milestones[each] for each in placed],
        "phases": said["phases"],
    }
    return LadderTemplate(key, TITLES[key], said["about"], document)


def combine(documents: list[dict], *, key: str, name: str) -> dict:
    """One ladder of several: phases of one name become one, a milestone is placed where it comes first.

    A prerequisite that would stand later is dropped. Of the ladder's own rules the first document's count.
    """
    first, *others = deepcopy(documents)
    made = first | {"ladder": key, "name": name}
    for other in others:
        held = {each["key"] for each in made["milestones"]}
        made["milestones"] += [each for each in other["milestones"] if each["key"] not in held]
        known = {each["key"] for each in made.get("features", [])}
        made["features"] = made.get("features", []) + [e for e in other.get("features", []) if e["key"] not in known]
        for phase in other["phases"]:
            rungs = [rung for rung in phase["rungs"] if rung["milestone"] not in held]
            same = next((each for each in made["phases"] if each["name"] == phase["name"]), None)
            if same:
                same["rungs"] += rungs
            elif rungs:
                made["phases"].append({"name": phase["name"], "rungs": rungs})
    seen: set[str] = set()
    for rung in (rung for phase in made["phases"] for rung in phase["rungs"]):
        if rung.get("requires"):
            rung["requires"] = [needed for needed in rung["requires"] if needed in seen]
            if not rung["requires"]:
                del rung["requires"]
        seen.add(rung["milestone"])
    return made
