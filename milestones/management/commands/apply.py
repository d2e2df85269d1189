"""Apply a ladder file: make a draft of it, and publish it when asked to."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from milestones.drafting.readiness import unexplained
from milestones.ladder_files import LadderFileError, read
from milestones.models import Version
from milestones.publishing import draft, publish, take_on
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.staging import wait_for_turn


class Command(BaseCommand):
    help = "Make a draft from a ladder file; --publish makes it live. An unchanged file does nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--workspace", required=True, help="the workspace's slug")
        parser.add_argument("--publish", action="store_true")
        parser.add_argument("--policy", choices=["stay", "follow", "carry"], default="stay", help="for those under way")
        parser.add_argument("--carry", default="", help="with --policy carry: milestone keys, comma separated")
        parser.add_argument("--note", default="")

    def handle(self, *, file, workspace, policy, carry, note, **options):
        found = Workspace.objects.filter(slug=workspace).first()
        if found is None:
            raise CommandError(f"There is no workspace {workspace!r}.")
        try:
            document = read(file.read_text())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except LadderFileError as error:
            raise CommandError(f"{file} was not applied:\n{error}") from error
        with workspace_scope(found.pk):
            if not wait_for_turn(10_000):
                raise CommandError("The workspace is busy. Try again.")
            version, is_new = draft(document)
            self.stdout.write(
                f"{version.ladder.name}: version {version.number} {'drafted' if is_new else 'is unchanged'}."
            )
            if options["publish"] and version.state == Version.State.DRAFT:
                publish(version, policy=policy, carry=set(filter(None, carry.split(","))), note=note)
                for missing in unexplained(document):
                    self.stderr.write(f"Worth a look: {missing.message}")
                self.stdout.write(f"Published; {take_on()} people taken on; those under way: {policy}.")
