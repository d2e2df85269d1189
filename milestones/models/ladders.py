from django.contrib.postgres.fields import ArrayField
from django.db import models

from milestones.models.library import Milestone
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel


class Ladder(WorkspaceModel):
    """An ordered path from first sign-on to value. Its rules live in versions."""

    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    position = models.IntegerField(default=0)
    first_published_at = models.DateTimeField(null=True)
    live = InnerForeignKey("milestones.Version", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="ladder_once")]

    def __str__(self):
        return self.name


class Version(WorkspaceModel):
    """The rules of a ladder at one time. A published version never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    ladder = InnerForeignKey(Ladder, models.CASCADE, related_name="versions")
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    document = models.JSONField()  # the ladder file as it was applied or edited: a draft is this and nothing else
    rules = models.JSONField(default=dict)  # at_once, per_day, spacing_hours, enroll, promise: frozen on publish
    revision = models.IntegerField(
        default=0
    )  # the number of the draft's latest edit; what an editor saw is compared with it
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    # When a draft goes live by itself, and how: {policy, carry, note, reason, revision, member}
    publish_at = models.DateTimeField(null=True)
    publish_how = models.JSONField(null=True)
    # The id of the last person looked at while people are taken on after publishing; None when that is done.
    take_on_after = models.BigIntegerField(null=True)
    # The same for those who are moved onto this version, by enrollment; and the keys of the milestones that they keep.
    move_after = models.BigIntegerField(null=True)
    move_keeps = ArrayField(models.CharField(max_length=100), null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "ladder", "number"], name="version_once")]
        indexes = [
            models.Index(fields=["id"], name="version_taking_on", condition=models.Q(take_on_after__isnull=False)),
            models.Index(fields=["id"], name="version_moving", condition=models.Q(move_after__isnull=False)),
            models.Index(
                fields=["publish_at"], name="version_publish_at", condition=models.Q(publish_at__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.ladder_id} version {self.number}"


class DraftEdit(WorkspaceModel):
    """One change of a draft, appended and never altered: undoing one is an edit, too. They go when the draft is published."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        EDIT = "edit", "Edit"
        UNDO = "undo", "Undo"
        REDO = "redo", "Redo"

    version = InnerForeignKey(Version, models.CASCADE, related_name="edits")
    number = models.IntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    said = models.CharField(max_length=300)
    place = models.CharField(max_length=120)  # what it touched: "rung:<key>", "order", "rules" or "all"
    document = models.JSONField()  # the draft after it
    member = InnerForeignKey("tenancy.Member", models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=254)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "version", "number"], name="draft_edit_once")]

    def __str__(self):
        return f"{self.number}: {self.said}"


class Phase(WorkspaceModel):
    version = InnerForeignKey(Version, models.CASCADE, related_name="phases")
    position = models.IntegerField()
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "version", "position"], name="phase_once")]

    def __str__(self):
        return self.name


class Rung(WorkspaceModel):
    """A milestone placed in a version. `content` is the whole milestone merged with its overrides, frozen on publish."""

    version = InnerForeignKey(Version, models.CASCADE, related_name="rungs")
    phase = InnerForeignKey(Phase, models.CASCADE, related_name="rungs")
    milestone = InnerForeignKey(Milestone, models.PROTECT, related_name="rungs")
    position = models.IntegerField()
    key = models.CharField(max_length=100)
    content = models.JSONField()
    tracks = ArrayField(models.CharField(max_length=60), default=list)  # the roles that climb it; empty: everybody
    requires = ArrayField(models.CharField(max_length=100), default=list)
    due = models.JSONField(null=True)  # {"days": n, "from": "opened" | "enrolled"}
    first_value = models.BooleanField(default=False)
    person_may = ArrayField(models.CharField(max_length=20), default=list, db_default=[])  # later, not_for_me

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "version", "key"], name="rung_once")]

    def __str__(self):
        return self.key

    @property
    def title(self) -> str:
        return self.content["title"]
