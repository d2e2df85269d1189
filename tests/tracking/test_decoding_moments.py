"""When a fact occurred, by the sender's clock and ours."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from onboarding.tracking.decoding import Mark, decode

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def us(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def decoded(source_kind, timestamp, sent_at=None):
    event = {"type": "track", "event": "Opened", "userId": "u", "messageId": "m", "timestamp": timestamp}
    body = json.dumps({"batch": [event], "sentAt": sent_at}).encode()
    return decode(body, path_kind="batch", source_kind=source_kind, received_at=us(NOW))


def taken(source_kind, timestamp, sent_at=None) -> tuple[int, int]:
    """(occurred_at, marks) of the one fact."""
    (fact,) = decoded(source_kind, timestamp, sent_at).facts
    return fact.occurred_at, fact.marks


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T09:30:00Z",
        "2026-03-01T09:30:00.000Z",
        "2026-03-01T09:30:00.000000000Z",
        "2026-03-01T09:30:00+00:00",
        "2026-03-01T10:30:00.000+01:00",
        "2026-03-01T04:00:00-0530",
        "2026-03-01 09:30",
        "2026-03-01T09:30:00",
    ],
)
def test_iso_8601_is_understood_and_without_an_offset_is_utc(text):
    assert taken("server", text) == (us(datetime(2026, 3, 1, 9, 30, tzinfo=UTC)), 0)


@pytest.mark.parametrize(
    "odd",
    [
        1_772_357_400, 1_772_357_400_000, 1772357400.5, 0, False, "1772357400", "now", "2026-W09-7", "2026-W09-7T09:30:00Z",
        "20260301T093000Z", "2026-060T09:30", "2026-02-30T00:00:00Z", "2026-03-01T25:00:00Z", "2026-03-01T09:30:00+25:00",
        "2026-03-01T09:30:00Z ", "2026-03-01x09:30:00Z", "２０２６-03-01T09:30:00Z", "2026-03-01T09:30:00Z\u0000",
        "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", [], {"$date": "2026-03-01"},
    ],
)  # fmt: skip
def test_anything_else_is_refused(odd):
    assert [refusal.code for refusal in decoded("server", odd).refusals] == ["bad_timestamp"]


@pytest.mark.parametrize("source_kind", ["server", "browser"])
@pytest.mark.parametrize("missing", [None, ""])
def test_without_a_timestamp_it_occurred_when_it_was_received(source_kind, missing):
    assert taken(source_kind, missing, sent_at=(NOW - HOUR).isoformat()) == (us(NOW), 0)


@pytest.mark.parametrize("age", [timedelta(0), HOUR, 400 * DAY, 20_000 * DAY])
def test_a_server_is_believed_whatever_the_age_and_never_corrected(age):
    assert taken("server", (NOW - age).isoformat(), sent_at=(NOW - 3 * HOUR).isoformat()) == (us(NOW - age), 0)


@pytest.mark.parametrize("error", [-DAY, -HOUR, timedelta(0), HOUR, DAY])
def test_a_browsers_clock_is_corrected_by_up_to_a_day(error):
    happened = NOW - 2 * HOUR
    on_its_clock = [(moment + error).isoformat() for moment in (happened, NOW)]
    assert taken("browser", *on_its_clock) == (us(happened), 0)


@pytest.mark.parametrize("error", [-DAY - timedelta(microseconds=1), DAY + timedelta(microseconds=1), -9 * DAY])
def test_a_clock_further_off_is_left_alone_and_marked(error):
    timestamp = NOW - 2 * HOUR
    assert taken("browser", timestamp.isoformat(), (NOW + error).isoformat()) == (us(timestamp), Mark.CLOCK_UNCORRECTED)


@pytest.mark.parametrize("sent_at", [None, "", "yesterday", 1_772_357_400, {"a": 1}])
def test_without_a_moment_of_sending_nothing_is_corrected(sent_at):
    assert taken("browser", (NOW - HOUR).isoformat(), sent_at) == (us(NOW - HOUR), 0)


def test_an_events_own_moment_of_sending_counts_if_the_request_has_none():
    event = {"event": "Opened", "userId": "u", "timestamp": "2026-03-02T10:00:00Z", "sentAt": "2026-03-02T10:30:00Z"}
    result = decode(json.dumps(event).encode(), path_kind="track", source_kind="browser", received_at=us(NOW))
    assert result.facts[0].occurred_at == us(NOW) - 30 * 60 * 1_000_000


def test_a_browsers_events_are_taken_for_30_days():
    assert taken("browser", (NOW - 30 * DAY).isoformat()) == (us(NOW - 30 * DAY), 0)
    too_old = decoded("browser", (NOW - 30 * DAY - timedelta(microseconds=1)).isoformat())
    assert (too_old.facts, too_old.refusals[0].code) == ([], "too_old")


@pytest.mark.parametrize("source_kind", ["server", "browser"])
@pytest.mark.parametrize(
    ("ahead", "marks"),
    [
        (timedelta(seconds=1), 0),
        (timedelta(minutes=5), 0),
        (timedelta(minutes=5, microseconds=1), Mark.FUTURE),
        (400 * DAY, Mark.FUTURE),
        (datetime(9999, 12, 31, tzinfo=UTC) - NOW, Mark.FUTURE),
    ],
)
def test_nothing_occurs_in_the_future(source_kind, ahead, marks):
    assert taken(source_kind, (NOW + ahead).isoformat()) == (us(NOW), marks)


def test_a_clock_that_is_far_off_and_ahead_has_both_marks():
    marks = Mark.CLOCK_UNCORRECTED | Mark.FUTURE
    assert taken("browser", (NOW + 3 * DAY).isoformat(), (NOW + 3 * DAY).isoformat()) == (us(NOW), marks)
