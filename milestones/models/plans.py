from django.contrib.postgres.fields import ArrayField
from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tracking.models import Account


class Kickoff(WorkspaceModel):
    """What both sides agree that 'done' looks like for the first phase. Frozen once both have agreed; a new one is a new row."""

    account = InnerForeignKey(Account, models.CASCADE, related_name="+")
    number = models.IntegerField()
    done = models.TextField()  # in the customer's words
    done_on = models.DateField()
    milestones = ArrayField(models.CharField(max_length=100), default=list)  # the keys by which reality is told
    ours = models.CharField(max_length=254, blank=True)  # who agreed, and when
    ours_at = models.DateTimeField(null=True)
    theirs = models.CharField(max_length=254, blank=True)
    theirs_at = models.DateTimeField(null=True)
    wish = models.TextField(blank=True)  # what the customer would rather have, instead of agreeing
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.JSONField(null=True)  # what was true when it was closed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "account", "number"], name="kickoff_once")]

    def __str__(self):
        return f"kickoff {self.number} of {self.account_id}"

    @property
    def is_agreed(self) -> bool:
        return self.ours_at is not None and self.theirs_at is not None


class Goal(WorkspaceModel):
    """What an account wants, and the measure that tells: baseline, target, and where the current value comes from."""

    class Source(models.TextChoices):
        HAND = "hand", "Typed in here"
        EVENT = "event", "A property of an event"
        API = "api", "Sent by your back end"

    class How(models.TextChoices):
        LATEST = "latest", "the latest value"
        SUM = "sum", "all values added up"
        AVERAGE = "average", "the average of the last 30 days"

    account = InnerForeignKey(Account, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    unit = models.CharField(max_length=40, blank=True)  # hours a week, %, EUR
    is_money = models.BooleanField(default=False)
    baseline = models.FloatField(null=True)
    target = models.FloatField(null=True)
    due_on = models.DateField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.HAND)
    event = models.CharField(max_length=200, blank=True)
    property = models.CharField(max_length=200, blank=True)
    how = models.CharField(max_length=10, choices=How.choices, default=How.LATEST)
    assumptions = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "account", "key"], name="goal_once")]

    def __str__(self):
        return self.title

    def said(self, value: float) -> str:
        """A value in the goal's unit: "EUR 12,000", "4 hours a week"."""
        if self.is_money:
            return f"{self.unit} {value:,.0f}".strip()
        return f"{value:,.10g} {self.unit}".strip()

    def way(self) -> str:
        """From where to where; "" where neither is known."""
        ends = (("from", self.baseline), ("to", self.target))
        return " ".join(f"{word} {self.said(value)}" for word, value in ends if value is not None)


class GoalReading(WorkspaceModel):
    """One value of a goal's measure, typed in or sent."""

    goal = InnerForeignKey(Goal, models.CASCADE, related_name="readings")
    at = models.DateTimeField()
    value = models.FloatField()
    by = models.CharField(max_length=254)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "goal", "at"], name="goal_reading_once")]

    def __str__(self):
        return f"{self.value} at {self.at}"
