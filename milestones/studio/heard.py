"""What people said on their checklists, as the team reads it: calls for help that wait, ratings, and whether they recommend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg, Count

from milestones import voices
from milestones.models import Enrollment, Progress, Rating
from milestones.studio.days import Calendar, Moment
from milestones.studio.titles import rung_titles
from onboarding.tracking.models import Account, Person

GLAD_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Heard:
    """One thing said. `stars` is out of 5, or out of 10 where `whole` says that it is about the whole ladder."""

    who: str
    person_id: int
    enrollment_id: int
    ladder: str
    rung: str
    title: str
    text: str
    when: Moment
    stars: int | None = None
    whole: bool = False


@dataclass(frozen=True)
class Ears:
    """`asks` wait for an answer, the oldest first; `ratings` are what was said of steps and ladders, the latest first;
    `glad` are moments of the last two weeks at which a human congratulation fits, and that nobody has spoken of.
    """

    asks: list[Heard]
    ratings: list[Heard]
    glad: list[Heard]


def heard_from(enrollments: Iterable[Enrollment], calendar: Calendar) -> Ears:
    """What is said on these enrollments (with their seats, people and ladders)."""
    enrollments = list(enrollments)
    told = voices.read({enrollment.seat.person_id for enrollment in enrollments})
    said = [(each, voices.fold(voices.of_enrollment(told, each))) for each in enrollments]
    places = {(e.ladder.key, key) for e, one in said for key in [*one.asks, *one.ratings]}
    titles = rung_titles(places)
    asks, ratings = [], []
    for enrollment, one in said:
        if enrollment.ended_at is None:  # who has left the ladder waits for nothing there
            asks += [_heard(enrollment, voice, titles, calendar) for voice in one.asks.values()]
        ratings += [_heard(enrollment, voice, titles, calendar) for voice in one.ratings.values()]
        if one.recommended:
            ratings.append(_heard(enrollment, one.recommended, titles, calendar))
    glad = _glad(said, calendar)
    asks.sort(key=lambda each: each.when.at)
    ratings.sort(key=lambda each: each.when.at, reverse=True)
    return Ears(asks, ratings, glad)


def _glad(said: list[tuple[Enrollment, voices.Said]], calendar: Calendar) -> list[Heard]:
    """The first value of the last two weeks, and the last step of a ladder that is done."""
    climbs = {enrollment.pk: (enrollment, one) for enrollment, one in said if enrollment.ended_at is None}
    rows: dict[int, list[Progress]] = {}
    shown = Progress.objects.filter(enrollment__among=list(climbs), on_track=True).select_related("rung")
    for row in shown.order_by("rung__position").defer("evidence"):
        rows.setdefault(row.enrollment_id, []).append(row)
    since, found = calendar.now - GLAD_FOR, []
    for pk, mine in rows.items():
        enrollment, one = climbs[pk]
        reached = [row for row in mine if row.reached_at]
        over = all(row.reached_at or row.skipped_at for row in mine)
        last = max(reached, key=lambda row: row.reached_at, default=None) if over else None
        for row in reached:
            if (row is last or row.rung.first_value) and row.reached_at >= since and row.key not in one.congratulated:
                found.append(
                    Heard(
                        who=str(enrollment.seat.person),
                        person_id=enrollment.seat.person_id,
                        enrollment_id=pk,
                        ladder=enrollment.ladder.name,
                        rung=row.key,
                        title=row.rung.title,
                        text="",
                        when=calendar.time(row.reached_at),
                        whole=row is last,
                    )
                )
    return sorted(found, key=lambda each: each.when.at, reverse=True)


def _heard(enrollment: Enrollment, voice: voices.Voice, titles: dict, calendar: Calendar) -> Heard:
    return Heard(
        who=str(enrollment.seat.person),
        person_id=enrollment.seat.person_id,
        enrollment_id=enrollment.pk,
        ladder=enrollment.ladder.name,
        rung=voice.rung,
        title=titles.get((enrollment.ladder.key, voice.rung), voice.rung) if voice.rung else enrollment.ladder.name,
        text=voice.note,
        when=calendar.time(voice.at),
        stars=voice.rating,
        whole=voice.verb == "recommended",
    )


def heard_at(account: Account, calendar: Calendar) -> Ears:
    rows = Enrollment.objects.filter(seat__account=account, seat__person__is_test=False)
    return heard_from(rows.select_related("seat__person", "ladder"), calendar)


def heard_of(person: Person, calendar: Calendar) -> Ears:
    rows = Enrollment.objects.filter(seat__person=person).select_related("seat__person", "ladder")
    return heard_from(rows, calendar)


@dataclass(frozen=True)
class Stars:
    """How a step is rated: the mean of each person's latest word, and of how many."""

    mean: float
    count: int


def stars_of(ladder_id: int) -> dict[str, Stars]:
    """rung key → its ratings, tests left out."""
    rows = Rating.objects.filter(ladder=ladder_id, person__is_test=False).order_by().values_list("rung")
    told = rows.annotate(mean=Avg("stars"), count=Count("pk"))
    return {rung: Stars(round(float(mean), 1), count) for rung, mean, count in told}
