"""Say what a workspace's numbers rest on, as the settings page does."""

from django.core.management.base import BaseCommand, CommandError

from analytics.models import CountingRules
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope


class Command(BaseCommand):
    help = "Set a workspace's segments, key workflows, and the event that says that an account bought more."

    def add_arguments(self, parser):
        parser.add_argument("--workspace", required=True, help="the workspace's slug")
        parser.add_argument("--segment", action="append", help="a trait of accounts; several times for several")
        parser.add_argument("--workflow", action="append", help="an event; several times for several")
        parser.add_argument("--expansion", nargs=3, metavar=("EVENT", "PROPERTY", "UNIT"))
        parser.add_argument("--referral", help="the event that says that somebody referred somebody else")
        parser.add_argument("--day-worth", nargs=2, metavar=("AMOUNT", "UNIT"), help="what being stuck for a day costs")

    def handle(self, *, workspace, segment, workflow, expansion, referral, day_worth, **options):
        found = Workspace.objects.filter(slug=workspace).first()
        if found is None:
            raise CommandError(f"There is no workspace {workspace!r}.")
        said = {"segments": segment, "workflows": workflow, "referral_event": referral}
        said |= dict(
            zip(("expansion_event", "expansion_property", "expansion_unit"), expansion or [None] * 3, strict=True)
        )
        if day_worth:
            said |= {"day_worth": _amount(day_worth[0]), "day_worth_unit": day_worth[1][:20]}
        with workspace_scope(found.pk):
            given = {name: value for name, value in said.items() if value is not None}
            CountingRules.objects.update_or_create(workspace=found, defaults=given)


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1
    if not 0 <= amount <= 1_000_000:
        raise CommandError("--day-worth takes a number from 0 to 1,000,000, and its unit.")
    return amount
