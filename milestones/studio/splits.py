"""How far everybody is, in four parts that add up: under way, not begun, finished, with nothing to climb."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from milestones.models import Progress


@dataclass(frozen=True)
class Split:
    """Counts of people, accounts or enrollments. Begun: at least one rung on the track is reached; finished: none is left.

    `idle` are on no ladder, or on one without a rung for their role.
    """

    under_way: int = 0
    not_begun: int = 0
    finished: int = 0
    idle: int = 0

    @property
    def total(self) -> int:
        return self.under_way + self.not_begun + self.finished + self.idle


def split(subjects: QuerySet, path: str) -> Split:
    """Divide accounts (`path` seat__account) or people (seat__person) by their running enrollments."""
    rungs = Progress.objects.filter(**{f"enrollment__{path}": OuterRef("pk")}, enrollment__ended_at=None, on_track=True)
    rungs = rungs.filter(enrollment__seat__person__is_test=False)
    seen = subjects.annotate(
        climbs=Exists(rungs),
        begun=Exists(rungs.filter(reached_at__isnull=False)),
        left=Exists(rungs.filter(reached_at=None, skipped_at=None)),
    )
    counts = seen.aggregate(
        under_way=Count("pk", filter=Q(begun=True, left=True)),
        not_begun=Count("pk", filter=Q(begun=False, left=True)),
        finished=Count("pk", filter=Q(climbs=True, left=False)),
        idle=Count("pk", filter=Q(climbs=False)),
    )
    return Split(**counts)


def headline(split: Split, *, one: str, many: str) -> str:
    """One sentence: how many are under way, then what the others are."""
    total = split.total
    if not total:
        return f"No {one} is known yet."
    others = [
        f"{count} {verb if count == 1 else verbs}"
        for count, verb, verbs in (
            (split.not_begun, "has not begun", "have not begun"),
            (split.finished, "has finished", "have finished"),
            (split.idle, "has nothing to climb", "have nothing to climb"),
        )
        if count
    ]
    if total == 1:
        return f"1 {one} is under way." if split.under_way else f"{others[0].replace('1', f'1 {one}', 1)}."
    if total == split.finished:
        return f"All {total:,} {many} have finished."
    is_are = "is" if split.under_way <= 1 else "are"
    lead = f"{split.under_way or 'None'} of {total:,} {many} {is_are} under way"
    return f"{lead}; {listed(others)}." if others else f"All {total:,} {many} are under way."


def listed(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 person", "52 people"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
