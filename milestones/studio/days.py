"""Moments as a busy person reads them: "Today, 09:12", "Mon", "12 Jul", each with the exact time beside it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Moment:
    """An aware datetime, and how it is said."""

    at: datetime
    words: str

    @property
    def inside(self) -> str:
        """The same within a sentence: a weekday and a month keep their capital."""
        return self.words.replace("Today", "today").replace("Yesterday", "yesterday")


@dataclass(frozen=True)
class Calendar:
    """Says moments as seen from `now` in the workspace's zone."""

    now: datetime
    zone: ZoneInfo

    def day(self, at: datetime | None) -> Moment | None:
        """Today, Yesterday, a weekday of the last six days, else the date; the year only when it is another one."""
        return Moment(at, self._day(at)) if at else None

    def time(self, at: datetime | None) -> Moment | None:
        """The day with the time of day."""
        return Moment(at, f"{self._day(at)}, {at.astimezone(self.zone):%H:%M}") if at else None

    def date(self, at: datetime | None) -> Moment | None:
        """The date itself, for what is compared with a calendar."""
        return Moment(at, self._date(at)) if at else None

    def due(self, at: datetime | None) -> Moment | None:
        """ "due today", "due 12 Jul", "3 days overdue"."""
        if at is None:
            return None
        if at > self.now:
            days = (at.astimezone(self.zone).date() - self.now.astimezone(self.zone).date()).days
            return Moment(at, {0: "due today", 1: "due tomorrow"}.get(days, f"due {self._date(at)}"))
        late = (self.now - at).days
        return Moment(at, "overdue since today" if not late else f"{late} day{'s' if late > 1 else ''} overdue")

    def _day(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        ago = (self.now.astimezone(self.zone).date() - local.date()).days
        if 0 <= ago <= 1:
            return ("Today", "Yesterday")[ago]
        return f"{local:%a}" if 1 < ago < 7 else self._date(at)

    def _date(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        year = "" if local.year == self.now.astimezone(self.zone).year else f" {local.year}"
        return f"{local.day} {local:%b}{year}"
