from django.db import models

from milestones.models.ladders import Ladder
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member
from onboarding.tracking.models import Account


class Pace(models.TextChoices):
    """How an account is doing, the worst first: the order in which a portfolio lists them."""

    STALLED = "stalled", "Stalled"
    AT_RISK = "at_risk", "At risk"
    ON_TRACK = "on_track", "On track"
    FINISHED = "finished", "Finished"
    IDLE = "idle", "Nothing to climb"


class Reason(models.TextChoices):
    BLOCKED_BY_US = "blocked_by_us", "Blocked by us"
    BLOCKED_BY_THEM = "blocked_by_them", "Blocked by them"
    WAITING = "waiting", "Waiting"
    INACTIVE = "inactive", "Inactive"
    USUAL_PACE = "usual_pace", "Usual pace"


SUMMED = ["pace", "weight", "held", "phase", "reason", "due_at", "late", "began_at", "value_at"]


class AccountHealth(WorkspaceModel):
    """How an account stood when it was last measured (milestones/health): what a portfolio sorts and filters by.

    `stones` holds [rung key, title, state, is late] of its ladder in order, `findings` the reasons, the weightiest first.
    `held` is how many of its people wait at what holds it up. Never folded from: it can be measured anew at any time.
    """

    account = InnerForeignKey(Account, models.CASCADE, related_name="+")
    ladder = InnerForeignKey(Ladder, models.CASCADE, null=True, related_name="+")
    pace = models.CharField(max_length=10, choices=Pace.choices)
    weight = models.SmallIntegerField()  # the place of its pace, the worst is 0
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    since = models.DateTimeField()  # of this pace
    findings = models.JSONField(default=list)
    stones = models.JSONField(default=list)
    reached = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    phase = models.CharField(max_length=200, blank=True)
    next_key = models.CharField(max_length=100, blank=True)
    next_title = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField(null=True)  # of what comes next
    late = models.IntegerField(default=0)  # rungs of its ladder with which half of those at them are late
    people = models.IntegerField(default=0)
    active = models.IntegerField(default=0)  # of them, seen in the last seven days
    held = models.IntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    value_at = models.DateTimeField(null=True)  # its first value
    last_seen_at = models.DateTimeField(null=True)
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            # With what a portfolio sums up: tens of thousands of rows are read without their long columns.
            models.UniqueConstraint(fields=["workspace", "account"], name="account_health_once", include=SUMMED)
        ]
        indexes = [models.Index(fields=["workspace", "weight", "-held"], name="account_health_worst")]

    def __str__(self):
        return f"{self.account_id}: {self.pace}"


class HealthChange(WorkspaceModel):
    """That an account's pace became another one."""

    account = InnerForeignKey(Account, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    was = models.CharField(max_length=10, choices=Pace.choices)
    pace = models.CharField(max_length=10, choices=Pace.choices)
    finding = models.JSONField(null=True)  # the weightiest reason then

    class Meta:
        indexes = [models.Index(fields=["workspace", "account", "at"], name="health_change_account")]

    def __str__(self):
        return f"{self.account_id}: {self.was} to {self.pace}"


class Standing(WorkspaceModel):
    """What a member knows that no event tells: an account is blocked, or waits, and why. The latest word; ended by a member or its day."""

    class Kind(models.TextChoices):
        BLOCKED_BY_US = "blocked_by_us", "Blocked by us"
        BLOCKED_BY_THEM = "blocked_by_them", "Blocked by them"
        WAITING = "waiting", "Waiting, as agreed"

    account = InnerForeignKey(Account, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    note = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateField(null=True)  # the day on which it is looked at again
    by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "account"], name="standing_once", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self):
        return f"{self.account_id}: {self.kind}"
