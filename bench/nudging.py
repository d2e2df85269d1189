"""Nudge scheduling: everybody of a workspace stands at a step that a nudge asks for; each is planned, looked at and decided.

Rendering and sending are not in it: they cost the same for each message, whoever else is there.
"""

import time
from datetime import time as clock_time

from django.db import connection, connections

from bench import world
from bench.insight import WORLD
from milestones.ladder_files import check
from milestones.models import Ladder
from milestones.publishing import draft, publish, take_on
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Source
from playbooks.models import Delivery, MessageTemplate, MessageText, Nudge
from playbooks.nudging.attention import kept_attention
from playbooks.nudging.noticing import read_on
from playbooks.nudging.settling import settle_due
from playbooks.nudging.switching import switch_on

PEOPLE_AN_ACCOUNT = 20
FREE = {"quiet_from": clock_time(0), "quiet_until": clock_time(0), "weekends_quiet": False, "workspace_hour": 1_000_000}
# People, their accounts, seats and enrollments as in the numbers' world; each has its one step open for forty days.
TABLES = ("tracking_account", "tracking_person", "tracking_identity", "tracking_seat", "milestones_enrollment")
OPEN = """insert into milestones_progress (workspace_id, enrollment_id, rung_id, key, on_track, opened_at, how, by, evidence, told,
                                           overdue_told, missed_told)
          select e.workspace_id, e.id, r.id, r.key, true, %(now)s - interval '40 days', '', '', '[]', 'open', false, false
          from milestones_enrollment e join milestones_rung r on r.workspace_id = e.workspace_id and r.version_id = e.version_id
          where e.workspace_id = %(workspace)s"""


def prepare(people: int) -> Workspace:
    workspace = world.make_workspace(f"Nudged {people}")
    document = {
        "ladder": "path",
        "name": "Path",
        "enroll": {"when": "first_seen", "since": "2020-01-01"},
        "milestones": [{"key": "step", "title": "Step", "criteria": {"event": "Done"}}],
        "phases": [{"name": "All", "rungs": [{"milestone": "step"}]}],
    }
    check(document)
    now = clock.now()
    with workspace_scope(workspace.pk):
        version, _ = draft(document)
        publish(version)
        take_on()
        Source.objects.create(workspace=workspace, name="bench", kind="server", created_at=now)
        sizes = {"people": people, "accounts": people // PEOPLE_AN_ACCOUNT, "days": 60}
        values = {"workspace": workspace.pk, "now": now, "industries": 5, "sizes": 4, "plans": 3, "roles": 3} | sizes
        with connection.cursor() as cursor:
            cursor.execute("set local enable_nestloop = off; set local statement_timeout = 0")
            for statement in [
                each for each in WORLD if each.startswith(tuple(f"insert into {name} " for name in TABLES))
            ]:
                cursor.execute(statement, values)
            cursor.execute(OPEN, values)
        rules = kept_attention()
        for name, value in FREE.items():
            setattr(rules, name, value)
        rules.save()
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze)")
    return workspace


def schedule(workspace: Workspace, people: int) -> float:
    """Seconds in which a nudge that is switched on has been decided for everybody."""
    with workspace_scope(workspace.pk):
        template = MessageTemplate.objects.create(workspace=workspace, key="word", name="Word", channel="in_app")
        MessageText.objects.create(workspace=workspace, template=template, language="en", subject="Word", body="Word")
        rule = {"trigger": "stalled", "ladder": Ladder.objects.get(), "template": template}
        switch_on(Nudge.objects.create(workspace=workspace, name="Stuck", **rule), member=None)
    began = time.perf_counter()
    while True:
        with workspace_scope(workspace.pk):
            rules, now = kept_attention(), clock.now()
            if not read_on(rules, now=now) and not settle_due(rules, now=now):
                break
    took = time.perf_counter() - began
    with workspace_scope(workspace.pk):
        assert Delivery.objects.filter(state="claimed").count() == people, "not everybody was decided"
    return took
