"""Whether somebody may be put on a ladder by hand or by the API."""

from milestones.checklist.actions import ActionRefusedError
from milestones.models import Enrollment, Ladder
from milestones.rules import version_rules
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Seat


def takes_once(ladder: Ladder) -> bool:
    """Whether the live version lets nobody come a second time."""
    return version_rules(ladder.live_id, current_workspace_id()).enroll.get("again") == "never"


def refuse_unless_open(ladder: Ladder, seat: Seat) -> None:
    """Raises ActionRefusedError where a ladder is not published, or takes people once and this one has been on it."""
    if ladder.live_id is None:
        raise ActionRefusedError("This ladder is not published yet.")
    if takes_once(ladder) and Enrollment.objects.filter(seat=seat, ladder=ladder).exists():
        raise ActionRefusedError(f"{seat.person} has been on this ladder before, and it takes everybody once only.")
