from django.db import models

from onboarding.tenancy.isolation import WorkspaceModel


class Kept(WorkspaceModel):
    """What took long to work out, kept until the counts that it rests on have moved; a page shows the last one meanwhile."""

    kind = models.CharField(max_length=40)
    question = models.TextField(default="", db_default="", db_column="asked")
    key = models.CharField(max_length=400, db_column="question")  # the question's SHA-256: it may be long
    said = models.JSONField(null=True)  # None while it is worked out for the first time
    version = models.BigIntegerField(default=-1)  # of the roll-ups that it was worked out from
    worked_out_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "kind", "key"], name="kept_once")]
        indexes = [models.Index(fields=["workspace", "asked_at"], name="kept_asked")]

    def __str__(self):
        return f"{self.kind} of {self.question}"
