"""How far an account's goals have come: the present value of each, and its share of the way from baseline to target."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Case, CharField, Exists, FloatField, Func, OuterRef, Q, QuerySet, Sum, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from milestones.models import Goal, GoalReading
from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Event, EventName, Person, Seat

NUMBER = r"^-?[0-9]{1,15}([.][0-9]{1,100})?$"  # of a text; what a sender gives as a number is one
LARGEST = 1e15
EARLIEST = datetime.fromisoformat("2000-01-01T00:00:00+00:00")  # no value is of before
LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Current:
    """A goal's measure now, and when that was so; None where nothing is known."""

    value: float | None
    at: datetime | None


@dataclass(frozen=True)
class Distance:
    """How far a goal has come: `share` of the way from baseline to target, below 0 where it went the other way."""

    current: Current
    share: float | None

    @property
    def is_reached(self) -> bool:
        return self.share is not None and self.share >= 1

    @property
    def percent(self) -> int | None:
        """In whole percent; 100 and more only where it is reached."""
        return None if self.share is None else math.floor(round(100 * self.share, 6))


def current_of(goal: Goal, until: datetime | None = None) -> Current:
    """The present value, from where the goal says, or as it was at an earlier moment."""
    if goal.source == Goal.Source.EVENT:
        return _from_events(goal, until or clock.now())
    readings = GoalReading.objects.filter(goal=goal)
    last = (readings.filter(at__lte=until) if until else readings).order_by("-at").first()
    return Current(last.value, last.at) if last else Current(None, None)


def distance(goal: Goal, until: datetime | None = None) -> Distance:
    """Of a goal without baseline, target or value the share is not known."""
    current = current_of(goal, until)
    if None in (current.value, goal.baseline, goal.target) or goal.baseline == goal.target:
        return Distance(current, None)
    share = (current.value - goal.baseline) / (goal.target - goal.baseline)
    return Distance(current, share if math.isfinite(share) else None)


def _from_events(goal: Goal, until: datetime) -> Current:
    name_id = EventName.objects.filter(name=goal.event).values_list("id", flat=True).first()
    if name_id is None:
        return Current(None, None)
    tests = Person.objects.filter(is_test=True).values("pk")
    rows = Event.objects.filter(_of(goal), name_id=name_id, trusted=True, properties__has_key=goal.property)
    rows = rows.filter(occurred_at__lte=until).exclude(person_id__in=tests)
    rows = rows.annotate(
        written_as=Func(KeyTransform(goal.property, "properties"), function="jsonb_typeof", output_field=CharField()),
        text=KeyTextTransform(goal.property, "properties"),
    )
    # A case, so that what is no number is never cast to one.
    is_number = Q(written_as="number") | Q(written_as="string", text__regex=NUMBER)
    rows = rows.annotate(amount=Case(When(is_number, then=Cast("text", FloatField()))))
    rows = rows.filter(amount__range=(-LARGEST, LARGEST))
    latest = rows.order_by("-occurred_at", "-id").values_list("amount", "occurred_at").first()
    if latest is None:
        return Current(None, None)
    if goal.how == Goal.How.LATEST:
        return Current(*latest)
    if goal.how == Goal.How.AVERAGE:
        rows = rows.filter(occurred_at__gt=until - LATELY)
    worked_out = Avg("amount") if goal.how == Goal.How.AVERAGE else Sum("amount")
    return Current(rows.aggregate(value=worked_out)["value"], latest[1])


def _of(goal: Goal) -> Q:
    """The account's events: those that name it, and those that name none, of people who sat there alone at that moment."""
    here = Exists(_seats_then().filter(account=goal.account_id))
    elsewhere = Exists(_seats_then().exclude(account=None).exclude(account=goal.account_id))
    people = Seat.objects.filter(account=goal.account_id).values("person_id")
    return Q(account_id=goal.account_id) | (Q(account_id=None, person_id__in=people) & Q(here) & ~Q(elsewhere))


def _seats_then() -> QuerySet[Seat]:
    """The seats of an event's person when it occurred."""
    at = OuterRef("occurred_at")
    seats = Seat.objects.filter(person_id=OuterRef("person_id"), since__lte=at)
    return seats.filter(Q(left_at=None) | Q(left_at__gt=at))


def note_value(goal: Goal, value: float, *, by: str, at: datetime | None = None) -> None:
    """Keep one value; one for the same moment replaces the other."""
    GoalReading.objects.update_or_create(
        workspace_id=current_workspace_id(), goal=goal, at=at or clock.now(), defaults={"value": value, "by": by[:254]}
    )
