from django.conf import settings
from django.db import models

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel


class Access(models.TextChoices):
    """What a member may do, from least to most."""

    EXECUTIVE = "executive", "Executive"
    MANAGER = "manager", "Customer success"
    ADMIN = "admin", "Admin"
    OWNER = "owner", "Owner"

    def covers(self, needed: str) -> bool:
        """Whether this access includes the needed one."""
        order = list(Access)
        return order.index(self) >= order.index(Access(needed))


class Member(WorkspaceModel):
    """A User in a workspace."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    access = models.CharField(max_length=20, choices=Access.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="member_once")]
        indexes = [models.Index(fields=["user"], name="member_user")]

    def __str__(self):
        return f"{self.user} ({self.access})"

    def may(self, needed: str) -> bool:
        return Access(self.access).covers(needed)


class Invitation(WorkspaceModel):
    """An offer to join, bound to one address and one access; single use, 72 hours."""

    email = models.EmailField(max_length=254)
    access = models.CharField(max_length=20, choices=Access.choices)
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "email"], name="invitation_email")]

    def __str__(self):
        return self.email
