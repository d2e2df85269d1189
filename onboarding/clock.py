"""What time it is. Every process asks here, so that tests and the demo can move all of them together."""

from datetime import UTC, datetime, timedelta

from django.conf import settings

UTC = UTC


def now() -> datetime:
    """The present moment in UTC, moved by CAIRN_CLOCK_OFFSET seconds (test and demo only)."""
    return datetime.now(UTC) + timedelta(seconds=settings.CAIRN_CLOCK_OFFSET)
