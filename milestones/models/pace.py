from django.db import models

from milestones.models.ladders import Ladder
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel


class UsualTime(WorkspaceModel):
    """How long a rung usually takes people of a role, from opening to reaching: observed, in days. Measured anew now and then.

    `low` and `high` bound the middle 80 % of the `people` who got there.
    """

    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="+")
    rung = models.CharField(max_length=100)
    role = models.CharField(max_length=60, blank=True)  # empty: all roles together
    people = models.IntegerField()
    low = models.FloatField(null=True)
    middle = models.FloatField(null=True)
    high = models.FloatField(null=True)
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "ladder", "rung", "role"], name="usual_time_once")]

    def __str__(self):
        return f"{self.rung}: {self.low} to {self.high} days"


class LadderOutlook(WorkspaceModel):
    """How people of a role go on to the end of a ladder, observed (milestones/outlook.py). Measured anew now and then."""

    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="+")
    role = models.CharField(max_length=60, blank=True)  # empty: all roles together
    people = models.IntegerField()  # who have finished
    said = models.JSONField()
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "ladder", "role"], name="ladder_outlook_once")]

    def __str__(self):
        return f"outlook of {self.ladder_id} for {self.role or 'everybody'}"


class PeerTime(WorkspaceModel):
    """How far accounts that are alike in a trait have come on a rung. Measured anew now and then; never of few."""

    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="+")
    rung = models.CharField(max_length=100)
    trait = models.CharField(max_length=60, blank=True)  # empty: all accounts together
    value = models.CharField(max_length=200, blank=True)
    accounts = models.IntegerField()
    reached = models.IntegerField()
    middle = models.FloatField(null=True)  # days by which half of them had reached it
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "ladder", "rung", "trait", "value"], name="peer_time_once")
        ]

    def __str__(self):
        return f"{self.reached} of {self.accounts} at {self.rung}"
