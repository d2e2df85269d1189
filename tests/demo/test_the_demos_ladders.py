"""The demo's ladders: each can be published, and together they show everything that a ladder file can say."""

import re
from pathlib import Path

import pytest
import yaml

from milestones import ladder_files
from milestones.criteria import ConfirmedSignal, EventSignal, MilestoneSignal, TraitSignal, in_words, parse
from milestones.criteria.language import OPS
from milestones.demo.vendors import NORTHWIND, VENDORS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "ladders").glob("*.yaml"))


def _read(name):
    return ladder_files.read((ROOT / "ladders" / name).read_text())


def _rungs(document):
    return [rung for phase in document["phases"] for rung in phase["rungs"]]


def _criteria(document):
    written = [milestone["criteria"] for milestone in document["milestones"]]
    return written + [
        rung["override"]["criteria"] for rung in _rungs(document) if "criteria" in rung.get("override", {})
    ]


@pytest.fixture(scope="module")
def northwind():
    return [_read(name) for name in NORTHWIND.ladders]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_can_be_published(path):
    document = ladder_files.read(path.read_text())
    assert ladder_files.read(ladder_files.write(document)) == document


def test_each_file_belongs_to_a_vendor():
    assert sorted(name for vendor in VENDORS for name in vendor.ladders) == [path.name for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_milestone_says_why_and_how(path):
    for milestone in ladder_files.read(path.read_text())["milestones"]:
        assert {"outcome", "why", "cue", "effort_minutes", "success_metric"} <= milestone.keys(), milestone["key"]
        words = " ".join(str(milestone[key]) for key in ("title", "outcome", "why", "cue"))
        assert "!" not in words
        assert in_words(parse(milestone["criteria"])).endswith(".")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_milestone_is_placed_and_every_track_has_its_first_value(path):
    document = ladder_files.read(path.read_text())
    placed = [rung["milestone"] for rung in _rungs(document)]
    assert sorted(placed) == sorted(milestone["key"] for milestone in document["milestones"])
    tracks = {track for rung in _rungs(document) for track in rung.get("tracks", [])}
    valued = {track for rung in _rungs(document) if rung.get("first_value") for track in rung.get("tracks", [])}
    assert valued == tracks


def test_a_milestone_in_two_ladders_is_the_same(northwind):
    library = {}
    twice = 0
    for milestone in (milestone for document in northwind for milestone in document["milestones"]):
        twice += milestone["key"] in library
        assert library.setdefault(milestone["key"], milestone) == milestone
    assert twice


def test_a_feature_in_two_ladders_is_the_same(northwind):
    library = {}
    for feature in (feature for document in northwind for feature in document["features"]):
        assert library.setdefault(feature["key"], feature) == feature


def test_the_three_ladders_use_every_part_of_the_criteria_language(northwind):
    signals = [s for document in northwind for criteria in _criteria(document) for s in parse(criteria).signals]
    events = [signal for signal in signals if isinstance(signal, EventSignal)]
    traits = [signal for signal in signals if isinstance(signal, TraitSignal)]
    assert {(e.shape, e.days is not None) for e in events} >= {
        ("count", False),
        ("count", True),
        ("sum", True),
        ("distinct", False),
    }
    assert {e.by for e in events} == {"person", "account", "people", "role"}
    assert {e.of_enrollment for e in events} == {e.trusted_only for e in events} == {True, False}
    assert {trait.of for trait in traits} == {"person", "account"}
    assert {s.by for s in signals if isinstance(s, ConfirmedSignal)} == {"person", "manager", "api"}
    assert any(isinstance(signal, MilestoneSignal) for signal in signals)
    assert {cond.op for e in events for cond in e.where} | {trait.cond.op for trait in traits} == set(OPS)
    assert any(len(cond.path) > 1 for e in events for cond in e.where)
    text = str([_criteria(document) for document in northwind])
    assert "'all'" in text
    assert "'any'" in text


def test_the_three_ladders_use_every_part_of_a_ladder_file(northwind):
    used = {key for document in northwind for key in document}
    assert used == set(ladder_files.schema()["properties"])
    assert {document["enroll"]["when"] for document in northwind} == {"first_seen", "event", "finished"}
    assert {key for d in northwind for key in d["enroll"]} == set(
        ladder_files.schema()["properties"]["enroll"]["properties"]
    )
    rungs = [rung for document in northwind for rung in _rungs(document)]
    assert {key for rung in rungs for key in rung} == set(ladder_files.schema()["$defs"]["rung"]["properties"])
    assert {rung["due"]["from"] for rung in rungs if "due" in rung} == {"opened", "enrolled"}
    assert {track for rung in rungs for track in rung.get("tracks", [])} == {"administrator", "power_user", "operator"}
    written = {key for document in northwind for milestone in document["milestones"] for key in milestone}
    # A video would have to play.
    assert set(ladder_files.schema()["$defs"]["milestone"]["properties"]) - written == {"video"}


def test_the_format_is_documented_in_full():
    page = (ROOT / "docs/ladder-file.md").read_text()
    words = set(re.findall(r"[a-z_]+", page))
    schema = ladder_files.schema()
    parts = [
        schema,
        schema["properties"]["enroll"],
        *(schema["$defs"][part] for part in ("feature", "milestone", "rung")),
    ]
    assert {key for part in parts for key in part["properties"]} - words == set()
    assert set(OPS) - set(re.findall(r"`([a-z_]+)`", page)) == set()
    for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        written = yaml.safe_load(block)
        if "criteria" in written:
            assert parse(written["criteria"])
