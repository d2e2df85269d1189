"""What the language of criteria takes and what it refuses, with the place of the fault named."""

import pytest

from milestones.criteria import CriteriaError, EventSignal, Group, TraitSignal, parse

SHARED = {"event": "Shared"}


def where(**cond):
    return {"event": "Shared", "where": [cond]}


def nested(depth):
    return SHARED if depth == 0 else {"all": [nested(depth - 1)]}


REFUSED = [
    # the whole
    (None, ""),
    ("Shared", ""),
    ([SHARED], ""),
    ({}, ""),
    ({"events": "Shared"}, ""),
    ({"event": "Shared", "trait": "plan"}, ""),
    ({"event": "Shared", "milestone": "first"}, ""),
    # groups
    ({"all": []}, "all"),
    ({"any": {}}, "any"),
    ({"any": SHARED}, "any"),
    ({"all": [SHARED], "any": [SHARED]}, ""),
    ({"all": [SHARED], "event": "Shared"}, ""),
    ({"all": [SHARED, "Shared"]}, "all[1]"),
    ({"all": [SHARED, {"any": [SHARED, {}]}]}, "all[1].any[1]"),
    (nested(4), "all[0].all[0].all[0]"),
    ({"any": [SHARED] * 21}, "any[20]"),
    ({"any": [{"all": [SHARED] * 20}, SHARED]}, "any[1]"),
    # events
    ({"event": ""}, "event"),
    ({"event": 5}, "event"),
    ({"event": None}, "event"),
    ({"event": "x" * 201}, "event"),
    ({"event": "a\x00b"}, "event"),
    ({"event": "a\nb"}, "event"),
    ({"event": "\ud83d"}, "event"),
    ({**SHARED, "when": "now"}, ""),
    ({**SHARED, "from": "browser"}, "from"),
    ({**SHARED, "from": None}, "from"),
    ({**SHARED, "from": ["any"]}, "from"),
    # count, distinct, sum
    ({**SHARED, "count": 0}, "count"),
    ({**SHARED, "count": 1001}, "count"),
    ({**SHARED, "count": 2.0}, "count"),
    ({**SHARED, "count": True}, "count"),
    ({**SHARED, "count": "2"}, "count"),
    ({**SHARED, "count": 2, "distinct": {"property": ["p"], "at_least": 2}}, ""),
    ({**SHARED, "distinct": 2}, "distinct"),
    ({**SHARED, "distinct": {"at_least": 2}}, "distinct.property"),
    ({**SHARED, "distinct": {"property": ["p"]}}, "distinct.at_least"),
    ({**SHARED, "distinct": {"property": ["p"], "at_least": 0}}, "distinct.at_least"),
    ({**SHARED, "distinct": {"property": ["p"], "at_least": 1.5}}, "distinct.at_least"),
    ({**SHARED, "distinct": {"property": ["p"], "at_least": 2, "most": 3}}, "distinct"),
    ({**SHARED, "sum": {"property": [], "at_least": 2}}, "sum.property"),
    ({**SHARED, "sum": {"property": [""], "at_least": 2}}, "sum.property[0]"),
    ({**SHARED, "sum": {"property": ["p"], "at_least": 0}}, "sum.at_least"),
    ({**SHARED, "sum": {"property": ["p"], "at_least": -1}}, "sum.at_least"),
    ({**SHARED, "sum": {"property": ["p"], "at_least": "2"}}, "sum.at_least"),
    ({**SHARED, "sum": {"property": ["p"], "at_least": float("nan")}}, "sum.at_least"),
    ({**SHARED, "sum": {"property": ["p"], "at_least": float("inf")}}, "sum.at_least"),
    # within
    ({**SHARED, "within": 7}, "within"),
    ({**SHARED, "within": {}}, "within.days"),
    ({**SHARED, "within": {"days": 0}}, "within.days"),
    ({**SHARED, "within": {"days": -1}}, "within.days"),
    ({**SHARED, "within": {"days": "7"}}, "within.days"),
    ({**SHARED, "within": {"days": True}}, "within.days"),
    ({**SHARED, "within": {"days": float("nan")}}, "within.days"),
    ({**SHARED, "within": {"days": 7, "of": "start"}}, "within.of"),
    ({**SHARED, "within": {"days": 7, "of": None}}, "within.of"),
    ({**SHARED, "within": {"weeks": 1}}, "within"),
    # by
    ({**SHARED, "by": "people"}, "by"),
    ({**SHARED, "by": None}, "by"),
    ({**SHARED, "by": {}}, "by.share"),
    ({**SHARED, "by": {"people": 0}}, "by.people"),
    ({**SHARED, "by": {"people": 2, "share": 0.5}}, "by"),
    ({**SHARED, "by": {"role": "operator"}}, "by.share"),
    ({**SHARED, "by": {"role": "operator", "share": 0}}, "by.share"),
    ({**SHARED, "by": {"role": "operator", "share": 1.01}}, "by.share"),
    ({**SHARED, "by": {"share": 0.5}}, "by.role"),
    ({**SHARED, "by": {"role": "", "share": 0.5}}, "by.role"),
    ({**SHARED, "by": {"role": "operator", "share": 0.5, "at_least": 0}}, "by.at_least"),
    ({**SHARED, "by": {"people": 2}, "sum": {"property": ["p"], "at_least": 2}}, "by"),
    (
        {**SHARED, "by": {"role": "operator", "share": 0.5}, "distinct": {"property": ["p"], "at_least": 2}},
        "by",
    ),
    # conditions
    ({**SHARED, "where": {}}, "where"),
    ({**SHARED, "where": [{"property": ["p"], "op": "exists"}] * 21}, "where"),
    ({**SHARED, "where": ["p"]}, "where[0]"),
    (where(op="eq", value=1), "where[0].property"),
    (where(property=[], op="eq", value=1), "where[0].property"),
    (where(property=["a", 5], op="eq", value=1), "where[0].property[1]"),
    (where(property=["a"] * 11, op="eq", value=1), "where[0].property"),
    (where(property=["p"], op="equals", value=1), "where[0].op"),
    (where(property=["p"], op=None, value=1), "where[0].op"),
    (where(property=["p"], op="eq"), "where[0].value"),
    (where(property=["p"], op="eq", value=None), "where[0].value"),
    (where(property=["p"], op="eq", value=[1]), "where[0].value"),
    (where(property=["p"], op="eq", value={"a": 1}), "where[0].value"),
    (where(property=["p"], op="eq", value=float("nan")), "where[0].value"),
    (where(property=["p"], op="eq", value="a\x00"), "where[0].value"),
    (where(property=["p"], op="in", value="a"), "where[0].value"),
    (where(property=["p"], op="in", value=[]), "where[0].value"),
    (where(property=["p"], op="in", value=["a"] * 101), "where[0].value"),
    (where(property=["p"], op="not_in", value=["a", None]), "where[0].value[1]"),
    (where(property=["p"], op="not_in", value=["a", ["b"]]), "where[0].value[1]"),
    (where(property=["p"], op="gt", value=True), "where[0].value"),
    (where(property=["p"], op="lte", value=[1]), "where[0].value"),
    (where(property=["p"], op="starts_with", value=5), "where[0].value"),
    (where(property=["p"], op="eq", value=1, unit="EUR"), "where[0]"),
    ({"all": [SHARED, where(property=["p"], op="==", value=1)]}, "all[1].where[0].op"),
    # traits, milestones, confirmations
    ({"trait": ""}, "trait"),
    ({"trait": ["plan"], "op": "eq", "value": 1}, "trait"),
    ({"trait": "plan", "of": "company", "op": "eq", "value": "pro"}, "of"),
    ({"trait": "plan", "op": "is", "value": "pro"}, "op"),
    ({"trait": "plan", "op": "eq"}, "value"),
    ({"trait": "plan", "op": "eq", "value": "pro", "count": 2}, ""),
    ({"trait": "plan", "op": "eq", "value": "pro", "from": "browser"}, "from"),
    ({"milestone": ""}, "milestone"),
    ({"milestone": 5}, "milestone"),
    ({"milestone": "first", "count": 2}, ""),
    ({"confirmed_by": "anybody"}, "confirmed_by"),
    ({"confirmed_by": None}, "confirmed_by"),
    ({"confirmed_by": ["person"]}, "confirmed_by"),
    ({"confirmed_by": "person", "count": 2}, ""),
]


@pytest.mark.parametrize(("document", "place"), REFUSED, ids=lambda part: ascii(part)[:70])
def test_it_refuses_what_does_not_fit_and_names_the_place(document, place):
    with pytest.raises(CriteriaError) as caught:
        parse(document)
    assert caught.value.place == place
    assert str(caught.value) == f"{place or 'criteria'}: {caught.value.message}"


TAKEN = [
    SHARED,
    {**SHARED, "count": 1000},
    {**SHARED, "where": []},
    {**SHARED, "from": "any", "by": "account", "within": {"days": 0.5}},
    {**SHARED, "within": {"days": 3650, "of": "enrollment"}},
    {**SHARED, "sum": {"property": ["a", "b"], "at_least": 0.001}, "by": "account"},
    {**SHARED, "distinct": {"property": ["a"], "at_least": 1000}},
    {**SHARED, "count": 3, "by": {"people": 2}},
    {**SHARED, "by": {"role": "operator", "share": 1, "at_least": 5}},
    {"event": "x" * 200},
    {"event": "50% “off” – \\ $1 \U0001f600"},
    where(property=["a"] * 10, op="exists"),
    where(property=["p"], op="missing"),
    where(property=["p"], op="eq", value=""),
    where(property=["p"], op="eq", value=False),
    where(property=["p"], op="in", value=["a", 1, True]),
    where(property=["p"], op="gt", value="2026-01-01"),
    where(property=["p"], op="contains", value=5),
    {"trait": "plan", "op": "missing"},
    {"trait": "plan", "of": "account", "op": "not_in", "value": ["free"], "from": "any"},
    {"milestone": "first"},
    {"confirmed_by": "api"},
    {"any": [SHARED] * 20},
    nested(3),
]


@pytest.mark.parametrize("document", TAKEN, ids=lambda document: ascii(document)[:70])
def test_it_takes_what_fits(document):
    criteria = parse(document)
    assert criteria.signals
    assert parse(document) == criteria
    assert hash(criteria) == hash(parse(document))


def test_what_is_left_out_has_its_default():
    [signal] = parse(SHARED).signals
    assert signal == EventSignal("Shared", (), True, "count", 1, (), None, False, "person")
    [trait] = parse({"trait": "plan", "op": "exists"}).signals
    assert isinstance(trait, TraitSignal)
    assert (trait.of, trait.trusted_only) == ("person", True)


def test_signals_are_numbered_as_they_are_written():
    criteria = parse({"all": [SHARED, {"any": [{"event": "Opened"}, {"milestone": "first"}]}]})
    assert criteria.root == Group("all", (0, Group("any", (1, 2))))
    assert [type(signal).__name__ for signal in criteria.signals] == ["EventSignal", "EventSignal", "MilestoneSignal"]


def test_one_and_true_are_different_criteria():
    assert parse(where(property=["p"], op="eq", value=1)) != parse(where(property=["p"], op="eq", value=True))
    assert parse(where(property=["p"], op="in", value=[0])) != parse(where(property=["p"], op="in", value=[False]))
