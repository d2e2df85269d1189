"""Questions of this floor asked before a workspace is known."""

from dataclasses import dataclass
from datetime import datetime

from onboarding.tenancy.lookups import rows
from onboarding.tenancy.secrets import hash_secret


def find_checklist_link(token: str) -> tuple[int, int] | None:
    """(workspace id, link id) of a live link, or None."""
    found = rows("select workspace_id, link_id from find_checklist_link(%s)", [hash_secret(token)])
    return found[0] if found else None


def find_account_link(token: str, kind: str) -> tuple[int, int] | None:
    """(workspace id, link id) of a live link of that kind, or None."""
    found = rows("select workspace_id, link_id from find_account_link(%s, %s)", [hash_secret(token), str(kind)])
    return found[0] if found else None


@dataclass(frozen=True)
class LiveSecret:
    """A signing secret of a workspace, still encrypted."""

    kid: str
    secret_encrypted: bytes


@dataclass(frozen=True)
class KeptChecklist:
    """One running enrollment of a person, with its checklist as it was last finished; None where it never was."""

    enrollment_id: int
    revision: int
    stamp: str | None
    body: str | None
    is_unfinished: bool | None


@dataclass(frozen=True)
class Polled:
    """What a poll of the widget needs, before anything of it is believed: the caller checks the token by `secrets`."""

    workspace_id: int
    timezone: str
    origins: list[str]
    secrets: list[LiveSecret]
    checklists: list[KeptChecklist]  # in workspace order


def kept_checklists(
    public_id: str, person: str, *, account: str | None, ladder: str | None, language: str, at: datetime
) -> Polled | None:
    """A person's kept checklists in the workspace of this public id, in one round trip; None for an unknown workspace.

    `language` is the one asked for, "" for the person's own.
    """
    asked = [public_id, person, account, ladder, language, at]
    found = rows("select * from kept_checklists(%s, %s, %s, %s, %s, %s)", asked)
    if not found:
        return None
    workspace_id, timezone, origins, kids, secrets = found[0][:5]
    return Polled(
        workspace_id,
        timezone,
        origins,
        [LiveSecret(kid, bytes(secret)) for kid, secret in zip(kids or [], secrets or [], strict=True)],
        [KeptChecklist(*row[5:]) for row in found if row[5] is not None],
    )


def workspaces_taking_on() -> list[int]:
    """Workspaces in which a published ladder has not yet looked at everybody."""
    return [workspace_id for (workspace_id,) in rows("select * from workspaces_taking_on()", [])]


def workspaces_moving() -> list[int]:
    """Workspaces in which not everybody has been moved to a version that was published."""
    return [workspace_id for (workspace_id,) in rows("select * from workspaces_moving()", [])]


def workspaces_publishing(at: datetime) -> list[int]:
    """Workspaces in which a draft was to go live by that moment."""
    return [workspace_id for (workspace_id,) in rows("select * from workspaces_publishing(%s)", [at])]


def workspaces_with_changes_due(at: datetime) -> list[int]:
    """Ids of the workspaces in which some answer changes by time alone at or before `at`."""
    return [workspace_id for (workspace_id,) in rows("select * from workspaces_with_changes_due(%s)", [at])]
