"""What the database itself says about isolation."""

import pytest
from django.conf import settings
from django.db import connection

from onboarding.tenancy.isolation import SHARED_TABLES

pytestmark = pytest.mark.django_db


def ask(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def tables():
    sql = """select c.relname, c.relrowsecurity, c.relforcerowsecurity, c.oid from pg_class c
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"""
    return ask(sql)


def test_every_table_is_guarded_or_named_as_shared():
    open_tables = {name for name, enabled, forced, _ in tables() if not (enabled and forced)}
    assert open_tables == set(SHARED_TABLES)


def test_every_guarded_table_has_both_policies_for_everybody():
    policies = ask("select tablename, policyname, permissive, roles::text, cmd, qual from pg_policies")
    guarded = {name for name, enabled, *_ in tables() if enabled}
    restrictive = {p[0] for p in policies if p[2] == "RESTRICTIVE" and p[3] == "{public}" and "cairn.workspace" in p[5]}
    permissive = {p[0] for p in policies if p[2] == "PERMISSIVE"}
    assert restrictive == permissive == guarded
    assert all(command == "ALL" for *_, command, _ in policies)


def test_every_foreign_key_between_guarded_tables_carries_the_workspace():
    keys = ask(
        """select c.conname, array(select a.attname::text from unnest(c.conkey) k join pg_attribute a
                                   on a.attrelid = c.conrelid and a.attnum = k)
           from pg_constraint c join pg_class t on t.oid = c.confrelid join pg_class s on s.oid = c.conrelid
           where c.contype = 'f' and t.relrowsecurity and s.relrowsecurity"""
    )
    assert keys
    assert [name for name, columns in keys if "workspace_id" not in columns] == []


def test_the_runtime_role_owns_nothing_and_passes_by_nothing():
    [(superuser, bypass, create_db, create_role, owned)] = ask(
        """select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
                  (select count(*) from pg_class where relowner = r.oid) from pg_roles r where rolname = current_user"""
    )
    assert (superuser, bypass, create_db, create_role, owned) == (False, False, False, False, 0)
    assert ask(
        "select count(*) from information_schema.role_table_grants where privilege_type = 'TRUNCATE' "
        "and grantee = current_user"
    ) == [(0,)]


def test_the_lookup_role_cannot_log_in_and_only_selects_columns():
    role = settings.CAIRN_LOOKUP_ROLE
    assert ask("select rolcanlogin, rolbypassrls from pg_roles where rolname = %s", role) == [(False, True)]
    owner = settings.DATABASES["owner"]["USER"]
    whole_tables = ask(
        "select relname from pg_class c, aclexplode(c.relacl) a where a.grantee = %s::regrole and relkind in ('r', 'p')",
        role,
    )
    assert whole_tables == []
    functions = ask(
        """select p.proname, pg_get_userbyid(p.proowner), p.proconfig::text from pg_proc p
           where p.prosecdef and p.pronamespace = 'public'::regnamespace"""
    )
    assert len(functions) >= 3
    assert {holder for _, holder, _ in functions} == {role} != {owner}
    assert all("search_path" in config for *_, config in functions)


def test_partitions_are_not_granted_to_the_runtime_role():
    granted = ask(
        """select c.relname from pg_class c where c.relispartition and c.relkind = 'r'
           and has_table_privilege(current_user, c.oid, 'select, insert, update, delete')"""
    )
    assert granted == []
