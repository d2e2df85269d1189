"""Questions of this floor asked before a workspace is known."""

from datetime import datetime

from onboarding.tenancy.lookups import rows
from onboarding.tenancy.secrets import hash_secret


def workspaces_to_keep() -> list[int]:
    """The workspaces with facts or transitions that the roll-ups have not counted yet."""
    return [pk for (pk,) in rows("select * from workspaces_to_keep()", [])]


def workspaces_with_reports_due(at: datetime) -> list[int]:
    """The workspaces with a report to be made, or to be mailed."""
    return [pk for (pk,) in rows("select * from workspaces_with_reports_due(%s)", [at])]


def find_report_link(token: str) -> tuple[int, int] | None:
    """(workspace id, link id) of a live link to a report, or None."""
    found = rows("select workspace_id, link_id from find_report_link(%s)", [hash_secret(token)])
    return found[0] if found else None
