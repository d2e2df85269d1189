"""Discovery in the browser: questions and rules, answers by link and by the manager, the ladder they ask for, and its diff."""

import re

import pytest

from milestones.drafting.saving import draft_of
from milestones.models import AnswerRule, Answers, Goal, Ladder, Milestone, Question, TailoredLadder
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify

BANK, HERE = "/w/acme/discovery/", {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def studio(client, acme, alice, signed_in):
    signed_in(alice)
    publish_ladder(
        acme, ladder(milestone("connect", {"event": "Connected"}), milestone("warehouse", {"event": "Warehouse"}))
    )
    Sender(client, acme).send(identify("petra", role="operator"), group("petra", "harbor", name="Harbor"))
    with workspace_scope(acme.pk):
        content = {"title": "Shift board", "criteria": {"event": "Board"}}
        Milestone.objects.create(workspace=acme, key="shift", title="Shift board", content=content)
    return client


@pytest.fixture
def asked(studio):
    ask = {"text": "Where is your data?", "kind": "single", "options": "Warehouse\nSpreadsheets", "required": "on"}
    studio.post(BANK, ask)
    studio.post(BANK, {"text": "How many operators?", "kind": "number", "roles": ["operator"]})
    studio.post(f"{BANK}where-is-your-data/rules/", {"op": "is", "value": "Warehouse", "milestone": "warehouse"})
    goal = {
        "op": "at_least",
        "value": "3",
        "milestone": "shift",
        "goal": "Operators on board",
        "baseline": "0",
        "target": "answer",
    }
    studio.post(f"{BANK}how-many-operators/rules/", goal)
    return studio


def page_of(acme) -> str:
    with workspace_scope(acme.pk):
        return f"/w/acme/accounts/{Account.objects.get(external_id='harbor').pk}/discovery/"


def link_of(client, acme, **said) -> str:
    page = client.post(f"{page_of(acme)}link/", said).content.decode()
    return re.search(r"/d/[\w-]+/", page)[0]


def test_questions_and_what_follows_are_written_in_the_browser(asked, acme):
    with workspace_scope(acme.pk):
        assert list(Question.objects.order_by("position").values_list("key", "kind", "required")) == [
            ("where-is-your-data", "single", True),
            ("how-many-operators", "number", False),
        ]
        rule = AnswerRule.objects.get(milestone="shift")
        assert rule.goal == {"title": "Operators on board", "unit": "", "baseline": 0.0, "target": "answer"}
    page = asked.get(f"{BANK}how-many-operators/").content.decode()
    assert "“Shift board” belongs on the ladder" in page
    asked.post(f"{BANK}how-many-operators/up/")
    with workspace_scope(acme.pk):
        assert Question.objects.order_by("position").first().key == "how-many-operators"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"text": "", "kind": "text"}, "Write the question."),
        ({"text": "Which?", "kind": "single", "options": "One"}, "Give at least two answers to choose from."),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_beside_its_field(studio, sent, message):
    assert message in studio.post(BANK, sent).content.decode()


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"op": "at_least", "value": "many", "milestone": "shift"}, "Write a number."),
        ({"op": "at_least", "value": "", "milestone": "shift"}, "Say which answer."),
        ({"op": "at_least", "value": "3"}, "Choose a milestone, or name a goal below."),
        ({"op": "at_least", "value": "3", "goal": "X", "target": "lots"}, "Write a number, or “answer”."),
    ],
)
def test_a_rule_without_sense_is_refused_beside_its_field(asked, sent, message):
    assert message in asked.post(f"{BANK}how-many-operators/rules/", sent).content.decode()


def test_a_rule_about_a_day_takes_a_day(studio, acme):
    studio.post(BANK, {"text": "When do you start?", "kind": "date"})
    rule = {"op": "at_least", "milestone": "shift"}
    said = studio.post(f"{BANK}when-do-you-start/rules/", rule | {"value": "soon"}).content.decode()
    assert "Enter a valid date." in said
    assert "Say which answer." in studio.post(f"{BANK}when-do-you-start/rules/", rule).content.decode()
    studio.post(f"{BANK}when-do-you-start/rules/", rule | {"value": "2027-06-01"})
    with workspace_scope(acme.pk):
        assert AnswerRule.objects.get().value == "2027-06-01"


def test_a_question_of_another_kind_keeps_what_was_answered(asked, acme):
    page = page_of(acme)
    asked.post(page, {"q-where-is-your-data": "Warehouse", "q-how-many-operators": "1234567"})
    several = {"text": "How many operators?", "kind": "multiple", "options": "A few\nMany"}
    asked.post(f"{BANK}how-many-operators/", several)
    one = {"text": "Where is your data?", "kind": "single", "options": "A warehouse\nSpreadsheets"}
    asked.post(f"{BANK}where-is-your-data/", one)
    shown = asked.get(page).content.decode()
    assert 'value="Warehouse"' in shown, "it is no longer offered, and still what was said"
    assert 'value="1,234,567"' in shown
    assert "you said “Warehouse”" in shown


def test_goals_taken_from_answers_are_on_the_trail(asked, acme):
    page = page_of(acme)
    asked.post(page, {"q-how-many-operators": "1234567"})
    assert "from 0 to 1,234,567" in asked.get(page).content.decode()
    asked.post(f"{page}goals/")
    with workspace_scope(acme.pk):
        assert "You said “1,234,567” to" in Goal.objects.get().assumptions
        assert AuditEntry.objects.get(verb="took goals from the answers of").detail == {"goals": ["Operators on board"]}


def test_a_customer_answers_without_an_account(asked, client, acme):
    link = link_of(asked, acme)
    client.logout()
    assert "Where is your data?" in client.get(link).content.decode()
    page = client.post(link, {"name": "Petra"}, **HERE).content.decode()
    assert "This field is required." in page
    said = {"name": "Petra", "q-where-is-your-data": "Warehouse", "q-how-many-operators": "5"}
    assert "Thank you." in client.post(link, said, follow=True, **HERE).content.decode()
    with workspace_scope(acme.pk):
        kept = Answers.objects.get()
        assert (kept.answers, kept.answered_by, kept.by_customer) == (
            {"where-is-your-data": "Warehouse", "how-many-operators": 5.0},
            "Petra",
            True,
        )


def test_a_link_of_a_role_asks_its_questions_only_and_keeps_the_others(asked, client, acme):
    asked.post(page_of(acme), {"q-how-many-operators": "2"})
    link = link_of(asked, acme, role="administrator")
    page = client.get(link).content.decode()
    assert "How many operators?" not in page
    client.post(link, {"name": "Ada", "q-where-is-your-data": "Spreadsheets"}, **HERE)
    with workspace_scope(acme.pk):
        assert Answers.objects.get(number=2).answers == {
            "where-is-your-data": "Spreadsheets",
            "how-many-operators": 2.0,
        }


def test_a_link_stops_by_a_new_one_by_hand_and_by_itself(asked, client, acme, time_machine):
    first, second = link_of(asked, acme), link_of(asked, acme)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    asked.post(f"{page_of(acme)}link/", {"do": "revoke"})
    assert client.get(second).status_code == 404
    assert client.post(link_of(asked, acme), {"name": "X"}, HTTP_ORIGIN="https://evil.example").status_code == 403


def test_the_answers_become_a_ladder_that_says_why(asked, acme):
    asked.post(page_of(acme), {"q-where-is-your-data": "Spreadsheets", "q-how-many-operators": "5"})
    page = asked.get(page_of(acme)).content.decode()
    assert "Included because you said “5” to “How many operators?”" in page
    assert "no answer to “Where is your data?” asks for it" in page
    asked.post(f"{page_of(acme)}ladder/", {"base": "path"})
    with workspace_scope(acme.pk):
        tailored = TailoredLadder.objects.select_related("ladder").get()
        document = draft_of(tailored.ladder).document
        assert [each["key"] for each in document["milestones"]] == ["connect", "shift"]
        assert document["enroll"] == {"when": "manual"}
        goal = Goal.objects.get()
        assert (goal.title, goal.target) == ("Operators on board", 5.0)
    assert "has exactly these milestones" in asked.get(page_of(acme)).content.decode()


def test_answering_again_shows_a_difference_first(asked, acme):
    asked.post(page_of(acme), {"q-where-is-your-data": "Spreadsheets", "q-how-many-operators": "5"})
    asked.post(f"{page_of(acme)}ladder/", {"base": "path"})
    asked.post(page_of(acme), {"q-where-is-your-data": "Warehouse", "q-how-many-operators": "1"})
    page = asked.get(page_of(acme)).content.decode()
    assert "from Spreadsheets to Warehouse" in page
    assert "<strong>Comes:</strong> Warehouse, because you said “Warehouse”" in page
    assert "<strong>Goes:</strong> Shift board" in page
    with workspace_scope(acme.pk):
        ladder_made = TailoredLadder.objects.select_related("ladder").get().ladder
        assert "shift" in str(draft_of(ladder_made).document), "nothing changes by itself"
    asked.post(f"{page_of(acme)}ladder/")
    with workspace_scope(acme.pk):
        keys = [each["key"] for each in draft_of(Ladder.objects.get(pk=ladder_made.pk)).document["milestones"]]
        assert keys == ["connect", "warehouse"]


def test_a_link_is_no_way_to_fill_the_database(asked, client, acme, monkeypatch):
    monkeypatch.setattr("milestones.answering.MOST_A_DAY", 2)
    link = link_of(asked, acme)
    said = {"name": "Petra", "q-where-is-your-data": "Warehouse"}
    answers = [client.post(link, said | {"q-how-many-operators": n}, **HERE) for n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 200]
    assert "Please go on tomorrow." in answers[2].content.decode()


def test_the_same_answers_again_are_no_round(asked, acme):
    for _ in range(2):
        asked.post(page_of(acme), {"q-where-is-your-data": "Warehouse"})
    with workspace_scope(acme.pk):
        assert Answers.objects.count() == 1


def test_answers_to_removed_questions_do_no_harm(asked, acme):
    asked.post(page_of(acme), {"q-where-is-your-data": "Warehouse"})
    asked.post(f"{BANK}where-is-your-data/remove/")
    assert asked.get(page_of(acme)).status_code == 200
