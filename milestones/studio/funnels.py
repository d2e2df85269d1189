"""The list of ladders: who is on each, and how many have reached each rung."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q

from milestones.models import Enrollment, Ladder, Progress, Rung
from milestones.studio.splits import Split, counted
from onboarding.tracking.counting import real


@dataclass(frozen=True)
class RungShare:
    """How many of the running enrollments that have the rung on their track, and did not skip it, have reached it."""

    key: str
    title: str
    reached: int
    eligible: int
    is_first_value: bool = False

    @property
    def percent(self) -> int:
        return round(100 * self.reached / self.eligible) if self.eligible else 0


@dataclass(frozen=True)
class LadderRow:
    ladder: Ladder
    number: int | None  # of the live version
    split: Split
    rungs: list[RungShare]


def ladder_rows() -> list[LadderRow]:
    """All ladders in workspace order; four queries, however many there are."""
    ladders = list(Ladder.objects.select_related("live").order_by("position", "id"))
    shares, splits = shares_of(), splits_of()
    placed: dict[int, list[tuple[str, str, bool]]] = {}
    rungs = Rung.objects.filter(version__in=[each.live_id for each in ladders if each.live_id]).order_by("position")
    for version, *rung in rungs.values_list("version_id", "key", F("content__title"), "first_value"):
        placed.setdefault(version, []).append(tuple(rung))
    return [
        LadderRow(
            ladder=ladder,
            number=ladder.live.number if ladder.live else None,
            split=splits.get(ladder.pk, Split()),
            rungs=[
                RungShare(key, title, *shares.get((ladder.pk, key), (0, 0)), is_first_value=first)
                for key, title, first in placed.get(ladder.live_id, [])
            ],
        )
        for ladder in ladders
    ]


def shares_of(ladder: Ladder | None = None) -> dict[tuple[int, str], tuple[int, int]]:
    """(ladder id, rung key) → (reached, eligible), over all versions that people are on."""
    rows = Progress.objects.filter(real("enrollment__seat"), enrollment__ended_at=None, on_track=True)
    if ladder:
        rows = rows.filter(enrollment__ladder=ladder)
    counts = (
        rows.order_by()
        .values_list("enrollment__ladder_id", "key")
        .annotate(
            reached=Count("pk", filter=Q(reached_at__isnull=False)),
            eligible=Count("pk", filter=Q(reached_at__isnull=False) | Q(skipped_at=None)),
        )
    )
    return {(ladder_id, key): (reached, eligible) for ladder_id, key, reached, eligible in counts}


def splits_of(ladder: Ladder | None = None) -> dict[int, Split]:
    """ladder id → how far its running enrollments are."""
    rungs = Progress.objects.filter(enrollment=OuterRef("pk"), on_track=True)
    running = Enrollment.objects.filter(real("seat"), ended_at=None)
    if ladder:
        running = running.filter(ladder=ladder)
    seen = running.annotate(
        climbs=Exists(rungs),
        begun=Exists(rungs.filter(reached_at__isnull=False)),
        left=Exists(rungs.filter(reached_at=None, skipped_at=None)),
    )
    counts = (
        seen.order_by()
        .values_list("ladder_id")
        .annotate(
            under_way=Count("pk", filter=Q(begun=True, left=True)),
            not_begun=Count("pk", filter=Q(begun=False, left=True)),
            finished=Count("pk", filter=Q(climbs=True, left=False)),
            idle=Count("pk", filter=Q(climbs=False)),
        )
    )
    return {pk: Split(*counted) for pk, *counted in counts}


def headline(rows: list[LadderRow]) -> str:
    """How many ladders are live, and how many enrollments on them are under way."""
    if not rows:
        return "No ladder is here yet."
    live = sum(row.number is not None for row in rows)
    under_way = sum(row.split.under_way for row in rows)
    total = sum(row.split.total for row in rows)
    return f"{counted(live, 'ladder is', 'ladders are')} live; {under_way:,} of {counted(total, 'enrollment')} on them under way."
