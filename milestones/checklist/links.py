"""Links to a hosted checklist: 256 random bits, kept as a hash, 90 days, revocable, bound to one enrollment."""

from datetime import timedelta

from milestones.models import ChecklistLink, Enrollment
from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tenancy.secrets import hash_secret, new_secret

LIFETIME = timedelta(days=90)


def make_link(enrollment: Enrollment) -> str:
    """A new token for the enrollment's page; it is shown once."""
    token, now = new_secret("cairn_link"), clock.now()
    ChecklistLink.objects.create(
        workspace_id=current_workspace_id(),
        enrollment=enrollment,
        token_hash=hash_secret(token),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return token
