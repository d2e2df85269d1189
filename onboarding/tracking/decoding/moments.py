"""When something happened: the sender's clock, judged by ours."""

from datetime import UTC, datetime

from .facts import Mark
from .refusals import Reason, Refused

MINUTE = 60_000_000  # µs, like all moments here
DAY = 24 * 60 * MINUTE
FUTURE_TOLERANCE = 5 * MINUTE
CORRECTABLE_SKEW = DAY
BROWSER_AGE = 30 * DAY
CLOCK_UNCORRECTED, FUTURE = int(Mark.CLOCK_UNCORRECTED), int(Mark.FUTURE)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DASHES_AND_T = frozenset({"--T", "-- ", "--"})  # the 5th, 8th and 11th character


def parse(text) -> int | None:
    """The moment that an ISO 8601 text names, in µs since the epoch; without an offset it is UTC; None if it is none."""
    # datetime.fromisoformat alone also takes week dates, digits without dashes, any character before the time and a NUL
    # behind it.
    if type(text) is not str or text[4:11:3] not in _DASHES_AND_T or not text.isascii() or not text.isprintable():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return since.days * DAY + since.seconds * 1_000_000 + since.microseconds


def judge(timestamp, *, sent_at: int | None, from_browser: bool, received_at: int) -> tuple[int, int]:
    """(occurred_at, marks) of an event, from its timestamp as it came.

    A server's timestamp is believed, whatever its age: that is what an import is. A browser's is corrected by the
    error of its clock, read off `sent_at`, if that is at most a day. Nothing happens in the future.
    Raises Refused for a text that is no moment, and for a browser's event older than 30 days.
    """
    if timestamp is None or timestamp == "":
        return received_at, 0
    occurred_at, marks = parse(timestamp), 0
    if occurred_at is None or occurred_at < 0:
        raise Refused(Reason.BAD_TIMESTAMP)
    if from_browser:
        if sent_at is not None:
            skew = received_at - sent_at
            if abs(skew) <= CORRECTABLE_SKEW:
                occurred_at += skew
            else:
                marks = CLOCK_UNCORRECTED
        if occurred_at < received_at - BROWSER_AGE:
            raise Refused(Reason.TOO_OLD)
    if occurred_at > received_at:
        if occurred_at > received_at + FUTURE_TOLERANCE:
            marks |= FUTURE
        occurred_at = received_at
    return occurred_at, marks
