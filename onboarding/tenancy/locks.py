"""Turns and time for work on a whole workspace: both end with the transaction. Raw SQL, inside the open scope."""

from django.db import connection

from onboarding.tenancy.scope import current_workspace_id


def take_turn(lock: int, *, wait: bool = False) -> bool:
    """Take a lock of the open workspace; False when somebody else has it and we do not wait."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("select set_config('lock_timeout', '0', true)")
            cursor.execute("select pg_advisory_xact_lock(%s, %s::int)", [lock, current_workspace_id()])
            return True
        cursor.execute("select pg_try_advisory_xact_lock(%s, %s::int)", [lock, current_workspace_id()])
        return cursor.fetchone()[0]


def take_time() -> None:
    """Let the statements of this transaction take as long as they need, with room to sort in: for the worker, not for pages."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', '0', true), set_config('work_mem', '128MB', true)")
