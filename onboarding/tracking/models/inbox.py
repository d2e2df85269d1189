from django.db import models

from onboarding.tenancy.isolation import WorkspaceModel


class InboxRow(WorkspaceModel):
    """One accepted request: its valid facts, compact, until the drain has taken them in."""

    class Lane(models.IntegerChoices):
        LIVE = 0, "Live"
        BULK = 1, "Bulk"

    source_id = models.BigIntegerField()
    lane = models.SmallIntegerField(choices=Lane.choices, default=Lane.LIVE)
    received_at = models.DateTimeField()
    body = models.BinaryField()
    facts = models.IntegerField()
    refused = models.IntegerField(default=0)
    attempts = models.SmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True)
    parked_reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "lane", "id"], name="inbox_waiting", condition=models.Q(parked_at=None))
        ]

    def __str__(self):
        return f"{self.facts} facts of {self.received_at}"


class RefusedEvent(WorkspaceModel):
    """An event that was not taken, or not taken again, and why."""

    source_id = models.BigIntegerField()
    received_at = models.DateTimeField()
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=300)
    event = models.TextField()
    name = models.CharField(max_length=200, blank=True)
    user_id = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-received_at"], name="refused_received"),
            models.Index(fields=["workspace", "user_id", "name"], name="refused_user"),
        ]

    def __str__(self):
        return self.message


class IntakeDay(WorkspaceModel):
    """What one source sent on one day (UTC, by received_at): taken, repeated, in conflict, refused."""

    source_id = models.BigIntegerField()
    day = models.DateField()
    taken = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    conflicts = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "source_id", "day"], name="intake_day_once")]

    def __str__(self):
        return f"{self.day}: {self.taken}"
