"""From answers to a ladder: what is included and why, what is left out, which goals follow. Pure."""

import pytest

from milestones.discovery import Asked, Follows, difference, holds, recommend
from tests.ladders import ladder, milestone

DATA = Asked("data", "Where does your data live?", "single")
TEAMS = Asked("teams", "Who will use it?", "multiple")
HOURS = Asked("hours", "How many hours a week do reports take?", "number")
QUESTIONS = [DATA, TEAMS, HOURS]
BASE = ladder(
    milestone("connect", {"event": "Connected"}),
    milestone("warehouse", {"event": "Warehouse Connected"}),
    milestone("report", {"event": "Reported"}),
    rungs={"report": {"requires": ["warehouse", "connect"]}},
)
LIBRARY = {"shift": {"title": "Open the shift board", "criteria": {"event": "Board"}, "tags": {"phases": ["setup"]}}}
RULES = [
    Follows("data", "is", "Warehouse", milestone="warehouse"),
    Follows("teams", "is", "Operators", milestone="shift"),
    Follows(
        "hours", "at_least", "5", goal={"title": "Hours saved", "unit": "hours", "baseline": "answer", "target": 1.0}
    ),
]


def made(**answers):
    return recommend(BASE, LIBRARY, QUESTIONS, RULES, answers)


def placed(recommendation) -> list[str]:
    return [rung["milestone"] for phase in recommendation.document["phases"] for rung in phase["rungs"]]


def test_what_no_answer_asks_for_is_left_out_and_nothing_requires_it():
    found = made(data="Spreadsheets")
    assert placed(found) == ["connect", "report"]
    assert found.document["phases"][0]["rungs"][1]["requires"] == ["connect"]
    assert found.left_out == [("warehouse", "Warehouse", "no answer to “Where does your data live?” asks for it")]


def test_what_an_answer_asks_for_says_so():
    found = made(data="Warehouse", teams=["Operators", "Finance"])
    assert placed(found) == ["connect", "warehouse", "report", "shift"]
    assert found.reasons == {
        "warehouse": ["you said “Warehouse” to “Where does your data live?”"],
        "shift": ["you said “Operators, Finance” to “Who will use it?”"],
    }


def test_a_goal_takes_its_baseline_from_the_answer():
    [goal] = made(hours=7.5).goals
    assert (goal.title, goal.baseline, goal.target, goal.unit) == ("Hours saved", 7.5, 1.0, "hours")
    assert goal.why == "you said “7.5” to “How many hours a week do reports take?”"
    assert made(hours=2).goals == []


def test_what_another_milestone_builds_on_stays_and_says_so():
    builds = ladder(
        milestone("warehouse", {"event": "Warehouse Connected"}),
        milestone("report", {"all": [{"event": "Reported"}, {"milestone": "warehouse"}]}),
    )
    found = recommend(builds, {}, QUESTIONS, RULES, {})
    assert placed(found) == ["warehouse", "report"]
    assert found.reasons == {"warehouse": ["“Report” builds on it"]}


def test_the_base_is_not_touched_and_the_same_answers_give_the_same():
    before = str(BASE)
    assert made(data="Warehouse") == made(data="Warehouse")
    assert str(BASE) == before


def test_other_answers_are_a_difference_and_not_a_surprise():
    differs = difference(made(data="Warehouse").document, made(teams=["Operators"]))
    assert [(key, title) for key, title, _ in differs.comes] == [("shift", "Open the shift board")]
    assert differs.goes == [("warehouse", "Warehouse")]
    assert not difference(made(data="Warehouse").document, made(data="Warehouse"))


@pytest.mark.parametrize(
    ("op", "value", "kind", "answer", "expected"),
    [
        ("is", "warehouse", "single", "Warehouse", True),
        ("is", "5", "number", 5.0, True),
        ("is", "5", "number", "five", False),
        ("at_least", "5", "number", 5, True),
        ("at_most", "5", "number", 6, False),
        ("at_least", "2026-12-01", "date", "2026-12-24", True),
        ("at_most", "2026-12-01", "date", "2026-12-24", False),
        ("answered", "", "text", "Something", True),
        ("answered", "", "text", "", False),
        ("is", "A", "multiple", ["A", "B"], True),
        ("at_least", "A", "multiple", ["A"], False),
        ("at_least", "5", "text", "7", False),
    ],
)
def test_conditions(op, value, kind, answer, expected):
    assert holds(Follows("q", op, value), kind, answer) is expected
