from django.db import models

from milestones.models import Ladder
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member


class Band(WorkspaceModel):
    """Between what a metric of a ladder should stay; outside it the team is told to look. An end that is None is open."""

    class Metric(models.TextChoices):
        ACTIVATION = "activation_rate", "Activation rate, in %"
        COMPLETION = "ladder_completion", "Ladder completion by day 60, in %"
        FIRST_VALUE = "time_to_first_value", "Time to first value, in days"
        REACH = "reach", "Reach of a step by day 30, in %"

    metric = models.CharField(max_length=40, choices=Metric.choices)
    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="+")
    step = models.CharField(max_length=100, blank=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "metric", "ladder", "step"], name="band_once")]

    def __str__(self):
        return f"{self.metric} of {self.ladder_id} {self.step}".strip()
