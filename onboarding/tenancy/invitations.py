"""Inviting colleagues: a link by e-mail, bound to one address and one access, used once within 72 hours."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.lookups import find_invitation
from onboarding.tenancy.mailing import Fate, hand_in
from onboarding.tenancy.models import Access, Invitation, Member, User, Workspace
from onboarding.tenancy.notifications import notify
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.secrets import hash_secret, new_secret

LIFETIME = timedelta(hours=72)
MOST_A_DAY, MOST_TO_ONE = 100, 5  # of a workspace, and of these to one address
SESSION_KEY = "invitation"


class InvitationRefusedError(Exception):
    """The invitation may not be made or used; the text says why."""


def invite(*, workspace: Workspace, by: Member, email: str, access: str) -> Invitation:
    """Make an invitation and mail it. Raises InvitationRefusedError for an access above the inviter's own, and for very many."""
    if not by.may(Access.ADMIN) or not by.may(access):
        raise InvitationRefusedError("You can invite people up to your own access.")
    email = email.strip().lower()
    if Member.objects.filter(user__email__iexact=email).exists():
        raise InvitationRefusedError(f"{email} is a member already.")
    now, token = clock.now(), new_secret("cairn_invite")
    lately = Invitation.objects.filter(created_at__gt=now - timedelta(days=1))
    if lately.count() >= MOST_A_DAY:
        raise InvitationRefusedError(f"{MOST_A_DAY} people were invited within a day. Go on tomorrow.")
    if lately.filter(email=email).count() >= MOST_TO_ONE:
        raise InvitationRefusedError(
            f"{email} was invited {MOST_TO_ONE} times within a day. Ask them to look for the mail."
        )
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
    transaction.on_commit(lambda: _mail(email, workspace, by, token))
    return invitation


def _mail(email: str, workspace: Workspace, by: Member, token: str) -> None:
    """The inviter is told where the mail server did not take it."""
    inviter = str(by.user)
    context = {
        "workspace_name": workspace.name,
        "inviter": inviter,
        "link": settings.CAIRN_BASE_URL + reverse("invitation", args=[token]),
    }
    body = render_to_string("tenancy/email/invitation.txt", context)
    subject = " ".join(f"{inviter} invites you to {workspace.name} on Cairn".split())
    if hand_in(EmailMessage(subject=subject, body=body, to=[email])).fate != Fate.TAKEN:
        with workspace_scope(workspace.pk):
            text = f"The invitation to {email} could not be mailed. Invite them again."
            notify(by, text, reverse("member-list", args=[workspace.slug]))


def find_open(token: str) -> tuple[Workspace, Invitation] | None:
    """The workspace and invitation that a token still opens, or None."""
    found = find_invitation(token)
    if found is None:
        return None
    with workspace_scope(found.workspace_id):
        invitation = still_open().filter(pk=found.invitation_id).first()
        if invitation is None or not is_backed(invitation):
            return None
        return Workspace.objects.get(pk=found.workspace_id), invitation


def still_open():
    """The open workspace's invitations that are neither used, revoked nor past their time."""
    return Invitation.objects.select_related("invited_by__user").filter(
        accepted_at=None, revoked_at=None, expires_at__gt=clock.now()
    )


def is_backed(invitation: Invitation) -> bool:
    """Whether who sent it could still send it: an invitation dies with its inviter's membership or access."""
    inviter = invitation.invited_by
    return inviter is not None and inviter.may(Access.ADMIN) and inviter.may(invitation.access)


def accept(*, token: str, user: User) -> Workspace | None:
    """Make the user a member; None when the token is spent, expired, revoked or for another address."""
    found = find_invitation(token)
    if found is None:
        return None
    with workspace_scope(found.workspace_id):
        # Locked: of two clicks at once one goes on, and a revocation comes before or after, never between.
        invitation = still_open().select_for_update(of=("self",)).filter(pk=found.invitation_id).first()
        if invitation is None or invitation.email != user.email.lower() or not is_backed(invitation):
            return None
        invitation.accepted_at = clock.now()
        invitation.save(update_fields=["accepted_at"])
        workspace = Workspace.objects.get(pk=found.workspace_id)
        member, is_new = Member.objects.get_or_create(
            workspace=workspace, user=user, defaults={"access": invitation.access}
        )
        if is_new:
            record(member=member, verb="joined", subject=workspace.name, detail={"access": invitation.access})
    return workspace


def revoke(*, invitation: Invitation, by: Member) -> None:
    """From the next click on its link opens nothing."""
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=clock.now()):
        record(member=by, verb="revoked the invitation of", subject=invitation.email)


def pending_token(request) -> str:
    """The invitation that this browser session came with, or ''."""
    return request.session.get(SESSION_KEY, "")
