"""The world that speed is measured in: one workspace, 20 ladders with 200 signals, many people, and their events."""

import itertools
import random
from datetime import datetime, timedelta

import msgspec
from django.db import connections

from milestones.ladder_files import check
from milestones.models import Enrollment, Ladder, Progress, Rung
from milestones.publishing import draft, publish
from onboarding import clock
from onboarding.tenancy.models import User
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.workspaces import open_workspace
from onboarding.tracking.decoding import Fact, Kind
from onboarding.tracking.models import Account, EventName, Identity, Person, Seat, Source
from onboarding.tracking.staging import insert_events

LADDERS, RUNGS, NAMES = 20, 10, 100
PEOPLE_AN_ACCOUNT = 20
_numbers = itertools.count()


def make_workspace(name: str):
    owner = User.objects.create_user(f"owner{next(_numbers)}@bench.example", None, name="Owner")
    return open_workspace(name=name, owner=owner)


def ladder_document(place: int) -> dict:
    """Ten rungs of one signal each, over the 100 event names: thresholds 1 to 5, every other with a condition."""
    milestones = []
    for rung in range(RUNGS):
        number = place * RUNGS + rung
        signal = {"event": f"event {number % NAMES}", "count": 1 + number % 5}
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


def populate(workspace, people: int, *, reached: bool) -> Source:
    """People with seats and enrollments, each on one of the ladders; `reached` puts all but one rung behind them.

    Written in bulk: what is measured is the drain, not the making of its world.
    """
    now = clock.now()
    past = now - timedelta(days=60)
    own = {"workspace_id": workspace.pk}
    with workspace_scope(workspace.pk):
        for place in range(LADDERS):
            version, _ = draft(ladder_document(place))
            publish(version)
        EventName.objects.bulk_create(
            [EventName(**own, name=f"event {n}", first_seen_at=past, last_seen_at=past) for n in range(NAMES)]
        )
        identify = EventName.objects.create(**own, name="$identify", first_seen_at=past, last_seen_at=past)
        source = Source.objects.create(**own, name="bench", kind="server", created_at=now)
        seen = {"first_seen_at": past, "last_seen_at": past}
        accounts = Account.objects.bulk_create(
            [Account(**own, external_id=f"a{n}", **seen) for n in range(people // PEOPLE_AN_ACCOUNT)]
        )
        made = Person.objects.bulk_create(
            [
                Person(
                    **own,
                    external_id=f"p{n}",
                    trait_times={"role": [True, int(past.timestamp()) * 1_000_000, 0, ""]},
                    **seen,
                )
                for n in range(people)
            ],
            batch_size=5000,
        )
        Identity.objects.bulk_create(
            [Identity(**own, kind="user", value=p.external_id, person=p, first_seen_at=past) for p in made],
            batch_size=5000,
        )
        seats = Seat.objects.bulk_create(
            [
                Seat(
                    **own,
                    person=p,
                    account=accounts[n % len(accounts)],
                    role=f"role{n % LADDERS}",
                    named_at=past,
                    since=past,
                )
                for n, p in enumerate(made)
            ],
            batch_size=5000,
        )
        at = int(past.timestamp() * 1_000_000)
        for start in range(0, people, 5000):
            insert_events(
                [
                    (
                        source.pk,
                        f"r{n}",
                        Kind.IDENTIFY,
                        True,
                        identify.pk,
                        made[n].pk,
                        None,
                        at,
                        at,
                        f"p{n}",
                        None,
                        f'{{"role": "role{n % LADDERS}"}}',
                        0,
                    )
                    for n in range(start, min(start + 5000, people))
                ]
            )
        ladders = list(Ladder.objects.order_by("position"))
        enrollments = Enrollment.objects.bulk_create(
            [
                Enrollment(
                    **own,
                    seat=s,
                    ladder=ladders[n % LADDERS],
                    version_id=ladders[n % LADDERS].live_id,
                    enrolled_at=past,
                )
                for n, s in enumerate(seats)
            ],
            batch_size=5000,
        )
        _progress(own, enrollments, past, reached)
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")  # as autovacuum would have done long since
    return source


def _progress(own: dict, enrollments: list, past: datetime, reached: bool) -> None:
    from milestones.models import Hit

    rungs: dict[int, list[Rung]] = {}
    for rung in Rung.objects.order_by("position"):
        rungs.setdefault(rung.version_id, []).append(rung)
    rows, hits = [], []
    for enrollment in enrollments:
        for place, rung in enumerate(rungs[enrollment.version_id]):
            done = reached and place < RUNGS - 1
            rows.append(
                Progress(
                    **own,
                    enrollment=enrollment,
                    rung=rung,
                    key=rung.key,
                    opened_at=past,
                    reached_at=past if done else None,
                    how="criteria" if done else "",
                    told="reached" if done else "open",
                )
            )
            if done:
                hits.append(
                    Hit(**own, enrollment=enrollment, rung=rung.key, signal=0, hit_at=past, evidence=[{"signal": 0}])
                )
        if len(rows) > 20_000:
            Progress.objects.bulk_create(rows, batch_size=5000)
            Hit.objects.bulk_create(hits, batch_size=5000)
            rows, hits = [], []
    Progress.objects.bulk_create(rows, batch_size=5000)
    Hit.objects.bulk_create(hits, batch_size=5000)


def facts(count: int, people: int, seed: int) -> list[Fact]:
    """Ordinary events of the last hour, as the decoder would have left them."""
    chance = random.Random(seed)
    now = int(clock.now().timestamp() * 1_000_000)
    return [
        Fact(
            kind=Kind.TRACK,
            message_id=f"b{seed}-{n}-{next(_numbers)}",
            occurred_at=now - chance.randrange(3_600_000_000),
            name=f"event {chance.randrange(NAMES)}",
            user_id=f"p{chance.randrange(people)}",
            anonymous_id=None,
            group_id=None,
            previous_id=None,
            properties=msgspec.json.encode(
                {"amount": chance.randrange(10), "plan": "pro", "screen": "overview", "ok": True}
            ),
        )
        for n in range(count)
    ]
