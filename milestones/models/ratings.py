from django.db import models

from milestones.models.ladders import Ladder
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tracking.models import Person


class Rating(WorkspaceModel):
    """A person's latest word on a step, 1 to 5, beside the fact that says it: what a page adds up without reading events."""

    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="+")
    rung = models.CharField(max_length=100)
    person = InnerForeignKey(Person, models.CASCADE, related_name="+")
    stars = models.SmallIntegerField()
    version = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "ladder", "rung", "person"], name="rating_once")]

    def __str__(self):
        return f"{self.stars} of 5 for {self.rung}"
