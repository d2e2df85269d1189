"""The list of people: who they are, where they sit, how far they are, when they were last seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from milestones.models import Enrollment
from milestones.studio.days import Calendar, Moment
from milestones.studio.roles import role_label
from milestones.studio.stones import Climb, climbs_of
from onboarding.tracking.models import Identity, Person, Seat


@dataclass(frozen=True)
class Wanted:
    """What a list of people is narrowed to. `role` and `ladder` are keys, `account` an id."""

    q: str = ""
    role: str = ""
    ladder: str = ""
    account: int | None = None
    anonymous: bool = False

    @property
    def is_narrow(self) -> bool:
        return bool(self.q or self.role or self.ladder or self.account)


@dataclass(frozen=True)
class PersonRow:
    """`climb` is the person's first unfinished ladder, the last one where all are finished; `more` counts the others."""

    pk: int
    name: str
    external_id: str
    seats: list[Seat]
    roles: list[str]
    ladder: str
    climb: Climb | None
    more: int
    last_seen: Moment
    is_test: bool = False


def find_people(wanted: Wanted) -> QuerySet[Person]:
    """People by name, e-mail or any of their ids, the latest seen first."""
    found = Person.objects.all()
    if not wanted.anonymous:
        found = found.filter(external_id__isnull=False)
    if wanted.q:
        by_id = Identity.objects.filter(person=OuterRef("pk"), value__icontains=wanted.q)
        if not wanted.anonymous:
            by_id = by_id.filter(kind=Identity.Kind.USER)
        found = found.filter(Q(name__icontains=wanted.q) | Q(email__icontains=wanted.q) | Q(Exists(by_id)))
    seat = {name: value for name, value in (("role", wanted.role), ("account", wanted.account)) if value}
    if seat:
        found = found.filter(Exists(Seat.objects.filter(person=OuterRef("pk"), left_at=None, **seat)))
    if wanted.ladder:
        on_it = Enrollment.objects.filter(seat__person=OuterRef("pk"), ended_at=None, ladder__key=wanted.ladder)
        found = found.filter(Exists(on_it))
    return found.order_by("-last_seen_at", "pk")


def person_rows(people: Iterable[Person], calendar: Calendar, wanted: Wanted) -> list[PersonRow]:
    people = list(people)
    seats: dict[int, list[Seat]] = {}
    for seat in Seat.objects.filter(person__in=people, left_at=None).select_related("account").order_by("since", "pk"):
        seats.setdefault(seat.person_id, []).append(seat)
    enrollments = _enrollments(people, wanted)
    climbs = climbs_of([each for mine in enrollments.values() for each in mine], calendar)
    return [_row(each, seats.get(each.pk, []), enrollments.get(each.pk, []), climbs, calendar) for each in people]


def _enrollments(people: list[Person], wanted: Wanted) -> dict[int, list[Enrollment]]:
    """person id → their running enrollments in workspace order."""
    rows = Enrollment.objects.filter(seat__person__in=people, ended_at=None).select_related("ladder", "seat")
    if wanted.ladder:
        rows = rows.filter(ladder__key=wanted.ladder)
    if wanted.account:
        rows = rows.filter(seat__account=wanted.account)
    found: dict[int, list[Enrollment]] = {}
    for row in rows.order_by("ladder__position", "ladder_id", "seat_id", "ordinal"):
        found.setdefault(row.seat.person_id, []).append(row)
    return found


def _row(person: Person, seats, enrollments, climbs: dict[int, Climb], calendar: Calendar) -> PersonRow:
    with_rungs = [each for each in enrollments if each.pk in climbs]
    shown = next((each for each in with_rungs if not climbs[each.pk].is_finished), None)
    shown = shown or (with_rungs[-1] if with_rungs else None)
    return PersonRow(
        pk=person.pk,
        name=str(person),
        external_id=person.external_id or "",
        seats=[seat for seat in seats if seat.account],
        roles=[role_label(role) for role in dict.fromkeys(seat.role for seat in seats) if role],
        ladder=shown.ladder.name if shown else "",
        climb=climbs[shown.pk] if shown else None,
        more=max(len(with_rungs) - 1, 0),
        last_seen=calendar.day(person.last_seen_at),
        is_test=person.is_test,
    )
