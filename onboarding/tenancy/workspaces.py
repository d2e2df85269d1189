"""Opening a workspace."""

from django.db import IntegrityError, transaction

from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access, Member, User, Workspace
from onboarding.tenancy.scope import workspace_scope


def open_workspace(*, name: str, owner: User, timezone: str = "UTC") -> Workspace:
    """A new workspace with its first owner."""
    for _ in range(5):
        try:
            with transaction.atomic():
                workspace = Workspace.objects.create(name=name, slug=Workspace.free_slug(name), timezone=timezone)
            break
        except IntegrityError:
            continue  # somebody took the slug between the look and the insert
    else:
        raise RuntimeError("no free slug found")
    with workspace_scope(workspace.pk):
        member = Member.objects.create(workspace=workspace, user=owner, access=Access.OWNER)
        record(member=member, verb="opened", subject=workspace.name)
    return workspace
