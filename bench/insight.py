"""Numbers at a size: a million people, six million rungs, twenty million events; answers from the roll-ups beside DuckDB's.

The world is written by the database itself. DuckDB answers the same questions from Parquet files of the same rows, in this run.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from django.db import connection, connections

from analytics.asking import Asked, Span, yesterday
from analytics.conditions import PERSON, Condition
from analytics.executive import look
from analytics.kept import answer
from analytics.models import Kept
from analytics.reading import Sheet, count_sheet, read_sheet
from analytics.rollups import keeping
from analytics.statistics.counts import life_table
from analytics.worked_out import COHORTS, ENGAGEMENT, EXPLORED, INTERVALS, NINETY, VALIDITY, work_out
from bench import world
from milestones.health.measuring import keep, turns
from milestones.ladder_files import check
from milestones.models import Ladder
from milestones.publishing import draft, publish, take_on
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id, workspace_scope
from onboarding.tracking.models import Source

RUNGS, NAMES, DAYS, EVENTS_A_PERSON, PEOPLE_AN_ACCOUNT = 6, 40, 365, 20, 20
INDUSTRIES, SIZES, PLANS, ROLES = 5, 4, 3, 3


@dataclass(frozen=True)
class Answered:
    """One question: how long the roll-ups and DuckDB took, in seconds, and whether they said the same."""

    name: str
    ours: float
    theirs: float
    same: bool


def _document() -> dict:
    milestones = [
        {
            "key": f"m{n}",
            "title": f"Milestone {n}",
            "criteria": {"event": f"event {n}"},
            **({"unlocks": ["alerts"]} if n == 2 else {}),
        }
        for n in range(RUNGS)
    ]
    document = {
        "ladder": "value",
        "name": "Value",
        "enroll": {"when": "first_seen", "since": "2020-01-01"},
        "features": [{"key": "alerts", "name": "Alerts", "events": ["event 30", "event 31"]}],
        "milestones": milestones,
        "phases": [
            {"name": "All", "rungs": [{"milestone": m["key"], "first_value": m["key"] == "m1"} for m in milestones]}
        ],
    }
    check(document)
    return document


def prepare(people: int) -> Workspace:
    """The world: people of accounts of twenty, who began on one of 365 days, and each rung reached or not at random."""
    workspace = world.make_workspace("Insight")
    now = clock.now()
    with workspace_scope(workspace.pk):
        version, _ = draft(_document())
        publish(version)
        take_on()
        source = Source.objects.create(workspace=workspace, name="bench", kind="server", created_at=now)
        values = {
            "workspace": workspace.pk,
            "source": source.pk,
            "now": now,
            "people": people,
            "accounts": max(people // PEOPLE_AN_ACCOUNT, 1),
            "names": NAMES,
            "days": DAYS,
            "events": people * EVENTS_A_PERSON,
            "industries": INDUSTRIES,
            "sizes": SIZES,
            "plans": PLANS,
            "roles": ROLES,
        }
        with connection.cursor() as cursor:
            cursor.execute("set local enable_nestloop = off; set local statement_timeout = 0; select setseed(0.5)")
            for statement in WORLD:
                cursor.execute(statement, values)
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze)")
    return workspace


WORLD = (
    """insert into tracking_eventname (workspace_id, name, first_seen_at, last_seen_at, seen)
       select %(workspace)s, 'event ' || n, %(now)s, %(now)s, 1 from generate_series(0, %(names)s - 1) n""",
    """insert into tracking_account (workspace_id, external_id, name, traits, trait_times, first_seen_at, last_seen_at)
       select %(workspace)s, 'a' || n, '', jsonb_build_object('industry', 'industry ' || n %% %(industries)s, 'size',
              'size ' || n %% %(sizes)s, 'plan', 'plan ' || n %% %(plans)s) || case when n %% 20 = 0 then
              jsonb_build_object('churned_at', (%(now)s::date - n %% 200)::text) else '{}' end, '{}', %(now)s, %(now)s
       from generate_series(0, %(accounts)s - 1) n""",
    """insert into tracking_person (workspace_id, external_id, name, email, traits, trait_times, first_seen_at, last_seen_at)
       select %(workspace)s, 'p' || n, '', '', jsonb_build_object('team', 'team ' || n %% 7), '{}',
              %(now)s - n::bigint * 7919 %% %(days)s * interval '1 day' - random() * interval '1 day', %(now)s
       from generate_series(0, %(people)s - 1) n""",
    """insert into tracking_identity (workspace_id, kind, value, person_id, first_seen_at)
       select workspace_id, 'user', external_id, id, first_seen_at from tracking_person where workspace_id = %(workspace)s""",
    """insert into tracking_seat (workspace_id, person_id, account_id, role, named_at, since)
       select p.workspace_id, p.id, a.id, 'role' || substr(p.external_id, 2)::int %% %(roles)s, p.first_seen_at, p.first_seen_at
       from tracking_person p join tracking_account a on a.workspace_id = p.workspace_id
            and a.external_id = 'a' || substr(p.external_id, 2)::int %% %(accounts)s
       where p.workspace_id = %(workspace)s""",
    """insert into milestones_enrollment (workspace_id, seat_id, ladder_id, version_id, ordinal, enrolled_at, revision)
       select s.workspace_id, s.id, l.id, l.live_id, 1, s.since, 1
       from tracking_seat s join milestones_ladder l on l.workspace_id = s.workspace_id where s.workspace_id = %(workspace)s""",
    # Each rung takes a person three to a dozen days more, or they never get there.
    """insert into milestones_progress (workspace_id, enrollment_id, rung_id, key, on_track, opened_at, reached_at, how, by,
                                        evidence, told, overdue_told, missed_told)
       select workspace_id, id, rung_id, key, true, enrolled_at, reached_at, case when reached_at is null then '' else 'criteria' end,
              '', '[]', case when reached_at is null then 'open' else 'reached' end, false, false
       from (select e.workspace_id, e.id, r.id as rung_id, r.key, e.enrolled_at,
                    case when luck < 0.9 - 0.1 * r.position and e.enrolled_at + wait < %(now)s then e.enrolled_at + wait end as reached_at
             from milestones_enrollment e join milestones_rung r on r.workspace_id = e.workspace_id and r.version_id = e.version_id
             cross join lateral (select random() as luck, -ln(random() + e.id * 0) * (3 + 3 * r.position) * interval '1 day' as wait) w
             where e.workspace_id = %(workspace)s) each""",
    """insert into tracking_event (workspace_id, source_id, message_id, kind, trusted, name_id, person_id, occurred_at, received_at,
                                   user_id, properties, marks)
       select %(workspace)s, %(source)s, 'h' || g.g, 0, true, n.id, p.id,
              p.first_seen_at + g.at * (%(now)s - p.first_seen_at), %(now)s, p.external_id, '{}', 0
       from (select g, floor(random() * %(names)s)::int as named, power(random(), 2) as at
             from generate_series(1::bigint, %(events)s::bigint) g) g
       join (select id, external_id, first_seen_at, row_number() over () - 1 as place from tracking_person
             where workspace_id = %(workspace)s) p on p.place = (g.g * 7919) %% %(people)s
       join (select id, row_number() over () - 1 as place from tracking_eventname where workspace_id = %(workspace)s) n
            on n.place = g.named""",
)


def measure_health(workspace: Workspace) -> tuple[int, float]:
    """(accounts, seconds in which each was judged, as the worker does hourly: so many in a transaction)"""
    began = time.perf_counter()
    with workspace_scope(workspace.pk):
        found = turns(everybody=True)
    for accounts in found:
        with workspace_scope(workspace.pk):
            keep(accounts, clock.now())
    return sum(map(len, found)), time.perf_counter() - began


def asked_of(workspace: Workspace, **other) -> Asked:
    until = yesterday(workspace.zone)
    span = Span(until - timedelta(days=89), until)
    return Asked(Ladder.objects.select_related("live").get(), span, until, **other)


def rebuild(workspace: Workspace) -> float:
    """Seconds in which all roll-ups of the workspace are made from nothing."""
    began = time.perf_counter()
    keeping.make_anew(workspace.pk)
    took = time.perf_counter() - began
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze)")  # what autovacuum does within minutes: plans by no statistics at all mislead
    return took


QUESTIONS = {"everybody": {}, "one role": {"role": "role1"}, "one segment": {"segment": 1, "value": "industry 1"}}


def views(workspace: Workspace, times: int = 9) -> dict[str, float]:
    """question → seconds in which the executive view has all its answers from the matrices, the median of a few."""
    found = {}
    with workspace_scope(workspace.pk):
        for name, other in QUESTIONS.items():
            asked = asked_of(workspace, **other)
            found[name] = median(_timed(lambda asked=asked: look(asked, None)) for _ in range(times))
    return found


def _timed(work: Callable) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def answers(workspace: Workspace) -> dict[str, float]:
    """What the worker works out for the pages → the seconds that each answer takes."""
    found = {}
    with workspace_scope(workspace.pk):
        asked = asked_of(workspace).said()
        layout = {"measure": "activation_rate", "rows": "account.industry", "columns": "role", "is_compared": False}
        questions = {
            "intervals": (INTERVALS, asked),
            "engagement": (ENGAGEMENT, asked),
            "a metric by two dimensions": (EXPLORED, {"asked": asked, **layout}),
            "ninety days": (NINETY, asked),
            "cohorts by a trait": (COHORTS, {"asked": asked, "rows": "account.plan"}),
            "what goes with staying": (VALIDITY, {"asked": asked, "landmark": 14}),
        }
    for name, (kind, question) in questions.items():
        text = json.dumps(question, sort_keys=True, ensure_ascii=False)
        with workspace_scope(workspace.pk):
            answer(kind, text)
            pk = Kept.objects.values_list("pk", flat=True).get(kind=kind, question=text)
        with workspace_scope(workspace.pk), connection.cursor() as cursor:
            cursor.execute("set local statement_timeout = 0")
            found[name] = _timed(lambda pk=pk: work_out(pk))
    return found


# The same rows as files, and the same questions asked of them.
FILES = {
    "climb": """select e.id, s.role, (e.enrolled_at at time zone %(zone)s)::date as cohort, s.person_id,
                       (a.traits ->> 'churned_at')::date as gone, p.traits ->> 'team' as team
                from milestones_enrollment e join tracking_seat s on s.id = e.seat_id join tracking_account a on a.id = s.account_id
                join tracking_person p on p.id = s.person_id""",
    "step": """select enrollment_id, key, (reached_at at time zone %(zone)s)::date as reached from milestones_progress""",
    "event": """select person_id, (occurred_at at time zone %(zone)s)::date as day from tracking_event""",
}
STEP = """select s.key, s.reached - c.cohort as lag, count(*) from climb c join step s on s.enrollment_id = c.id
          where c.cohort between $first and $last and s.reached <= $until and (c.gone is null or s.reached <= greatest(c.gone, c.cohort))
          group by all"""
TEAM = STEP.replace("where ", "where c.team = 'team 3' and ")
WEEK = """select week, count(distinct id) from (
              select c.id, (e.day - c.cohort) // 7 as week from climb c join event e on e.person_id = c.person_id
              where c.cohort between $first and $last and c.cohort + 34 <= $until and e.day >= c.cohort)
          where week = 4 group by all"""


def beside_duckdb(workspace: Workspace, folder: Path) -> list[Answered]:
    """Each question by the matrices and by DuckDB from Parquet, its answers compared number by number."""
    import duckdb

    with workspace_scope(workspace.pk):
        asked = asked_of(workspace)
        _write_files(workspace, folder)
        duck = duckdb.connect()
        for name in FILES:
            duck.execute(f"create view {name} as select * from '{folder / name}.parquet'")
        said = {"first": asked.span.first, "last": asked.span.last, "until": asked.until}
        return [_reaches(duck, asked, said), _weeks(duck, asked, said), _team(duck, said)]


def _write_files(workspace: Workspace, folder: Path) -> None:
    import duckdb

    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = 0")
        for name, sql in FILES.items():
            path = folder / f"{name}.csv"
            with path.open("w") as file:
                text = cursor.mogrify(sql, {"zone": workspace.timezone}).decode()
                cursor.cursor.copy_expert(f"copy ({text}) to stdout with csv header", file)
            duckdb.sql(f"copy (select * from read_csv('{path}')) to '{folder / name}.parquet' (format parquet)")
            path.unlink()


def _reaches(duck, asked: Asked, said: dict) -> Answered:
    """How many reached each rung on each day since they began: what the curve, the funnel and the heat map are made of."""

    def ours() -> dict:
        return _by_day(read_sheet(asked, [f"rung:m{n}" for n in range(RUNGS)]), asked)

    def theirs() -> dict:
        return {(key, lag): count for key, lag, count in duck.execute(STEP, said).fetchall()}

    return Answered("reaching each rung, by day", _timed(ours), _timed(theirs), ours() == theirs())


def _team(duck, said: dict) -> Answered:
    """The same of people of one team, a trait that no roll-up is kept for: the worker counts everything of it anew."""
    asked = asked_of(Workspace.objects.get(pk=current_workspace_id()), where=(Condition(PERSON, "team", "team 3"),))
    found = {}

    def ours() -> None:
        found["ours"] = _by_day(count_sheet(asked), asked)

    def theirs() -> None:
        found["theirs"] = {(key, lag): count for key, lag, count in duck.execute(TEAM, said).fetchall()}

    return Answered(
        "a free trait, by the worker, all of it", _timed(ours), _timed(theirs), found["ours"] == found["theirs"]
    )


def _by_day(sheet: Sheet, asked: Asked) -> dict:
    return {
        (f"m{n}", lag): int(count)
        for n in range(RUNGS)
        for lag, count in enumerate(life_table(sheet.counts(f"rung:m{n}", asked.span), asked.until).reached)
        if count
    }


def _weeks(duck, asked: Asked, said: dict) -> Answered:
    """How many of those whose week is over were active in it."""

    def ours() -> int:
        counts = read_sheet(asked, ["week"]).counts("week", asked.span)
        is_over = counts.cohort + 34 <= asked.until.toordinal()
        return int(counts.reached.n[(counts.reached.lag == 4) & is_over[counts.reached.row]].sum())

    def theirs() -> int:
        known = dict(duck.execute(WEEK, said).fetchall())
        return known.get(4, 0)

    return Answered("active in the week after four", _timed(ours), _timed(theirs), ours() == theirs())


def lines(
    workspace: Workspace,
    rebuilt: float,
    seen: dict[str, float],
    served: tuple[dict[str, float], dict[str, float]],
    worked: dict[str, float],
    judged: tuple[int, float],
    folder: Path,
) -> tuple[list[str], bool]:
    """What was measured, in lines; and whether every answer is the recount's."""
    found = [f"all roll-ups from nothing{'':23}{rebuilt:>10.1f} s"]
    found += [f"the executive view, {name:28}{seconds * 1000:>10.0f} ms" for name, seconds in seen.items()]
    working, at_rest = served
    found += [
        f"page from the server, p95: {name:21}{seconds * 1000:>10.0f} ms, {working[name] * 1000:.0f} ms beside a worker that works it out"
        for name, seconds in at_rest.items()
    ]
    found += [f"the worker: {name:36}{seconds:>10.1f} s" for name, seconds in worked.items()]
    found.append(f"the worker: health of {judged[0]:,} accounts{'':17}{judged[1]:>10.1f} s")
    answered = beside_duckdb(workspace, folder)
    for each in answered:
        same = "the same" if each.same else "NOT THE SAME"
        found.append(
            f"{each.name:38}{each.ours * 1000:>8.0f} ms, DuckDB {each.theirs * 1000:.0f} ms, {each.ours / each.theirs:.2f} ×, {same}"
        )
    return found, all(each.same for each in answered)
