"""Everybody under way is moved to a published version, a batch in a turn, once."""

from collections import Counter
from datetime import timedelta

import pytest

from milestones import moving
from milestones.lookups import workspaces_moving
from milestones.models import Enrollment, Progress
from milestones.replay import compare
from milestones.tasks import move_waiting
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.decoding import Kind
from onboarding.tracking.models import Event
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all, identify, track

PEOPLE = [f"p{number}" for number in range(7)]


@pytest.fixture
def sender(client, acme, monkeypatch):
    monkeypatch.setattr(moving, "AT_A_TIME", 3)
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"})))
    sender, start = Sender(client, acme), clock.now() - timedelta(days=3)
    sender.send(*(identify(person, start) for person in PEOPLE), track("p0", "Reported", start))
    return sender


def harder(count: int) -> dict:
    return ladder(milestone("report", {"event": "Reported", "count": count}))


def versions(workspace) -> Counter:
    with workspace_scope(workspace.pk):
        return Counter(Enrollment.objects.values_list("version__number", flat=True))


def test_the_first_are_moved_at_once_and_the_rest_in_turns(acme, sender):
    publish_ladder(acme, harder(2), policy="follow")
    drain_all(acme)
    assert versions(acme) == {1: 4, 2: 3}
    assert workspaces_moving() == [acme.pk]
    move_waiting()
    drain_all(acme)
    assert versions(acme) == {2: 7}
    assert workspaces_moving() == []
    with workspace_scope(acme.pk):
        assert Event.objects.filter(kind=Kind.CAIRN).count() == len(PEOPLE), "nobody is moved twice"
        assert Progress.objects.filter(reached_at__isnull=False).count() == 1, "what was reached is carried"
        assert list(compare()) == []


def test_a_version_published_meanwhile_has_the_last_word(acme, sender):
    publish_ladder(acme, harder(2), policy="follow")
    publish_ladder(acme, harder(3), policy="carry", carry=set())
    with workspace_scope(acme.pk):
        while moving.move_some() is not None:
            pass
    drain_all(acme)
    assert versions(acme) == {3: 7}
    with workspace_scope(acme.pk):
        assert list(compare()) == []


def test_those_who_come_meanwhile_are_not_moved(acme, sender):
    publish_ladder(acme, harder(2), policy="follow")
    sender.send(identify("late"))
    with workspace_scope(acme.pk):
        while moving.move_some() is not None:
            pass
    drain_all(acme)
    assert versions(acme) == {2: 8}
    with workspace_scope(acme.pk):
        moved = Event.objects.filter(kind=Kind.CAIRN).values_list("user_id", flat=True)
        assert sorted(moved) == PEOPLE
