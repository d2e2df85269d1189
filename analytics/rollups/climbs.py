"""Climbs: each enrollment in whole days since it began. Raw SQL, inside the open scope.

A climb is always made whole from what is stored below, and laid beside the one that was counted: so what a change takes
away and what it adds is known, whatever changed and however often.
"""

from collections.abc import Iterable

from django.db import connection

from analytics.rollups.basis import Basis
from onboarding.tenancy.database.arrays import integers
from onboarding.tenancy.scope import current_workspace_id

COLUMNS = """workspace_id, enrollment_id, person_id, account_id, ladder_id, version_id, role, segments, cohort, left_out,
             gone, ended, lags, opened, first_value, done, weeks, uses, awaits_use"""
FAR = 32_000  # days: what lies further ahead is as far
KEPT_WEEKS = 120

TABLES = (
    "create temporary table if not exists touched_climb (enrollment_id bigint primary key) on commit delete rows",
    "create temporary table if not exists fresh_climb (like analytics_climb) on commit delete rows",
    "create temporary table if not exists changed_climb (like analytics_climb, sign int) on commit delete rows",
    "create temporary table if not exists fresh_week (enrollment_id bigint, week smallint) on commit delete rows",
)


def _kept(sql: str) -> str:
    """The statement's braces, kept when it is formatted."""
    return sql.replace("{", "{{").replace("}", "}}")


def _days(difference: str) -> str:
    return f"least(greatest({difference}, 0), {FAR})"


def _lag(moment: str) -> str:
    return _days(f"({moment} at time zone %(zone)s)::date - b.cohort")


# What an account is like, and the day on which it left; "2026-02-30" is two days after the 28th, and what is no day is none.
SEGMENTS = """array(select left(coalesce(a.traits ->> key, ''), 100)
                 from unnest(%(segments)s::text[]) with ordinality k (key, n) order by n)"""
GONE_ON = """case when a.traits ->> %(left_trait)s ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-[0-3][0-9]'
                 then make_date(substr(a.traits ->> %(left_trait)s, 1, 4)::int, substr(a.traits ->> %(left_trait)s, 6, 2)::int, 1)
                      + substr(a.traits ->> %(left_trait)s, 9, 2)::int - 1 end"""

MAKE = f"""
insert into fresh_climb ({COLUMNS})
with basis as (
    select e.id, s.person_id, s.account_id, e.ladder_id, e.version_id, s.role,
           {_kept(SEGMENTS)} as segments,
           (e.enrolled_at at time zone %(zone)s)::date as cohort, (e.ended_at at time zone %(zone)s)::date as ended_on,
           case when p.is_test or coalesce(a.is_test, false) then 'test' when e.ordinal > 1 then 'again' else '' end as left_out,
           {_kept(GONE_ON)} as gone_on
    from milestones_enrollment e
    join tracking_seat s on s.workspace_id = e.workspace_id and s.id = e.seat_id
    join tracking_person p on p.workspace_id = e.workspace_id and p.id = s.person_id
    left join tracking_account a on a.workspace_id = e.workspace_id and a.id = s.account_id
    where e.workspace_id = %(workspace)s {{which}}
), step as (
    select b.id, r.position, r.id as rung_id, r.first_value,
           case when not g.on_track then -2 when g.reached_at is not null then {_lag("g.reached_at")}
                when g.skipped_at is not null then -3 else -1 end as lag,
           case when g.on_track and g.opened_at is not null and g.told <> 'locked' then {_lag("g.opened_at")} end as opened,
           case when g.on_track and g.skipped_at is not null then {_lag("g.skipped_at")} end as skipped
    from basis b
    join milestones_progress g on g.workspace_id = %(workspace)s and g.enrollment_id = b.id
    join milestones_rung r on r.workspace_id = %(workspace)s and r.id = g.rung_id
), way as (
    select id, array_agg(lag order by position, rung_id) as lags, array_agg(opened order by position, rung_id) as opened,
           coalesce(min(lag) filter (where first_value and lag >= 0),
                    case when bool_or(first_value and lag in (-1, -3)) then -1 else -2 end) as first_value,
           case when not bool_or(lag <> -2) then -2 when bool_or(lag = -1) or not bool_or(lag >= 0) then -1
                else max(greatest(lag, coalesce(skipped, 0))) end as done
    from step group by id
), unlock as (
    select b.id, b.person_id, b.cohort, u.feature, min(w.lags[u.place]) as unlocked
    from unnest(%(unlock_version)s::bigint[], %(unlock_place)s::int[], %(unlock_feature)s::text[]) u (version_id, place, feature)
    join basis b on b.version_id = u.version_id
    join way w on w.id = b.id and w.lags[u.place] >= 0
    group by 1, 2, 3, 4
), feature as (
    select feature, array_agg(name_id) as names
    from unnest(%(use_feature)s::text[], %(use_name)s::bigint[]) f (feature, name_id) group by 1
), use as (
    select u.id, jsonb_object_agg(u.feature, jsonb_build_array(u.unlocked, d.used)) as uses, bool_or(d.used is null) as awaits
    from unlock u join feature f on f.feature = u.feature
    cross join lateral (
        select min(d.day) - u.cohort as used from analytics_personday d
        where d.workspace_id = %(workspace)s and d.person_id = u.person_id and d.day >= u.cohort + u.unlocked
              and d.names && f.names) d
    group by u.id
)
select %(workspace)s, b.id, b.person_id, b.account_id, b.ladder_id, b.version_id, b.role, b.segments, b.cohort, b.left_out,
       case when b.gone_on is not null then {_days("b.gone_on - b.cohort")} end,
       case when b.ended_on is not null then {_days("b.ended_on - b.cohort")} end,
       coalesce(w.lags, '{{{{}}}}'), coalesce(w.opened, '{{{{}}}}'), coalesce(w.first_value, -2), coalesce(w.done, -2),
       array(select distinct (d.day - b.cohort) / 7 as week from analytics_personday d
             where d.workspace_id = %(workspace)s and d.person_id = b.person_id and d.day >= b.cohort
                   and d.day < b.cohort + 7 * {KEPT_WEEKS} order by week),
       coalesce(u.uses, '{{{{}}}}'::jsonb), coalesce(u.awaits, false)
from basis b left join way w on w.id = b.id left join use u on u.id = b.id"""

# What was counted and is not so any more, and what is so and was not counted: with its sign.
COMPARE = """
with old as (select {columns} from analytics_climb c where c.workspace_id = %(workspace)s {which}),
     said as (select {columns} from fresh_climb)
insert into changed_climb ({columns}, sign)
select {columns}, -1 from (select * from old except select * from said) gone
union all select {columns}, 1 from (select * from said except select * from old) come"""

REPLACE = (
    """
delete from analytics_climb c using changed_climb x
where x.sign < 0 and c.workspace_id = %(workspace)s and c.enrollment_id = x.enrollment_id""",
    f"""
insert into analytics_climb ({COLUMNS}) select {COLUMNS} from changed_climb where sign > 0""",
)

TOUCHED = "select enrollment_id from touched_climb"


def prepare() -> None:
    """Lay out the tables in which one pass is worked out; they are emptied when the transaction ends."""
    with connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement)
        cursor.execute(
            "delete from touched_climb; delete from fresh_climb; delete from changed_climb; delete from fresh_week"
        )


def touch(enrollments: Iterable[int]) -> None:
    """These are to be looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into touched_climb select distinct * from unnest(%s::bigint[]) on conflict do nothing",
            [integers(enrollments)],
        )


def touch_people(people: Iterable[int]) -> None:
    """Every climb of these people is to be looked at, those that are no more among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into touched_climb
               select enrollment_id from analytics_climb where workspace_id = %(workspace)s and person_id = any(%(people)s::bigint[])
               union select e.id from milestones_enrollment e
               join tracking_seat s on s.workspace_id = e.workspace_id and s.id = e.seat_id
               where e.workspace_id = %(workspace)s and s.person_id = any(%(people)s::bigint[]) on conflict do nothing""",
            {"workspace": current_workspace_id(), "people": integers(people)},
        )


def touch_using(basis: Basis) -> None:
    """Those for whom a fresh day may hold the first use of what was unlocked, or an earlier one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into touched_climb
               select distinct c.enrollment_id from fresh_day f
               join analytics_climb c on c.workspace_id = %(workspace)s and c.person_id = f.person_id
               where f.day >= c.cohort and f.names && %(use_name)s::bigint[] and (c.awaits_use or f.day < c.cohort + (
                         select max((use.value ->> 1)::int) from jsonb_each(c.uses) use))
               on conflict do nothing""",
            basis.parameters(),
        )


def lay_weeks(basis: Basis) -> int:
    """Lay the weeks in which people were active for the first time in `fresh_week`, for climbs of which nothing else has changed:
    by far the most of what there is to count, so these are not made whole. Returns how many.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into fresh_week
                select distinct c.enrollment_id, ((f.day - c.cohort) / 7)::smallint from fresh_day f
                join analytics_climb c on c.workspace_id = %(workspace)s and c.person_id = f.person_id
                where f.day >= c.cohort and f.day < c.cohort + 7 * {KEPT_WEEKS}
                      and not ((f.day - c.cohort) / 7)::smallint = any(c.weeks)
                      and not exists (select from touched_climb t where t.enrollment_id = c.enrollment_id)""",
            basis.parameters(),
        )
        return cursor.rowcount


def add_weeks() -> None:
    """Keep what `lay_weeks` found."""
    with connection.cursor() as cursor:
        cursor.execute(
            """update analytics_climb c set weeks = array(select week from unnest(c.weeks || n.weeks) week order by week)
               from (select enrollment_id, array_agg(week) as weeks from fresh_week group by 1) n
               where c.workspace_id = %(workspace)s and c.enrollment_id = n.enrollment_id""",
            {"workspace": current_workspace_id()},
        )


def touch_accounts(basis: Basis, after: int, until: int) -> None:
    """Those of accounts that are another sort now, have left or are back, by the events between these."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into touched_climb
                select c.enrollment_id
                from (select distinct account_id from tracking_event
                      where workspace_id = %(workspace)s and id > %(after)s and id <= %(until)s and kind = 4) x
                join tracking_account a on a.workspace_id = %(workspace)s and a.id = x.account_id
                join analytics_climb c on c.workspace_id = %(workspace)s and c.account_id = a.id
                cross join lateral (select {SEGMENTS} as segments, {GONE_ON} as gone_on) said
                where c.segments::text[] is distinct from said.segments or c.gone is distinct from
                      case when said.gone_on is not null then {_days("said.gone_on - c.cohort")} end
                on conflict do nothing""",
            {**basis.parameters(), "after": after, "until": until},
        )


def compare(basis: Basis, *, everything: bool = False) -> int:
    """Make the climbs that are to be looked at, or all, and lay what is other in `changed_climb`; returns how many rows that is."""
    with connection.cursor() as cursor:
        which = "" if everything else f"and e.id in ({TOUCHED})"
        cursor.execute(MAKE.format(which=which), basis.parameters())
        which = "" if everything else f"and c.enrollment_id in ({TOUCHED})"
        cursor.execute(COMPARE.format(columns=COLUMNS, which=which), basis.parameters())
        return cursor.rowcount


def replace() -> None:
    """Keep what `compare` found."""
    with connection.cursor() as cursor:
        for statement in REPLACE:
            cursor.execute(statement, {"workspace": current_workspace_id()})


def make_everything(basis: Basis) -> None:
    """All climbs of the workspace, from nothing."""
    with connection.cursor() as cursor:
        cursor.execute("delete from analytics_climb where workspace_id = %(workspace)s", basis.parameters())
        into = MAKE.replace("insert into fresh_climb", "insert into analytics_climb", 1)
        cursor.execute(into.format(which=""), basis.parameters())
