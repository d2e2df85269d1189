"""What becomes of deliveries that are due: claimed to be handed over, held back with a reason, or dropped with one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Attention, Delivery, Nudge, Suppression
from playbooks.nudging.attention import limits_for
from playbooks.nudging.deciding import HOUR, Outcome, Verdict, decide
from playbooks.nudging.delivery_rows import write_settled
from playbooks.nudging.facts import A_TURN, Known, Ledger, case_of, know

State = Delivery.State
AGAIN = (Nudge.Trigger.INACTIVE, Nudge.Trigger.WEEKLY)
GOES_ON = (State.SENDING, State.SENT, State.UNKNOWN, State.DROPPED)


def settle_due(rules: Attention, *, now: datetime) -> int:
    """Decide what is due, up to a thousand; returns how many there were. Call it in the turn of the workspace's nudges."""
    due = Delivery.objects.filter(state=State.WAITING, due_at__lte=now).order_by("due_at", "pk")
    deliveries = list(due[:A_TURN])
    if not deliveries:
        return 0
    known = know(deliveries)
    for each in deliveries:
        follow_seat(each, known)
    ledger = Ledger(
        {d.person_id for d in deliveries},
        {d.account_id for d in deliveries if d.account_id},
        now=now,
        most=rules.workspace_hour,
    )
    limits = {channel: limits_for(rules, channel) for channel in {each.channel for each in deliveries}}
    settled = []
    line = Line(rules.workspace_hour, now=now)
    for each in deliveries:
        case = case_of(each, known, now=now)
        spent = ledger.spent_on(each.person_id, each.account_id)
        verdict = line.stand(decide(case, spent, limits[each.channel], now=now))
        if verdict.outcome == Outcome.SEND and case.is_for_person:
            ledger.spend(each.person_id, each.account_id, now)
        settled.append((each, verdict))
    write(settled, known, now=now)
    return len(deliveries)


class Line:
    """Those whom only the workspace's own limit holds back, one hour's worth behind the other: looked at all at once, all
    but an hour's worth would be held again, hour after hour.
    """

    def __init__(self, an_hour: int, *, now: datetime):
        self._an_hour = an_hour
        ahead = Delivery.objects.filter(state=State.WAITING, reason="workspace_hour", due_at__gt=now)
        self._length = ahead.count()

    def stand(self, verdict: Verdict) -> Verdict:
        """The verdict, its next look put off by as many hours as are full already."""
        if verdict.outcome != Outcome.HOLD or verdict.reason != "workspace_hour":
            return verdict
        hours, self._length = self._length // self._an_hour, self._length + 1
        return replace(verdict, until=verdict.until + hours * HOUR)


def follow_seat(each: Delivery, known: Known) -> None:
    """Whose message it is, and by which way: the seat may have become another person's since it was planned, and the nudge
    may have another template.
    """
    each.channel = known.nudges[each.nudge_id].template.channel
    enrollment = known.enrollments.get(each.enrollment_id)
    if enrollment:
        each.person_id, each.account_id = enrollment.seat.person_id, enrollment.seat.account_id


def write(settled: Sequence[tuple[Delivery, Verdict]], known: Known, *, now: datetime) -> None:
    """Store what was decided; whatever was not sent has its line with the reason."""
    for each, verdict in settled:
        apply(each, verdict, now=now)
    write_settled([each for each, _ in settled])
    held = [(each, v) for each, v in settled if v.outcome in (Outcome.HOLD, Outcome.DROP)]
    Suppression.objects.bulk_create([suppression(each, verdict, now) for each, verdict in held])
    Delivery.objects.bulk_create(
        [again for each, _ in settled if (again := next_round(each, known, now))], ignore_conflicts=True
    )


def apply(each: Delivery, verdict: Verdict, *, now: datetime) -> None:
    each.reason = verdict.reason
    match verdict.outcome:
        case Outcome.SEND:
            each.state, each.claimed_at, each.due_at = State.CLAIMED, now, None
        case Outcome.DROP:
            each.state, each.settled_at, each.due_at, each.claimed_at = State.DROPPED, now, None, None
        case _:
            each.state, each.due_at, each.claimed_at = State.WAITING, verdict.until, None


def suppression(each: Delivery, verdict: Verdict, now: datetime) -> Suppression:
    return Suppression(
        workspace_id=current_workspace_id(), delivery=each, at=now, reason=verdict.reason, until=verdict.until
    )


def next_round(each: Delivery, known: Known, now: datetime) -> Delivery | None:
    """Of somebody who is away: once it was said, the next time they go away; of a week, the next one."""
    nudge, enrollment = known.nudges[each.nudge_id], known.enrollments.get(each.enrollment_id)
    if nudge.trigger not in AGAIN or enrollment is None or each.state not in GOES_ON:
        return None
    if each.reason in ("gone", "finished", "removed", "changed"):
        return None
    return Delivery(
        workspace_id=current_workspace_id(),
        nudge=nudge,
        channel=each.channel,
        person_id=each.person_id,
        account_id=each.account_id,
        enrollment_id=each.enrollment_id,
        round=each.round + 1,
        after=now if nudge.trigger == Nudge.Trigger.WEEKLY else enrollment.seat.person.last_seen_at,
        planned_at=now,
        due_at=now,
    )
