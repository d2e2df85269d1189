"""Daily usage: who did what on which day of the workspace's calendar. Raw SQL, inside the open scope.

The drain numbers events under its lock, so an id that is seen means that all before it are: a cursor over them is safe.
"""

from django.db import connection

from analytics.rollups.basis import Basis
from onboarding.tenancy.scope import current_workspace_id

AT_A_TIME = 50_000
ACTIVITY = "e.kind in (0, 1, 2)"  # what people do in the product; identify, group and Cairn's own facts are no activity

DAYS_OF = f"""
    select e.workspace_id, e.person_id, (e.occurred_at at time zone %(zone)s)::date as day, array_agg(distinct e.name_id) as names
    from tracking_event e where e.workspace_id = %(workspace)s and {ACTIVITY}"""
FRESH = """create temporary table if not exists fresh_day (person_id bigint, day date, names bigint[]) on commit delete rows"""
LAY = """
    insert into analytics_personday as d (workspace_id, person_id, day, names) {days} group by 1, 2, 3
    on conflict (workspace_id, person_id, day) do update
        set names = (select array_agg(distinct name order by name) from unnest(d.names || excluded.names) name)
        where not d.names @> excluded.names
    returning person_id, day, names"""


def newest(after: int) -> int:
    """The id up to which to read events in this turn; `after` when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select coalesce(max(id), %(after)s) from (
                   select id from tracking_event where workspace_id = %(workspace)s and id > %(after)s order by id limit %(most)s) e""",
            {"after": after, "most": AT_A_TIME, "workspace": current_workspace_id()},
        )
        return cursor.fetchone()[0]


def last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(max(id), 0) from tracking_event where workspace_id = %s", [current_workspace_id()]
        )
        return cursor.fetchone()[0]


def roll(basis: Basis, after: int, until: int) -> None:
    """Count in the events after one id up to another; the days that this changed are left in `fresh_day`."""
    with connection.cursor() as cursor:
        cursor.execute(FRESH)
        cursor.execute("delete from fresh_day")
        days = DAYS_OF + " and e.id > %(after)s and e.id <= %(until)s"
        cursor.execute(
            f"with laid as ({LAY.format(days=days)}) insert into fresh_day select * from laid",
            {**basis.parameters(), "after": after, "until": until},
        )


def roll_anew(basis: Basis, people: list[int], until: int) -> None:
    """Count the days of these people from nothing, up to that event: their past has changed hands."""
    with connection.cursor() as cursor:
        said = {**basis.parameters(), "people": people, "until": until}
        cursor.execute(
            "delete from analytics_personday where workspace_id = %(workspace)s and person_id = any(%(people)s)", said
        )
        days = DAYS_OF + " and e.person_id = any(%(people)s) and e.id <= %(until)s"
        cursor.execute(LAY.format(days=days), said)


def roll_everything(basis: Basis, until: int) -> None:
    """Count all days of the workspace from nothing."""
    with connection.cursor() as cursor:
        said = {**basis.parameters(), "until": until}
        cursor.execute("delete from analytics_personday where workspace_id = %(workspace)s", said)
        cursor.execute(
            f"""insert into analytics_personday (workspace_id, person_id, day, names)
                {DAYS_OF} and e.id <= %(until)s group by 1, 2, 3""",
            said,
        )


def differing(basis: Basis, until: int) -> int:
    """How many days are other than the events up to that one say: a recount of everything."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""with said as ({DAYS_OF} and e.id <= %(until)s group by 1, 2, 3)
                select count(*) from said full join
                       (select * from analytics_personday where workspace_id = %(workspace)s) kept using (person_id, day)
                where said.names is distinct from kept.names""",
            {**basis.parameters(), "until": until},
        )
        return cursor.fetchone()[0]
