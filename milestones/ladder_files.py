"""Ladder files: YAML that holds a whole ladder with its milestones and features (docs/ladder-file.md). Read, checked, written."""

import json
import math
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import jsonschema
import yaml

from milestones.criteria import CriteriaError, MilestoneSignal, parse
from milestones.impact_templates import read as read_told
from onboarding.tracking.role_keys import role_key

SCHEMA_PATH = Path(__file__).resolve().parent.parent / "docs" / "ladder.schema.json"
MAX_BYTES = 1_000_000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
FORMAT = 1


@dataclass(frozen=True)
class Problem:
    """What is wrong with a ladder file, and where."""

    place: str
    message: str

    def __str__(self):
        return f"{self.place}: {self.message}"


class LadderFileError(ValueError):
    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@lru_cache(maxsize=1)
def schema() -> dict:
    return json.loads(SCHEMA_PATH.read_text())


class _PlainLoader(yaml.SafeLoader):
    """Dates stay text: a ladder file means the same in JSON."""


_PlainLoader.yaml_implicit_resolvers = {
    key: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> dict:
    """A ladder file's document; raises LadderFileError with every problem found."""
    if len(text.encode()) > MAX_BYTES:
        raise LadderFileError([Problem("file", "is larger than 1 MB")])
    if "&" in text and any(isinstance(event, yaml.AliasEvent) for event in _events(text)):
        raise LadderFileError([Problem("file", "uses YAML aliases; write each part out")])
    try:
        document = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a SafeLoader without dates
        check(document)
    except yaml.YAMLError as error:
        raise LadderFileError([Problem("file", f"is not YAML: {error}")]) from error
    except RecursionError:
        raise LadderFileError([Problem("file", "is nested too deeply")]) from None
    except LadderFileError:
        raise
    except ValueError as error:  # of a tag that says what a value is, and is wrong
        raise LadderFileError([Problem("file", f"holds a value that cannot be read: {str(error)[:200]}")]) from None
    return document


def _events(text: str):
    try:
        yield from yaml.parse(text, Loader=_PlainLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return


def is_storable(value) -> bool:
    """Whether a database takes it: finite numbers, and text without a nought byte or half a surrogate."""
    if isinstance(value, str):
        return not UNSTORABLE.search(value)
    if isinstance(value, dict):
        return all(is_storable(key) and is_storable(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(is_storable, value))
    return not isinstance(value, float) or math.isfinite(value)


def write(document: dict) -> str:
    """The document as YAML, in the order it was written."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def check(document: dict) -> None:
    """Raise LadderFileError unless the document is a ladder that can be published."""
    if isinstance(document, dict) and isinstance(document.get("format"), int) and document["format"] > FORMAT:
        newer = (
            f"the file is of format {document['format']}; this Cairn reads format {FORMAT}. Export it again from here."
        )
        raise LadderFileError([Problem("format", newer)])
    if not is_storable(document):
        raise LadderFileError([Problem("file", "holds a number without end, or a character that cannot be stored")])
    validator = jsonschema.Draft202012Validator(schema())
    problems = [
        Problem("/".join(map(str, error.absolute_path)) or "file", error.message[:300])
        for error in sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    ]
    if not problems:
        problems = list(_sense(document))
    if problems:
        raise LadderFileError(problems)


def _sense(document: dict):
    """What a schema cannot say: names that must exist, and an order without cycles."""
    milestones = {m["key"]: m for m in document["milestones"]}
    features = {f["key"] for f in document.get("features", [])}
    yield from _twice("milestones", [m["key"] for m in document["milestones"]])
    yield from _twice("features", [f["key"] for f in document.get("features", [])])
    for milestone in milestones.values():
        for unlock in milestone.get("unlocks", []):
            if unlock not in features:
                yield Problem(f"milestones/{milestone['key']}/unlocks", f"there is no feature {unlock!r} in this file")
    yield from _told(document.get("value"), "value", spans=("total",))
    for language, told in document.get("translations", {}).items():
        if told.get("value") and document.get("value"):
            said = {**document["value"], "text": told["value"]}
            yield from _told(said, f"translations/{language}/value", spans=("total",))
    yield from _enroll(document.get("enroll", {}))
    for place, role in _roles(document):
        if role != role_key(role):
            yield Problem(place, f"a role is named by its key: {role_key(role)!r} instead of {role!r}")
    placed: list[str] = []
    for rung in (rung for phase in document["phases"] for rung in phase["rungs"]):
        key, place = rung["milestone"], f"phases/…/{rung['milestone']}"
        if key not in milestones:
            yield Problem(place, "there is no such milestone in this file")
            continue
        if key in placed:
            yield Problem(place, "is placed twice; a ladder holds a milestone once")
        for needed in rung.get("requires", []):
            if needed not in placed:
                yield Problem(f"{place}/requires", f"{needed!r} must stand earlier in the ladder")
        content = {**milestones[key], **rung.get("override", {})}
        yield from _criteria(content, place, placed)
        yield from _told(content.get("impact"), f"{place}/impact")
        yield from _translations(content, place)
        placed.append(key)


def _roles(document: dict):
    """(place, role) of the roles that a ladder names."""
    yield from (("enroll/roles", role) for role in document.get("enroll", {}).get("roles", []))
    yield from (("promise_for", role) for role in document.get("promise_for", {}))
    rungs = [rung for phase in document["phases"] for rung in phase["rungs"]]
    for milestone in [*document["milestones"], *(rung["override"] for rung in rungs if rung.get("override"))]:
        yield from ((f"milestones/{milestone.get('key', '…')}/why_for", role) for role in milestone.get("why_for", {}))
    for rung in rungs:
        yield from ((f"phases/…/{rung['milestone']}/tracks", role) for role in rung.get("tracks", []))


def _enroll(enroll: dict):
    """Whom the ladder takes on: a day that the calendar has, and conditions that can be read."""
    try:
        date.fromisoformat(str(enroll.get("since") or "2000-01-01"))
    except ValueError:
        yield Problem("enroll/since", f"{enroll['since']!r} is no day")
    conditions = list(enumerate(enroll.get("where") or []))
    asked = [(f"enroll/where/{number}", said) for number, said in conditions]
    if enroll.get("event"):
        asked.append(("enroll/event_where", {"event": enroll["event"], "where": enroll.get("event_where", [])}))
    for place, said in asked:
        try:
            parse(said)
        except CriteriaError as error:
            yield Problem(place, str(error))


def _criteria(content: dict, place: str, placed: list[str]):
    try:
        criteria = parse(content.get("criteria"))
    except CriteriaError as error:
        yield Problem(f"{place}/criteria", str(error))
        return
    for signal in criteria.signals:
        if isinstance(signal, MilestoneSignal) and signal.key not in placed:
            yield Problem(f"{place}/criteria", f"milestone {signal.key!r} must stand earlier in the ladder")


def _translations(content: dict, place: str):
    """What is ticked in one language is ticked in all: the actions are as many. A sentence names the same measures."""
    for language, told in content.get("translations", {}).items():
        for name in ("actions", "stories"):
            if told.get(name) and len(told[name]) != len(content.get(name, [])):
                yield Problem(f"{place}/translations/{language}", f"has another number of {name} than the milestone")
        for anchor in sorted(told.get("hints", {}).keys() - {hint["anchor"] for hint in content.get("hints", [])}):
            yield Problem(f"{place}/translations/{language}/hints", f"the milestone has no hint at {anchor!r}")
        if told.get("impact") and content.get("impact"):
            yield from _told({**content["impact"], "text": told["impact"]}, f"{place}/translations/{language}/impact")


def _told(said: dict | None, place: str, spans: tuple[str, ...] = ("before", "after", "total")):
    """A template whose measures are well-formed and whose placeholders name them, in spans that it can tell of."""
    try:
        if said:
            read_told(said, spans)
    except ValueError as error:
        yield Problem(place, str(error))


def _twice(place: str, keys: list[str]):
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem(f"{place}/{key}", "is there twice")
