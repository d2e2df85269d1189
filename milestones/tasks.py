"""What the worker does for this floor."""

import logging
from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.core.cache import cache

from milestones.checklist.mailed_links import make_mail
from milestones.draining import drain, sweep_workspace
from milestones.health.measuring import keep, turns
from milestones.lookups import (
    workspaces_moving,
    workspaces_publishing,
    workspaces_taking_on,
    workspaces_with_changes_due,
)
from milestones.moving import move_some
from milestones.pace import measure_pace
from milestones.publishing import publish_due, take_on_some
from onboarding import clock
from onboarding.tenancy.availability import is_away
from onboarding.tenancy.jobs import claim
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.bell import mark, ring
from onboarding.tracking.lookups import workspaces_with_inbox_rows
from onboarding.tracking.staging import take_turn

ROUNDS = 20
log = logging.getLogger(__name__)


@shared_task(name="milestones.drain")
def drain_workspace(workspace_id: int) -> None:
    """Drain one workspace until nothing waits or its turn is long; then ring again for the rest."""
    if not isinstance(workspace_id, int) or not Workspace.objects.filter(pk=workspace_id).exists():
        return
    _lift_mark(workspace_id)
    for _ in range(ROUNDS):
        if not drain(workspace_id):
            return
    _lift_mark(workspace_id)
    ring(workspace_id)


def _lift_mark(workspace_id: int) -> None:
    """From here on a new ring means new work."""
    with suppress(Exception):  # the broker may be away; beat rings again
        cache.delete(mark(workspace_id))


@shared_task(name="milestones.drain_waiting")
def drain_waiting() -> None:
    """Beat's bell: wake a drain for each workspace in which something waits."""
    for workspace_id in workspaces_with_inbox_rows():
        ring(workspace_id)


@shared_task(name="milestones.sweep_due")
def sweep_due() -> None:
    """Write what has come to pass by time alone."""
    if not claim("milestones.sweep_due", every=timedelta(seconds=5)):
        return
    for workspace_id in workspaces_with_changes_due(clock.now()):
        sweep_workspace(workspace_id)


@shared_task(name="milestones.take_on")
def take_on_waiting() -> None:
    """Take people on for ladders that were published, 500 in a turn between the drains."""
    if not claim("milestones.take_on", every=timedelta(seconds=2)):
        return
    for workspace_id in workspaces_taking_on():
        for _ in range(ROUNDS):
            with workspace_scope(workspace_id):
                if not take_turn() or take_on_some() is None:
                    break


@shared_task(name="milestones.move")
def move_waiting() -> None:
    """Move those under way to versions that were published, 1,000 in a turn; their facts are drained like all others."""
    if not claim("milestones.move", every=timedelta(seconds=2)):
        return
    for workspace_id in workspaces_moving():
        for _ in range(ROUNDS):
            with workspace_scope(workspace_id):
                if move_some() is None:
                    break


@shared_task(name="milestones.mail_link")
def mail_link_to(workspace_id: int, person_id: int) -> None:
    """Send a person the link to their checklist."""
    if not isinstance(workspace_id, int) or not Workspace.objects.filter(pk=workspace_id, mails_links=True).exists():
        return
    with workspace_scope(workspace_id):
        mail = make_mail(person_id)
    if mail:
        mail.send()


@shared_task(name="milestones.measure_pace")
def measure_pace_everywhere() -> None:
    """How long each step usually takes, an hour's worth of news later."""
    if not claim("milestones.measure_pace", every=timedelta(hours=1)):
        return
    for workspace_id in Workspace.objects.order_by("pk").values_list("pk", flat=True):
        with workspace_scope(workspace_id):
            measure_pace(clock.now())


@shared_task(name="milestones.measure_health")
def measure_health_everywhere() -> None:
    """How accounts are doing: once a minute of those that were seen since, once an hour of all."""
    if not claim("milestones.measure_health", every=timedelta(minutes=1)):
        return
    everybody = claim("milestones.measure_all_health", every=timedelta(hours=1))
    for workspace_id in Workspace.objects.order_by("pk").values_list("pk", flat=True):
        try:
            with workspace_scope(workspace_id):
                found = turns(everybody=everybody)
            for accounts in found:
                with workspace_scope(workspace_id):
                    keep(accounts, clock.now())
        except Exception as error:
            if is_away(error):
                raise
            log.exception("the accounts of workspace %s could not be measured", workspace_id)


@shared_task(name="milestones.publish_due")
def publish_scheduled() -> None:
    """Let drafts go live whose moment has come."""
    if not claim("milestones.publish_due", every=timedelta(seconds=10)):
        return
    for workspace_id in workspaces_publishing(clock.now()):
        with workspace_scope(workspace_id):
            publish_due(clock.now())
