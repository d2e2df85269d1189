"""Rebuild progress from facts and versions alone, or say where it differs."""

from django.core.management.base import BaseCommand, CommandError

from milestones.replay import compare, rebuild
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.staging import wait_for_turn

SHOWN = 50


class Command(BaseCommand):
    help = "Fold everybody's progress anew. --check changes nothing and names each difference."

    def add_arguments(self, parser):
        parser.add_argument("--workspace", help="the workspace's slug; all of them without it")
        parser.add_argument("--check", action="store_true")

    def handle(self, *, workspace, check, **options):
        workspaces = Workspace.objects.order_by("id")
        if workspace:
            workspaces = workspaces.filter(slug=workspace)
            if not workspaces:
                raise CommandError(f"There is no workspace {workspace!r}.")
        wrong = 0
        for each in workspaces:
            with workspace_scope(each.pk):
                if not wait_for_turn(30_000):
                    raise CommandError(f"{each.slug} is busy. Try again.")
                if check:
                    wrong += self._check(each)
                else:
                    self.stdout.write(f"{each.slug}: {rebuild()} enrollments folded anew.")
        if wrong:
            raise CommandError(f"{wrong} differences.")

    def _check(self, workspace) -> int:
        count = 0
        for count, difference in enumerate(compare(), start=1):
            if count <= SHOWN:
                self.stdout.write(f"{workspace.slug}: {difference}")
        self.stdout.write(f"{workspace.slug}: {count or 'no'} differences.")
        return count
