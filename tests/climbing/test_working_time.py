"""Business days: the same time of day so many working days later, in the workspace's time zone."""

from datetime import UTC, date, datetime

import pytest

from milestones.working_time import WorkingTime, read

BERLIN = WorkingTime("Europe/Berlin", holidays=frozenset({date(2026, 12, 25)}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("working", "begun", "days", "due"),
    [
        (WorkingTime(), "2026-11-26T10:00", 1, "2026-11-27T10:00"),  # Thursday to Friday
        (WorkingTime(), "2026-11-27T10:00", 1, "2026-11-30T10:00"),  # over the weekend
        (WorkingTime(), "2026-11-28T10:00", 1, "2026-11-30T10:00"),  # begun on a Saturday
        (WorkingTime(), "2026-11-23T10:00", 10, "2026-12-07T10:00"),
        (BERLIN, "2026-12-24T10:00", 1, "2026-12-28T10:00"),  # Christmas Day and a weekend
        (BERLIN, "2026-11-27T23:30", 1, "2026-11-29T23:30"),  # Saturday half past midnight in Berlin
        (BERLIN, "2026-10-23T10:00", 1, "2026-10-26T11:00"),  # the clocks went back: noon stays noon there
        (WorkingTime("Asia/Dubai", frozenset({7, 1, 2, 3, 4})), "2026-11-26T10:00", 1, "2026-11-29T10:00"),
    ],
)
def test_the_nth_working_day_at_the_same_time_of_day(working, begun, days, due):
    assert working.after(at(begun), days) == at(due)


def test_no_working_day_in_sight_lets_every_day_count():
    assert WorkingTime(days=frozenset()).after(at("2026-11-26T10:00"), 2) == at("2026-12-19T10:00")


def test_a_version_keeps_it_and_an_older_one_counts_monday_to_friday():
    assert read(BERLIN.as_document()) == BERLIN
    assert read(None) == WorkingTime()
