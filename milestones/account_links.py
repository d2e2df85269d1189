"""Links by which a customer, who has no account here, reaches one page about their company: 256 random bits, kept as a hash."""

from datetime import timedelta

from django.shortcuts import render

from milestones.lookups import find_account_link
from milestones.models import AccountLink
from onboarding import clock
from onboarding.tenancy.access import LINK
from onboarding.tenancy.link_pages import refuse_foreign_form
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tenancy.secrets import hash_secret, new_secret
from onboarding.tracking.models import Account

LIFETIME = timedelta(days=30)


def make_link(account: Account, *, kind: str, role: str = "") -> str:
    """A new token; it is shown once. Those made before for the same page and role stop working."""
    now = clock.now()
    live = AccountLink.objects.filter(account=account, kind=kind, role=role, revoked_at=None)
    live.update(revoked_at=now)
    token = new_secret("cairn_link")
    AccountLink.objects.create(
        workspace_id=current_workspace_id(),
        account=account,
        kind=kind,
        role=role,
        token_hash=hash_secret(token),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return token


def live_links(account: Account, kind: str) -> list[AccountLink]:
    """The links that work now."""
    mine = AccountLink.objects.filter(account=account, kind=kind, revoked_at=None, expires_at__gt=clock.now())
    return list(mine.order_by("role", "pk"))


def revoke(account: Account, kind: str) -> int:
    """Let all links to that page stop working; returns how many did."""
    return AccountLink.objects.filter(account=account, kind=kind, revoked_at=None).update(revoked_at=clock.now())


class AccountLinkDoor:
    """The token in the path opens one page about one company, and nothing else. Its forms need no cookie, so Origin is checked."""

    def __init__(self, kind: str):
        self.kind = kind

    def locate(self, request):
        parts = request.path_info.split("/", 3)
        found = find_account_link(parts[2], self.kind) if len(parts) > 2 else None
        if found is None:
            return render(request, "milestones/guests/gone.html", status=404)
        request.link_id = found[1]
        return found[0]

    def admit(self, request):
        request.door = LINK
        request.link = AccountLink.objects.select_related("account").get(pk=request.link_id)
        request.workspace_shown = Workspace.objects.get(pk=request.link.workspace_id)
        return refuse_foreign_form(request)


discovery = AccountLinkDoor(AccountLink.Kind.DISCOVERY)
kickoff = AccountLinkDoor(AccountLink.Kind.KICKOFF)
