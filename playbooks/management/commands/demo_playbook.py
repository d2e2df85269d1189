"""The demo's messages, nudges and tasks, and the weeks in which they were sent."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from milestones.draining import drain
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from playbooks.demo import live_some_weeks, tell_the_crm, write
from playbooks.demo_help import write_help
from playbooks.demo_plays import write_plays
from playbooks.demo_portfolio import agree_new_dates, write_portfolio
from playbooks.demo_review import write_review
from playbooks.demo_sessions import write_sessions


class Command(BaseCommand):
    help = "Give a workspace of the demo its messages and nudges, and the weeks behind them."

    def add_arguments(self, parser):
        parser.add_argument("--workspace", required=True, help="the workspace's slug")

    def handle(self, *, workspace, **options):
        if settings.CAIRN_MODE == "production":
            raise CommandError("The demo's data does not belong in production. Set CAIRN_MODE=demo.")
        found = Workspace.objects.get(slug=workspace)
        with workspace_scope(found.pk):
            nudges = write(found)
            tell_the_crm(found)
            write_plays(found)
            write_help(found)
        live_some_weeks(found, nudges)
        while drain(found.pk):
            pass
        with workspace_scope(found.pk):
            write_sessions(found)
            agree_new_dates(found)
        while drain(found.pk):
            pass
        with workspace_scope(found.pk):
            write_portfolio(found)
            write_review(found)
