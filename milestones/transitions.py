"""Transitions: changes of progress as numbered rows, the only thing that upper floors read."""

from dataclasses import dataclass
from datetime import datetime

from milestones.models import Enrollment, Transition, TransitionCounter
from onboarding.tenancy.scope import current_workspace_id


@dataclass(frozen=True)
class Change:
    enrollment: Enrollment
    rung: str
    change: str
    at: datetime | None
    occasion: str
    was_at: datetime | None = None  # of "moved": when it was before


def announce(changes: list[Change], *, now: datetime) -> None:
    """Number and write these changes. Call it under the workspace's drain lock: numbers have no gaps and commit in order."""
    if not changes:
        return
    counter, _ = TransitionCounter.objects.get_or_create(workspace_id=current_workspace_id())
    rows = [
        Transition(
            workspace_id=current_workspace_id(),
            number=counter.last + place,
            enrollment_id=change.enrollment.pk,
            person_id=change.enrollment.seat.person_id,
            account_id=change.enrollment.seat.account_id,
            ladder=change.enrollment.ladder.key,
            rung=change.rung,
            change=change.change,
            at=change.at,
            was_at=change.was_at,
            occasion=change.occasion,
            written_at=now,
        )
        for place, change in enumerate(changes, start=1)
    ]
    Transition.objects.bulk_create(rows)
    counter.last += len(rows)
    counter.save(update_fields=["last"])
