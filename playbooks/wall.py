"""Times of the wall as moments, where clocks go forward and back. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone show that time, in UTC; where they leave it out, the moment at which they go forward."""
    there = datetime.combine(day, at, tzinfo=zone)
    moment = there.astimezone(UTC)
    if moment.astimezone(zone).time() == at:
        return moment
    before, offset = there.replace(fold=1).astimezone(UTC), moment.astimezone(zone).utcoffset()
    while moment - before > timedelta(seconds=1):
        middle = before + (moment - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            moment = middle
        else:
            before = middle
    return moment
