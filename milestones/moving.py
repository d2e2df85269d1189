"""Moving those under way to a version that was published: one fact for each, a batch in a turn, so that no click waits for all."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from milestones import acts
from milestones.dry_run import move_act
from milestones.models import Enrollment, Progress, Version

AT_A_TIME = 1_000


def begin(version: Version, *, carry: set[str] | None) -> None:
    """Note that everybody under way is to be moved, and move the first; `carry` None carries every milestone that both have."""
    keys = set(version.rungs.values_list("key", flat=True))
    kept = keys if carry is None else keys & carry
    Version.objects.filter(pk=version.pk).update(move_after=0, move_keeps=sorted(kept))
    move_some()


@transaction.atomic
def move_some() -> int | None:
    """Write the facts for the next 1,000; None when nobody of the open workspace is left to be moved.

    Safe to break off, and for two at once: the version's row is held meanwhile, and the second finds nothing to do.
    """
    waiting = Version.objects.exclude(move_after=None).select_related("ladder").order_by("published_at", "pk")
    version = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if version is None:
        return None
    # Who came after it went live is on it already.
    left = Enrollment.objects.filter(ladder=version.ladder, ended_at=None, enrolled_at__lte=version.published_at)
    left = left.exclude(version=version).filter(pk__gt=version.move_after).order_by("pk")
    some = list(left.select_related("seat__person", "seat__account")[:AT_A_TIME])
    _write(some, version, set(version.move_keeps), at=version.published_at)
    reached = some[-1].pk if len(some) == AT_A_TIME else None
    Version.objects.filter(pk=version.pk).update(move_after=reached)
    return len(some)


def _write(enrollments: list[Enrollment], version: Version, kept: set[str], *, at: datetime) -> None:
    progress: dict[int, dict[str, Progress]] = {}
    for row in Progress.objects.filter(enrollment__in=enrollments, key__in=kept).defer("evidence"):
        progress.setdefault(row.enrollment_id, {})[row.key] = row
    said = []
    for enrollment in enrollments:
        # What the dry run supposed is what is written.
        act = move_act(progress.get(enrollment.pk, {}), kept, version.number, at)
        carried = {
            key: {name: value for name, value in asdict(place).items() if value} for key, place in act.carried.items()
        }
        said.append((enrollment.seat, {"version": version.number, "carried": carried}))
    acts.write_many(verb="moved_to_version", ladder=version.ladder.key, at=at, said=said)
