from django.contrib.postgres.fields import ArrayField
from django.db import models

from onboarding.tenancy.isolation import WorkspaceModel


def usual_segments() -> list[str]:
    return ["industry", "size", "plan"]


class CountingRules(WorkspaceModel):
    """What of a vendor's own words the numbers rest on: one row a workspace, the usual ones where there is none."""

    # Traits of accounts by which every number can be split at once.
    segments = ArrayField(models.CharField(max_length=60), default=usual_segments)
    # The account's trait that holds the day on which it left; without it nobody is known to have left.
    left_trait = models.CharField(max_length=60, default="churned_at", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="counting_rules_once")]

    def __str__(self):
        return f"counting rules of {self.workspace_id}"
