"""One workspace at a time: the scope that every read and write of customer data happens in.

Two rings (RELIABILITY.md section 1): django-scopes filters above, forced row-level security beneath.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.db import connection, transaction
from django_scopes import scope

T = TypeVar("T")
_open_workspace: ContextVar[int | None] = ContextVar("cairn_workspace", default=None)
_remembered: ContextVar[dict | None] = ContextVar("cairn_remembered", default=None)


class WrongWorkspaceError(RuntimeError):
    """Another workspace was asked for inside an open scope."""


def current_workspace_id() -> int | None:
    """The id of the workspace whose scope is open here, or None."""
    return _open_workspace.get()


def remembered(key: str, find: Callable[[], T]) -> T:
    """What `find` answers, asked once in an open scope: for what a page needs at many places. Forgotten when the scope closes."""
    memory = _remembered.get()
    if memory is None:
        return find()
    if key not in memory:
        memory[key] = find()
    return memory[key]


@contextmanager
def workspace_scope(workspace_id: int) -> Iterator[None]:
    """Open the outermost transaction and tie it to one workspace; nested calls for the same one are free.

    Raises WrongWorkspaceError for another workspace inside an open scope, RuntimeError inside a foreign transaction.
    """
    open_id = _open_workspace.get()
    if open_id is not None:
        if open_id != workspace_id:
            raise WrongWorkspaceError(f"workspace {workspace_id} asked for inside the scope of {open_id}")
        yield
        return
    with transaction.atomic(durable=True):
        _tie(workspace_id)
        token, memory = _open_workspace.set(workspace_id), _remembered.set({})
        try:
            with scope(workspace=workspace_id):
                yield
        finally:
            _open_workspace.reset(token)
            _remembered.reset(memory)
    if connection.in_atomic_block:
        # Only in a test's own transaction: a real commit has already forgotten the local setting.
        _untie()


def _tie(workspace_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('cairn.workspace', %s, true)", [str(int(workspace_id))])


def _untie() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('cairn.workspace', '', true)")
