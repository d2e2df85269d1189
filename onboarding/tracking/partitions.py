"""The months of events: a partition each from 24 months back to 3 ahead, and a default one for the rest. Owner only."""

from datetime import date

BACK, AHEAD = 24, 3


def months_around(today: date) -> list[tuple[date, date]]:
    """(first day, first day of the next month) for each month that must have a partition."""
    index = today.year * 12 + today.month - 1
    return [(_month(i), _month(i + 1)) for i in range(index - BACK, index + AHEAD + 1)]


def _month(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def ensure_partitions(cursor, today: date) -> list[str]:
    """Create the partitions that are missing and answer their names. `cursor` is the owner's."""
    cursor.execute("select inhrelid::regclass::text from pg_inherits where inhparent = 'tracking_event'::regclass")
    present = {row[0] for row in cursor.fetchall()}
    made = []
    for start, end in months_around(today):
        name = f"tracking_event_{start:%Y_%m}"
        if name not in present:
            _make(cursor, name, start, end, has_default="tracking_event_default" in present)
            made.append(name)
    return made


def _make(cursor, name: str, start: date, end: date, *, has_default: bool) -> None:
    cursor.execute(f"create table {name} (like tracking_event including defaults including compression)")
    # A partition is reached through its parent only, where the guard stands.
    cursor.execute(f"revoke all on {name} from public, {_runtime_role()}")
    if has_default:
        # Rows of this month that arrived before it had a partition would otherwise forbid it.
        cursor.execute(
            f"with moved as (delete from tracking_event_default where occurred_at >= %s and occurred_at < %s returning *) "
            f"insert into {name} select * from moved",
            [start, end],
        )
    cursor.execute(f"alter table tracking_event attach partition {name} for values from ('{start}') to ('{end}')")


def _runtime_role() -> str:
    from django.conf import settings

    return settings.DATABASES["default"]["USER"]
