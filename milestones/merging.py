"""What becomes of ratings when two people turn out to be one: the later word on a step stays."""

from django.dispatch import receiver

from milestones.models import Rating
from onboarding.tracking.models import Person
from onboarding.tracking.signals import merged


@receiver(merged, sender=Person)
def follow(other: int, survivor: int, **_) -> None:
    said = {(row.ladder_id, row.rung): row for row in Rating.objects.filter(person_id=survivor)}
    for row in Rating.objects.filter(person_id=other):
        known = said.get((row.ladder_id, row.rung))
        if known is None:
            Rating.objects.filter(pk=row.pk).update(person_id=survivor)
        elif known.at < row.at:
            Rating.objects.filter(pk=known.pk).update(stars=row.stars, version=row.version, at=row.at)
