from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member


class Endpoint(WorkspaceModel):
    """An address of somebody else's that is told what happens here."""

    class Form(models.TextChoices):
        STANDARD = "standard", "Standard Webhooks (JSON, signed)"
        SLACK = "slack", "A Slack channel"
        TEAMS = "teams", "A Microsoft Teams channel"

    name = models.CharField(max_length=120)
    url = models.CharField(max_length=500)
    form = models.CharField(max_length=10, choices=Form.choices, default=Form.STANDARD)
    kinds = ArrayField(models.CharField(max_length=30))
    takes_late = models.BooleanField(default=False)  # also of what came late, with an import or by publishing
    secret_encrypted = models.BinaryField()
    # While a secret is exchanged, both sign.
    earlier_encrypted = models.BinaryField(null=True)
    earlier_until = models.DateTimeField(null=True)
    is_on = models.BooleanField(default=True)
    why_off = models.CharField(max_length=200, blank=True)  # "" where a member switched it off
    rest_until = models.DateTimeField(null=True)  # it has just failed
    failing_since = models.DateTimeField(null=True)
    number = models.BigIntegerField(default=0)  # the last transition that it was told of, or passed over
    made_at = models.DateTimeField()
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["workspace"], name="endpoint_on", condition=Q(is_on=True))]

    def __str__(self):
        return self.name


class WebhookMessage(WorkspaceModel):
    """One message for one endpoint, told at least once under one name, however often it is tried."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    endpoint = InnerForeignKey(Endpoint, models.CASCADE, related_name="messages")
    public_id = models.CharField(max_length=40, unique=True)
    about = models.CharField(
        max_length=60
    )  # what it tells, by which it is told once: a transition, a delivery, a trial
    kind = models.CharField(max_length=30)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "endpoint", "about"], name="webhook_message_once")]
        indexes = [
            models.Index(
                fields=["workspace", "next_at"], name="webhook_message_due", condition=Q(next_at__isnull=False)
            ),
            models.Index(fields=["workspace", "endpoint", "-id"], name="webhook_message_latest"),
        ]

    def __str__(self):
        return f"{self.public_id}: {self.kind}"


class WebhookAttempt(WorkspaceModel):
    """One try of a message: what came back, or why nothing did. What the answer says is not kept."""

    message = InnerForeignKey(WebhookMessage, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    took = models.IntegerField()  # milliseconds
    status = models.SmallIntegerField(null=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "message"], name="webhook_attempt_message")]

    def __str__(self):
        return f"{self.status or self.trouble}"
