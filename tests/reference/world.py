"""A whole world: facts and published ladders in, everybody's progress out."""

from dataclasses import dataclass
from datetime import datetime

from tests.reference.climbing import Climb, Place, last_move, told_of
from tests.reference.enrolling import Enrolled, Version, acts_about, enrollments
from tests.reference.facts import Fact
from tests.reference.people import People, Seat
from tests.reference.signals import Span


@dataclass(frozen=True)
class Outcome:
    """One enrollment, on the version that it is on in the end."""

    enrolled_at: datetime
    ended_at: datetime | None
    version: int
    places: dict[str, Place]


def expected(facts: list[Fact], ladders: dict[str, list[Version]], zone: str) -> dict[tuple, Outcome]:
    """{(person, account, ladder key, ordinal): Outcome}; a person is the set of her user ids."""
    people = People(facts)
    return {
        (person, seat.account, key, enrolled.ordinal): climb(people, seat, versions, enrolled, zone)
        for person, seats in people.seats_of.items()
        for seat in seats
        for key, versions in ladders.items()
        for enrolled in enrollments(people, seat, versions)
    }


def climb(people: People, seat: Seat, versions: list[Version], enrolled: Enrolled, zone: str) -> Outcome:
    """One enrollment: facts count from the beginning of time for the first, from enrolled_at for a re-enrollment."""
    start = enrolled.enrolled_at if enrolled.ordinal > 1 else None
    span = Span(people, seat, enrolled.enrolled_at, start=start, end=enrolled.ended_at)
    acts = [a for a in acts_about(people, seat, versions[0].document["ladder"]) if span.counts(told_of(a))]
    numbers = {version.number: version for version in versions}
    move = last_move(acts, span)
    version = numbers[move.properties["version"]] if move else enrolled.version
    places = Climb(version.document, span, acts, zone).places()
    return Outcome(enrolled.enrolled_at, enrolled.ended_at, version.number, places)
