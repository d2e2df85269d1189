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
    # Events that are a key workflow: what a customer comes back for. Without any, those that show the use of features.
    workflows = ArrayField(models.CharField(max_length=200), default=list, db_default=[])
    # The event that says that an account bought more, and its property that says how much, in which unit.
    expansion_event = models.CharField(max_length=200, default="", db_default="", blank=True)
    expansion_property = models.CharField(max_length=200, default="", db_default="", blank=True)
    expansion_unit = models.CharField(max_length=20, default="", db_default="", blank=True)
    # The event that says that somebody referred somebody else.
    referral_event = models.CharField(max_length=200, default="", db_default="", blank=True)
    # What a day is worth on which one person gets on with their ladder, for saying what stuck steps cost; None: nobody has said.
    day_worth = models.FloatField(null=True)
    day_worth_unit = models.CharField(max_length=20, default="", db_default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="counting_rules_once")]

    def __str__(self):
        return f"counting rules of {self.workspace_id}"
