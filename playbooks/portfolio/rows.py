"""A portfolio's accounts as they are shown: where each is, why, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from milestones.health.words import said
from milestones.models import AccountHealth, Pace
from milestones.studio.account_story import trait
from milestones.studio.days import Calendar, Moment
from milestones.studio.roles import RoleProgress, progress_by_role
from milestones.studio.splits import counted

STONES, REASONS = 12, 2


@dataclass(frozen=True)
class Why:
    """One reason in words, and the pace for which it speaks."""

    kind: str
    pace: str
    words: str


@dataclass(frozen=True)
class Row:
    health: AccountHealth
    note: str  # its trade and size
    roles: list[RoleProgress]
    whys: list[Why]
    due: Moment | None
    is_late: bool
    days: int | None  # to first value
    day: int | None  # that it is in
    last_seen: Moment | None

    @property
    def pk(self) -> int:
        return self.health.account_id

    @property
    def name(self) -> str:
        return str(self.health.account)

    @property
    def owner(self) -> str:
        manager = self.health.account.manager
        return str(manager.user) if manager else ""

    @property
    def stones(self) -> list[tuple[str, str, bool]]:
        """(title, state, is late) of its rungs, where they are few enough for stones."""
        stones = self.health.stones
        return [(title, state, late) for _, title, state, late in stones] if len(stones) <= STONES else []

    @property
    def percent(self) -> int:
        return round(100 * self.health.reached / self.health.total) if self.health.total else 0

    @property
    def label(self) -> str:
        return Pace(self.health.pace).label

    @property
    def status(self) -> str:
        """The mark of its pace."""
        return {Pace.FINISHED: "reached", Pace.IDLE: "locked"}.get(self.health.pace, self.health.pace)

    @property
    def by_role(self) -> str:
        """ "Administrators 80%, Operators 22%" of their rungs, where there is more than one role."""
        told = [f"{role.label} {role.percent}%" for role in self.roles]
        return ", ".join(told) if len(told) > 1 else ""


def rows_of(found: Iterable[AccountHealth], calendar: Calendar) -> list[Row]:
    """`found` with its account and the member who looks after it."""
    found = list(found)
    roles = progress_by_role(health.account_id for health in found)
    return [_row(health, roles.get(health.account_id, []), calendar) for health in found]


def _row(health: AccountHealth, roles: list[RoleProgress], calendar: Calendar) -> Row:
    account = health.account
    people = counted(health.people, "person", "people") if health.people else ""
    return Row(
        health=health,
        note=", ".join(filter(None, (trait(account.traits, "industry"), people))) or account.external_id,
        roles=roles,
        whys=whys(health.findings, calendar)[:REASONS],
        due=calendar.due(health.due_at),
        is_late=bool(health.due_at and health.due_at <= calendar.now),
        days=_days(health.began_at, health.value_at, calendar) if health.value_at else None,
        day=_days(health.began_at, calendar.now, calendar) if health.began_at else None,
        last_seen=calendar.day(health.last_seen_at),
    )


def whys(findings: Iterable, calendar: Calendar) -> list[Why]:
    """Findings as they are kept ([kind, pace, figures]) in words."""
    today = calendar.now.astimezone(calendar.zone).date()
    return [Why(kind, pace, said(kind, figures, zone=calendar.zone, today=today)) for kind, pace, figures in findings]


def _days(since: datetime | None, at: datetime | None, calendar: Calendar) -> int | None:
    if since is None or at is None:
        return None
    return max((at.astimezone(calendar.zone).date() - since.astimezone(calendar.zone).date()).days, 0) + 1
