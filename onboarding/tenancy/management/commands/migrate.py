"""Django's migrate, run as the database's owner unless told otherwise; then the months that events need."""

from django.core.management import call_command
from django.core.management.commands.migrate import Command as MigrateCommand


class Command(MigrateCommand):
    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args, **options):
        super().handle(*args, **options)
        whole = not options.get("app_label") and not options.get("plan") and not options.get("check_unapplied")
        if whole:
            call_command("partitions", verbosity=options["verbosity"])
