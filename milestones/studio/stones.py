"""A climb in stones: the rungs on somebody's track in order, with what each is now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from milestones.models import Enrollment, Progress
from milestones.studio.days import Calendar, Moment

STONES_SHOWN = 12  # a longer track is shown as a bar


@dataclass(frozen=True)
class Stone:
    key: str
    title: str
    phase: str
    state: str  # locked, open, reached, skipped
    is_overdue: bool
    is_missed: bool
    due: Moment | None


@dataclass(frozen=True)
class Climb:
    """Where one enrollment stands. `total` leaves out what was skipped; `current` is the first open rung, if there is one."""

    stones: tuple[Stone, ...]

    @property
    def reached(self) -> int:
        return sum(stone.state == "reached" for stone in self.stones)

    @property
    def total(self) -> int:
        return sum(stone.state != "skipped" for stone in self.stones)

    @property
    def percent(self) -> int:
        return round(100 * self.reached / self.total) if self.total else 0

    @property
    def is_finished(self) -> bool:
        return all(stone.state in ("reached", "skipped") for stone in self.stones)

    @property
    def current(self) -> Stone | None:
        return next((stone for stone in self.stones if stone.state == "open" and not stone.is_missed), None)

    @property
    def is_short(self) -> bool:
        return len(self.stones) <= STONES_SHOWN


def climbs_of(enrollments: Iterable[Enrollment | int], calendar: Calendar) -> dict[int, Climb]:
    """enrollment id → its climb; one query for all of them."""
    rows = Progress.objects.filter(enrollment__in=list(enrollments), on_track=True)
    rows = rows.annotate(title=F("rung__content__title"), phase=F("rung__phase__name"))
    stones: dict[int, list[Stone]] = {}
    for row in rows.order_by("rung__position"):
        stones.setdefault(row.enrollment_id, []).append(_stone(row, calendar))
    return {pk: Climb(tuple(found)) for pk, found in stones.items()}


def _stone(row, calendar: Calendar) -> Stone:
    now, state = calendar.now, row.state(calendar.now)
    is_missed = is_missed_now(row, state, now)
    return Stone(row.key, row.title, row.phase, state, row.is_overdue(now), is_missed, calendar.due(row.due_shown))


def is_missed_now(row: Progress, state: str, now: datetime) -> bool:
    """Whether events can no longer reach a rung that is not done."""
    return row.missed_at is not None and row.missed_at <= now and state in ("open", "locked")
