"""Whether a message may go out now: one attention budget over all channels. Pure.

A cap counts over a rolling window, so no change of clocks and no midnight lets two days' worth through at once.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from playbooks.wall import wall

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MOST_LOOKS = 200  # limits push each other on; a week has fewer borders than that


class Outcome(StrEnum):
    SEND = "send"
    WAIT = "wait"  # its trigger does not hold yet
    HOLD = "hold"  # it would be sent, and something holds it back for now
    DROP = "drop"


@dataclass(frozen=True)
class Verdict:
    """What to do with a delivery. `until` is when to look again; None with HOLD: when somebody lets go."""

    outcome: Outcome
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Limits:
    """A workspace's rules of politeness; times of day are the person's."""

    quiet_from: time = time(20)
    quiet_until: time = time(8)
    weekends_quiet: bool = True
    spacing: timedelta = timedelta(hours=4)
    person_day: int = 1
    person_week: int = 3
    account_day: int = 20
    workspace_hour: int = 5_000
    is_stopped: bool = False


@dataclass(frozen=True)
class Case:
    """One delivery as things stand.

    `over` says why it is not wanted any more, `barred` why this person cannot be reached this way, `kept` why it waits
    for somebody to let it go. `due` is the moment since which its trigger holds, or will; None while that cannot be told.
    `hour`: only from that hour of the person's day on. `planned_at`: it was not wanted before, however long its trigger
    has held; `patience` counts from there. `is_for_person`: it asks for the person's attention; what goes to the team
    does not.
    """

    due: datetime | None
    zone: ZoneInfo
    over: str = ""
    barred: str = ""
    kept: str = ""
    paused_until: datetime | None = None
    hour: int | None = None
    patience: timedelta = timedelta(days=7)
    planned_at: datetime | None = None
    is_for_person: bool = True


@dataclass(frozen=True)
class Spent:
    """The moments of what was sent lately, in order: to the person in a week, to the account in a day, by all in an hour."""

    person: Sequence[datetime] = ()
    account: Sequence[datetime] = ()
    workspace: Sequence[datetime] = ()


def decide(case: Case, spent: Spent, limits: Limits, *, now: datetime) -> Verdict:
    """What becomes of a delivery at `now`. What is held back has the first moment at which it could go, if nothing else does."""
    if case.over:
        return Verdict(Outcome.DROP, case.over)
    if case.due is None:
        return Verdict(Outcome.WAIT, until=now + DAY)
    start = _from_hour(case.due, case.hour, case.zone)
    if now < start:
        return Verdict(Outcome.WAIT, until=start)
    if case.barred:
        return Verdict(Outcome.DROP, case.barred)
    if limits.is_stopped or case.kept:
        return Verdict(Outcome.HOLD, "stopped" if limits.is_stopped else case.kept)
    if now > max(start, case.planned_at or start) + case.patience:
        return Verdict(Outcome.DROP, "too_late")
    if not case.is_for_person:
        return Verdict(Outcome.SEND)
    reason, free = _first_free(case, spent, limits, now)
    return Verdict(Outcome.SEND) if free <= now else Verdict(Outcome.HOLD, reason, free)


def _first_free(case: Case, spent: Spent, limits: Limits, now: datetime) -> tuple[str, datetime]:
    """(what holds it back first, the first moment at which nothing does)"""
    tests = _tests(case, spent, limits)
    reason, at = "", now
    for _ in range(MOST_LOOKS):
        found = next(((name, free) for name, test in tests if (free := test(at)) > at), None)
        if found is None:
            break
        reason, at = reason or found[0], found[1]
    return reason, at


def _tests(case: Case, spent: Spent, limits: Limits) -> list[tuple[str, Callable[[datetime], datetime]]]:
    """Each limit by its name: a moment → the first one from there on at which it allows a message."""
    space = spent.person[-1] + limits.spacing if spent.person else None

    def free(at: datetime) -> datetime:
        return after_quiet(at, limits.quiet_from, limits.quiet_until, case.zone)

    def quiet(at: datetime) -> datetime:
        """Before its own hour it is as quiet for this message as at night; an hour of the night is none to wait for."""
        own = _not_before(free(at), case.hour, case.zone)
        return own if free(own) == own else free(at)

    return [
        ("paused", lambda at: max(at, case.paused_until) if case.paused_until else at),
        ("weekend", lambda at: after_weekend(at, case.zone) if limits.weekends_quiet else at),
        ("quiet_hours", quiet),
        ("spacing", lambda at: max(at, space) if space else at),
        ("person_day", lambda at: _window(at, spent.person, limits.person_day, DAY)),
        ("person_week", lambda at: _window(at, spent.person, limits.person_week, WEEK)),
        ("account_day", lambda at: _window(at, spent.account, limits.account_day, DAY)),
        ("workspace_hour", lambda at: _window(at, spent.workspace, limits.workspace_hour, HOUR)),
    ]


def _window(at: datetime, sent: Sequence[datetime], most: int, span: timedelta) -> datetime:
    """The first moment from `at` on before which fewer than `most` were sent within `span`; exactly `span` later is free."""
    inside = len(sent) - bisect_right(sent, at - span)
    return at if inside < most else sent[-most] + span


def after_quiet(at: datetime, begins: time, ends: time, zone: ZoneInfo) -> datetime:
    """`at`, or the end of the quiet hours that it lies in; they may go over midnight. The same time twice: none are quiet."""
    there = at.astimezone(zone)
    clock = there.time()
    if begins <= ends:
        is_quiet, day = begins <= clock < ends, there.date()
    else:
        is_quiet, day = clock >= begins or clock < ends, there.date() + timedelta(days=clock >= begins)
    if not is_quiet:
        return at
    end = wall(day, ends, zone).astimezone(at.tzinfo)
    # Where clocks went back, the first of two like times may lie behind us: then it is the second.
    return end if end > at else datetime.combine(day, ends.replace(fold=1), tzinfo=zone).astimezone(at.tzinfo)


def _not_before(at: datetime, hour: int | None, zone: ZoneInfo) -> datetime:
    """`at`, or that hour of the same day there where it is earlier."""
    if hour is None:
        return at
    there = at.astimezone(zone)
    return at if there.hour >= hour else wall(there.date(), time(hour), zone).astimezone(at.tzinfo)


def after_weekend(at: datetime, zone: ZoneInfo) -> datetime:
    """`at`, or the beginning of the Monday after the weekend that it lies in."""
    there = at.astimezone(zone)
    if there.weekday() < 5:
        return at
    return monday_after(at, zone)


def monday_after(at: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the next Monday there is where the person is."""
    there = at.astimezone(zone)
    monday = there.date() + timedelta(days=7 - there.weekday())
    return wall(monday, time(), zone).astimezone(at.tzinfo)


def _from_hour(due: datetime, hour: int | None, zone: ZoneInfo) -> datetime:
    """`due`, or the next time at which it is that hour where the person is."""
    if hour is None:
        return due
    there = due.astimezone(zone)
    at = wall(there.date(), time(hour), zone).astimezone(due.tzinfo)
    if at >= due:
        return at
    return wall(there.date() + timedelta(days=1), time(hour), zone).astimezone(due.tzinfo)
