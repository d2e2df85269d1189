"""Inviting colleagues: a link by e-mail, bound to one address and one access, used once within 72 hours."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.lookups import find_invitation
from onboarding.tenancy.models import Access, Invitation, Member, User, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.secrets import hash_secret, new_secret

LIFETIME = timedelta(hours=72)
SESSION_KEY = "invitation"


class InvitationRefusedError(Exception):
    """The invitation may not be made or used; the text says why."""


def invite(*, workspace: Workspace, by: Member, email: str, access: str) -> Invitation:
    """Make an invitation and mail it. Raises InvitationRefusedError for an access above the inviter's own."""
    if not by.may(Access.ADMIN) or not by.may(access):
        raise InvitationRefusedError("You can invite people up to your own access.")
    email = email.strip().lower()
    if Member.objects.filter(user__email__iexact=email).exists():
        raise InvitationRefusedError(f"{email} is a member already.")
    now, token = clock.now(), new_secret("cairn_invite")
    Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None).update(revoked_at=now)
    invitation = Invitation.objects.create(
        workspace=workspace,
        email=email,
        access=access,
        token_hash=hash_secret(token),
        invited_by=by,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    record(member=by, verb="invited", subject=email, detail={"access": access})
    transaction.on_commit(lambda: _mail(email, workspace.name, str(by.user), token))
    return invitation


def _mail(email: str, workspace_name: str, inviter: str, token: str) -> None:
    context = {
        "workspace_name": workspace_name,
        "inviter": inviter,
        "link": settings.CAIRN_BASE_URL + reverse("invitation", args=[token]),
    }
    body = render_to_string("tenancy/email/invitation.txt", context)
    subject = " ".join(f"{inviter} invites you to {workspace_name} on Cairn".split())
    EmailMessage(subject=subject, body=body, to=[email]).send()


def find_open(token: str) -> tuple[Workspace, Invitation] | None:
    """The workspace and invitation that a token still opens, or None."""
    found = find_invitation(token)
    if found is None:
        return None
    with workspace_scope(found.workspace_id):
        invitation = (
            Invitation.objects.select_related("invited_by")
            .filter(pk=found.invitation_id, accepted_at=None, revoked_at=None, expires_at__gt=clock.now())
            .first()
        )
        if invitation is None or invitation.invited_by is None or not invitation.invited_by.may(invitation.access):
            return None  # revoked with the inviter
        return Workspace.objects.get(pk=found.workspace_id), invitation


def accept(*, token: str, user: User) -> Workspace | None:
    """Make the user a member; None when the token is spent, expired, revoked or for another address."""
    opened = find_open(token)
    if opened is None:
        return None
    workspace, invitation = opened
    if invitation.email != user.email.lower():
        return None
    with workspace_scope(workspace.pk):
        # Two clicks at once: only the one that finds accepted_at still empty goes on.
        if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=clock.now()):
            return None
        try:
            with transaction.atomic():
                member = Member.objects.create(workspace=workspace, user=user, access=invitation.access)
        except IntegrityError:
            return workspace
        record(member=member, verb="joined", subject=workspace.name, detail={"access": invitation.access})
    return workspace


def pending_token(request) -> str:
    """The invitation that this browser session came with, or ''."""
    return request.session.get(SESSION_KEY, "")
