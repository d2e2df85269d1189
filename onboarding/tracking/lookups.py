"""Questions of this floor asked before a workspace is known."""

from dataclasses import dataclass

from onboarding.tenancy.lookups import rows
from onboarding.tenancy.secrets import hash_secret


@dataclass(frozen=True)
class FoundSourceKey:
    workspace_id: int
    key_id: int
    source_id: int
    kind: str


def find_source_key(secret: str) -> FoundSourceKey | None:
    """The live key with this secret, or None."""
    found = rows("select * from find_source_key(%s)", [hash_secret(secret)])
    return FoundSourceKey(*found[0]) if found else None


def workspaces_with_inbox_rows() -> list[int]:
    """Ids of the workspaces in which something waits for the drain."""
    return [workspace_id for (workspace_id,) in rows("select * from workspaces_with_inbox_rows()", [])]
