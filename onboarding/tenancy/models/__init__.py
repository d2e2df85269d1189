from onboarding.tenancy.models.audit import AuditEntry
from onboarding.tenancy.models.jobs import JobSlot
from onboarding.tenancy.models.keys import ApiKey, SigningSecret
from onboarding.tenancy.models.members import Access, Invitation, Member
from onboarding.tenancy.models.notifications import Notification
from onboarding.tenancy.models.users import User
from onboarding.tenancy.models.workspaces import Workspace

__all__ = [
    "Access",
    "ApiKey",
    "AuditEntry",
    "Invitation",
    "JobSlot",
    "Member",
    "Notification",
    "SigningSecret",
    "User",
    "Workspace",
]
