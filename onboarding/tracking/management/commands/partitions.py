"""Create the months of events that are missing."""

from django.core.management.base import BaseCommand
from django.db import connections

from onboarding import clock
from onboarding.tracking.partitions import ensure_partitions


class Command(BaseCommand):
    help = "Create the missing monthly partitions of events, as the database's owner. Safe to repeat; run it daily."

    def handle(self, **options):
        with connections["owner"].cursor() as cursor:
            made = ensure_partitions(cursor, clock.now().date())
        if options["verbosity"]:
            self.stdout.write(f"{len(made)} partitions made.")
