"""Finding a person's enrollments by what a token or a key says."""

from milestones.models import Enrollment, Progress
from onboarding.tracking.models import Identity, Person


def find_person(external_id: str) -> Person | None:
    """The person with this id of the vendor's, also by an id that was merged into another."""
    identity = Identity.objects.select_related("person").filter(kind=Identity.Kind.USER, value=external_id).first()
    return identity.person if identity else None


def enrollments_of(person: Person, *, account: str | None = None, ladder: str | None = None) -> list[Enrollment]:
    """The person's running enrollments in workspace order, at one account or on one ladder where these are given."""
    running = Enrollment.objects.filter(seat__person=person, ended_at=None).select_related("ladder", "seat__account")
    if account is not None:
        running = running.filter(seat__account__external_id=account)
    if ladder is not None:
        running = running.filter(ladder__key=ladder)
    return list(running.order_by("ladder__position", "ladder_id", "seat_id", "ordinal"))


def first_unfinished(enrollments: list[Enrollment]) -> Enrollment | None:
    """The first with a rung on the track that is neither reached nor skipped; the first of all when none is left."""
    left = Progress.objects.filter(enrollment__in=enrollments, on_track=True, reached_at=None, skipped_at=None)
    unfinished = set(left.values_list("enrollment_id", flat=True))
    return next((each for each in enrollments if each.pk in unfinished), enrollments[0] if enrollments else None)
