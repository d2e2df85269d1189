"""An account's health from events to the kept row: people's steps, usual times, what members say, and each change once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from milestones.checklist.actions import answer, ask_for_help, confirm
from milestones.health.measuring import keep, measure, measure_everybody, turns
from milestones.health.standing import end, say
from milestones.models import AccountHealth, Enrollment, HealthChange, Ladder, PeerTime, UsualTime
from milestones.tasks import measure_health_everywhere
from onboarding import clock
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all, group, identify, track

DAY = timedelta(days=1)


@pytest.fixture
def harbor(client, acme):
    """Harbor: four people of whom two have reported and one has shared, ten days in."""
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"})))
    sender, start = Sender(client, acme), clock.now() - 10 * DAY
    for number in range(4):
        sender.send(
            identify(f"p{number}", start, name=f"Person {number}"), group(f"p{number}", "harbor", start, name="Harbor")
        )
    sender.send(*[track(f"p{number}", "Reported", start + DAY, account="harbor") for number in range(2)])
    sender.send(track("p0", "Shared", start + 2 * DAY, account="harbor"))
    return sender


def health(workspace) -> AccountHealth:
    with workspace_scope(workspace.pk):
        measure_everybody(clock.now())
        return AccountHealth.objects.select_related("ladder").get(account__external_id="harbor")


def test_what_is_kept_of_an_account(harbor, acme):
    row = health(acme)
    assert [(key, state) for key, _, state, _ in row.stones] == [("report", "reached"), ("share", "open")]
    assert (row.reached, row.total, row.next_title, row.people, row.active) == (1, 2, "Share", 4, 0)
    assert (row.pace, row.reason) == ("at_risk", "inactive"), "nobody has come for eight days"
    assert row.held == 3, "one of the four has finished"
    assert row.findings[0][0] == "silent"
    harbor.send(track("p3", "Looked", account="harbor"))
    row = health(acme)
    assert (row.pace, row.reason, row.active) == ("on_track", "usual_pace", 1)
    with workspace_scope(acme.pk):
        [change] = HealthChange.objects.all()
        assert (change.was, change.pace, change.finding[0]) == ("at_risk", "on_track", "nearly")
        measure_everybody(clock.now())
        assert HealthChange.objects.count() == 1, "measuring again changes nothing"
        assert row.since == AccountHealth.objects.get(pk=row.pk).since


def test_slow_by_what_is_usual_of_a_role_or_of_all(harbor, acme):
    harbor.send(track("p3", "Looked", account="harbor"), track("p2", "Looked", account="harbor"))
    own = {"workspace": acme, "people": 20, "low": 1, "middle": 2, "measured_at": clock.now()}
    with workspace_scope(acme.pk):
        path, account = Ladder.objects.get(), Account.objects.get()
        UsualTime.objects.create(**own, ladder=path, rung="share", role="", high=4)
        case = measure([account.pk], clock.now())[account.pk].case
        assert [(rung.key, rung.at_it, rung.slow) for rung in case.rungs] == [("report", 2, 0), ("share", 3, 3)]
        assert health(acme).pace == "at_risk", "longer than nine in ten need, and nothing has moved for as long"
        UsualTime.objects.create(**own, ladder=path, rung="share", role="operator", high=30)
        enrolled = Enrollment.objects.get(seat__person__external_id="p3")
        enrolled.seat.role = "operator"
        enrolled.seat.save(update_fields=["role"])
        case = measure([account.pk], clock.now())[account.pk].case
        assert case.rungs[1].slow == 2, "operators usually take longer"


def test_what_is_not_there_yet_at_a_moment_is_not_seen(harbor, acme):
    with workspace_scope(acme.pk):
        account = Account.objects.get()
        earlier = measure([account.pk], clock.now() - 9.5 * DAY)[account.pk].case
        assert [(rung.reached, rung.asked) for rung in earlier.rungs] == [(0, 4), (0, 4)]


def test_a_call_for_help_waits_until_it_is_answered(harbor, acme, time_machine):
    harbor.send(*[track(f"p{number}", "Looked", account="harbor") for number in range(4)])
    with workspace_scope(acme.pk):
        climb = Enrollment.objects.select_related("seat__person", "ladder", "version").get(
            seat__person__external_id="p2"
        )
        ask_for_help(climb, "report", text="How?")
    drain_all(acme)
    time_machine.move_to(clock.now() + 2.5 * DAY, tick=False)
    row = health(acme)
    assert (row.pace, row.reason, row.findings[0][0]) == ("at_risk", "blocked_by_us", "unanswered")
    assert row.findings[0][2]["who"] == "Person 2"
    with workspace_scope(acme.pk):
        answer(climb, "report", actor="Alice", note="")
    drain_all(acme)
    assert health(acme).reason != "blocked_by_us"


def test_a_member_says_it_and_says_that_it_is_over(harbor, acme):
    harbor.send(track("p3", "Looked", account="harbor"))
    with workspace_scope(acme.pk):
        member, account = Member.objects.get(), Account.objects.get()
        say(account, kind="blocked_by_them", note="Their audit", until=None, member=member)
        row = AccountHealth.objects.get()
        assert (row.pace, row.reason) == ("stalled", "blocked_by_them")
        say(account, kind="blocked_by_them", note="Their audit, part two", until=None, member=member)
        assert AccountHealth.objects.get().findings[0][2]["note"] == "Their audit, part two"
        assert end(account, member=member)
        assert AccountHealth.objects.get().pace == "on_track"
        assert not end(account, member=member)


def test_tests_are_left_out_and_go_again(harbor, acme):
    assert health(acme)
    with workspace_scope(acme.pk):
        Account.objects.update(is_test=True)
        measure_everybody(clock.now())
        assert not AccountHealth.objects.exists()
        Account.objects.update(is_test=False)
        Person.objects.filter(external_id__in=["p0", "p1"]).update(is_test=True)
        measure_everybody(clock.now())
        assert AccountHealth.objects.get().people == 2


def test_only_those_that_were_seen_since_are_measured_again(harbor, acme, time_machine):
    measure_health_everywhere()
    with workspace_scope(acme.pk):
        assert AccountHealth.objects.get().active == 0, "the worker has measured it"
        assert turns(everybody=False) == []
    harbor.send(track("p3", "Looked", clock.now() + DAY / 100, account="harbor"))
    with workspace_scope(acme.pk):
        assert len(turns(everybody=False)) == 1
    time_machine.move_to(clock.now() + timedelta(minutes=2), tick=False)
    measure_health_everywhere()
    with workspace_scope(acme.pk):
        assert AccountHealth.objects.get().active == 1


def test_it_is_compared_with_the_most_telling_group_of_which_something_is_known(harbor, acme):
    own = {"workspace": acme, "accounts": 14, "reached": 9, "measured_at": clock.now()}
    with workspace_scope(acme.pk):
        path, account = Ladder.objects.get(), Account.objects.get()
        Account.objects.update(traits={"industry": "freight", "plan": "pro"})
        PeerTime.objects.create(**own, ladder=path, rung="share", trait="plan", value="pro", middle=8)
        PeerTime.objects.create(**own, ladder=path, rung="share", trait="", value="", middle=1)
        case = measure([account.pk], clock.now())[account.pk].case
        assert case.like == (14, "pro")
        assert [rung.peers for rung in case.rungs] == [None, 8.0]


def test_confirmed_to_the_end_it_is_finished(harbor, acme):
    with workspace_scope(acme.pk):
        for climb in Enrollment.objects.select_related("seat__person", "ladder", "version"):
            for key in ("report", "share"):
                confirm(climb, key, by="manager", actor="Alice")
    drain_all(acme)
    row = health(acme)
    assert (row.pace, row.next_title, row.reached) == ("finished", "", 2)


def test_a_hundred_accounts_take_as_many_queries_as_two(harbor, acme, django_assert_num_queries):
    start = clock.now() - 10 * DAY
    for number in range(1, 101):
        harbor.send(identify(f"q{number}", start), group(f"q{number}", f"a{number}", start))
    with workspace_scope(acme.pk):
        accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True))
        keep(accounts, clock.now())
        with CaptureQueriesContext(connection) as of_two:
            keep(accounts[:2], clock.now())
        with django_assert_num_queries(len(of_two)):
            keep(accounts, clock.now())
        assert AccountHealth.objects.filter(total=2).count() == 101
