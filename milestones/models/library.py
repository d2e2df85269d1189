from django.contrib.postgres.fields import ArrayField
from django.db import models

from onboarding.tenancy.isolation import WorkspaceModel


class Feature(WorkspaceModel):
    """A capability of the vendor's product that milestones may unlock."""

    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    events = ArrayField(models.CharField(max_length=200), default=list)
    default = models.BooleanField(default=True)  # the answer while no published version unlocks it
    locked = models.BooleanField(default=False)  # the answer until it is reached

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="feature_once")]

    def __str__(self):
        return self.name


class StepArticle(WorkspaceModel):
    """A published article that helps with a step, as checklists show it: kept by the floor that has the articles."""

    milestone = models.CharField(max_length=100)
    article = models.CharField(max_length=100)  # its key
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "milestone", "article", "language"], name="step_article_once")
        ]

    def __str__(self):
        return self.title


class Milestone(WorkspaceModel):
    """A reusable module in the library. `content` has the fields of the ladder file's milestone (docs/ladder-file.md)."""

    key = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    content = models.JSONField(default=dict)
    revision = models.IntegerField(default=1)  # moves with every change; what an editor saw is compared with it
    archived_at = models.DateTimeField(null=True)  # not offered any more; ladders that use it keep it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="milestone_once")]

    def __str__(self):
        return self.title
