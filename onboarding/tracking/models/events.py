from django.db import models

from onboarding.tenancy.isolation import WorkspaceModel


class EventName(WorkspaceModel):
    """An event's name, stored once; with when it was first and last seen, it is the catalogue."""

    name = models.CharField(max_length=200)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    seen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="event_name_once")]

    def __str__(self):
        return self.name


class EventProperty(WorkspaceModel):
    """A property that events of one name have carried, with the types of its values."""

    event_name_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    types = models.JSONField(default=list)
    sample = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "event_name_id", "key"], name="event_property_once")
        ]

    def __str__(self):
        return self.key


class Event(WorkspaceModel):
    """A fact, stored once. Partitioned by month of occurred_at; only person_id may ever change.

    Plain columns instead of foreign keys: a constraint trigger on each row would cost more than the row.
    """

    pk = models.CompositePrimaryKey("workspace", "id", "occurred_at")
    id = models.BigIntegerField()
    source_id = models.BigIntegerField()
    message_id = models.CharField(max_length=200)
    kind = models.SmallIntegerField()
    trusted = models.BooleanField()
    name_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    user_id = models.CharField(max_length=200, null=True)
    anonymous_id = models.CharField(max_length=200, null=True)
    properties = models.JSONField()
    marks = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "tracking_event"

    def __str__(self):
        return f"{self.name_id} at {self.occurred_at}"


class EventKey(WorkspaceModel):
    """That a source has sent a message id, for ever; the hash tells a repeat from a conflict."""

    # Without a constraint, as in Event: its trigger would run for each row of each drain, and the guard lets in none of
    # another workspace anyway.
    workspace = models.ForeignKey(
        "tenancy.Workspace", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    pk = models.CompositePrimaryKey("workspace", "source_id", "message_id")
    source_id = models.BigIntegerField()
    message_id = models.CharField(max_length=200)
    content_hash = models.BigIntegerField()

    def __str__(self):
        return self.message_id
