"""A team step shows how far the team is, live, and who did what only where the workspace allows it."""

from datetime import timedelta

import pytest

from milestones.checklist.document import document
from milestones.models import Enrollment
from milestones.quorum import SeatSpan, standing_of_people, standing_of_share
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

NOW = clock.now()


@pytest.fixture
def sender(client, acme):
    publish_ladder(
        acme,
        ladder(
            milestone("board", {"event": "Board", "by": {"role": "operator", "share": 0.5, "at_least": 2}}),
            milestone("build", {"event": "Built", "by": {"people": 2}}),
        ),
    )
    sender, start = Sender(client, acme), NOW - timedelta(days=3)
    for person, role in (("petra", "operator"), ("kofi", "operator"), ("luis", "operator"), ("ada", "administrator")):
        sender.send(identify(person, start, role=role, name=person.title()), group(person, "harbor", start))
    return sender


def team(acme, person: str, key: str) -> dict:
    with workspace_scope(acme.pk):
        row = Enrollment.objects.get(seat__person__external_id=person)
        shown = document(row, now=clock.now())
    return next(rung["team"] for phase in shown["phases"] for rung in phase["rungs"] if rung["key"] == key)


def revision(acme, person: str) -> int:
    with workspace_scope(acme.pk):
        return Enrollment.objects.get(seat__person__external_id=person).revision


def test_what_a_colleague_does_shows_for_everybody(acme, sender):
    assert team(acme, "petra", "board") == {"done": 0, "needed": 2, "names": [], "missing": []}
    before = revision(acme, "petra")
    sender.send(track("kofi", "Board"))
    assert team(acme, "petra", "board")["done"] == 1
    assert revision(acme, "petra") > before, "a page that is open learns of it"
    sender.send(track("ada", "Board"))
    assert team(acme, "petra", "board")["done"] == 1, "of another role"


def test_names_are_said_only_where_the_workspace_allows_it(acme, sender):
    sender.send(track("kofi", "Board"))
    acme.names_colleagues = True
    acme.save()
    told = team(acme, "petra", "board")
    assert (told["names"], sorted(told["missing"])) == (["Kofi"], ["Luis", "Petra"])


def test_a_step_that_is_reached_says_by_whom(acme, sender):
    acme.names_colleagues = True
    acme.save()
    sender.send(track("kofi", "Built", NOW - timedelta(hours=2)), track("ada", "Built", NOW - timedelta(hours=1)))
    assert team(acme, "petra", "build")["names"] == ["Kofi", "Ada"]


def test_somebody_without_a_company_has_no_team(client, acme, sender):
    sender.send(identify("solo"))
    assert team(acme, "solo", "board") is None


def test_leavers_count_among_people_and_not_in_a_share():
    from milestones.climbing import Found

    day = timedelta(days=1)
    seats = [SeatSpan(1, NOW - 9 * day, NOW - day, ((NOW - 9 * day, "operator"),)), SeatSpan(2, NOW - 9 * day, None)]
    met = {1: Found(NOW - 2 * day)}
    assert standing_of_people(seats, met, people=2, at=NOW).done == (1,)
    assert standing_of_share(seats, met, role="operator", share=0.5, at_least=1, at=NOW).done == ()
