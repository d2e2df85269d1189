from django.contrib.postgres.fields import ArrayField
from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member
from onboarding.tracking.models import Account


class Kind(models.TextChoices):
    VALUE = "value", "Value report"
    BOARD = "board", "Board report"


class Ordered(WorkspaceModel):
    """What somebody asked a report to be: of an account, or of the workspace."""

    kind = models.CharField(max_length=10, choices=Kind.choices)
    account = InnerForeignKey(Account, models.CASCADE, null=True, related_name="+")
    ladder_key = models.CharField(max_length=100, blank=True)  # of a board report
    words = models.TextField(blank=True)  # of whoever makes it, as its beginning
    for_whom = models.CharField(max_length=200, blank=True)
    sections = ArrayField(models.CharField(max_length=30))
    names_shown = models.BooleanField(default=False)
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        abstract = True


class ReportSchedule(Ordered):
    """A report that is made anew each week or month, and sent by e-mail."""

    class Every(models.TextChoices):
        WEEK = "week", "Every Monday"
        MONTH = "month", "On the first of each month"

    every = models.CharField(max_length=10, choices=Every.choices)
    emails = ArrayField(models.EmailField(max_length=254))
    next_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "next_at"], name="report_schedule_next")]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.get_every_display().lower()}"


class Report(Ordered):
    """What was true of a span of days, frozen: it says the same next year. `said` is None while it is being made."""

    first = models.DateField()
    last = models.DateField()
    said = models.JSONField(null=True)
    data_version = models.BigIntegerField(null=True)  # of the roll-ups that it was made from
    pdf = models.BinaryField(null=True)
    parquet = models.BinaryField(null=True)
    failed_at = models.DateTimeField(null=True)
    schedule = InnerForeignKey(ReportSchedule, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["workspace", "-made_at"], name="report_latest")]

    def __str__(self):
        return (self.said or {}).get("title") or self.get_kind_display()


class ReportLink(WorkspaceModel):
    """The right of a reader without an account here to one report, and to nothing else."""

    report = InnerForeignKey(Report, models.CASCADE, related_name="links")
    token_hash = models.BinaryField(max_length=32, unique=True)
    for_whom = models.CharField(max_length=200, blank=True)  # "" for whoever has it
    email = models.CharField(max_length=254, blank=True)  # to whom it was mailed by a schedule
    passcode = models.CharField(max_length=200, blank=True)  # hashed
    misses = models.SmallIntegerField(default=0)
    missed_at = models.DateTimeField(null=True)
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened = models.IntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "report"], name="report_link_report")]

    def __str__(self):
        return self.for_whom or "Anyone with the link"


class ReportMail(WorkspaceModel):
    """That a report is to be mailed to somebody, once."""

    report = InnerForeignKey(Report, models.CASCADE, related_name="mails")
    email = models.EmailField(max_length=254)
    tries = models.SmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    # Written before it is handed to the mail server, and taken back where that certainly did not take it: so it goes out once.
    handed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "report", "email"], name="report_mail_once")]

    def __str__(self):
        return f"{self.report_id} to {self.email}"
