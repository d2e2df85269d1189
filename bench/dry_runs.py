"""A draft of nine rungs tried on everybody under way, beside a bare count of the same events."""

import time

from django.db import connection, connections

from bench import world
from milestones.drafting import edits
from milestones.drafting.saving import open_draft, save
from milestones.dry_run import dry_run
from milestones.models import Ladder
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope

RUNGS, NAMES, EVENTS_A_PERSON, REACHED = 9, 20, 20, 4

HISTORY = """
insert into tracking_event (workspace_id, source_id, message_id, kind, trusted, name_id, person_id, occurred_at, received_at,
                            user_id, properties, marks)
select %(workspace)s, %(source)s, 'h' || g.g, 1, true, n.id, p.id, now() - random() * interval '50 days', now(), p.external_id,
       jsonb_build_object('amount', g.g %% 10, 'dashboard', 'd_' || g.g %% 5000, 'plan', 'pro', 'is_shared', g.g %% 3 = 0), 0
from (select g, floor(random() * %(names)s)::int as named from generate_series(1::bigint, %(events)s::bigint) g) g
join (select id, external_id, row_number() over () - 1 as place from tracking_person where workspace_id = %(workspace)s) p
     on p.place = (g.g * 7919) %% %(people)s
join (select id, row_number() over () - 1 as place from tracking_eventname
      where workspace_id = %(workspace)s and name like 'event%%') n on n.place = g.named
"""


def prepare(people: int) -> Workspace:
    """One ladder of nine rungs, everybody on it, four rungs behind them, and twenty events each over 50 days."""
    workspace = world.make_workspace("Dry")
    source = world.populate(workspace, people, ladders=1, rungs=RUNGS, names=NAMES, done=REACHED)
    values = {"workspace": workspace.pk, "source": source.pk, "people": people, "names": NAMES}
    with workspace_scope(workspace.pk), connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = 0")
        cursor.execute(HISTORY, {**values, "events": people * EVENTS_A_PERSON})
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze)")
    with workspace_scope(workspace.pk):
        draft = open_draft(Ladder.objects.select_related("live").get(), member=None)
        harder = {"criteria": {"event": "event 0", "count": 2}}
        save(draft, lambda d: edits.set_content(d, "m0", **harder), said="Harder", place="all", seen=None, member=None)
    return workspace


def cost(workspace: Workspace, people: int) -> float:
    """How many times as long as counting the events of the workspace the dry run takes."""
    with workspace_scope(workspace.pk):
        draft = Ladder.objects.get().versions.select_related("ladder").get(state="draft")
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute("select count(*) from tracking_event where workspace_id = %s", [workspace.pk])
            counted = time.perf_counter() - began
            assert cursor.fetchone()[0] >= people * EVENTS_A_PERSON
        began = time.perf_counter()
        run = dry_run(draft, carry=None, now=clock.now(), most=people)
        taken = time.perf_counter() - began
    assert run.judged == people
    assert run.newly > people // 2
    return taken / counted
