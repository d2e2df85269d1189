from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel


class Segment(WorkspaceModel):
    """A saved rule over people or accounts, or a list of them.

    `rule` is {"join": "all" | "any", "where": [trait conditions], "roles": [keys]}; None for a list, whose entries say who.
    """

    class Of(models.TextChoices):
        PERSON = "person", "People"
        ACCOUNT = "account", "Accounts"

    key = models.CharField(max_length=100)
    name = models.CharField(max_length=120)
    of = models.CharField(max_length=10, choices=Of.choices)
    rule = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="segment_once")]

    def __str__(self):
        return self.name


class SegmentEntry(WorkspaceModel):
    """One external id on a segment's list; it may name somebody who has not been seen yet."""

    segment = InnerForeignKey(Segment, models.CASCADE, related_name="entries")
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "segment", "external_id"], name="segment_entry_once")
        ]

    def __str__(self):
        return self.external_id
