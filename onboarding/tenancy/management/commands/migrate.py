"""Django's migrate, run as the database's owner unless told otherwise; then the months that events need.

A migration that waits for a table makes everybody wait behind it. So it waits two seconds and no longer, lets go of what it has
(each migration is one transaction), and tries again: what is being read and written in between goes on.
"""

import time

from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import OperationalError, connections
from psycopg2.errors import LockNotAvailable

WAIT = "2s"
TRIES, PAUSE = 30, 2.0  # seconds between them


class Command(MigrateCommand):
    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args, **options):
        self._migrate(*args, **options)
        whole = not options.get("app_label") and not options.get("plan") and not options.get("check_unapplied")
        if whole:
            call_command("partitions", verbosity=options["verbosity"])

    def _migrate(self, *args, **options):
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, false)", [WAIT])
        try:
            for _ in range(TRIES):
                try:
                    return super().handle(*args, **options)
                except OperationalError as error:
                    if not isinstance(error.__cause__, LockNotAvailable):
                        raise
                self.stderr.write(f"A table was in use for {WAIT}: nothing of this migration is applied. Trying again.")
                time.sleep(PAUSE)
            raise CommandError("The tables were in use all the time. Run migrate again when less goes on.")
        finally:
            connection.close()  # whoever asks the owner's next waits as long as it takes
