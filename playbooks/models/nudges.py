from django.contrib.postgres.fields import ArrayField
from django.db import models

from milestones.models import Ladder, Segment
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member
from playbooks.models.wording import MessageTemplate


class Nudge(WorkspaceModel):
    """A rule: when something holds for somebody on a ladder, a message is wanted. Whether it may go out is Attention's."""

    class Trigger(models.TextChoices):
        OPENED = "opened", "A step has opened"
        STALLED = "stalled", "A step takes longer than usual"
        DUE_SOON = "due_soon", "A step is due soon"
        OVERDUE = "overdue", "A step is overdue"
        REACHED = "reached", "A step is reached"
        FINISHED = "finished", "The ladder is finished"
        INACTIVE = "inactive", "Somebody has not been seen"
        LOW_RATING = "low_rating", "A step was rated low"
        WEEKLY = "weekly", "Each Monday, what the week has brought"

    name = models.CharField(max_length=120)
    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="+")
    rung = models.CharField(
        max_length=100, blank=True
    )  # "": each step, or none of the triggers that are about the ladder
    trigger = models.CharField(max_length=12, choices=Trigger.choices)
    days = models.FloatField(default=0)
    stars = models.SmallIntegerField(default=2)  # of a low rating: this or fewer
    roles = ArrayField(models.CharField(max_length=60), default=list)
    segment = InnerForeignKey(Segment, models.PROTECT, null=True, related_name="+")
    template = InnerForeignKey(MessageTemplate, models.PROTECT, related_name="nudges")
    hour = models.SmallIntegerField(null=True)  # of the person's day
    patience = models.SmallIntegerField(default=7)  # days after which it is too late to be said
    takes_late = models.BooleanField(default=False)  # also of what came late, with an import or by publishing
    is_on = models.BooleanField(default=False)
    # Switched on: transitions after this one count, and who is in the middle of something is looked at, by enrollment.
    since_number = models.BigIntegerField(default=0)
    since_at = models.DateTimeField(null=True)
    taken_up_to = models.BigIntegerField(null=True)  # None: everybody has been looked at
    archived_at = models.DateTimeField(null=True)
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["workspace"], name="nudge_on", condition=models.Q(is_on=True))]

    def __str__(self):
        return self.name

    @property
    def is_about_now(self) -> bool:
        """It asks how things stand, however they came to stand so; the others ask for something that happened."""
        return self.trigger in (
            self.Trigger.STALLED,
            self.Trigger.DUE_SOON,
            self.Trigger.OVERDUE,
            self.Trigger.INACTIVE,
            self.Trigger.WEEKLY,
        )
