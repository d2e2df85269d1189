"""Count matrices: cohort day × days since, for each measure of a ladder. Raw SQL, inside the open scope.

A measure is one of
    rung:<key>      reaching the rung, from the day of the enrollment
    wait:<key>      reaching the rung, from the day on which it opened
    first_value     reaching the first of the rungs of first value
    done            having every step of one's track behind one
    use:<feature>   first use of a feature, from the day on which it was unlocked
    week, month     being active in that week, in that four weeks, since the enrollment: counted in each of them
Each climb is one of these, and they add up: eligible, not theirs, skipped, left out. Of the eligible some reached it, some were
gone with their account or ended by being taken off the ladder before they did, and the others are still open.
"""

from collections import defaultdict
from dataclasses import dataclass
from struct import iter_unpack, pack

from django.db import connection

from analytics.rollups.basis import Basis
from onboarding.tenancy.database.arrays import texts
from onboarding.tenancy.scope import current_workspace_id

ELIGIBLE, NOT_THEIRS, SKIPPED, LEFT_OUT, REACHED, GONE, ENDED = range(7)
PLAIN = ("eligible", "not_theirs", "skipped", "left_out")
PACKED = ("reached", "gone", "ended")
KEY = ("ladder_id", "version_id", "role", "segment", "value", "measure", "cohort")

# Each climb under each measure: from which day it counts, and what became of it (a lag, or a code of Climb).
MEASURED = """
    select 'rung:' || k.key as measure, c.cohort as since, l.lag
    from unnest(c.lags) with ordinality l (lag, place) join rung k on k.version_id = c.version_id and k.place = l.place
    union all
    select 'wait:' || k.key, c.cohort + o.opened, case when l.lag < 0 then l.lag else l.lag - o.opened end
    from unnest(c.lags, c.opened) with ordinality l (lag, opened, place)
    join rung k on k.version_id = c.version_id and k.place = l.place
    cross join lateral (select l.opened) o
    where o.opened is not null and l.lag <> -2 and (l.lag < 0 or l.lag >= o.opened)
    union all select 'first_value', c.cohort, c.first_value
    union all select 'done', c.cohort, c.done
    union all select 'use:' || u.key, c.cohort + (u.value ->> 0)::int, coalesce((u.value ->> 1)::int - (u.value ->> 0)::int, -1)
    from jsonb_each(c.uses) u
    union all select 'week', c.cohort, -1
    union all select 'month', c.cohort, -1"""

CELLS = f"""
with rung as (
    select version_id, key, row_number() over (partition by version_id order by position, id) as place
    from milestones_rung where workspace_id = %(workspace)s
), seen as (
    select c.ladder_id, c.version_id, c.role, c.segments, c.sign, c.left_out, m.measure, m.since, m.lag,
           c.gone - (m.since - c.cohort) as gone, c.ended - (m.since - c.cohort) as ended
    from {{climbs}} c cross join lateral ({MEASURED}) m
), outcome as (
    select *, case when lag >= 0 and lag <= least(coalesce(gone, lag), coalesce(ended, lag)) then {REACHED}
                   when gone is not null and gone <= coalesce(ended, gone) then {GONE}
                   when ended is not null then {ENDED} end as kind
    from seen where left_out = '' and lag not in (-2, -3)
), cell as (
    select ladder_id, version_id, role, segments, measure, since, kind, greatest(lag, 0) as lag, sum(sign) as n from (
        select ladder_id, version_id, role, segments, measure, since, sign, 0 as lag,
               case when left_out <> '' then {LEFT_OUT} when lag = -2 then {NOT_THEIRS} when lag = -3 then {SKIPPED}
                    else {ELIGIBLE} end as kind
        from seen
        union all
        select ladder_id, version_id, role, segments, measure, since, sign,
               case kind when {GONE} then gone when {ENDED} then ended else lag end, kind
        from outcome where kind is not null
        union all
        select c.ladder_id, c.version_id, c.role, c.segments, 'week', c.cohort, c.sign, w.week, {REACHED}
        from {{climbs}} c cross join lateral unnest(c.weeks) w (week) where c.left_out = ''
        union all
        select c.ladder_id, c.version_id, c.role, c.segments, 'month', c.cohort, c.sign, w.month, {REACHED}
        from {{climbs}} c cross join lateral (select distinct week / 4 as month from unnest(c.weeks) w (week)) w
        where c.left_out = ''
    ) each group by 1, 2, 3, 4, 5, 6, 7, 8
), split as (
    select ladder_id, version_id, role, d.segment, d.value, measure, since as cohort, kind, lag, sum(n)::int as n
    from cell
    cross join lateral (
        select 0::smallint as segment, '' as value
        union all select s.segment::smallint, s.value from unnest(segments) with ordinality s (value, segment)) d
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
)"""

CHANGES = f"{CELLS.format(climbs='changed_climb')} select * from split where n <> 0"

_PACKING = ", ".join(
    f"coalesce(string_agg(int2send(lag::smallint) || int4send(n), ''::bytea order by lag) filter (where kind = {kind}), ''::bytea)"
    for kind in (REACHED, GONE, ENDED)
)
_COUNTING = ", ".join(f"coalesce(sum(n) filter (where kind = {kind}), 0)" for kind in range(4))
_NAMES = ", ".join((*KEY, *PLAIN, *PACKED))
RECOUNTED = f"""
    {CELLS.format(climbs="(select *, 1 as sign from analytics_climb where workspace_id = %(workspace)s)")}
    select {", ".join(KEY)}, {_COUNTING}, {_PACKING} from split group by {", ".join(KEY)}"""
KEPT = f"select {_NAMES} from analytics_matrixrow where workspace_id = %(workspace)s"


@dataclass
class Row:
    """One row of a matrix, unpacked: the numbers by their name, and of each packed one lag → number."""

    plain: list[int]
    packed: list[dict[int, int]]

    def add(self, kind: int, lag: int, n: int) -> None:
        if kind < REACHED:
            self.plain[kind] += n
        else:
            counts = self.packed[kind - REACHED]
            counts[lag] = counts.get(lag, 0) + n
            if not counts[lag]:
                del counts[lag]

    def is_empty(self) -> bool:
        return not any(self.plain) and not any(self.packed)


def unpacked(counts: bytes) -> dict[int, int]:
    return dict(iter_unpack(">hi", counts))


def repacked(counts: dict[int, int]) -> bytes:
    return b"".join(pack(">hi", lag, counts[lag]) for lag in sorted(counts))


def apply() -> int:
    """Add to the matrices what `changed_climb` says; returns how many of their rows changed."""
    said = {"workspace": current_workspace_id()}
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, said)
        changes: dict[tuple, list[tuple[int, int, int]]] = defaultdict(list)
        for *key, kind, lag, n in cursor.fetchall():
            changes[tuple(key)].append((kind, lag, n))
        if not changes:
            return 0
        rows = _read(cursor, list(changes))
        for key, cells in changes.items():
            row = rows.setdefault(key, Row([0] * len(PLAIN), [{} for _ in PACKED]))
            for cell in cells:
                row.add(*cell)
        _write(cursor, rows)
    return len(rows)


def make_everything(basis: Basis) -> None:
    """All matrices of the workspace, from its climbs."""
    with connection.cursor() as cursor:
        cursor.execute("delete from analytics_matrixrow where workspace_id = %(workspace)s", basis.parameters())
        cursor.execute(
            f"""insert into analytics_matrixrow (workspace_id, {_NAMES})
                select %(workspace)s, each.* from ({RECOUNTED}) each""",
            basis.parameters(),
        )


def differing() -> int:
    """How many rows are other than the climbs say: a recount of everything."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""with recounted as ({RECOUNTED}), kept as ({KEPT})
                select (select count(*) from (select * from recounted except all select * from kept) x)
                     + (select count(*) from (select * from kept except all select * from recounted) x)""",
            {"workspace": current_workspace_id()},
        )
        return cursor.fetchone()[0]


_KEYS = """%(ladder_id)s::bigint[], %(version_id)s::bigint[], %(role)s::text[], %(segment)s::smallint[], %(value)s::text[],
           %(measure)s::text[], %(cohort)s::date[]"""
_COUNTS = ", ".join([*(f"%({name})s::int[]" for name in PLAIN), *(f"%({name})s::bytea[]" for name in PACKED)])


def _columns(keys: list[tuple]) -> dict:
    columns = dict(zip(KEY, zip(*keys, strict=True), strict=True))
    said = {name: texts(columns[name]) for name in ("role", "value", "measure")}
    said |= {name: list(columns[name]) for name in ("ladder_id", "version_id", "segment", "cohort")}
    return said | {"workspace": current_workspace_id()}


def _read(cursor, keys: list[tuple]) -> dict[tuple, Row]:
    cursor.execute(
        f"""select {", ".join(f"m.{name}" for name in (*KEY, *PLAIN, *PACKED))}
            from unnest({_KEYS}) w ({", ".join(KEY)})
            join analytics_matrixrow m using ({", ".join(KEY)}) where m.workspace_id = %(workspace)s""",
        _columns(keys),
    )
    return {
        tuple(row[: len(KEY)]): Row(
            list(row[len(KEY) : len(KEY) + len(PLAIN)]), [unpacked(counts) for counts in row[len(KEY) + len(PLAIN) :]]
        )
        for row in cursor.fetchall()
    }


def _write(cursor, rows: dict[tuple, Row]) -> None:
    keys = list(rows)
    said = _columns(keys)
    said |= {name: [rows[key].plain[place] for key in keys] for place, name in enumerate(PLAIN)}
    said |= {name: [repacked(rows[key].packed[place]) for key in keys] for place, name in enumerate(PACKED)}
    cursor.execute(
        f"""insert into analytics_matrixrow (workspace_id, {_NAMES})
            select %(workspace)s, t.* from unnest({_KEYS}, {_COUNTS}) t ({_NAMES})
            on conflict (workspace_id, ladder_id, segment, value, measure, cohort, role, version_id) do update set
                {", ".join(f"{name} = excluded.{name}" for name in (*PLAIN, *PACKED))}""",
        said,
    )
    empty = [key for key in keys if rows[key].is_empty()]
    if empty:
        cursor.execute(
            f"""delete from analytics_matrixrow m using unnest({_KEYS}) w ({", ".join(KEY)})
                where m.workspace_id = %(workspace)s and {" and ".join(f"m.{name} = w.{name}" for name in KEY)}""",
            _columns(empty),
        )
