"""What time it is. Every process asks here, so that tests and the demo can move all of them together."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

UTC = UTC


def now() -> datetime:
    """The present moment in UTC, moved by CAIRN_CLOCK_OFFSET seconds (test and demo only)."""
    return datetime.now(UTC) + timedelta(seconds=_offset())


def _offset() -> float:
    """Seconds; a file that holds them moves running processes, too, all at the same instant."""
    if settings.CAIRN_CLOCK_FILE:
        return float(Path(settings.CAIRN_CLOCK_FILE).read_text())
    return settings.CAIRN_CLOCK_OFFSET
