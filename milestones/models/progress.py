from django.db import models

from milestones.models.ladders import Ladder, Rung, Version
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tracking.models import Seat


class Enrollment(WorkspaceModel):
    """A Seat on a Version since enrolled_at. Folded from facts, like all below."""

    seat = InnerForeignKey(Seat, models.CASCADE, related_name="enrollments")
    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="enrollments")
    version = InnerForeignKey(Version, models.PROTECT, related_name="enrollments")
    ordinal = models.IntegerField(default=1)  # 2 and more: re-enrollments, whose facts count from enrolled_at
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    next_change_at = models.DateTimeField(null=True)  # when the answer may next change by time alone
    revision = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "seat", "ladder", "ordinal"], name="enrollment_once")
        ]
        indexes = [
            models.Index(
                fields=["next_change_at"], name="enrollment_due", condition=models.Q(next_change_at__isnull=False)
            ),
            models.Index(fields=["workspace", "version"], name="enrollment_version"),
        ]

    def __str__(self):
        return f"{self.seat_id} on {self.version_id}"


class Hit(WorkspaceModel):
    """The moment at which one signal of a rung first held for an enrollment, and what decided it."""

    enrollment = InnerForeignKey(Enrollment, models.CASCADE, related_name="hits")
    rung = models.CharField(max_length=100)
    epoch = models.SmallIntegerField(default=0)  # 0: from the beginning; e: since the e-th reopening of the rung
    signal = models.SmallIntegerField()
    hit_at = models.DateTimeField()
    evidence = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "enrollment", "rung", "epoch", "signal"], name="hit_once")
        ]

    def __str__(self):
        return f"{self.rung}/{self.signal} at {self.hit_at}"


class Progress(WorkspaceModel):
    """Enrollment × rung. All times are moments that may lie ahead; what holds now is read by comparing with now."""

    class State(models.TextChoices):
        LOCKED = "locked", "Locked"
        OPEN = "open", "Open"
        REACHED = "reached", "Reached"
        SKIPPED = "skipped", "Skipped"

    enrollment = InnerForeignKey(Enrollment, models.CASCADE, related_name="progress")
    rung = InnerForeignKey(Rung, models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    on_track = models.BooleanField(default=True)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_told = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    skipped_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=20, blank=True)
    by = models.CharField(max_length=254, blank=True)
    evidence = models.JSONField(default=list)
    told = models.CharField(max_length=10, choices=State.choices, default=State.LOCKED)  # the state last announced
    overdue_told = models.BooleanField(default=False)
    missed_told = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "enrollment", "key"], name="progress_once")]
        indexes = [models.Index(fields=["workspace", "rung", "reached_at"], name="progress_reached")]

    def __str__(self):
        return self.key

    def state(self, now) -> str:
        """locked, open, reached or skipped at `now`."""
        if self.reached_at is not None:
            return self.State.REACHED
        if self.skipped_at is not None:
            return self.State.SKIPPED
        return self.State.OPEN if self.opened_at is not None and self.opened_at <= now else self.State.LOCKED

    @property
    def due_shown(self):
        """The later of the due date and the latest one that the person was told."""
        return max(self.due_at, self.due_told) if self.due_at and self.due_told else self.due_at

    def is_overdue(self, now) -> bool:
        return self.state(now) == self.State.OPEN and self.due_shown is not None and self.due_shown <= now


class Transition(WorkspaceModel):
    """A change of progress, numbered without gaps per workspace: what upper floors read."""

    class Occasion(models.TextChoices):
        LIVE = "live", "Live"
        LATE = "late", "Late"
        IMPORT = "import", "Import"
        REPLAY = "replay", "Replay"
        PUBLISH = "publish", "Publish"

    number = models.BigIntegerField()
    enrollment_id = models.BigIntegerField()  # no key: the line outlives a merge
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    ladder = models.CharField(max_length=100)
    rung = models.CharField(max_length=100)
    change = models.CharField(
        max_length=20
    )  # opened, locked, reached, skipped, reopened, overdue, missed; moved: as before, at another time; ended: is no more
    at = models.DateTimeField(null=True)
    was_at = models.DateTimeField(null=True)
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "number"], name="transition_once")]
        indexes = [models.Index(fields=["workspace", "person_id", "number"], name="transition_person")]

    def __str__(self):
        return f"{self.number}: {self.rung} {self.change}"


class TransitionCounter(WorkspaceModel):
    """The last number given in a workspace; read and written under the drain's lock only."""

    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="transition_counter_once")]

    def __str__(self):
        return str(self.last)


class ChecklistDocument(WorkspaceModel):
    """A finished checklist, kept until its enrollment's revision or the local date moves; read by key at every poll."""

    enrollment = InnerForeignKey(Enrollment, models.CASCADE, related_name="documents")
    asked = models.CharField(
        max_length=10, blank=True, default="", db_default=""
    )  # the language that was asked for, if any
    stamp = models.CharField(max_length=60)
    body = models.TextField()
    is_unfinished = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "enrollment", "asked"], name="checklist_document_once")
        ]

    def __str__(self):
        return f"checklist of {self.enrollment_id}"


class MagicLink(WorkspaceModel):
    """A mail's way to a checklist, once and for half an hour: its use makes a fresh ChecklistLink."""

    enrollment = InnerForeignKey(Enrollment, models.CASCADE, related_name="+")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"mailed link to {self.enrollment_id}"


class ChecklistLink(WorkspaceModel):
    """The right to one person's hosted checklist: a random token, kept as a hash."""

    enrollment = InnerForeignKey(Enrollment, models.CASCADE, related_name="links")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"link to {self.enrollment_id}"
