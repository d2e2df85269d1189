from django.contrib.postgres.fields import ArrayField
from django.db import models

from milestones.models.ladders import Ladder
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tracking.models import Account


class Question(WorkspaceModel):
    """What a vendor asks at the start, of everybody or of some roles."""

    class Kind(models.TextChoices):
        SINGLE = "single", "One of several answers"
        MULTIPLE = "multiple", "Any of several answers"
        NUMBER = "number", "A number"
        TEXT = "text", "Words"
        DATE = "date", "A date"

    key = models.CharField(max_length=100)
    text = models.CharField(max_length=300)
    help = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    options = ArrayField(models.CharField(max_length=200), default=list)
    roles = ArrayField(models.CharField(max_length=60), default=list)  # empty: everybody is asked
    required = models.BooleanField(default=False)
    position = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="question_once")]

    def __str__(self):
        return self.text


class AnswerRule(WorkspaceModel):
    """What follows from an answer: a milestone belongs on the ladder, or a goal is set."""

    class Op(models.TextChoices):
        IS = "is", "is"
        AT_LEAST = "at_least", "is at least"
        AT_MOST = "at_most", "is at most"
        ANSWERED = "answered", "is answered at all"

    question = InnerForeignKey(Question, models.CASCADE, related_name="rules")
    op = models.CharField(max_length=10, choices=Op.choices)
    value = models.CharField(max_length=200, blank=True)
    milestone = models.CharField(max_length=100, blank=True)  # a key of the library
    goal = models.JSONField(null=True)  # {title, unit, baseline, target}; a number, or "answer" for what was said

    def __str__(self):
        return f"{self.question_id} {self.op} {self.value}"


class Answers(WorkspaceModel):
    """What was answered for an account, one row each time; the latest holds, with what an earlier time said and this did not."""

    account = InnerForeignKey(Account, models.CASCADE, related_name="+")
    number = models.IntegerField()
    answers = models.JSONField()  # question key → text, number, or list of options
    answered_by = models.CharField(max_length=254)
    by_customer = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "account", "number"], name="answers_once")]

    def __str__(self):
        return f"answers {self.number} of {self.account_id}"


class TailoredLadder(WorkspaceModel):
    """The ladder that was made of an account's answers, and the one it started from."""

    account = InnerForeignKey(Account, models.CASCADE, related_name="+")
    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="+")
    base = InnerForeignKey(Ladder, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "account"], name="tailored_ladder_once")]

    def __str__(self):
        return f"{self.ladder_id} for {self.account_id}"


class AccountLink(WorkspaceModel):
    """The right of a customer, who has no account here, to one page about their company: a random token, kept as a hash."""

    class Kind(models.TextChoices):
        DISCOVERY = "discovery", "Questions"
        KICKOFF = "kickoff", "Kickoff"

    account = InnerForeignKey(Account, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    role = models.CharField(max_length=60, blank=True)  # whose questions; empty: all
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "account"], name="account_link_account")]

    def __str__(self):
        return f"{self.kind} of {self.account_id}"
