"""The world that speed is measured in: one workspace, 20 ladders with 200 signals, many people, and their events."""

import itertools
import random
import uuid
from datetime import timedelta

import msgspec
from django.db import connection, connections

from milestones.ladder_files import check
from milestones.publishing import draft, publish, take_on
from onboarding import clock
from onboarding.tenancy.models import User
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.workspaces import open_workspace
from onboarding.tracking.decoding import Fact, Kind
from onboarding.tracking.models import Source
from onboarding.tracking.staging import moment

LADDERS, RUNGS, NAMES = 20, 10, 100
PEOPLE_AN_ACCOUNT = 20
_numbers = itertools.count()


def make_workspace(name: str):
    owner = User.objects.create_user(f"owner{next(_numbers)}@bench.example", None, name="Owner")
    return open_workspace(name=name, owner=owner)


def ladder_document(place: int, rungs: int = RUNGS, names: int = NAMES) -> dict:
    """So many rungs of one signal each, over the event names: thresholds 1 to 5, every other with a condition."""
    milestones = []
    for rung in range(rungs):
        number = place * rungs + rung
        signal = {"event": f"event {number % names}", "count": 1 + number % 5}
        if number % 2:
            signal["where"] = [{"property": "amount", "op": "gte", "value": number % 7}]
        milestones.append({"key": f"m{number}", "title": f"Milestone {number}", "criteria": signal})
    document = {
        "ladder": f"ladder{place}",
        "name": f"Ladder {place}",
        "enroll": {"when": "first_seen", "roles": [f"role{place}"], "since": "2020-01-01"},
        "milestones": milestones,
        "phases": [{"name": "All", "rungs": [{"milestone": m["key"]} for m in milestones]}],
    }
    check(document)
    return document


def populate(
    workspace, people: int, *, done: int, ladders: int = LADDERS, rungs: int = RUNGS, names: int = NAMES
) -> Source:
    """People with seats and enrollments, each on one of the ladders, with so many of its rungs `done`.

    Written set-wise: what is measured is the drain, not the making of its world.
    """
    past = clock.now() - timedelta(days=60)
    with workspace_scope(workspace.pk):
        for place in range(ladders):
            version, _ = draft(ladder_document(place, rungs, names))
            publish(version)
        take_on()  # nobody is there yet; so the beat has nothing to take on while something is measured
        source = Source.objects.create(workspace=workspace, name="bench", kind="server", created_at=past)
        values = {
            "workspace": workspace.pk,
            "source": source.pk,
            "past": past,
            "past_us": int(past.timestamp() * 1_000_000),
            "people": people,
            "accounts": max(people // PEOPLE_AN_ACCOUNT, 1),
            "ladders": ladders,
            "names": names,
            "done": done,
            "identify": Kind.IDENTIFY.value,
        }
        with connection.cursor() as cursor:
            # Nobody has counted these rows yet, and the planner would take them for few.
            cursor.execute("set local enable_nestloop = off; set local statement_timeout = 0")
            for statement in WORLD:
                cursor.execute(statement, values)
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze)")  # as autovacuum would have done long since, and shall not do meanwhile
    return source


WORLD = (
    """insert into tracking_eventname (workspace_id, name, first_seen_at, last_seen_at, seen)
       select %(workspace)s, name, %(past)s, %(past)s, 1
       from (select 'event ' || n as name from generate_series(0, %(names)s - 1) n union all select '$identify') named""",
    """insert into tracking_account (workspace_id, external_id, name, traits, trait_times, first_seen_at, last_seen_at)
       select %(workspace)s, 'a' || n, '', '{}', '{}', %(past)s, %(past)s from generate_series(0, %(accounts)s - 1) n""",
    """insert into tracking_person (workspace_id, external_id, name, email, traits, trait_times, first_seen_at, last_seen_at)
       select %(workspace)s, 'p' || n, '', '', jsonb_build_object('role', 'role' || n %% %(ladders)s),
              jsonb_build_object('role', jsonb_build_array(true, %(past_us)s, 0, '')), %(past)s, %(past)s
       from generate_series(0, %(people)s - 1) n""",
    """insert into tracking_identity (workspace_id, kind, value, person_id, first_seen_at)
       select workspace_id, 'user', external_id, id, %(past)s from tracking_person where workspace_id = %(workspace)s""",
    """insert into tracking_seat (workspace_id, person_id, account_id, role, named_at, since)
       select p.workspace_id, p.id, a.id, p.traits ->> 'role', %(past)s, %(past)s
       from tracking_person p join tracking_account a on a.workspace_id = p.workspace_id
            and a.external_id = 'a' || substr(p.external_id, 2)::int %% %(accounts)s
       where p.workspace_id = %(workspace)s""",
    """insert into tracking_event (workspace_id, source_id, message_id, kind, trusted, name_id, person_id, occurred_at,
                                   received_at, user_id, properties, marks)
       select p.workspace_id, %(source)s, 'r' || p.external_id, %(identify)s, true, n.id, p.id, %(past)s, %(past)s,
              p.external_id, p.traits, 0
       from tracking_person p join tracking_eventname n on n.workspace_id = p.workspace_id and n.name = '$identify'
       where p.workspace_id = %(workspace)s""",
    """insert into milestones_enrollment (workspace_id, seat_id, ladder_id, version_id, ordinal, enrolled_at, revision)
       select s.workspace_id, s.id, l.id, l.live_id, 1, %(past)s, 1
       from tracking_seat s join milestones_ladder l on l.workspace_id = s.workspace_id
            and l.key = 'ladder' || substr(s.role, 5) where s.workspace_id = %(workspace)s""",
    """insert into milestones_progress (workspace_id, enrollment_id, rung_id, key, on_track, opened_at, reached_at, how, by,
                                        evidence, told, overdue_told, missed_told)
       select e.workspace_id, e.id, r.id, r.key, true, %(past)s, case when r.position < %(done)s then %(past)s end,
              case when r.position < %(done)s then 'criteria' else '' end, '', '[]',
              case when r.position < %(done)s then 'reached' else 'open' end, false, false
       from milestones_enrollment e join milestones_rung r on r.workspace_id = e.workspace_id and r.version_id = e.version_id
       where e.workspace_id = %(workspace)s""",
    """insert into milestones_hit (workspace_id, enrollment_id, rung, epoch, signal, hit_at, evidence)
       select e.workspace_id, e.id, r.key, 0, 0, %(past)s, '[{"signal": 0}]'
       from milestones_enrollment e join milestones_rung r on r.workspace_id = e.workspace_id and r.version_id = e.version_id
       where e.workspace_id = %(workspace)s and r.position < %(done)s""",
)


def facts(count: int, people: int, seed: int) -> list[Fact]:
    """Ordinary events of the last hour, as the decoder would have left them."""
    chance = random.Random(seed)
    now = int(clock.now().timestamp() * 1_000_000)
    return [
        fact(
            name=f"event {chance.randrange(NAMES)}",
            user_id=f"p{chance.randrange(people)}",
            properties={
                "amount": chance.randrange(10),
                "dashboard": f"d_{chance.randrange(5_000)}",
                "title": "Late trucks by route",
                "path": f"/app/dashboards/{chance.randrange(5_000)}",
                "plan": "pro",
                "seconds": chance.randrange(600),
                "is_shared": chance.random() < 0.5,
            },
            at=now - chance.randrange(3_600_000_000),
        )
        for _ in range(count)
    ]


def fact(*, name: str, user_id: str, properties: dict, at: int | None = None) -> Fact:
    """One event with a message id of its own; `at` in µs, now without it."""
    return Fact(
        kind=Kind.TRACK,
        message_id=str(uuid.uuid4()),  # as the SDKs make them: an index has no warm end for these
        occurred_at=at or int(clock.now().timestamp() * 1_000_000),
        name=name,
        user_id=user_id,
        anonymous_id=None,
        group_id=None,
        previous_id=None,
        properties=msgspec.json.encode(properties),
    )


def as_text(microseconds: int) -> str:
    """A moment as an SDK writes it."""
    return moment(microseconds).isoformat().replace("+00:00", "Z")
