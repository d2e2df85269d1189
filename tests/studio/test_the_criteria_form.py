"""Criteria as fields: what the form shows gives back what it was made from, and bad input is told where it stands."""

from pathlib import Path

import pytest
import yaml

from milestones.criteria import parse
from milestones.studio.criteria_form import as_form, change, read_form, read_list, read_value, to_criteria, value_text

ROOT = Path(__file__).resolve().parents[2]


def written():
    for path in sorted((ROOT / "ladders").glob("*.yaml")):
        document = yaml.safe_load(path.read_text())
        for milestone in document["milestones"]:
            yield pytest.param(milestone["criteria"], id=f"{path.stem}-{milestone['key']}")
        for rung in (rung for phase in document["phases"] for rung in phase["rungs"]):
            if "criteria" in rung.get("override", {}):
                yield pytest.param(rung["override"]["criteria"], id=f"{path.stem}-{rung['milestone']}-placed")


def fields_of(node, path="c"):
    """The fields that a browser would send for a form."""
    if "parts" in node:
        sent = {f"{path}:kind": node["kind"], f"{path}:size": str(len(node["parts"]))}
        if node.get("is_bare"):
            sent["c:is_bare"] = "1"
        for number, part in enumerate(node["parts"]):
            sent |= fields_of(part, f"{path}.{number}")
        return sent
    sent = {f"{path}:{name}": value for name, value in node.items() if name != "where"}
    if "where" in node:
        sent[f"{path}:size"] = str(len(node["where"]))
        for number, cond in enumerate(node["where"]):
            sent |= {f"{path}.w{number}:{name}": value for name, value in cond.items()}
    return sent


@pytest.mark.parametrize("criteria", list(written()))
def test_what_the_form_shows_is_what_is_saved(criteria):
    form = as_form(criteria)
    sent = read_form(fields_of(form))
    assert sent == form
    document, errors = to_criteria(sent)
    assert not errors
    assert parse(document) == parse(criteria)


@pytest.mark.parametrize(
    "value", ["daily", "5", "007", "-1.5", "true", "a, b", '"quoted"', " spaced", "", 5, -2, 2.5, True, False], ids=repr
)
def test_a_value_is_typed_as_it_is_meant(value):
    typed = read_value(value_text(value))
    assert (typed, type(typed)) == (value, type(value))


def test_a_list_keeps_commas_and_types():
    assert read_list('daily, "a, b", 5, "5"\ntrue') == ["daily", "a, b", 5, "5", True]


def sent(**fields):
    return read_form(
        {"c:kind": "all", "c:size": "1", "c:is_bare": "1"}
        | {key.replace("__", ":").replace("_", "."): value for key, value in fields.items()}
    )


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"c_0__event": ""}, "c.0:event", "Name the event that your product sends."),
        ({"c_0__event": "x" * 201}, "c.0:event", "Needs text of 1 to 200 characters."),
        ({"c_0__event": "Shared", "c_0__n": "many"}, "c.0:n", "Write a number."),
        ({"c_0__event": "Shared", "c_0__n": "5000"}, "c.0:n", "Needs a whole number from 1 to 1000."),
        (
            {"c_0__event": "Shared", "c_0__window": "sliding", "c_0__days": "0"},
            "c.0:days",
            "Needs a number above 0, at most 3650.",
        ),
        (
            {"c_0__event": "Shared", "c_0__by": "role", "c_0__share": "150"},
            "c.0:share",
            "Write a percentage above 0, at most 100.",
        ),
        ({"c_0__event": "Shared", "c_0__size": "1", "c_0_w0__property": ""}, "c.0.w0:property", "Name the property."),
        ({"c_0__kind": "milestone"}, "c.0:milestone", "Choose a milestone that stands earlier on the ladder."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(fields, field, message):
    document, errors = to_criteria(sent(**fields))
    assert document is None
    assert errors[field] == message


def test_the_buttons_build_a_tree():
    form = as_form(None)
    for do in ("add c", "group c", "cond c.0", "add c.2", "remove c.1"):
        form = change(form, do)
    assert [part["kind"] for part in form["parts"]] == ["event", "any"]
    assert len(form["parts"][0]["where"]) == 1
    assert len(form["parts"][1]["parts"]) == 2
    assert not form["is_bare"]
    assert change(form, "uncond c.0.w0")["parts"][0]["where"] == []
    assert len(change(form, "remove c.9")["parts"]) == 2


def test_a_form_that_is_too_large_is_cut_at_the_languages_bounds():
    wide = {"c:kind": "all", "c:size": "999"}
    assert len(read_form(wide)["parts"]) == 20
    deep = {"c:kind": "all", "c:size": "1"} | {
        f"c{'.0' * depth}:{name}": value for depth in range(1, 9) for name, value in (("kind", "all"), ("size", "1"))
    }
    node, depth = read_form(deep), 0
    while "parts" in node:
        node, depth = node["parts"][0], depth + 1
    assert depth == 3
