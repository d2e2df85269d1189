"""Write down who did what."""

from onboarding import clock
from onboarding.tenancy.models import AuditEntry, Member
from onboarding.tenancy.scope import current_workspace_id


def record(*, member: Member | None, verb: str, subject: str, detail: dict | None = None) -> None:
    """Append one line to the open workspace's audit trail; `member` is None where the system itself acted."""
    AuditEntry.objects.create(
        workspace_id=current_workspace_id(),
        at=clock.now(),
        member=member,
        actor=str(member.user) if member else "Cairn",
        verb=verb,
        subject=subject[:200],
        detail=detail or {},
    )
