"""What a person does on their checklist: written as a fact, then drained at once if the workspace is free."""

from milestones import acts
from milestones.criteria import ConfirmedSignal, parse
from milestones.draining import drain_here
from milestones.models import Enrollment, Progress


class ActionRefusedError(Exception):
    """What was asked is not possible; the text says why."""


def confirm(enrollment: Enrollment, key: str, *, by: str = "person", actor: str = "", note: str = "") -> bool:
    """Confirm a rung; True when the effect already shows, False when it is saved and will show in a moment.

    A person's or the API's word only meets a signal that asks for it; a manager's reaches any rung.
    """
    row = Progress.objects.select_related("rung").filter(enrollment=enrollment, key=key).first()
    if row is None:
        raise ActionRefusedError("There is no such step on this checklist.")
    if row.reached_at is not None:
        return True
    signals = parse(row.rung.content["criteria"]).signals
    if by != "manager" and not any(isinstance(s, ConfirmedSignal) and s.by == by for s in signals):
        raise ActionRefusedError("This step is ticked by what you do in the product, not by hand.")
    actor = actor or str(enrollment.seat.person)
    acts.write(
        verb="confirmed", seat=enrollment.seat, ladder=enrollment.ladder.key, rung=key, by=by, actor=actor, note=note
    )
    return drain_here()
