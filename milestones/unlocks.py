"""Is the feature unlocked? The product asks, for a person or for an account."""

from dataclasses import dataclass, field

from milestones.models import Enrollment, Feature, Ladder, Progress, Rung
from onboarding import clock
from onboarding.tracking.models import Account, Person


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


def evaluate(features: list[Feature], *, enrollments: list[Enrollment]) -> list[Answer]:
    """The answers for one target: somebody's enrollments, or those of everybody at an account; none for an unknown one."""
    unlocking = _unlocking_rungs()
    rows: dict[str, list[Progress]] = {}
    for row in Progress.objects.filter(enrollment__in=enrollments).select_related("rung", "enrollment"):
        for key in row.rung.content.get("unlocks", []):
            rows.setdefault(key, []).append(row)
    return [_answer(feature, unlocking, rows.get(feature.key, [])) for feature in features]


def _unlocking_rungs() -> set[str]:
    """The keys of all features that a published version unlocks."""
    live = Ladder.objects.exclude(live=None).values_list("live_id", flat=True)
    contents = Rung.objects.filter(version__in=list(live)).values_list("content", flat=True)
    return {key for content in contents for key in content.get("unlocks", [])}


def _answer(feature: Feature, unlocking: set[str], rows: list[Progress]) -> Answer:
    if any(row.reached_at is not None for row in rows):
        return Answer(feature.key, True, "TARGETING_MATCH")
    if feature.key not in unlocking:
        return Answer(feature.key, feature.default, "STATIC")
    if not rows:
        return Answer(feature.key, feature.locked, "DEFAULT")
    row = min(rows, key=lambda each: (not each.on_track, each.rung.position))
    metadata = {"blocked_by": row.key, "blocked_by_title": row.rung.title}
    next_step = _next_step(row)
    return Answer(feature.key, feature.locked, "DEFAULT", metadata | ({"next_step": next_step} if next_step else {}))


def _next_step(row: Progress) -> str:
    """The title of the first open step of the same checklist."""
    now = clock.now()
    rows = (
        Progress.objects.filter(enrollment=row.enrollment, on_track=True)
        .select_related("rung")
        .order_by("rung__position")
    )
    return next((each.rung.title for each in rows if each.state(now) == "open"), "")


def of_person(person: Person | None, account: str | None) -> list[Enrollment]:
    running = Enrollment.objects.filter(seat__person=person, ended_at=None) if person else Enrollment.objects.none()
    return list(running.filter(seat__account__external_id=account) if account else running)


def of_account(external_id: str) -> list[Enrollment]:
    """Everybody's enrollments at an account: what one of them unlocked is unlocked for the account."""
    account = Account.objects.filter(external_id=external_id).first()
    return list(Enrollment.objects.filter(seat__account=account, ended_at=None)) if account else []
