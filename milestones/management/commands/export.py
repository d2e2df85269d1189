"""Write a ladder as a file: the same document that was applied."""

from django.core.management.base import BaseCommand, CommandError

from milestones.ladder_files import write
from milestones.models import Version
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope


class Command(BaseCommand):
    help = "Print a ladder as YAML: the live version, or --version N."

    def add_arguments(self, parser):
        parser.add_argument("ladder", help="the ladder's key")
        parser.add_argument("--workspace", required=True, help="the workspace's slug")
        parser.add_argument("--number", type=int, help="a version's number; the newest without it")

    def handle(self, *, ladder, workspace, number, **options):
        found = Workspace.objects.filter(slug=workspace).first()
        if found is None:
            raise CommandError(f"There is no workspace {workspace!r}.")
        with workspace_scope(found.pk):
            versions = Version.objects.filter(ladder__key=ladder)
            version = versions.filter(number=number).first() if number else versions.order_by("-number").first()
            if version is None:
                raise CommandError(f"There is no such version of {ladder!r}.")
            self.stdout.write(write(version.document), ending="")
