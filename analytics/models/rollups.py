from django.contrib.postgres.fields import ArrayField
from django.db import models

from onboarding.tenancy.isolation import WorkspaceModel


class Keeping(WorkspaceModel):
    """How far the roll-ups of a workspace have read what is below them. Written in the transaction that moves them, so a
    crash leaves both where they were.
    """

    event = models.BigIntegerField(default=0)  # the last event, transition and handover that are counted in
    transition = models.BigIntegerField(default=0)
    handover = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)  # facts taken in by then: tells cheaply whether there is more
    basis = models.CharField(
        max_length=64, blank=True
    )  # of the settings that all of it rests on; another one: from nothing
    version = models.BigIntegerField(default=0)  # moves whenever a count has changed; results are kept by it
    kept_at = models.DateTimeField(null=True)
    recounted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="keeping_once")]

    def __str__(self):
        return f"roll-ups of {self.workspace_id} at version {self.version}"


class PersonDay(WorkspaceModel):
    """That a person did something in the product on a day of the workspace's calendar, and which events it was."""

    pk = models.CompositePrimaryKey("workspace", "person_id", "day")
    workspace = models.ForeignKey(
        "tenancy.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    person_id = models.BigIntegerField()
    day = models.DateField()
    names = ArrayField(models.BigIntegerField())  # ids of event names, each once

    def __str__(self):
        return f"{self.person_id} on {self.day}"


class Climb(WorkspaceModel):
    """One enrollment as the numbers see it: whole days since it began, on the workspace's calendar.

    A lag of OPEN is not there yet, NOT_THEIRS is not on the person's track, SKIPPED was put aside; None is never.
    """

    OPEN, NOT_THEIRS, SKIPPED = -1, -2, -3

    pk = models.CompositePrimaryKey("workspace", "enrollment_id")
    workspace = models.ForeignKey(
        "tenancy.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    enrollment_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    ladder_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    role = models.CharField(max_length=60)
    segments = ArrayField(models.CharField(max_length=100))  # the account's, in the order of the counting rules
    cohort = models.DateField()  # the day of the enrollment
    left_out = models.CharField(max_length=10)  # "" counts, "test", or "again": not their first time on this ladder
    gone = models.SmallIntegerField(null=True)  # the account left
    ended = models.SmallIntegerField(null=True)  # taken off the ladder
    lags = ArrayField(models.SmallIntegerField())  # when each rung of the version was reached, in its order
    opened = ArrayField(models.SmallIntegerField(null=True))  # and when it opened
    first_value = models.SmallIntegerField()
    done = models.SmallIntegerField()
    weeks = ArrayField(models.SmallIntegerField())  # in which weeks since the beginning they were active
    uses = models.JSONField()  # feature → [unlocked, first used from then on or null]
    awaits_use = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "person_id"], name="climb_person"),
            models.Index(fields=["workspace", "account_id"], name="climb_account"),
            models.Index(fields=["workspace", "ladder_id", "cohort", "enrollment_id"], name="climb_cohort"),
        ]

    def __str__(self):
        return f"climb of enrollment {self.enrollment_id}"


class MatrixRow(WorkspaceModel):
    """One row of a count matrix: of those of a cohort day, how many got there on each day since.

    The counts are packed as they are read: (lag, number) pairs of two and four bytes, most significant first.
    """

    workspace = models.ForeignKey(
        "tenancy.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    ladder_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    role = models.CharField(max_length=60)
    segment = models.SmallIntegerField()  # which of the counting rules' segments, from 1; 0 for everybody
    value = models.CharField(max_length=100)
    measure = models.CharField(max_length=110)
    cohort = models.DateField()
    eligible = models.IntegerField(default=0)
    not_theirs = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0)
    reached = models.BinaryField(default=b"")
    gone = models.BinaryField(default=b"")
    ended = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "ladder_id", "segment", "value", "measure", "cohort", "role", "version_id"],
                name="matrix_row_once",
            )
        ]

    def __str__(self):
        return f"{self.measure} of {self.cohort}"
