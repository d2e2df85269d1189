"""Numbers at a size: a million people, six million rungs, twenty million events; answers from the roll-ups beside DuckDB's.

The world is written by the database itself. DuckDB answers the same questions from Parquet files of the same rows, in this run.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db import connection, connections

from analytics.asking import Asked, Span, yesterday
from analytics.executive import look
from analytics.rollups import keeping
from bench import world
from milestones.ladder_files import check
from milestones.models import Ladder
from milestones.publishing import draft, publish, take_on
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Source

RUNGS, NAMES, DAYS, EVENTS_A_PERSON, PEOPLE_AN_ACCOUNT = 6, 40, 365, 20, 20
INDUSTRIES, SIZES, PLANS, ROLES = 5, 4, 3, 3


@dataclass(frozen=True)
class Answered:
    """One question: how long the roll-ups and DuckDB took, in seconds, and whether they said the same."""

    name: str
    ours: float
    theirs: float | None
    same: bool | None


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
              %(now)s - n * 7919 %% %(days)s * interval '1 day' - random() * interval '1 day', %(now)s
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


def asked_of(workspace: Workspace, **other) -> Asked:
    until = yesterday(workspace.zone)
    span = Span(until - timedelta(days=89), until)
    return Asked(Ladder.objects.select_related("live").get(), span, until, **other)


def rebuild(workspace: Workspace) -> float:
    """Seconds in which all roll-ups of the workspace are made from nothing."""
    began = time.perf_counter()
    keeping.make_anew(workspace.pk)
    return time.perf_counter() - began


def view(workspace: Workspace, times: int = 7, **other) -> float:
    """Seconds of the whole executive view, the median of a few."""
    taken = []
    with workspace_scope(workspace.pk):
        asked = asked_of(workspace, **other)
        for _ in range(times):
            began = time.perf_counter()
            look(asked, None)
            taken.append(time.perf_counter() - began)
    return median(taken)
