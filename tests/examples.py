"""One example row of each workspace table. A new model without an example here fails the isolation tests."""

from datetime import timedelta

from django.apps import apps

from onboarding import clock
from onboarding.tenancy.isolation import WorkspaceModel
from onboarding.tenancy.models import ApiKey, AuditEntry, Invitation, Member, SigningSecret
from onboarding.tenancy.secrets import hash_secret, new_secret


def workspace_models() -> list[type]:
    return sorted((m for m in apps.get_models() if issubclass(m, WorkspaceModel)), key=lambda m: m._meta.label)


def make_one_of_each(workspace, user) -> None:
    """Fill every workspace table; call it inside the workspace's scope."""
    now = clock.now()
    own = {"workspace": workspace}
    member = Member.objects.filter(user=user).first() or Member.objects.create(**own, user=user, access="owner")
    Invitation.objects.create(
        **own,
        email="new@example.com",
        access="manager",
        token_hash=hash_secret(new_secret("cairn_invite")),
        invited_by=member,
        created_at=now,
        expires_at=now + timedelta(hours=72),
    )
    ApiKey.objects.create(
        **own, name="reader", key_hash=hash_secret(new_secret("cairn_api")), hint="cairn_api_…1234", created_at=now
    )
    SigningSecret.objects.create(
        **own, kid=f"kid-{workspace.pk}", secret_encrypted=b"x", hint="cairn_sign_…1234", created_at=now
    )
    AuditEntry.objects.create(**own, at=now, member=member, actor="Alice", verb="tested", subject="isolation")
