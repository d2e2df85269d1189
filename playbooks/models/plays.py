from django.contrib.postgres.fields import ArrayField
from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member


class Play(WorkspaceModel):
    """What the team knows about one milestone, or about a ladder as a whole: the page of the playbook, and who minds it."""

    ladder = models.CharField(max_length=100, blank=True)  # its key, of a page about the whole ladder
    milestone = models.CharField(max_length=100, blank=True)  # its key, of a page about a step
    owner = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    review_days = models.SmallIntegerField(default=90)
    review_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)  # the review that the owner was reminded of

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "ladder", "milestone"], name="play_once")]

    def __str__(self):
        return self.milestone or self.ladder


class Edition(WorkspaceModel):
    """What the page said from then on; Markdown. `risks` are rows of {"risk", "sign", "answer"}."""

    play = InnerForeignKey(Play, models.CASCADE, related_name="editions")
    number = models.IntegerField()
    purpose = models.TextField(blank=True)
    actions = ArrayField(models.CharField(max_length=500), default=list)  # the team's own, beside what the criteria say
    risks = models.JSONField(default=list)
    success = models.TextField(blank=True)
    why = models.CharField(max_length=300, blank=True)  # what was changed, and why
    made_at = models.DateTimeField()
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "play", "number"], name="edition_once")]

    def __str__(self):
        return f"edition {self.number}"


class Remark(WorkspaceModel):
    """A word of a member about a page, to the others; who is mentioned is told."""

    play = InnerForeignKey(Play, models.CASCADE, related_name="remarks")
    text = models.CharField(max_length=2_000)
    made_at = models.DateTimeField()
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["workspace", "play"], name="remark_play")]

    def __str__(self):
        return self.text[:60]


class Review(WorkspaceModel):
    """That somebody looked at a page with what had come in since, and what came of it."""

    class Outcome(models.TextChoices):
        STANDS = "stands", "It stands as it is"
        CHANGED = "changed", "It was changed"
        TO_CHANGE = "to_change", "It has to change"

    play = InnerForeignKey(Play, models.CASCADE, related_name="reviews")
    edition = models.IntegerField()  # that was looked at
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    text = models.CharField(max_length=1_000, blank=True)
    made_at = models.DateTimeField()
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["workspace", "play"], name="review_play")]

    def __str__(self):
        return self.get_outcome_display()
