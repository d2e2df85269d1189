"""Fill an empty installation with the demo's data; does nothing when it is there already."""

import os
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from milestones.demo import seeding
from milestones.demo.history.cast import KEY
from milestones.demo.telling import Told
from onboarding.tenancy.models import Workspace

SIZES = ("small", "medium", "large")
COUNTED = {
    "segment": ["industry", "plan", "region"],
    "workflow": ["Dashboard Viewed", "Shift Board Opened", "Alert Acknowledged"],
    "expansion": ["Plan Upgraded", "seats", "seats"],
    "day_worth": ["12", "EUR"],
}


class Command(BaseCommand):
    help = "Make the demo's two vendors with their history, and write demo.json. Keeps what is there."

    def handle(self, **options):
        if settings.CAIRN_MODE == "production":
            raise CommandError("The demo's data does not belong in production. Set CAIRN_MODE=demo.")
        size = os.environ.get("DEMO_SIZE") or "small"
        if size not in SIZES:
            raise CommandError(f"DEMO_SIZE is {size!r}; use {', '.join(SIZES)}.")
        path = settings.CAIRN_STATE / "demo.json"
        if Workspace.objects.exists() and path.exists():
            self.stdout.write("The demo's data is there already.")
            return
        if Workspace.objects.exists():
            raise CommandError("The last set-up was interrupted. Start over with: python3 dev.py demo --reset")
        demo = seeding.seed(size=size, tell=Told)
        call_command("counting", workspace=demo["workspace"], **COUNTED)
        call_command("demo_playbook", workspace=demo["workspace"])
        call_command("rollups", stdout=StringIO())  # of the floor above, by name: so the first look finds its numbers
        call_command("demo_numbers", workspace=demo["workspace"], account=KEY)
        seeding.write(demo, path)
