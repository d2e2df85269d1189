"""Business days: which days a workspace works on. Pure; frozen into a version when it is published."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class WorkingTime:
    """`days` are ISO weekdays (1 is Monday), `zone` the name of the time zone in which days begin and end."""

    zone: str = "UTC"
    days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()

    def after(self, at: datetime, count: int) -> datetime:
        """The same time of day on the count-th working day after `at`."""
        zone = ZoneInfo(self.zone)
        there = at.astimezone(zone)
        day, left = there.date(), count
        # A workspace whose holidays leave nothing to work on for years would never be done: then every day counts.
        for _ in range(count * 7 + len(self.holidays) + 7):
            if not left:
                break
            day += timedelta(days=1)
            left -= self.is_working(day)
        day += timedelta(days=left)
        return datetime.combine(day, there.timetz().replace(tzinfo=zone)).astimezone(at.tzinfo)

    def is_working(self, day: date) -> bool:
        return day.isoweekday() in self.days and day not in self.holidays

    def as_document(self) -> dict:
        """What a version keeps of it."""
        return {
            "zone": self.zone,
            "days": sorted(self.days),
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
        }


MONDAY_TO_FRIDAY = WorkingTime()


def read(document: dict | None) -> WorkingTime:
    """Of a version's document; a version published before there was one counts Monday to Friday in UTC."""
    if not document:
        return MONDAY_TO_FRIDAY
    holidays = frozenset(date.fromisoformat(day) for day in document["holidays"])
    return WorkingTime(document["zone"], frozenset(document["days"]), holidays)
