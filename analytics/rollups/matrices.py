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

# Each climb under each measure (by number, and by the place or feature that it is about): from which day it counts, and what
# became of it (a lag, or a code of Climb).
RUNG, WAIT, FIRST_VALUE, DONE, USE, WEEK, MONTH = range(7)
MEASURED = f"""
    select {RUNG} as measure, l.place, c.cohort as since, l.lag::int
    from unnest(c.lags) with ordinality l (lag, place)
    union all
    select {WAIT}, l.place, c.cohort + l.opened, case when l.lag < 0 then l.lag else l.lag - l.opened end
    from unnest(c.lags, c.opened) with ordinality l (lag, opened, place)
    where l.opened is not null and l.lag <> -2 and (l.lag < 0 or l.lag >= l.opened)
    union all select {FIRST_VALUE}, 0, c.cohort, c.first_value
    union all select {DONE}, 0, c.cohort, c.done
    union all
    select {USE}, f.place, c.cohort + (u.value ->> 0)::int, coalesce((u.value ->> 1)::int - (u.value ->> 0)::int, -1)
    from jsonb_each(c.uses) u join feature f using (key)
    union all select {WEEK}, 0, c.cohort, -1
    union all select {MONTH}, 0, c.cohort, -1"""

# Everything between the climbs and the sums is numbers: millions of rows go through here when all is counted anew.
CELLS = f"""
with who as (
    select ladder_id, version_id, role, row_number() over () as who
    from (select distinct ladder_id, version_id, role from {{climbs}} c) each
), feature as (
    select key, row_number() over (order by key) as place
    from (select distinct jsonb_object_keys(uses) as key from {{climbs}} c) each
), climb as (
    select c.*, w.who from {{climbs}} c join who w using (ladder_id, version_id, role)
), seen as (
    select c.who, c.segments, c.sign, c.left_out, m.measure, m.place, m.since, m.lag,
           c.gone - (m.since - c.cohort) as gone, c.ended - (m.since - c.cohort) as ended
    from climb c cross join lateral ({MEASURED}) m
), told as (
    select who, segments, sign, measure, place, since, 0 as lag,
           case when left_out <> '' then {LEFT_OUT} when lag = -2 then {NOT_THEIRS} when lag = -3 then {SKIPPED}
                else {ELIGIBLE} end as kind
    from seen
    union all
    select who, segments, sign, measure, place, since,
           greatest(case kind when {GONE} then gone when {ENDED} then ended else lag end, 0), kind
    from (
        select *, case when lag >= 0 and lag <= least(coalesce(gone, lag), coalesce(ended, lag)) then {REACHED}
                       when gone is not null and gone <= coalesce(ended, gone) then {GONE}
                       when ended is not null then {ENDED} end as kind
        from seen where left_out = '' and lag not in (-2, -3)
    ) outcome where kind is not null
    union all
    select c.who, c.segments, c.sign, {WEEK}, 0, c.cohort, w.week, {REACHED}
    from climb c cross join lateral unnest(c.weeks) w (week) where c.left_out = ''
    union all
    select c.who, c.segments, c.sign, {MONTH}, 0, c.cohort, w.month, {REACHED}
    from climb c cross join lateral (select distinct week / 4 as month from unnest(c.weeks) w (week)) w
    where c.left_out = ''
), summed as (
    select who, measure, place, since, kind, lag, {{segment}}::smallint as segment, {{value}} as value, sum(sign)::int as n
    from (select *, {{columns}} from told) each
    group by grouping sets ((who, measure, place, since, kind, lag) {{sets}})
), rung as (
    select version_id, key, row_number() over (partition by version_id order by position, id) as place
    from milestones_rung where workspace_id = %(workspace)s
)"""
# The sums by what they are called, cell by cell or packed: {said} is what is said of each.
NAMED = f"""
    select w.ladder_id, w.version_id, w.role, segment, value,
           case measure when {RUNG} then 'rung:' || r.key when {WAIT} then 'wait:' || r.key when {FIRST_VALUE} then 'first_value'
                        when {DONE} then 'done' when {USE} then 'use:' || f.key when {WEEK} then 'week' else 'month' end,
           s.since, {{said}}
    from {{sums}} s join who w using (who)
    left join rung r on s.measure in ({RUNG}, {WAIT}) and r.version_id = w.version_id and r.place = s.place
    left join feature f on s.measure = {USE} and f.place = s.place"""
EVERYBODY = "(select *, 1 as sign from analytics_climb where workspace_id = %(workspace)s)"


def _cells(climbs: str, segments: int) -> str:
    """The cells of these climbs, over everybody and over each of so many segments."""
    places = range(1, segments + 1)
    return CELLS.format(
        climbs=climbs,
        columns=", ".join(["0 as nothing", *(f"segments[{n}] as s{n}" for n in places)]),
        sets="".join(f", (who, measure, place, since, kind, lag, s{n})" for n in places),
        segment="case" + "".join(f" when grouping(s{n}) = 0 then {n}" for n in places) + " else 0 end"
        if segments
        else "0",
        value=f"coalesce({', '.join([f's{n}' for n in places])}, '')" if segments else "''",
    )


_PACKING = ", ".join(
    f"coalesce(string_agg(int2send(lag::smallint) || int4send(n), ''::bytea order by lag) filter (where kind = {kind}), ''::bytea) as {name}"
    for kind, name in zip((REACHED, GONE, ENDED), PACKED, strict=True)
)
_COUNTING = ", ".join(
    f"coalesce(sum(n) filter (where kind = {kind}), 0)::int as {name}" for kind, name in enumerate(PLAIN)
)
_SUMS = f"""(select who, measure, place, since, segment, value, {_COUNTING}, {_PACKING} from summed
            group by who, measure, place, since, segment, value)"""
CHANGES = NAMED.format(said="kind, lag, n", sums="summed") + " where n <> 0"
ROWS = NAMED.format(said=", ".join((*PLAIN, *PACKED)), sums=_SUMS)
_NAMES = ", ".join((*KEY, *PLAIN, *PACKED))
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


# What the weeks in `fresh_week` add: to their week, and to their four weeks where those were not counted yet.
FRESH_WEEKS = f"""
with cell as (
    select c.ladder_id, c.version_id, c.role, c.segments, c.cohort, 'week' as measure, w.week as lag
    from fresh_week w join analytics_climb c on c.workspace_id = %(workspace)s and c.enrollment_id = w.enrollment_id
    where c.left_out = ''
    union all
    select c.ladder_id, c.version_id, c.role, c.segments, c.cohort, 'month', w.month
    from (select distinct enrollment_id, (week / 4)::smallint as month from fresh_week) w
    join analytics_climb c on c.workspace_id = %(workspace)s and c.enrollment_id = w.enrollment_id
    where c.left_out = '' and not exists (select from unnest(c.weeks) week where week / 4 = w.month)
), summed as (
    select ladder_id, version_id, role, segments, measure, cohort, lag, count(*) as n from cell group by 1, 2, 3, 4, 5, 6, 7
)
select ladder_id, version_id, role, d.segment, d.value, measure, cohort, {REACHED}, lag, sum(n)::int
from summed cross join lateral (
    select 0::smallint as segment, '' as value
    union all select s.segment::smallint, s.value from unnest(segments) with ordinality s (value, segment)) d
group by ladder_id, version_id, role, d.segment, d.value, measure, cohort, lag"""


def apply(basis: Basis) -> int:
    """Add to the matrices what `changed_climb` says; returns how many of their rows changed."""
    return _add(_cells("changed_climb", len(basis.segments)) + CHANGES, basis)


def apply_weeks(basis: Basis) -> int:
    """Add to the matrices what `fresh_week` says, before the climbs themselves keep it."""
    return _add(FRESH_WEEKS, basis)


def _add(cells: str, basis: Basis) -> int:
    with connection.cursor() as cursor:
        cursor.execute(cells, basis.parameters())
        changes: dict[tuple, list[tuple[int, int, int]]] = defaultdict(list)
        for *key, kind, lag, n in cursor.fetchall():
            changes[tuple(key)].append((kind, lag, n))
        if not changes:
            return 0
        rows = _read(cursor, list(changes))
        for key, found in changes.items():
            row = rows.setdefault(key, Row([0] * len(PLAIN), [{} for _ in PACKED]))
            for cell in found:
                row.add(*cell)
        _write(cursor, rows)
    return len(rows)


def make_everything(basis: Basis) -> None:
    """All matrices of the workspace, from its climbs."""
    with connection.cursor() as cursor:
        cursor.execute("delete from analytics_matrixrow where workspace_id = %(workspace)s", basis.parameters())
        cells = _cells(EVERYBODY, len(basis.segments))
        cursor.execute(
            f"""insert into analytics_matrixrow (workspace_id, {_NAMES})
                select %(workspace)s, each.* from ({cells} {ROWS}) each""",
            basis.parameters(),
        )


def count_climbs(climbs: str, parameters: dict) -> list[tuple]:
    """(measure, role, cohort and the columns of counts) of these climbs, a select that gives each its sign; nothing is kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select measure, role, cohort, {", ".join((*PLAIN, *PACKED))}
                from ({_cells(climbs, 0)} {ROWS}) each ({_NAMES})""",
            parameters,
        )
        return cursor.fetchall()


def differing(basis: Basis) -> int:
    """How many rows are other than the climbs say: a recount of everything."""
    cells = _cells(EVERYBODY, len(basis.segments))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""with recounted ({_NAMES}) as ({cells} {ROWS}), kept as ({KEPT})
                select (select count(*) from (select * from recounted except all select * from kept) x)
                     + (select count(*) from (select * from kept except all select * from recounted) x)""",
            basis.parameters(),
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
