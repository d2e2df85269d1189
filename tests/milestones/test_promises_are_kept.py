"""Nothing announced is taken back: a late fact that would undo a reach leaves a `kept` promise."""

from datetime import timedelta

from milestones.acts import write
from milestones.models import Progress
from milestones.replay import compare
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import EventName, Seat
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all, group, identify, track

DAY = timedelta(days=1)


def progress(workspace, user="hannah", key="team"):
    with workspace_scope(workspace.pk):
        return Progress.objects.get(enrollment__seat__person__external_id=user, key=key)


def half_of_operators(client, workspace):
    document = ladder(milestone("team", {"event": "Opened", "by": {"role": "operator", "share": 0.5}}))
    publish_ladder(workspace, document)
    sender, start = Sender(client, workspace), clock.now() - 9 * DAY
    sender.send(identify("hannah", start, role="operator"), group("hannah", "harbor", start))
    sender.send(track("hannah", "Opened", start + 2 * DAY))
    return sender, start


def test_colleagues_who_turn_out_to_have_been_there_undo_nothing(client, acme):
    sender, start = half_of_operators(client, acme)
    reached_at = progress(acme).reached_at
    assert reached_at == start + 2 * DAY
    for user in ("kofi", "petra", "luis"):
        at = start + DAY
        sender.send(identify(user, at, role="operator"), group(user, "harbor", at))
    kept = progress(acme)
    assert (kept.reached_at, kept.how) == (reached_at, "kept")
    with workspace_scope(acme.pk):
        assert EventName.objects.filter(name="cairn:kept").exists()
        assert list(compare()) == []


def test_a_reopening_outlives_the_promise(client, acme):
    half_of_operators(client, acme)
    with workspace_scope(acme.pk):
        seat = Seat.objects.select_related("person", "account").get()
        write(verb="reopened", seat=seat, ladder="path", rung="team", actor="Alice")
    drain_all(acme)
    assert progress(acme).reached_at is None
    with workspace_scope(acme.pk):
        assert not EventName.objects.filter(name="cairn:kept").exists()
        assert list(compare()) == []
