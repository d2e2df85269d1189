"""Which times are free. Pure: wall-clock hours in the coach's zone, whatever its clocks do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playbooks.wall import wall

MOST = 80


@dataclass(frozen=True)
class Hours:
    """When a coach holds sessions: `weekly` are (ISO weekday, from, until) of their wall clock; lengths in minutes."""

    weekly: Sequence[tuple[int, time, time]]
    zone: ZoneInfo
    minutes: int = 30
    gap: int = 10
    notice: timedelta = timedelta(hours=12)
    days: int = 14
    away: tuple[date, date] | None = None


@dataclass(frozen=True)
class Taken:
    """A time that is gone; both aware."""

    since: datetime
    until: datetime


def free(hours: Hours, taken: Iterable[Taken], now: datetime) -> list[datetime]:
    """The moments (UTC) at which a session may begin, earliest first: after the notice, within `days`, apart by the gap."""
    taken, earliest = list(taken), now + hours.notice
    today, found = now.astimezone(hours.zone).date(), []
    for ahead in range(hours.days + 1):
        day = today + timedelta(days=ahead)
        if hours.away and hours.away[0] <= day <= hours.away[1]:
            continue
        for weekday, begins, ends in sorted(hours.weekly):
            if weekday == day.isoweekday():
                found += [
                    at for at in _within(day, begins, ends, hours) if at >= earliest and _is_free(at, hours, taken)
                ]
        if len(found) >= MOST:
            break
    return sorted(set(found))[:MOST]


def _within(day: date, begins: time, ends: time, hours: Hours) -> list[datetime]:
    """The beginnings within one block of wall-clock time; times that the clocks leave out, or go through twice, count once."""
    at, last = (wall(day, each, hours.zone) for each in (begins, ends))
    length, step = timedelta(minutes=hours.minutes), timedelta(minutes=hours.minutes + hours.gap)
    found = []
    while at + length <= last:
        found.append(at)
        at += step
    return found


def _is_free(at: datetime, hours: Hours, taken: list[Taken]) -> bool:
    gap, until = timedelta(minutes=hours.gap), at + timedelta(minutes=hours.minutes)
    return all(until + gap <= each.since or each.until + gap <= at for each in taken)
