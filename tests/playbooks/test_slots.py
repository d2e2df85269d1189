"""Free times as a pure function: within the hours, apart by the gap, after the notice, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from playbooks.sessions.slots import Hours, Taken, free
from playbooks.wall import wall

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 10, 19, 6, tzinfo=UTC)  # eight o'clock in Berlin
MINUTE = timedelta(minutes=1)


def hours(*weekly, **more) -> Hours:
    return Hours(**{"weekly": weekly, "zone": BERLIN, "notice": timedelta(0), "days": 7} | more)


def said(moments, zone=BERLIN) -> list[str]:
    return [f"{at.astimezone(zone):%a %H:%M}" for at in moments]


def test_a_morning_in_pieces():
    morning = hours((1, time(9), time(11)))
    assert said(free(morning, [], MONDAY))[:3] == ["Mon 09:00", "Mon 09:40", "Mon 10:20"]
    assert "Mon 11:00" not in said(free(morning, [], MONDAY)), "it would not end in time"


def test_the_same_wall_clock_after_the_clocks_changed():
    """The last Sunday of October 2026 is the 25th: an hour later in UTC, the same by the wall."""
    found = free(hours((5, time(9), time(10)), (1, time(9), time(10)), days=10), [], MONDAY)
    assert said(found) == ["Mon 09:00", "Fri 09:00", "Mon 09:00"]
    assert [f"{at.astimezone(UTC):%H:%M}" for at in found] == ["07:00", "07:00", "08:00"]


def test_a_morning_that_ends_where_the_clocks_leave_a_time_out_ends_when_they_go_forward():
    """In New York the 8th of March has no half past two: nothing begins within the hour that is not there."""
    night = hours((7, time(0), time(2, 30)), zone=ZoneInfo("America/New_York"), minutes=60, gap=0)
    found = free(night, [], datetime(2026, 3, 7, 12, tzinfo=UTC))
    assert said(found, ZoneInfo("America/New_York")) == ["Sun 00:00", "Sun 01:00"]


def test_a_night_that_ends_as_the_clocks_go_forward_is_whole():
    """Two o'clock is not there in Berlin on the 29th of March; what ends with it ends at three, and took its time."""
    found = free(hours((7, time(0), time(2)), minutes=60, gap=0), [], datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert said(found) == ["Sun 00:00", "Sun 01:00"]


def test_what_is_taken_keeps_a_gap_on_both_sides():
    morning = hours((1, time(9), time(12)), gap=15)
    taken = Taken(MONDAY.replace(hour=8), MONDAY.replace(hour=8, minute=30))  # ten o'clock in Berlin
    assert said(free(morning, [taken], MONDAY))[:2] == ["Mon 09:00", "Mon 11:15"]


def test_notice_and_days_away():
    every = [(day, time(9), time(10)) for day in range(1, 8)]
    assert said(free(hours(*every, notice=timedelta(hours=30)), [], MONDAY))[0] == "Wed 09:00"
    away = (date(2026, 10, 20), date(2026, 10, 24))
    assert said(free(hours(*every, away=away), [], MONDAY))[:2] == ["Mon 09:00", "Sun 09:00"]
    assert free(hours(), [], MONDAY) == []


ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
)
TIMES = st.times(max_value=time(22, 0)).map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
BLOCKS = st.tuples(st.integers(1, 7), TIMES, st.integers(10, 600))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def block(day: int, begins: time, minutes: int) -> tuple[int, time, time]:
    ends = datetime.combine(date(2026, 1, 1), begins) + timedelta(minutes=minutes)
    return day, begins, ends.time() if ends.date() == date(2026, 1, 1) else time(23, 59)


@given(
    st.lists(BLOCKS, max_size=5),
    ZONES,
    MOMENTS,
    st.integers(10, 90),
    st.integers(0, 45),
    st.integers(0, 72),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(5, 90)), max_size=6),
)
def test_every_free_time_keeps_every_rule(blocks, zone, now, minutes, gap, notice, busy):
    weekly = [block(*each) for each in blocks]
    mine = Hours(weekly, ZoneInfo(zone), minutes, gap, timedelta(hours=notice), 14)
    taken = [Taken(now + since * MINUTE, now + (since + length) * MINUTE) for since, length in busy]
    found = free(mine, taken, now)
    assert found == sorted(set(found))
    for at in found:
        until = at + minutes * MINUTE
        assert at >= now + timedelta(hours=notice)
        assert all(until + gap * MINUTE <= each.since or each.until + gap * MINUTE <= at for each in taken)
        day = at.astimezone(mine.zone).date()
        assert any(
            number == day.isoweekday() and wall(day, begins, mine.zone) <= at and until <= wall(day, ends, mine.zone)
            for number, begins, ends in weekly
        ), "within the hours of that day"
