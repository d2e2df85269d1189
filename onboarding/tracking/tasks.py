"""Beat's jobs of this floor."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.management import call_command

from onboarding.tenancy.jobs import claim
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.refusals_kept import A_TURN, forget_refused


@shared_task(name="tracking.forget_refused")
def forget_refused_everywhere() -> None:
    """Let go of what was refused long ago."""
    if not claim("tracking.forget_refused", every=timedelta(hours=1)):
        return
    for workspace_id in Workspace.objects.order_by("pk").values_list("pk", flat=True):
        removed = A_TURN
        while removed == A_TURN:
            with workspace_scope(workspace_id):
                removed = forget_refused()


@shared_task(name="tracking.make_months")
def make_months() -> None:
    """Make the months that events will need, where the worker may speak as the database's owner; else migrating makes them."""
    if settings.DATABASE_CONFIGURED[1] and claim("tracking.make_months", every=timedelta(days=1)):
        call_command("partitions", verbosity=0)
