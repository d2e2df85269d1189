"""Work for the worker: beat's jobs, each run once a slot however many beats there are, and what a page hands over.
Raw SQL, of a table that belongs to no workspace."""

import logging
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import connection, transaction
from django.utils.module_loading import import_string

from onboarding import clock
from onboarding.tenancy.models import JobSlot

log = logging.getLogger(__name__)


def hand_over(task: str, *arguments) -> bool:
    """Hand a task over to the worker by its name; False when the broker is away, and nothing will happen."""
    try:
        queue().send_task(task, list(arguments), expires=600, retry=False)
    except Exception as error:
        log.warning("%s could not be handed over: %s", task, type(error).__name__)
        return False
    return True


@lru_cache(maxsize=1)
def queue():
    """The building's queue, named by string: floors do not import the building."""
    return import_string("onboarding.celery.app")


def claim(job: str, every: timedelta) -> bool:
    """Whether this process may run the job in the present slot: the first to insert the row wins."""
    seconds = every.total_seconds()
    slot = datetime.fromtimestamp(clock.now().timestamp() // seconds * seconds, tz=clock.UTC)
    with transaction.atomic(), connection.cursor() as cursor:
        # Most beats lose: a conflict that raised would fill PostgreSQL's log with errors that are none.
        cursor.execute(
            "insert into tenancy_jobslot (job, slot) values (%s, %s) on conflict (job, slot) do nothing", [job, slot]
        )
        if not cursor.rowcount:
            return False
    JobSlot.objects.filter(job=job, slot__lt=slot - 100 * every).delete()
    return True
