from datetime import time, timedelta

from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member


class Attention(WorkspaceModel):
    """How much of people's attention the workspace may ask for, over all channels; and the switch that stops it all."""

    class Stop(models.TextChoices):
        NOTHING = "", "Nothing is stopped"
        IN_APP = "in_app", "No messages in the product"
        ALL = "all", "Nothing is sent at all"

    quiet_from = models.TimeField(default=time(20))
    quiet_until = models.TimeField(default=time(8))
    weekends_quiet = models.BooleanField(default=True)
    spacing_hours = models.SmallIntegerField(default=4)
    person_day = models.SmallIntegerField(default=1)
    person_week = models.SmallIntegerField(default=3)
    account_day = models.IntegerField(default=20)
    workspace_hour = models.IntegerField(default=5_000)
    sender = models.CharField(max_length=80, blank=True)  # in mails, before the address; "" for the workspace's name
    reply_to = models.EmailField(max_length=254, blank=True)
    imprint = models.CharField(max_length=300, blank=True)  # who sends the mail and where they sit
    stop = models.CharField(max_length=10, choices=Stop.choices, blank=True, default=Stop.NOTHING)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    # How far the nudges have read on: transitions by number, hand-overs between people by id.
    number = models.BigIntegerField(default=0)
    handover = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="attention_once")]

    def __str__(self):
        return f"{self.person_day} a day, {self.person_week} a week"

    @property
    def spacing(self) -> timedelta:
        return timedelta(hours=self.spacing_hours)


class Preference(WorkspaceModel):
    """What a person wants to be sent."""

    person_id = models.BigIntegerField()
    no_email = models.BooleanField(default=False)
    no_in_app = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "person_id"], name="preference_once")]

    def __str__(self):
        return f"preferences of {self.person_id}"


class Undeliverable(WorkspaceModel):
    """An address that a mail service said does not exist, or whose owner complained: nothing is sent there any more."""

    class Why(models.TextChoices):
        BOUNCED = "bounced", "The address does not take mail"
        COMPLAINED = "complained", "Its owner called a mail unwanted"

    email = models.CharField(max_length=254)  # lower case
    why = models.CharField(max_length=10, choices=Why.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "email"], name="undeliverable_once")]

    def __str__(self):
        return f"{self.email}: {self.why}"
