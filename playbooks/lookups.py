"""Questions of this floor asked before a workspace is known."""

from datetime import datetime

from onboarding.tenancy.lookups import rows
from onboarding.tenancy.secrets import hash_secret


def workspaces_to_nudge(at: datetime) -> list[int]:
    """The workspaces in which something has happened that nudges have not read, or a message is due or on its way."""
    return [pk for (pk,) in rows("select * from workspaces_to_nudge(%s)", [at])]


def workspaces_with_webhooks_due(at: datetime) -> list[int]:
    """The workspaces in which an endpoint has not been told of something, or is to be tried again."""
    return [pk for (pk,) in rows("select * from workspaces_with_webhooks_due(%s)", [at])]


def workspaces_with_sessions_to_tell(at: datetime) -> list[int]:
    """The workspaces in which a mail about a session waits to be written."""
    return [pk for (pk,) in rows("select * from workspaces_with_sessions_to_tell(%s)", [at])]


def find_mailed_message(token: str) -> tuple[int, int] | None:
    """(workspace id, delivery id) of the mail whose links carry this token, or None."""
    found = rows("select workspace_id, delivery_id from find_mailed_message(%s)", [hash_secret(token)])
    return found[0] if found else None


def find_session_of_provider(name: str) -> tuple[int, int] | None:
    """(workspace id, session id) of the mail about a session that a mail service knows by this name, or None."""
    found = rows("select workspace_id, session_id from find_session_of_provider(%s)", [name])
    return found[0] if found else None


def find_message_of_provider(name: str) -> tuple[int, int] | None:
    """(workspace id, delivery id) of the mail that a mail service knows by this name, or None."""
    found = rows("select workspace_id, delivery_id from find_message_of_provider(%s)", [name])
    return found[0] if found else None
