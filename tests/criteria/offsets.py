"""Moments in data files: an offset such as "1d 2h 30m 5s 1us" from the beginning of a case."""

import re
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "us": "microseconds"}
PART = re.compile(r"([+-]?\d+)(us|d|h|m|s)$")


def span(text: str | int) -> timedelta:
    """What an offset is long; 0 stands for no time. Raises ValueError for anything else."""
    if text == 0:
        return timedelta(0)
    total = timedelta(0)
    for part in str(text).split():
        found = PART.match(part)
        if not found:
            raise ValueError(f"{text!r} is no offset like '1d 2h'")
        total += timedelta(**{UNITS[found[2]]: int(found[1])})
    return total


def moment(text: str | int | None, beginning: datetime = BEGINNING) -> datetime | None:
    """The moment of an offset; None stays None."""
    return None if text is None else beginning + span(text)
