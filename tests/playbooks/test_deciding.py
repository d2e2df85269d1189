"""Whether a message may go out: a pure function, asked of random worlds."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.nudging.deciding import DAY, HOUR, WEEK, Case, Limits, Outcome, Spent, decide
from playbooks.wall import wall

MONDAY = datetime(
    2026, 3, 23, 12, tzinfo=UTC
)  # the clocks of Berlin go forward on the 29th, those of New York went on the 8th
BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
]
NEVER_QUIET = {"quiet_from": time(0), "quiet_until": time(0), "weekends_quiet": False}


def case(due=MONDAY - HOUR, zone=BERLIN, **more):
    return Case(due, zone, **more)


def test_it_goes_out_when_nothing_speaks_against_it():
    assert decide(case(), Spent(), Limits(), now=MONDAY).outcome == Outcome.SEND


@pytest.mark.parametrize(
    ("more", "limits", "expected"),
    [
        ({"over": "reached"}, {}, (Outcome.DROP, "reached")),
        ({"over": "reached", "barred": "opted_out"}, {"is_stopped": True}, (Outcome.DROP, "reached")),
        ({"barred": "opted_out"}, {"is_stopped": True}, (Outcome.DROP, "opted_out")),
        ({"kept": "switched_off"}, {}, (Outcome.HOLD, "switched_off")),
        ({}, {"is_stopped": True}, (Outcome.HOLD, "stopped")),
        ({"due": MONDAY - 8 * DAY}, {}, (Outcome.DROP, "too_late")),
        ({"paused_until": MONDAY + DAY}, {}, (Outcome.HOLD, "paused")),
    ],
)
def test_the_first_reason_is_the_one_that_is_given(more, limits, expected):
    verdict = decide(case(**more), Spent(), Limits(**limits), now=MONDAY)
    assert (verdict.outcome, verdict.reason) == expected


def test_what_does_not_hold_yet_is_looked_at_when_it_does():
    assert decide(case(due=MONDAY + HOUR), Spent(), Limits(), now=MONDAY).until == MONDAY + HOUR
    unknown = decide(case(due=None), Spent(), Limits(), now=MONDAY)
    assert (unknown.outcome, unknown.until) == (Outcome.WAIT, MONDAY + DAY)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # Quiet from 20:00 to 08:00 in Berlin, an hour ahead of UTC, and two from the 29th on.
        (datetime(2026, 3, 23, 19, 0, tzinfo=UTC), datetime(2026, 3, 24, 7, 0, tzinfo=UTC)),
        (datetime(2026, 3, 24, 6, 59, tzinfo=UTC), datetime(2026, 3, 24, 7, 0, tzinfo=UTC)),
        # Friday evening: the weekend is quiet, too, and Monday begins by the new clock.
        (datetime(2026, 3, 27, 19, 0, tzinfo=UTC), datetime(2026, 3, 30, 6, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours_are_the_persons(now, until):
    verdict = decide(case(due=now - HOUR), Spent(), Limits(), now=now)
    assert (verdict.outcome, verdict.until) == (Outcome.HOLD, until)


def test_quiet_hours_whose_end_the_clocks_leave_out_end_when_they_go_forward():
    """In New York the 8th of March has no half past two: three o'clock comes a second after two."""
    limits = Limits(quiet_from=time(20), quiet_until=time(2, 30), weekends_quiet=False)
    night = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
    verdict = decide(case(due=night, zone=ZoneInfo("America/New_York")), Spent(), limits, now=night)
    assert verdict.until == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert wall(date(2026, 3, 8), time(3, 30), ZoneInfo("America/New_York")) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "until"),
    [
        (
            10,
            datetime(2026, 3, 30, 8, tzinfo=UTC),
        ),  # Monday at ten in Berlin, and not at eight, when the quiet hours end
        (None, datetime(2026, 3, 30, 6, tzinfo=UTC)),
        (7, datetime(2026, 3, 30, 6, tzinfo=UTC)),
        (20, datetime(2026, 3, 30, 6, tzinfo=UTC)),  # never free then: the night is not waited for
    ],
)
def test_its_hour_counts_on_the_day_to_which_it_is_held_too(hour, until):
    saturday = datetime(2026, 3, 28, 19, 30, tzinfo=UTC)
    verdict = decide(case(due=MONDAY + 4 * DAY, hour=hour, patience=30 * DAY), Spent(), Limits(), now=saturday)
    assert (verdict.outcome, verdict.until) == (Outcome.HOLD, until)


def test_a_nudge_with_an_hour_waits_for_it():
    verdict = decide(case(due=MONDAY, zone=KOLKATA, hour=9), Spent(), Limits(), now=MONDAY)
    assert verdict.until == datetime(2026, 3, 24, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spent", "reason", "until"),
    [
        (Spent(person=[MONDAY - 2 * HOUR]), "spacing", MONDAY + 22 * HOUR),
        (Spent(person=[MONDAY - 23 * HOUR]), "person_day", MONDAY + HOUR),
        (Spent(person=[MONDAY - d * DAY for d in (6.5, 4, 2)]), "person_week", MONDAY + 0.5 * DAY),
        (Spent(account=[MONDAY - 3 * HOUR] * 20), "account_day", MONDAY + 21 * HOUR),
        (Spent(workspace=[MONDAY - HOUR / 2] * 5_000), "workspace_hour", MONDAY + HOUR / 2),
    ],
)
def test_a_spent_budget_says_when_it_is_free_again(spent, reason, until):
    limits = Limits(**NEVER_QUIET)
    verdict = decide(case(), spent, limits, now=MONDAY)
    assert (verdict.outcome, verdict.reason, verdict.until) == (Outcome.HOLD, reason, until)
    assert decide(case(), spent, limits, now=until).outcome == Outcome.SEND


def test_what_goes_to_the_team_asks_for_nobodys_attention():
    night, spent = datetime(2026, 3, 28, 1, tzinfo=UTC), Spent(person=[MONDAY])
    assert decide(case(due=night, is_for_person=False), spent, Limits(), now=night).outcome == Outcome.SEND


moments = st.integers(0, 60 * 24 * 21).map(
    lambda minutes: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
limits_of = st.builds(
    Limits,
    quiet_from=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    quiet_until=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    weekends_quiet=st.booleans(),
    spacing=st.integers(0, 48).map(lambda hours: timedelta(hours=hours)),
    person_day=st.integers(1, 4),
    person_week=st.integers(1, 8),
    account_day=st.integers(1, 5),
    workspace_hour=st.integers(1, 5),
)
sent = st.lists(moments, max_size=8).map(sorted)


@settings(max_examples=400, deadline=None)
@given(limits=limits_of, person=sent, account=sent, workspace=sent, zone=st.sampled_from(ZONES), now=moments)
def test_what_is_held_back_can_go_at_the_moment_that_is_said_and_not_before(
    limits, person, account, workspace, zone, now
):
    def spent_by(at):
        return Spent(*([each for each in row if each <= now] for row in (person, account, workspace)))

    asked = case(due=now, zone=ZoneInfo(zone), patience=timedelta(days=60))
    verdict = decide(asked, spent_by(now), limits, now=now)
    if verdict.outcome == Outcome.SEND:
        assert_allowed(now, spent_by(now), limits, ZoneInfo(zone))
        return
    assert verdict.outcome == Outcome.HOLD
    assert verdict.reason
    assert verdict.until > now
    later = decide(asked, spent_by(now), limits, now=verdict.until)
    assert later.outcome == Outcome.SEND
    before = verdict.until - timedelta(minutes=1)
    if before > now:
        assert decide(asked, spent_by(now), limits, now=before).outcome == Outcome.HOLD


def assert_allowed(at, spent, limits, zone):
    there = at.astimezone(zone)
    clock, begins, ends = there.time(), limits.quiet_from, limits.quiet_until
    assert not (begins <= clock < ends if begins <= ends else clock >= begins or clock < ends)
    assert not (limits.weekends_quiet and there.weekday() >= 5)
    assert sum(at - each < DAY for each in spent.person) < limits.person_day
    assert sum(at - each < WEEK for each in spent.person) < limits.person_week
    assert sum(at - each < DAY for each in spent.account) < limits.account_day
    assert sum(at - each < HOUR for each in spent.workspace) < limits.workspace_hour
    assert all(at - each >= limits.spacing for each in spent.person)


@settings(max_examples=60, deadline=None)
@given(limits=limits_of, wanted=st.lists(moments, min_size=1, max_size=25).map(sorted), zone=st.sampled_from(ZONES))
def test_no_order_of_wishes_gets_more_than_the_budget(limits, wanted, zone):
    """A month in which everything that is wanted is looked at again when it is said to be: each goes once, none breaks a limit."""
    went, queue = [], [(at, at) for at in wanted]
    while queue:
        queue.sort(key=lambda each: each[0])
        now, due = queue.pop(0)
        asked = case(due=due, zone=ZoneInfo(zone), patience=timedelta(days=400))
        spent = Spent([each for each in went if now - each < WEEK], (), [each for each in went if now - each < HOUR])
        verdict = decide(asked, spent, limits, now=now)
        if verdict.outcome == Outcome.SEND:
            assert_allowed(now, spent, limits, ZoneInfo(zone))
            went.append(now)
        else:
            queue.append((verdict.until, due))
    assert len(went) == len(wanted)
