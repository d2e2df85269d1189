"""Questions of this floor asked before a workspace is known."""

from datetime import datetime

from onboarding.tenancy.lookups import rows
from onboarding.tenancy.secrets import hash_secret


def find_checklist_link(token: str) -> tuple[int, int] | None:
    """(workspace id, link id) of a live link, or None."""
    found = rows("select workspace_id, link_id from find_checklist_link(%s)", [hash_secret(token)])
    return found[0] if found else None


def workspaces_with_changes_due(at: datetime) -> list[int]:
    """Ids of the workspaces in which some answer changes by time alone at or before `at`."""
    return [workspace_id for (workspace_id,) in rows("select * from workspaces_with_changes_due(%s)", [at])]
