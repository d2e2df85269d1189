"""Nothing announced is taken back: a late fact that would undo a reach leaves a `kept` promise."""

from datetime import timedelta

from milestones.acts import write
from milestones.models import Enrollment, Progress
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


def test_a_promise_belongs_to_the_enrollment_in_which_it_was_made(client, acme):
    sender, start = half_of_operators(client, acme)
    with workspace_scope(acme.pk):
        seat = Seat.objects.select_related("person", "account").get()
        write(verb="unenrolled", seat=seat, ladder="path", at=start + 5 * DAY)
        write(verb="enrolled", seat=seat, ladder="path", at=start + 6 * DAY)
    drain_all(acme)
    for user in ("kofi", "petra", "luis"):
        at = start + DAY
        sender.send(identify(user, at, role="operator"), group(user, "harbor", at))
    with workspace_scope(acme.pk):
        told = Progress.objects.filter(enrollment__seat=seat).order_by("enrollment__ordinal")
        assert list(told.values_list("how", "reached_at")) == [("kept", start + 2 * DAY), ("", None)]
        assert list(compare()) == []


def test_a_promise_is_nobody_s_activity(client, acme):
    """What the second ladder asks of the company comes after hannah's last fact: a promise written now does not take her on."""
    sender, start = half_of_operators(client, acme)
    where = [{"trait": "plan", "of": "account", "op": "eq", "value": "pro"}]
    enroll = {"when": "first_seen", "since": "2020-01-01", "where": where}
    publish_ladder(acme, ladder(milestone("any", {"event": "Opened"}), key="pro", enroll=enroll))
    sender.send(group("kofi", "harbor", start + 3 * DAY, plan="pro"))
    for user in ("kofi", "petra", "luis"):
        at = start + DAY
        sender.send(identify(user, at, role="operator"), group(user, "harbor", at))
    assert progress(acme).how == "kept"
    with workspace_scope(acme.pk):
        assert not Enrollment.objects.filter(ladder__key="pro", seat__person__external_id="hannah").exists()
        assert list(compare()) == []
