"""Is the feature unlocked? The product asks, for a person or for an account."""

from dataclasses import dataclass, field

from django.db.models import Count, Min, QuerySet

from milestones.models import Enrollment, Feature, Ladder, Progress, Rung
from onboarding import clock
from onboarding.tracking.models import Person


@dataclass(frozen=True)
class Answer:
    """One feature's state: the value, OFREP's reason, and what stands in the way, as flat text."""

    key: str
    value: bool
    reason: str
    metadata: dict = field(default_factory=dict)

    @property
    def variant(self) -> str:
        return "unlocked" if self.value else "locked"


@dataclass(frozen=True)
class Place:
    """Where those asked about stand at one rung that unlocks: whether any of them reached it, and one who has it before them."""

    rung: Rung
    on_track: bool
    is_reached: bool
    enrollment: int


def evaluate(features: list[Feature], *, enrollments: QuerySet[Enrollment]) -> list[Answer]:
    """The answers for one target: somebody's enrollments, or those of everybody at an account; none for an unknown one."""
    unlocking = _unlocking_rungs()
    places: dict[str, list[Place]] = {}
    for place in _places(enrollments):
        for key in place.rung.content.get("unlocks", []):
            places.setdefault(key, []).append(place)
    return [_answer(feature, unlocking, places.get(feature.key, [])) for feature in features]


def _unlocking_rungs() -> set[str]:
    """The keys of all features that a published version unlocks."""
    live = Ladder.objects.exclude(live=None).values_list("live_id", flat=True)
    contents = Rung.objects.filter(version__in=list(live)).values_list("content", flat=True)
    return {key for content in contents for key in content.get("unlocks", [])}


def _places(enrollments: QuerySet[Enrollment]) -> list[Place]:
    """Counted in the database: an account may have thousands of people."""
    rows = (
        Progress.objects.filter(enrollment__in=enrollments.values("pk")).order_by().values_list("rung_id", "on_track")
    )
    found = list(rows.annotate(reached=Count("reached_at"), enrollment=Min("enrollment_id")))
    rungs = Rung.objects.in_bulk({rung for rung, *_ in found})
    return [Place(rungs[rung], on_track, reached > 0, enrollment) for rung, on_track, reached, enrollment in found]


def _answer(feature: Feature, unlocking: set[str], places: list[Place]) -> Answer:
    if any(place.is_reached for place in places):
        return Answer(feature.key, True, "TARGETING_MATCH")
    if feature.key not in unlocking:
        return Answer(feature.key, feature.default, "STATIC")
    if not places:
        return Answer(feature.key, feature.locked, "DEFAULT")
    place = min(places, key=lambda each: (not each.on_track, each.rung.position, each.enrollment))
    metadata = {"blocked_by": place.rung.key, "blocked_by_title": place.rung.title}
    next_step = _next_step(place.enrollment)
    return Answer(feature.key, feature.locked, "DEFAULT", metadata | ({"next_step": next_step} if next_step else {}))


def _next_step(enrollment: int) -> str:
    """The title of the first open step of the same checklist."""
    now = clock.now()
    rows = Progress.objects.filter(enrollment=enrollment, on_track=True)
    rows = rows.select_related("rung").order_by("rung__position")
    return next((each.rung.title for each in rows if each.state(now) == "open"), "")


def of_person(person: Person | None, account: str | None) -> QuerySet[Enrollment]:
    running = Enrollment.objects.filter(seat__person=person, ended_at=None) if person else Enrollment.objects.none()
    return running.filter(seat__account__external_id=account) if account else running


def of_account(external_id: str) -> QuerySet[Enrollment]:
    """Everybody's enrollments at an account: what one of them unlocked is unlocked for the account."""
    return Enrollment.objects.filter(seat__account__external_id=external_id, ended_at=None)
