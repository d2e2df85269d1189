from django.db import models
from django.db.models import Q

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member
from onboarding.tracking.models import Person


class Matter(WorkspaceModel):
    """Something that Cairn has noticed and the team should look at, with its evidence. One open one about one thing.

    `about` names the thing: an event, a rung, a nudge, a feature, a metric. `evidence` are the figures, put into words by
    playbooks/reviewing/words.py.
    """

    class Kind(models.TextChoices):
        SILENT = "silent", "An event has gone silent"
        UNRATED = "low_rating", "A step is rated low"
        FATIGUE = "fatigue", "People close a message"
        FEATURE = "feature", "A feature has changed"
        BAND = "band", "A metric has left its band"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    about = models.CharField(max_length=300)
    ladder = models.CharField(max_length=100, blank=True)
    rung = models.CharField(max_length=100, blank=True)
    evidence = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # when it was last found to be so
    settled_at = models.DateTimeField(null=True)
    settled_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=1000, blank=True)  # empty where it went away by itself

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "about"], name="matter_once", condition=Q(settled_at__isnull=True)
            )
        ]
        indexes = [models.Index(fields=["workspace", "settled_at"], name="matter_settled")]

    def __str__(self):
        return f"{self.kind}: {self.about}"


class ChangeNote(WorkspaceModel):
    """You said, we changed, it moved: told to customers and to the team once it is published."""

    said = models.CharField(max_length=500)
    changed = models.CharField(max_length=500)
    moved = models.CharField(max_length=500, blank=True)
    ladder = models.CharField(max_length=100, blank=True)
    rung = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "published_at"], name="change_note_published")]

    def __str__(self):
        return self.changed[:60]


class NoteReader(WorkspaceModel):
    """Somebody who had said it, and is told in the product: until they close it, or two weeks are over."""

    note = InnerForeignKey(ChangeNote, models.CASCADE, related_name="readers")
    person = InnerForeignKey(Person, models.CASCADE, related_name="+")
    card = models.CharField(max_length=16)
    seen_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "note", "person"], name="note_reader_once"),
            models.UniqueConstraint(fields=["workspace", "card"], name="note_reader_card"),
        ]
        indexes = [models.Index(fields=["workspace", "person"], name="note_reader_person")]

    def __str__(self):
        return f"{self.person_id} of {self.note_id}"
