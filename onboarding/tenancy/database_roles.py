"""The four roles of the database: owner, runtime, lookup, backup."""

from django.conf import settings


class RuntimeRouter:
    """Everything reads and writes as the runtime role; only migrations use the owner."""

    def db_for_read(self, model, **hints):
        return "default"

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, *objects, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "owner"


def role_statements(
    *, database: str, owner: str, runtime: str, passwords: dict[str, str]
) -> tuple[list[str], list[str]]:
    """SQL that a superuser runs once: first on any database of the cluster, then inside Cairn's own.

    `passwords` maps a role to its password where the cluster asks for one.
    """
    lookup, backup = settings.CAIRN_LOOKUP_ROLE, settings.CAIRN_BACKUP_ROLE

    def password(role: str) -> str:
        return f" password '{passwords[role].replace(chr(39), chr(39) * 2)}'" if passwords.get(role) else ""

    roles = {
        owner: f"login createdb nosuperuser nobypassrls{password(owner)}",
        runtime: f"login nosuperuser nobypassrls nocreatedb nocreaterole{password(runtime)}",
        lookup: "nologin nosuperuser bypassrls",
        backup: f"login nosuperuser bypassrls{password(backup)}",
    }
    cluster = [
        f"do $$ begin create role {role} {options}; exception when duplicate_object then alter role {role} {options}; end $$"
        for role, options in roles.items()
    ]
    cluster += [f"grant {lookup} to {owner}", f"grant pg_read_all_data to {backup}"]
    inside = [
        f"alter schema public owner to {owner}",
        "revoke create on schema public from public",
        f"grant usage on schema public to {runtime}, {lookup}, {backup}",
        # A function's new owner needs CREATE on its schema; nobody can log in as lookup.
        f"grant create on schema public to {lookup}",
        f"alter default privileges for role {owner} in schema public grant select, insert, update, delete on tables to {runtime}",
        f"alter default privileges for role {owner} in schema public grant usage, select on sequences to {runtime}",
        f"grant temporary on database {database} to {runtime}",
    ]
    return cluster, inside
