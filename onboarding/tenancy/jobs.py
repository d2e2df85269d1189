"""Beat's jobs, each run once a slot however many beats there are."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from onboarding import clock
from onboarding.tenancy.models import JobSlot


def claim(job: str, every: timedelta) -> bool:
    """Whether this process may run the job in the present slot: the first to insert the row wins."""
    seconds = every.total_seconds()
    slot = datetime.fromtimestamp(clock.now().timestamp() // seconds * seconds, tz=clock.UTC)
    try:
        with transaction.atomic():
            JobSlot.objects.create(job=job, slot=slot)
    except IntegrityError:
        return False
    JobSlot.objects.filter(job=job, slot__lt=slot - 100 * every).delete()
    return True
