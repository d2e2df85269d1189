"""Make the roll-ups of a workspace anew, or compare them with a recount of everything."""

from django.core.management.base import BaseCommand, CommandError

from analytics.rollups import keeping
from onboarding.tenancy.models import Workspace


class Command(BaseCommand):
    help = "Make the roll-ups anew from the facts; --check compares them with a recount instead and exits 1 when they differ."

    def add_arguments(self, parser):
        parser.add_argument("--workspace", help="the workspace's slug; without it every workspace")
        parser.add_argument("--check", action="store_true")

    def handle(self, *, workspace, check, **options):
        wanted = Workspace.objects.filter(slug=workspace) if workspace else Workspace.objects.order_by("pk")
        if workspace and not wanted:
            raise CommandError(f"There is no workspace {workspace!r}.")
        differ = False
        for each in wanted:
            if not check:
                keeping.make_anew(each.pk)
                self.stdout.write(f"{each.slug}: made anew")
                continue
            found = list(keeping.differences(each.pk))
            differ |= bool(found)
            self.stdout.write(f"{each.slug}: {'; '.join(found) or 'as a recount says'}")
        if differ:
            raise CommandError("The roll-ups differ from a recount.")
