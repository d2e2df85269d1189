"""Questions asked before a workspace is known, each answered by one SECURITY DEFINER function of the database."""

from dataclasses import dataclass

from django.db import connection

from onboarding.tenancy.secrets import hash_secret


@dataclass(frozen=True)
class Membership:
    workspace_id: int
    member_id: int
    access: str
    slug: str
    name: str


@dataclass(frozen=True)
class FoundKey:
    workspace_id: int
    key_id: int
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class FoundInvitation:
    workspace_id: int
    invitation_id: int


def memberships_of(user_id: int) -> list[Membership]:
    """The workspaces that a user is a member of, by name."""
    return [Membership(*row) for row in rows("select * from memberships_of(%s)", [user_id])]


def find_api_key(secret: str) -> FoundKey | None:
    """The live API key with this secret, or None."""
    found = rows("select workspace_id, key_id, scopes from find_api_key(%s)", [hash_secret(secret)])
    return FoundKey(found[0][0], found[0][1], tuple(found[0][2])) if found else None


def find_invitation(token: str) -> FoundInvitation | None:
    """The invitation with this token, whatever became of it, or None."""
    found = rows("select workspace_id, invitation_id from find_invitation(%s)", [hash_secret(token)])
    return FoundInvitation(*found[0]) if found else None


def rows(sql: str, parameters: list) -> list[tuple]:
    """The rows of one look-up; only for functions made by LookupFunction."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
