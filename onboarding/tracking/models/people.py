from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member


class Role(WorkspaceModel):
    """What somebody is at an account, as the workspace names it; seats carry its key, from the trait `role`."""

    key = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    position = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="role_once")]

    def __str__(self):
        return self.name


class Exclusion(WorkspaceModel):
    """Who is there to try things out: their e-mail's domain, or a trait of theirs or of their account that has this value."""

    class Kind(models.TextChoices):
        DOMAIN = "domain", "E-mail domain"
        PERSON = "person", "Trait of the person"
        ACCOUNT = "account", "Trait of the account"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    trait = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "trait", "value"], name="exclusion_once"),
        ]

    def __str__(self):
        return f"@{self.value}" if self.kind == self.Kind.DOMAIN else f"{self.trait} is {self.value}"


class Account(WorkspaceModel):
    """A customer company of the vendor. Everything here is folded from facts, but for what members say of tests and of who
    looks after it.
    """

    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    traits = models.JSONField(default=dict)
    trait_times = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # Left out of every number: by a rule, or as a member said by hand, which has the last word.
    is_test = models.BooleanField(default=False, db_default=False)
    test_said = models.BooleanField(null=True)
    # The member who looks after it; nobody's where they have left the workspace.
    manager = InnerForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="account_once")]
        indexes = [models.Index(fields=["workspace", "id"], name="account_tests", condition=models.Q(is_test=True))]

    def __str__(self):
        return self.name or self.external_id


class Person(WorkspaceModel):
    """Someone who uses the vendor's product. `external_id` is the vendor's id, None while only an anonymous id is known."""

    external_id = models.CharField(max_length=200, null=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    traits = models.JSONField(default=dict)
    trait_times = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    is_test = models.BooleanField(default=False, db_default=False)  # as of an Account
    test_said = models.BooleanField(null=True)

    class Meta:
        # No index holds last_seen_at: so its frequent updates stay within their page and touch no index at all.
        constraints = [models.UniqueConstraint(fields=["workspace", "external_id"], name="person_once")]

    def __str__(self):
        return self.name or self.external_id or "Anonymous visitor"

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in str(self).split()[:2]).upper()


class Identity(WorkspaceModel):
    """Which Person an id belongs to. An anonymous id belongs to the user of the earliest identify that carries both."""

    class Kind(models.TextChoices):
        USER = "user", "User id"
        ANONYMOUS = "anonymous", "Anonymous id"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=200)
    person = InnerForeignKey(Person, models.CASCADE, related_name="identities")
    first_seen_at = models.DateTimeField()
    # The order of the fact that claimed an anonymous id: occurred_at, source, message_id.
    claimed_at = models.DateTimeField(null=True)
    claimed_source = models.BigIntegerField(null=True)
    claimed_message = models.CharField(max_length=200, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "kind", "value"], name="identity_once")]
        indexes = [models.Index(fields=["workspace", "person"], name="identity_person")]

    def __str__(self):
        return self.value


class Seat(WorkspaceModel):
    """A Person at an Account. Somebody without any account has one seat whose account is None."""

    person = InnerForeignKey(Person, models.CASCADE, related_name="seats")
    account = InnerForeignKey(Account, models.CASCADE, null=True, related_name="seats")
    role = models.CharField(max_length=60, blank=True)
    named_at = models.DateTimeField(null=True)
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "person", "account"], nulls_distinct=False, name="seat_once")
        ]
        indexes = [models.Index(fields=["workspace", "account"], name="seat_account")]

    def __str__(self):
        return f"{self.person} at {self.account}"


class Handover(WorkspaceModel):
    """That events of one person became another's: written by the drain in order, so that roll-ups can follow."""

    from_person_id = models.BigIntegerField()  # no keys: a person who became another is no more
    to_person_id = models.BigIntegerField()

    def __str__(self):
        return f"{self.from_person_id} became {self.to_person_id}"
