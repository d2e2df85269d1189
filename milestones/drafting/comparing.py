"""Two documents of a ladder compared, in sentences that a colleague can read."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from milestones.criteria import CriteriaError, in_words, parse
from milestones.drafting.edits import content_of, keys, rungs, title_of

WORDS = {
    "title": "title",
    "outcome": "outcome",
    "why": "reason",
    "why_for": "reason for a role",
    "cue": "cue",
    "actions": "actions",
    "tips": "tips",
    "link": "link",
    "video": "video",
    "story": "customer story",
    "stories": "customer stories",
    "hints": "inline hints",
    "effort_minutes": "effort in minutes",
    "quick_win": "quick win",
    "unlocks": "what it unlocks",
    "success_metric": "measure of success",
    "impact": "what it brought",
    "translations": "translations",
    "waived": "what it goes without",
    "tracks": "role tracks",
    "requires": "prerequisites",
    "due": "due date",
    "person_may": "what people may leave",
    "first_value": "first value mark",
}
RULES = {
    "name": "name",
    "promise": "promise",
    "promise_for": "promise for a role",
    "at_once": "steps open at once",
    "per_day": "steps a day",
    "spacing_hours": "hours between steps",
    "enroll": "who climbs it",
    "value": "value so far",
    "translations": "translations",
}


@dataclass(frozen=True)
class Change:
    """One difference. `kind`: added, removed, moved, changed, rules; `was` and `now` are "" where they say nothing more."""

    kind: str
    title: str
    what: str
    rung: str = ""
    was: str = ""
    now: str = ""


def compare(old: dict, new: dict) -> list[Change]:
    """What is different in `new`: the ladder's own rules, then its rungs in the new order, then those that are gone."""
    changes = [
        Change("rules", "The ladder", words, was=_said(old.get(field)), now=_said(new.get(field)))
        for field, words in RULES.items()
        if old.get(field) != new.get(field)
    ]
    phases = [phase["name"] for phase in old["phases"]], [phase["name"] for phase in new["phases"]]
    if phases[0] != phases[1]:
        changes.append(Change("rules", "The ladder", "phases", was=", ".join(phases[0]), now=", ".join(phases[1])))
    before, after = keys(old), keys(new)
    stayed = _in_order([key for key in before if key in after], [key for key in after if key in before])
    for rung in rungs(new):
        key = rung["milestone"]
        if key not in before:
            changes.append(Change("added", title_of(new, key), "is new", key))
            continue
        if key not in stayed:
            changes.append(Change("moved", title_of(new, key), "has moved", key))
        changes += _rung(old, new, key)
    changes += [Change("removed", title_of(old, key), "is gone", key) for key in before if key not in after]
    return changes


def changed_rungs(old: dict, new: dict) -> set[str]:
    """The keys of rungs that are new or say something else."""
    return {change.rung for change in compare(old, new) if change.kind in ("added", "changed")}


def _rung(old: dict, new: dict, key: str):
    was, now = content_of(old, key), content_of(new, key)
    for field, words in WORDS.items():
        if field in ("tracks", "requires", "due", "first_value", "person_may"):
            continue
        if was.get(field) != now.get(field):
            yield Change("changed", now["title"], words, key, _said(was.get(field)), _said(now.get(field)))
    if was.get("criteria") != now.get("criteria"):
        yield Change("changed", now["title"], "success criteria", key, _aloud(old, was), _aloud(new, now))
    placed = [next(rung for rung in rungs(document) if rung["milestone"] == key) for document in (old, new)]
    for field in ("tracks", "requires", "due", "first_value", "person_may"):
        if placed[0].get(field) != placed[1].get(field):
            said = [
                _placement(document, field, rung.get(field)) for document, rung in zip((old, new), placed, strict=True)
            ]
            yield Change("changed", now["title"], WORDS[field], key, *said)


def _placement(document: dict, field: str, value) -> str:
    if field == "requires" and value:
        return ", ".join(title_of(document, key) for key in value)
    if field == "due" and value:
        day = f"{'business ' if value.get('business') else ''}day{'' if value['days'] == 1 else 's'}"
        return f"{value['days']:g} {day} after {'enrollment' if value.get('from') == 'enrolled' else 'it opens'}"
    if field == "tracks":
        return _said([each.replace("_", " ") for each in value]) if value else "all roles"
    return _said(value)


def _aloud(document: dict, content: dict) -> str:
    try:
        return in_words(parse(content.get("criteria")), {key: title_of(document, key) for key in keys(document)})
    except CriteriaError:
        return "nothing yet"


def _said(value) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, dict) and "measures" in value:
        return value["text"]
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_said(each)}" for key, each in value.items())
    return str(value).replace("_", " ") if isinstance(value, str) and "_" in value and " " not in value else str(value)


def _in_order(old: list[str], new: list[str]) -> set[str]:
    """The keys that kept their order; the others are those that have moved."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {key for block in blocks for key in old[block.a : block.a + block.size]}
