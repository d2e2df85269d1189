"""Who would get what within the coming days, if nobody did anything meanwhile: the same decisions, written nowhere."""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from milestones.models import Progress
from onboarding.tracking.models import Person
from playbooks.models import Channel, Delivery, Nudge
from playbooks.nudging.attention import limits_for
from playbooks.nudging.deciding import Outcome, decide
from playbooks.nudging.facts import ATTENTION, OF_THE_LADDER, Ledger, case_of, know
from playbooks.nudging.noticing import make_delivery
from playbooks.nudging.settling import Line, follow_seat
from playbooks.sending import attention

State = Delivery.State
MOST = 2_000
HORIZON = timedelta(days=7)


@dataclass(frozen=True)
class Foreseen:
    """One message that would go out."""

    at: datetime
    nudge: Nudge
    person: Person | None
    rung: str


@dataclass(frozen=True)
class Forecast:
    """`held` and `dropped` count messages by reason. `is_all`: nothing was left out for being too much to look at."""

    sends: list[Foreseen] = field(default_factory=list)
    held: Counter = field(default_factory=Counter)
    dropped: Counter = field(default_factory=Counter)
    is_all: bool = True


def foresee(nudge: Nudge | None, *, now: datetime) -> Forecast:
    """The coming week of all nudges that are on, and of `nudge` as if it were switched on now."""
    waiting = Delivery.objects.filter(state=State.WAITING)
    due = waiting.filter(due_at__lte=now + HORIZON).order_by("due_at", "pk")
    deliveries: list[Delivery] = []
    if nudge:
        deliveries = list(due.filter(nudge=nudge)[: MOST + 1])
        due = due.exclude(nudge=nudge)
        if not nudge.is_on:
            deliveries += _let_go(waiting.filter(nudge=nudge, due_at=None, reason="switched_off"), now)
            deliveries += _standing(nudge, now)
    deliveries += due[: MOST + 1 - min(len(deliveries), MOST)]
    is_all = len(deliveries) <= MOST
    return _played(deliveries[:MOST], nudge, now, is_all)


def _let_go(held, now: datetime) -> list[Delivery]:
    """What waits for the nudge to be switched on."""
    rows = list(held.order_by("pk")[: MOST + 1])
    for each in rows:
        each.due_at = now
    return rows


def _standing(nudge: Nudge, now: datetime) -> list[Delivery]:
    """Who stands where it would be planned for them; nothing where it asks for what has yet to happen."""
    if not nudge.is_about_now:
        return []
    rows = Progress.objects.filter(
        enrollment__ladder=nudge.ladder_id,
        enrollment__ended_at=None,
        on_track=True,
        reached_at=None,
        skipped_at=None,
        opened_at__lte=now,
    )
    if nudge.rung:
        rows = rows.filter(key=nudge.rung)
    planned = Delivery.objects.filter(nudge=nudge, enrollment_id=OuterRef("enrollment_id"))
    if nudge.trigger not in OF_THE_LADDER:
        planned = planned.filter(rung=OuterRef("key"))
    rows = rows.exclude(Exists(planned))
    named = ("enrollment__seat__person_id", "enrollment__seat__account_id", "enrollment_id", "key")
    # About the ladder it is planned once for each enrollment, however many of its steps stand open.
    once = (
        rows.order_by("enrollment_id").distinct("enrollment_id")
        if nudge.trigger in OF_THE_LADDER
        else rows.order_by("pk")
    )
    made = [make_delivery(nudge, *row) for row in once.values_list(*named)[: MOST + 1]]
    for each in made:
        each.planned_at = each.due_at = now
    return made


def _played(deliveries: list[Delivery], nudge: Nudge | None, now: datetime, is_all: bool) -> Forecast:
    known, rules = know(deliveries), attention()
    if nudge and nudge.pk in known.nudges:
        known.nudges[nudge.pk].is_on = True
    elif nudge:
        known.nudges[nudge.pk] = nudge
        nudge.is_on = True
    for each in deliveries:
        follow_seat(each, known)
    ledger = Ledger(
        {d.person_id for d in deliveries},
        {d.account_id for d in deliveries} - {None},
        now=now,
        most=rules.workspace_hour,
    )
    limits = {channel: limits_for(rules, channel) for channel in Channel.values}
    found = Forecast(is_all=is_all)
    line = Line(rules.workspace_hour, now=now)
    queue = [(max(now, each.due_at), place) for place, each in enumerate(deliveries)]
    heapq.heapify(queue)
    while queue:
        at, place = heapq.heappop(queue)
        each = deliveries[place]
        spent = ledger.spent_on(each.person_id, each.account_id)
        verdict = line.stand(decide(case_of(each, known, now=at), spent, limits[each.channel], now=at))
        if verdict.outcome == Outcome.SEND:
            if each.channel in ATTENTION:
                ledger.spend(each.person_id, each.account_id, at)
            found.sends.append(_foreseen(each, known, at))
        elif verdict.outcome == Outcome.DROP:
            found.dropped[verdict.reason] += 1
        else:
            if verdict.outcome == Outcome.HOLD:
                found.held[verdict.reason] += 1
            if verdict.until and verdict.until <= now + HORIZON:
                heapq.heappush(queue, (verdict.until, place))
    return found


def _foreseen(each: Delivery, known, at: datetime) -> Foreseen:
    enrollment = known.enrollments.get(each.enrollment_id)
    return Foreseen(at, known.nudges[each.nudge_id], enrollment.seat.person if enrollment else None, each.rung)
