"""The vendor's calendar: 120 days and today, each with its midnight in the vendor's zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LAST = 120  # today's number; the first day is 0
MINUTE, HOUR = 60_000, 3_600_000  # ms
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One day. Moments are ms since the epoch; `weekday` 0 is Monday; `left` counts the days that the month has left."""

    number: int
    midnight: int
    ends_at: int
    weekday: int
    of_month: int
    left: int
    written: str  # 2025-07-24

    @property
    def is_last(self) -> bool:
        return self.number == LAST

    @property
    def is_workday(self) -> bool:
        return self.weekday < SATURDAY


def days(zone: str, until: int) -> Iterator[Day]:
    """Day 0 to the day of `until` (ms since the epoch)."""
    today = datetime.fromtimestamp(until / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    for number in range(LAST + 1):
        date = today - timedelta(days=LAST - number)
        month = (date.replace(day=28) + timedelta(days=4)).replace(day=1)
        yield Day(
            number=number,
            midnight=_midnight(date, zone),
            ends_at=_midnight(date + timedelta(days=1), zone),
            weekday=date.weekday(),
            of_month=date.day,
            left=(month - date).days - 1,
            written=date.isoformat(),
        )


def _midnight(date, zone: str) -> int:
    return int(datetime.combine(date, time.min, tzinfo=ZoneInfo(zone)).timestamp() * 1000)
