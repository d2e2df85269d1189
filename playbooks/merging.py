"""What becomes of this floor's rows when two people turn out to be one: they go with the one who stays."""

from django.dispatch import receiver

from onboarding.tracking.models import Person
from onboarding.tracking.signals import merged
from playbooks.models import NoteReader, Session


@receiver(merged, sender=Person)
def follow(other: int, survivor: int, **_) -> None:
    Session.objects.filter(person_id=other).update(person_id=survivor)
    told = NoteReader.objects.filter(person_id=survivor).values("note")
    NoteReader.objects.filter(person_id=other).exclude(note__in=told).update(person_id=survivor)
