"""How long each step usually takes, from what was observed: those who are still at it count as not yet, not as never."""

from datetime import datetime

from milestones.forecasts import DAY, measure_outlooks
from milestones.models import Ladder, Progress, UsualTime
from milestones.peers import measure_peers
from milestones.survival import Curve, Spell, product_limit
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.counting import real

ENOUGH = 10  # people, below which nothing is said
PLENTY = 100  # people, from which on those of late are taken alone
LATEST = 5_000  # of a rung: the times of long ago say little about now

Opened = tuple[datetime, Spell]


def measure_pace(now: datetime) -> int:
    """Measure every published ladder of the open workspace anew; returns how many rungs something can be said of."""
    said = 0
    for ladder in Ladder.objects.exclude(live=None):
        fresh = [row for key in ladder.live.rungs.values_list("key", flat=True) for row in _measured(ladder, key, now)]
        UsualTime.objects.filter(ladder=ladder).delete()
        UsualTime.objects.bulk_create(fresh)
        said += len({row.rung for row in fresh})
        measure_outlooks(ladder, now)
        measure_peers(ladder, now)
    return said


def _measured(ladder: Ladder, key: str, now: datetime) -> list[UsualTime]:
    by_role: dict[str, list[Opened]] = {"": []}
    for role, opened in _opened(ladder, key, now):
        by_role[""].append(opened)
        if role:
            by_role.setdefault(role, []).append(opened)
    curves = {role: product_limit(_of_late(opened, now)) for role, opened in by_role.items()}
    return [_usual(ladder, key, role, c, now) for role, c in curves.items() if c.counts and c.counts[-1] >= ENOUGH]


def _of_late(opened: list[Opened], now: datetime) -> list[Spell]:
    """The spells that began in the later half of the time, if enough of them are over: people's pace changes."""
    if not opened:
        return []
    first = min(at for at, _ in opened)
    late = [spell for at, spell in opened if at >= first + (now - first) / 2]
    return late if sum(spell.is_over for spell in late) >= PLENTY else [spell for _, spell in opened]


def _usual(ladder: Ladder, key: str, role: str, curve: Curve, now: datetime) -> UsualTime:
    """Of those who get there: many never do, and a range of everybody would have no end."""
    low, middle, high = (curve.time_of(share * curve.shares[-1]) for share in (0.1, 0.5, 0.9))
    return UsualTime(
        workspace_id=current_workspace_id(),
        ladder=ladder,
        rung=key,
        role=role,
        people=curve.counts[-1],
        low=low,
        middle=middle,
        high=high,
        measured_at=now,
    )


def _opened(ladder: Ladder, key: str, now: datetime) -> list[tuple[str, Opened]]:
    """(role, since when and how long at the rung) of those who have had it open, the latest; skipped ones and tests left out."""
    rows = Progress.objects.filter(
        real("enrollment__seat"),
        rung__version__ladder=ladder,
        key=key,
        on_track=True,
        skipped_at=None,
        opened_at__lte=now,
    )
    rows = rows.order_by("-opened_at").values_list("enrollment__seat__role", "opened_at", "reached_at")[:LATEST]
    found = []
    for role, opened_at, reached_at in rows:
        if reached_at is not None and reached_at <= opened_at:
            continue  # reached before it would have opened: nobody was at it
        end = reached_at or now
        found.append((role, (opened_at, Spell((end - opened_at).total_seconds() / DAY, reached_at is not None))))
    return found


def usual_times(ladder_id: int, role: str) -> dict[str, UsualTime]:
    """rung → how long people of the role usually take; all roles together where too few of that role have been there."""
    rows = UsualTime.objects.filter(ladder=ladder_id, role__in={"", role})
    found: dict[str, UsualTime] = {}
    for row in sorted(rows, key=lambda row: row.role):
        found[row.rung] = row
    return found
