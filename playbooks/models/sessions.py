from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from milestones.models import Enrollment
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member
from onboarding.tracking.models import Account, Person


class Coach(WorkspaceModel):
    """A member who holds sessions: when, how long, and where. `hours` is a list of [ISO weekday, "09:00", "12:00"]."""

    member = InnerForeignKey(Member, models.CASCADE, related_name="+")
    is_open = models.BooleanField(default=True)
    hours = models.JSONField(default=list)
    timezone = models.CharField(max_length=60, blank=True)  # empty: the workspace's
    minutes = models.SmallIntegerField(default=30)
    gap = models.SmallIntegerField(default=10)  # minutes between two sessions
    notice = models.SmallIntegerField(default=12)  # hours before which nothing can be booked
    days = models.SmallIntegerField(default=14)  # how far ahead
    place = models.CharField(max_length=300, blank=True)  # the address of a room, or how they meet
    away_from = models.DateField(null=True)
    away_until = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "member"], name="coach_once")]

    def __str__(self):
        return f"sessions of {self.member_id}"


class Session(WorkspaceModel):
    """A coaching session: asked for by a person or offered to them, booked, and held or not."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"
        OFFERED = "offered", "Offered"
        BOOKED = "booked", "Booked"
        HELD = "held", "Held"
        MISSED = "missed", "They did not come"
        CANCELLED = "cancelled", "Cancelled"
        DECLINED = "declined", "Not wanted"

    card = models.CharField(max_length=16)  # its name in the widget
    nonce = models.CharField(max_length=24)  # of its link; a new one makes the old link worthless
    person = InnerForeignKey(Person, models.CASCADE, related_name="sessions")
    account = InnerForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    enrollment = InnerForeignKey(Enrollment, models.SET_NULL, null=True, related_name="+")
    ladder = models.CharField(max_length=100, blank=True)
    rung = models.CharField(max_length=100, blank=True)
    coach = InnerForeignKey(Coach, models.SET_NULL, null=True, related_name="sessions")
    state = models.CharField(max_length=10, choices=State.choices)
    wish = models.CharField(max_length=1000, blank=True)  # what the person wants to talk about, or a member does
    is_asked = models.BooleanField(default=True)  # by the person; else it was offered, by a member or by a nudge
    said = models.JSONField(null=True)  # the words of the nudge that offered it: subject, text
    made_at = models.DateTimeField()
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    starts_at = models.DateTimeField(null=True)
    minutes = models.SmallIntegerField(default=30)
    sequence = models.SmallIntegerField(default=0)  # of the calendar's entry: how often it was moved
    ended_at = models.DateTimeField(null=True)  # when its outcome was noted, or it was cancelled
    outcome = models.TextField(blank=True)
    card_closed_at = models.DateTimeField(null=True)
    to_tell = models.CharField(max_length=10, blank=True)  # what is to be mailed: offered, booked, moved, cancelled
    tell_at = models.DateTimeField(null=True)  # not before then: the server took nothing
    tell_tries = models.SmallIntegerField(default=0)
    # Who was told of it already; and the mail service's name for the person's last mail.
    told_readers = ArrayField(models.CharField(max_length=40), default=list, db_default=[])
    provider_id = models.CharField(max_length=200, blank=True, db_default="")
    told_at = models.DateTimeField(null=True)  # handed over last
    told_to = models.BigIntegerField(null=True)  # the coach who has it in their calendar, or had and is gone

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "card"], name="session_card_once"),
            models.UniqueConstraint(
                fields=["workspace", "coach", "starts_at"], name="session_slot_once", condition=Q(state="booked")
            ),
        ]
        indexes = [
            models.Index(fields=["provider_id"], name="session_provider", condition=~Q(provider_id="")),
            models.Index(fields=["workspace", "state", "starts_at"], name="session_state"),
            models.Index(fields=["workspace", "person"], name="session_person"),
            models.Index(fields=["workspace"], name="session_to_tell", condition=~Q(to_tell="")),
        ]

    def __str__(self):
        return f"{self.person_id} at {self.rung or self.ladder}: {self.state}"
