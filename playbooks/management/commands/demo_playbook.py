"""The demo's messages, nudges and tasks, and a month in which they were sent."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from milestones.draining import drain
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from playbooks.demo import live_a_month, write


class Command(BaseCommand):
    help = "Give a workspace of the demo its messages and nudges, and the month behind them."

    def add_arguments(self, parser):
        parser.add_argument("--workspace", required=True, help="the workspace's slug")

    def handle(self, *, workspace, **options):
        if settings.CAIRN_MODE == "production":
            raise CommandError("The demo's data does not belong in production. Set CAIRN_MODE=demo.")
        found = Workspace.objects.get(slug=workspace)
        with workspace_scope(found.pk):
            nudges = write(found)
        live_a_month(found, nudges)
        while drain(found.pk):
            pass
