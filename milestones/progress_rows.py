"""Writing conclusions in bulk: one statement for hundreds of rows. Raw SQL, inside the open scope."""

import json
from datetime import datetime

from django.db import connection

from milestones.models import Hit, Progress
from onboarding.tenancy.scope import current_workspace_id

MOMENTS = ("opened_at", "due_at", "missed_at", "reached_at", "skipped_at", "decided_at")
FLAGS = ("on_track", "overdue_told", "missed_told")
TEXTS = ("how", "by", "told")
COLUMNS = ("enrollment_id", "rung_id", "key", *MOMENTS, *FLAGS, *TEXTS, "evidence")


def write_progress(rows: list[Progress]) -> None:
    """Insert or replace these rows by enrollment and key; due_told is left as it is."""
    if not rows:
        return
    values = [[getattr(row, name) for row in rows] for name in COLUMNS[:-1]]
    values.append([json.dumps(row.evidence) for row in rows])
    types = ["bigint", "bigint", "text", *["timestamptz"] * 6, *["boolean"] * 3, *["text"] * 3, "jsonb"]
    arrays = ", ".join(f"%s::{kind}[]" if kind != "jsonb" else "%s::text[]::jsonb[]" for kind in types)
    kept = ", ".join(f'"{name}" = excluded."{name}"' for name in COLUMNS if name not in ("enrollment_id", "key"))
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into milestones_progress (workspace_id, {names}) select %s, * from unnest({arrays}) "
            f"on conflict (workspace_id, enrollment_id, key) do update set {kept}",
            [current_workspace_id(), *values],
        )


def write_hits(rows: list[Hit]) -> None:
    """Insert or replace these hits by enrollment, rung, epoch and signal."""
    if not rows:
        return
    names = ("enrollment_id", "rung", "epoch", "signal", "hit_at")
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into milestones_hit (workspace_id, enrollment_id, rung, epoch, signal, hit_at, evidence)
               select %s, * from unnest(%s::bigint[], %s::text[], %s::smallint[], %s::smallint[], %s::timestamptz[],
                                        %s::text[]::jsonb[])
               on conflict (workspace_id, enrollment_id, rung, epoch, signal)
               do update set hit_at = excluded.hit_at, evidence = excluded.evidence""",
            [
                current_workspace_id(),
                *([getattr(row, name) for row in rows] for name in names),
                [json.dumps(row.evidence) for row in rows],
            ],
        )


def revise(next_changes: dict[int, datetime | None]) -> None:
    """Note for each enrollment when its answer may next change by time alone, and that it has changed now."""
    if not next_changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """update milestones_enrollment e set next_change_at = u.at, revision = e.revision + 1
               from unnest(%s::bigint[], %s::timestamptz[]) as u (id, at) where e.workspace_id = %s and e.id = u.id""",
            [list(next_changes), list(next_changes.values()), current_workspace_id()],
        )
