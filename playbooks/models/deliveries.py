from django.db import models
from django.db.models import Q

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from playbooks.models.nudges import Nudge
from playbooks.models.wording import Channel


class Delivery(WorkspaceModel):
    """One message to one person: wanted by a nudge, looked at when it is due, sent once or dropped with a reason.

    People and enrollments are named without a key: what was sent outlives a merge, and counts for whom they became.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CLAIMED = "claimed", "On its way"  # its attention is spent; it is handed over within moments, or waits again
        SENDING = "sending", "Being handed over"  # of a mail, before the server has it: it is never handed over twice
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Not sent"
        UNKNOWN = "unknown", "May have been sent"

    nudge = InnerForeignKey(Nudge, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    enrollment_id = models.BigIntegerField()
    rung = models.CharField(max_length=100, blank=True)
    round = models.IntegerField(default=1)  # of being away: it may be said anew after each visit
    after = models.DateTimeField(null=True)  # the visit that the round before was about
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=20, blank=True)
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # when to look at it next; None: settled, or held until somebody lets go
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    said = models.JSONField(null=True)  # as it was sent: subject, text, button, link
    email = models.CharField(max_length=254, blank=True)
    token_hash = models.BinaryField(max_length=32, unique=True, null=True)  # of the links in a mail
    provider_id = models.CharField(max_length=200, blank=True)  # the mail service's name for it
    seen_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "nudge", "enrollment_id", "rung", "round"], name="delivery_once"
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "due_at"], name="delivery_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["workspace", "person_id", "claimed_at"],
                name="delivery_person",
            ),
            models.Index(
                fields=["workspace", "account_id", "claimed_at"],
                name="delivery_account",
                condition=Q(claimed_at__isnull=False),
            ),
            models.Index(
                fields=["workspace", "claimed_at"], name="delivery_claimed", condition=Q(claimed_at__isnull=False)
            ),
            models.Index(
                fields=["workspace", "state"],
                name="delivery_held",
                condition=Q(state__in=("claimed", "sending")) | Q(state="waiting", due_at__isnull=True),
            ),
            models.Index(fields=["provider_id"], name="delivery_provider", condition=~Q(provider_id="")),
        ]

    def __str__(self):
        return f"{self.nudge_id} to {self.person_id}: {self.state}"


class Suppression(WorkspaceModel):
    """That a message was held back or dropped, when, and why. `until` None: dropped, or held until somebody lets go."""

    delivery = InnerForeignKey(Delivery, models.CASCADE, related_name="suppressions")
    at = models.DateTimeField()
    reason = models.CharField(max_length=20)
    until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "delivery"], name="suppression_delivery"),
            models.Index(fields=["workspace", "at"], name="suppression_at"),
        ]

    def __str__(self):
        return self.reason
