from django.db import models
from django.db.models.functions import Lower

from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Member
from onboarding.tenancy.saved_views import SavedViewBase
from onboarding.tracking.models import Account


class PortfolioView(SavedViewBase):
    """A narrowed portfolio, kept under a name."""

    class Meta:
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="portfolio_view_once")]


class AccountNote(WorkspaceModel):
    """A word of the team about an account, or about one of its people."""

    account = InnerForeignKey(Account, models.CASCADE, related_name="notes")
    text = models.TextField()
    at = models.DateTimeField()
    by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    is_pinned = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["workspace", "account", "at"], name="account_note_account")]

    def __str__(self):
        return self.text[:60]


class Digest(WorkspaceModel):
    """A member's Monday mail: whether they want it, and of which Monday the last one was."""

    member = InnerForeignKey(Member, models.CASCADE, related_name="+")
    is_wanted = models.BooleanField(default=True)
    last_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "member"], name="digest_once")]

    def __str__(self):
        return f"digest of {self.member_id}"
