"""Sliding windows over one busy subject: what judging costs for a history, and for one eight times as long."""

import time
from statistics import median

from django.db import connection, connections

from bench import world
from milestones.criteria import EventSignal
from milestones.evaluation import Candidate, find_hits
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, EventName, Person, Source

FEW, MANY, ROUNDS, NAME = 4_000, 32_000, 5, "Worked"
# None of them is ever met, so the whole history is looked through.
NEVER = 1e9
SIGNALS = [
    EventSignal(NAME, shape=shape, threshold=NEVER, path=path, days=0.25, by=by)
    for shape, path in (("count", ()), ("sum", ("amount",)), ("distinct", ("file",)))
    for by in ("person", "account")
]
# An event each minute: 360 of them in each window, as many as there are files.
HISTORY = """
insert into tracking_event (workspace_id, source_id, message_id, kind, trusted, name_id, person_id, account_id, occurred_at,
                            received_at, user_id, properties, marks)
select %(workspace)s, %(source)s, %(label)s || g, 1, true, %(name)s, %(person)s, %(account)s,
       %(now)s - g * interval '1 minute', %(now)s, %(label)s, jsonb_build_object('amount', g %% 10, 'file', g %% 360), 0
from generate_series(1, %(events)s) g
"""


def prepare() -> Workspace:
    """One workspace with a person and an account of each length of history."""
    workspace, now = world.make_workspace("Histories"), clock.now()
    with workspace_scope(workspace.pk), connection.cursor() as cursor:
        source = Source.objects.create(workspace=workspace, name="bench", kind="server", created_at=now)
        seen = {"workspace": workspace, "first_seen_at": now, "last_seen_at": now}
        name = EventName.objects.create(name=NAME, seen=1, **seen)
        for events in (FEW, MANY):
            person = Person.objects.create(external_id=str(events), **seen)
            account = Account.objects.create(external_id=str(events), **seen)
            values = {"workspace": workspace.pk, "source": source.pk, "name": name.pk, "now": now, "label": str(events)}
            cursor.execute(HISTORY, {**values, "person": person.pk, "account": account.pk, "events": events})
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze)")
    return workspace


def growth(workspace: Workspace) -> float:
    """How many times as long the longer history takes to judge; eight would be in proportion."""
    taken = {FEW: [], MANY: []}
    for _ in range(ROUNDS):
        for events, times in taken.items():
            times.append(_judge(workspace, events))
    return median(taken[MANY]) / median(taken[FEW])


def _judge(workspace: Workspace, events: int) -> float:
    with workspace_scope(workspace.pk):
        person, account = (kind.objects.get(external_id=str(events)).pk for kind in (Person, Account))
        names = {NAME: EventName.objects.get(name=NAME).pk}
        began = time.perf_counter()
        found = find_hits([Candidate(signal, person, account) for signal in SIGNALS], names)
        taken = time.perf_counter() - began
    assert not found, "a threshold that nobody can meet was met"
    return taken
