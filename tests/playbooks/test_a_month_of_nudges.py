"""A simulated month with real workers that share a moved clock: no cap is broken, no quiet hour, nothing is sent twice or too late.

Two workers and two beats run at once, and workers are killed in the middle of it.
"""

import os
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import redis
from celery import Celery
from django.db import connections

from milestones.lookups import workspaces_with_changes_due
from milestones.models import Enrollment, Progress
from onboarding import clock
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.lookups import workspaces_with_inbox_rows
from onboarding.tracking.models import Person
from playbooks.lookups import workspaces_to_nudge
from playbooks.models import Attention, Delivery, Nudge, Preference, Session, Suppression
from playbooks.nudging.attention import stop
from playbooks.nudging.switching import switch_off, switch_on
from playbooks.nudging.words import REASONS
from tests.conftest import clone, drop, use_database, with_number
from tests.live import Live, with_database
from tests.playbooks.month import (
    DAY,
    DAYS,
    HOUR,
    START,
    Sink,
    break_tasks,
    hold_sessions,
    mend_tasks,
    open_world,
    some_choose,
    some_do_otherwise,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("live")]
KILLS = 8
BEING_WRITTEN = timedelta(seconds=10)
WENT = ("sent", "unknown")
OF_A_WORKSPACE = ("milestones.drain", "playbooks.nudge")


@pytest.fixture
def month(migrated_database, tmp_path, django_db_blocker, settings):
    """(the world, its processes, its mail server, a function that sets the clock) on a database of their own."""
    usual, name = connections["default"].settings_dict["NAME"], f"{migrated_database}_month_{os.getpid()}"
    clone(migrated_database, name)
    (tmp_path / "state").mkdir()
    file = tmp_path / "clock"
    sink = Sink()
    server = sink.serve()

    def set_clock(moment: datetime) -> None:
        fresh = file.with_suffix(".new")
        fresh.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        fresh.replace(file)

    set_clock(START)
    env = {each: with_database(os.environ[each], name) for each in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    env["REDIS_URL"] = with_number(os.environ["REDIS_URL"], 15)
    env |= {
        "CAIRN_CLOCK_FILE": str(file),
        "CAIRN_TEST_SMTP": f"smtp://127.0.0.1:{server.port}",
    }
    redis.Redis.from_url(env["REDIS_URL"]).flushdb()
    settings.CAIRN_CLOCK_FILE = str(file)
    live = Live(env, tmp_path / "state", has_twins=True)
    try:
        with django_db_blocker.unblock():
            use_database(name)
            yield open_world(), live, sink, set_clock
    finally:
        live.stop()
        server.stop()
        with django_db_blocker.unblock():
            use_database(usual)
        drop(name)


def test_a_month(month):
    world, live, sink, set_clock = month
    live.start()
    broker = Celery(
        broker=live.env["REDIS_URL"].replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    )
    chance = random.Random(1)
    kills = {chance.randrange(24, DAYS * 24 - 48) for _ in range(KILLS)}
    for hour in range(DAYS * 24):
        set_clock(START + hour * HOUR)
        world.send(hour)
        _happenings(world, sink, hour)
        if hour % 6 == 5:
            _ask(broker, world, ["playbooks.mind_ratings"])
        if hour in kills:
            _ask(broker, world, [*OF_A_WORKSPACE])
            live.kill(chance.choice(["worker", "worker-2"]))
            live.start()
        _settle(live, broker, world)
    live.eventually(lambda: not _sessions_to_tell(world), "What is said of sessions was not told", seconds=120)
    with workspace_scope(world.workspace.pk):
        check(world, sink)


def _sessions_to_tell(world) -> bool:
    with workspace_scope(world.workspace.pk):
        return Session.objects.exclude(to_tell="").exclude(tell_at__gt=clock.now()).exists()


def _happenings(world, sink, hour: int) -> None:
    sink.is_full = 24 * 11 <= hour < 24 * 11 + 14  # for a Monday
    with workspace_scope(world.workspace.pk):
        day, of_day = divmod(hour, 24)
        member = Member.objects.get()
        if of_day == 3:
            some_do_otherwise(world, day, clock.now())
        if of_day == 4 and day % 5 == 1:
            some_choose(world, clock.now())
        if hour == 24 * 6:
            stop("all", member=member)
        if hour == 24 * 6 + 10:
            stop("", member=member)
        if hour == 24 * 12:
            switch_off(Nudge.objects.get(name="call"), member=None)
        if hour == 24 * 14:
            switch_on(Nudge.objects.get(name="call"), member=None)
        if hour == 24 * 15 + 1:
            Nudge.objects.filter(name="to be removed").update(archived_at=clock.now())
        if hour == 24 * 11:
            Nudge.objects.filter(name="to be moved").update(rung="share")
        if hour == 24 * 10:
            hold_sessions()
        if hour == 24 * 7:
            break_tasks()
        if hour == 24 * 7 + 3:
            mend_tasks()


def _ask(broker, world, names) -> None:
    for name in names:
        broker.send_task(name, [world.workspace.pk] if name in OF_A_WORKSPACE else [], expires=60)


def _settle(live, broker, world) -> None:
    """Let the workers come to rest at this hour. Beat would ask for the same, seconds later: a month has many hours.

    The sweep of what comes to pass by time alone takes a slot of five seconds, which is not waited for: an hour is one, too.
    """
    asked = [0]
    if workspaces_with_changes_due(clock.now()):
        _ask(broker, world, ["milestones.sweep_due"])

    def is_at_rest() -> bool:
        now = clock.now()
        wanted = [
            name
            for name, found in (
                ("milestones.drain", workspaces_with_inbox_rows()),
                ("playbooks.nudge", workspaces_to_nudge(now)),
            )
            if found
        ]
        if wanted and asked[0] % 4 == 0:
            _ask(broker, world, wanted)
        asked[0] += 1
        return not wanted

    live.eventually(is_at_rest, "The workers came to no rest", seconds=300)


def check(world, sink) -> None:
    sends = list(Delivery.objects.filter(state__in=WENT).select_related("nudge"))
    assert len(sends) > 5_000
    assert not Delivery.objects.filter(state__in=("claimed", "sending")).exists()
    for_people = [each for each in sends if each.channel != "task"]
    wrong = []
    for look in (
        lambda: _caps(for_people),
        lambda: _quiet(for_people),
        lambda: _none_too_late(sends),
        lambda: _none_twice(sends, sink),
        _reasons,
    ):
        try:
            look()
        except AssertionError as error:  # a month is long: all that is wrong with it is said at once
            wrong.append(str(error))
    assert not wrong, "\n\n".join(wrong)


def _at(each: Delivery) -> datetime:
    return each.sent_at or each.claimed_at


def _reasons() -> None:
    seen = Counter(Suppression.objects.values_list("reason", flat=True))
    assert set(REASONS) - set(seen) == set(), dict(seen)
    assert set(seen) <= set(REASONS)


def _caps(sends) -> None:
    rules = Attention.objects.get()
    people, accounts = defaultdict(list), defaultdict(list)
    for each in sends:
        people[each.person_id].append(_at(each))
        accounts[each.account_id].append(_at(each))
    for times in people.values():
        assert_at_most(times, rules.person_day, DAY)
        assert_at_most(times, rules.person_week, 7 * DAY)
        assert_at_most(times, 1, rules.spacing)
    for times in accounts.values():
        assert_at_most(times, rules.account_day, DAY)
    assert_at_most([_at(each) for each in sends], rules.workspace_hour, HOUR)


def assert_at_most(times, most: int, span: timedelta) -> None:
    times = sorted(times)
    for place in range(len(times) - most):
        assert times[place + most] - times[place] >= span, (times[place], times[place + most], most)


def _quiet(sends) -> None:
    rules = Attention.objects.get()
    zones = {pk: ZoneInfo(traits["timezone"]) for pk, traits in Person.objects.values_list("pk", "traits")}
    assert len({zone.key for zone in zones.values()}) == 12
    for each in sends:
        there = _at(each).astimezone(zones[each.person_id])
        assert rules.quiet_until <= there.time() < rules.quiet_from, there
        assert there.weekday() < 5, there


def _none_too_late(sends) -> None:
    """Nothing about a step that Cairn had concluded to be reached, or left out, by then; nobody who had left the ladder.

    A conclusion carries the moment at which its transaction began, and can be known when that is over.
    """
    rows = {(row.enrollment_id, row.key): row for row in Progress.objects.all()}
    ended = dict(Enrollment.objects.exclude(ended_at=None).values_list("pk", "ended_at"))
    spoken = 0
    for each in sends:
        if each.nudge.trigger in ("opened", "stalled", "due_soon", "overdue"):
            row = rows[each.enrollment_id, each.rung]
            if row.reached_at and row.decided_at:
                assert _at(each) <= row.decided_at + BEING_WRITTEN, (each, row.decided_at)
                spoken += 1
        if each.enrollment_id in ended:
            assert _at(each) <= ended[each.enrollment_id] + timedelta(minutes=1)
    assert spoken > 100


def _none_twice(sends, sink) -> None:
    wanted = Counter((each.nudge_id, each.enrollment_id, each.rung, each.round) for each in sends)
    assert max(wanted.values()) == 1
    offered = [each for each in sends if each.channel == "session"]
    mails = [each for each in sends if each.channel == "email"]
    sent = Counter((each.email, each.said["subject"]) for each in mails if each.state == "sent")
    got = Counter((to, subject) for to, subject in sink.mails if subject != "together")
    lost = Counter((each.email, each.said["subject"]) for each in mails if each.state == "unknown")
    assert sent - got == Counter(), "said to be sent, and never arrived"
    assert got - sent - lost == Counter(), "arrived oftener than it was sent"
    assert sink.died
    _offered_once(offered, sink)
    per_round = Counter((each.email, each.said["subject"], each.round) for each in mails)
    assert max(per_round.values()) == 1


def _offered_once(offered: list[Delivery], sink) -> None:
    """A session that was offered is told by mail once; by none where its worker was killed at that moment."""
    got = Counter(to for to, subject in sink.mails if subject == "together")
    asks_for_none = Preference.objects.values("person_id")
    kept = Session.objects.exclude(said=None).exclude(person_id__in=asks_for_none)
    wanted = Counter(email for email in kept.values_list("person__email", flat=True) if email.startswith("p"))
    assert len(offered) >= sum(wanted.values()) > 10
    assert max(got.values()) == 1, "offered oftener than once"
    assert sum((wanted - got).values()) <= KILLS, "offered, and never told"
