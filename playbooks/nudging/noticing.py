"""What has happened since the nudges last looked: each message that may be wanted becomes a delivery that waits.

Noticing asks nothing but "might it"; whether it holds, and since when, is asked of each delivery when it is due (facts.py).
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef

from milestones.models import Progress, Rating, Transition
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Handover, Person
from playbooks.models import Attention, Delivery, Nudge, Preference
from playbooks.nudging.facts import OF_THE_LADDER

A_TURN = 5_000
Trigger = Nudge.Trigger
FOLLOWS = {
    "opened": {Trigger.OPENED, Trigger.STALLED, Trigger.DUE_SOON, Trigger.OVERDUE, Trigger.INACTIVE, Trigger.WEEKLY},
    "reached": {Trigger.REACHED, Trigger.FINISHED},
    "skipped": {Trigger.FINISHED},
}
OF_THE_WHOLE = (  # of messages about the ladder, which name no step
    ({"opened", "reopened"}, ("finished",)),
    ({"reached", "skipped"}, ("reopened",)),
)
REVIVED = (
    ({"opened", "reopened", "moved"}, ("reached", "skipped", "off_track", "overdue")),
    ({"reached"}, ("reopened",)),
)


def running() -> list[Nudge]:
    return list(Nudge.objects.filter(is_on=True).select_related("ladder", "template"))


def read_on(rules: Attention, *, now: datetime) -> bool:
    """Read up to 5,000 transitions, and as many who stood there when a nudge was switched on; False when nothing was left.

    Call it in the turn of the workspace's nudges: the cursor is one.
    """
    nudges = running()
    rows = list(Transition.objects.filter(number__gt=rules.number).order_by("number")[:A_TURN])
    if rows:
        _plan(_wanted(rows, nudges), now)
        _revive(rows, now)
        Attention.objects.filter(pk=rules.pk).update(number=rows[-1].number)
        rules.number = rows[-1].number
    took_up = [_take_up(nudge, now) for nudge in nudges if nudge.taken_up_to is not None]
    _follow_handovers(rules)
    return bool(rows) or any(took_up)


def _wanted(rows: list[Transition], nudges: list[Nudge]) -> Iterable[Delivery]:
    ended = _finished({row.enrollment_id for row in rows if row.change in ("reached", "skipped")}, nudges)
    for row in rows:
        for nudge in nudges:
            if nudge.ladder.key != row.ladder or row.number <= nudge.since_number or row.rung == "":
                continue
            if nudge.trigger not in FOLLOWS.get(row.change, ()) or nudge.rung not in ("", row.rung):
                continue
            if not (nudge.is_about_now or nudge.takes_late or row.occasion == Transition.Occasion.LIVE):
                continue
            if nudge.trigger == Trigger.FINISHED and row.enrollment_id not in ended:
                continue
            yield make_delivery(nudge, row.person_id, row.account_id, row.enrollment_id, row.rung)


def _revive(rows: list[Transition], now: datetime) -> None:
    """Look anew at what was dropped for a reason that may be gone: a step is opened again, or is reached after all."""
    fresh = {"state": Delivery.State.WAITING, "reason": "", "due_at": now, "planned_at": now, "settled_at": None}
    dropped = Delivery.objects.filter(state=Delivery.State.DROPPED)
    for changes, reasons in OF_THE_WHOLE:
        enrollments = {row.enrollment_id for row in rows if row.change in changes and row.rung}
        dropped.filter(enrollment_id__among=enrollments, rung="", reason__in=reasons).update(**fresh)
    for changes, reasons in REVIVED:
        places = {(row.enrollment_id, row.rung) for row in rows if row.change in changes and row.rung}
        found = dropped.filter(
            reason__in=reasons,
            enrollment_id__among={enrollment for enrollment, _ in places},
            rung__in={rung for _, rung in places},
        )
        again = [pk for pk, *place in found.values_list("pk", "enrollment_id", "rung") if tuple(place) in places]
        Delivery.objects.filter(pk__in=again).update(**fresh)


def _finished(enrollments: set[int], nudges: list[Nudge]) -> set[int]:
    """Those of the enrollments that have nothing left to reach, if any nudge asks for that."""
    if not enrollments or not any(nudge.trigger == Trigger.FINISHED for nudge in nudges):
        return set()
    left = Progress.objects.filter(enrollment_id__among=enrollments, on_track=True, reached_at=None, skipped_at=None)
    return enrollments - set(left.values_list("enrollment_id", flat=True))


def _take_up(nudge: Nudge, now: datetime) -> bool:
    """Look at the next 5,000 steps that stood open when the nudge was switched on; False when that was all."""
    standing = Progress.objects.filter(
        enrollment__ladder=nudge.ladder_id,
        enrollment__ended_at=None,
        pk__gt=nudge.taken_up_to,
        on_track=True,
        reached_at=None,
        skipped_at=None,
        opened_at__lte=now,
    )
    if nudge.rung:
        standing = standing.filter(key=nudge.rung)
    named = ("pk", "enrollment__seat__person_id", "enrollment__seat__account_id", "enrollment_id", "key")
    rows = list(standing.order_by("pk").values_list(*named)[:A_TURN])
    _plan((make_delivery(nudge, *row[1:]) for row in rows), now)
    # Where somebody has changed the nudge meanwhile, all who stand there are looked at anew.
    unchanged = Nudge.objects.filter(pk=nudge.pk, taken_up_to=nudge.taken_up_to)
    nudge.taken_up_to = rows[-1][0] if rows else None
    unchanged.update(taken_up_to=nudge.taken_up_to)
    return bool(rows)


def low_ratings(*, now: datetime) -> int:
    """Plan what low ratings ask for: a rating is no transition, so these are compared with what was planned already."""
    planned = 0
    for nudge in running():
        if nudge.trigger != Trigger.LOW_RATING:
            continue
        known = Delivery.objects.filter(nudge=nudge, person_id=OuterRef("person_id"), rung=OuterRef("rung"))
        rows = Rating.objects.filter(ladder=nudge.ladder_id, stars__lte=nudge.stars, at__gte=nudge.since_at)
        rows = rows.exclude(Exists(known)).order_by("at")
        if nudge.rung:
            rows = rows.filter(rung=nudge.rung)
        fresh = list(rows[:A_TURN])
        found = Progress.objects.filter(
            enrollment__ladder=nudge.ladder_id,
            enrollment__ended_at=None,
            enrollment__seat__person_id__among={row.person_id for row in fresh},
            key__in={row.rung for row in fresh},
        )
        named = ("enrollment__seat__person_id", "enrollment__seat__account_id", "enrollment_id", "key")
        wanted = {(row.person_id, row.rung) for row in fresh}
        places = [place for place in found.values_list(*named) if (place[0], place[3]) in wanted]
        planned += _plan((make_delivery(nudge, *place) for place in places), now)
    return planned


def make_delivery(nudge: Nudge, person: int, account: int | None, enrollment: int, rung: str) -> Delivery:
    """A delivery that waits, not stored yet."""
    return Delivery(
        workspace_id=current_workspace_id(),
        nudge=nudge,
        channel=nudge.template.channel,
        person_id=person,
        account_id=account,
        enrollment_id=enrollment,
        rung="" if nudge.trigger in OF_THE_LADDER else rung,
    )


def _plan(deliveries: Iterable[Delivery], now: datetime) -> int:
    made = list(deliveries)
    for each in made:
        each.planned_at = each.due_at = now
    Delivery.objects.bulk_create(made, ignore_conflicts=True, batch_size=2_000)
    return len(made)


def _follow_handovers(rules: Attention) -> None:
    """Somebody became another: what was sent to them counts for who they are now, and so does what they asked for."""
    rows = list(Handover.objects.filter(pk__gt=rules.handover).order_by("pk")[:A_TURN])
    for row in rows:
        one, other = row.from_person_id, row.to_person_id
        if (
            not Delivery.objects.filter(person_id=one).exists()
            and not Preference.objects.filter(person_id=one).exists()
        ):
            continue
        if Person.objects.filter(pk=one).exists():
            continue  # only some of their events went over
        Delivery.objects.filter(person_id=one).update(person_id=other)
        mine = Preference.objects.filter(person_id=one).first()
        theirs = Preference.objects.filter(person_id=other).first()
        if mine and theirs:
            theirs.no_email, theirs.no_in_app = theirs.no_email or mine.no_email, theirs.no_in_app or mine.no_in_app
            pauses = [each for each in (mine.paused_until, theirs.paused_until) if each]
            theirs.paused_until = max(pauses, default=None)
            theirs.save(update_fields=["no_email", "no_in_app", "paused_until"])
            mine.delete()
        elif mine:
            Preference.objects.filter(pk=mine.pk).update(person_id=other)
    if rows:
        rules.handover = rows[-1].pk
        Attention.objects.filter(pk=rules.pk).update(handover=rules.handover)
