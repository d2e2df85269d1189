"""The people behind a number, counted by the same rules as the number. Raw SQL, inside the open scope."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from analytics.asking import Asked, Span
from analytics.climbers import DONE, FIRST_VALUE, RUNG, WAIT, from_any_day, way
from analytics.reading import read_sheet
from analytics.statistics.counts import Shares, shares_so_far

REACHED, OPEN, STUCK, GONE, BEGAN = "reached", "open", "stuck", "gone", "began"
WHAT = (BEGAN, REACHED, OPEN, STUCK, GONE)
WHOLE = (FIRST_VALUE, DONE)


@dataclass(frozen=True)
class Somebody:
    """`since` is the day on which they began, or the step opened for them; `reached` the day on which they got there."""

    person_id: int
    account_id: int | None
    enrollment_id: int
    role: str
    since: date
    reached: date | None


LISTED = """{head}
select person_id, account_id, enrollment_id, role, since, case when is_reached then since + lag end
from known where since between %(since_first)s and %(since_last)s and {which}
order by since, enrollment_id limit %(most)s offset %(after)s"""
COUNTED = "{head} select count(*) from known where since between %(since_first)s and %(since_last)s and {which}"

WHICH = {
    BEGAN: "true",
    REACHED: "is_reached",
    OPEN: "not is_reached and not is_gone and not is_ended",
    STUCK: "not is_reached and not is_gone and not is_ended and since < %(until)s - %(longer)s",
    GONE: "not is_reached and is_gone",
}


def people_behind(
    asked: Asked, step: str, what: str, *, longer: int = 0, most: int = 50, after: int = 0
) -> list[Somebody]:
    """Those of one page, in the order in which it began for them. `step` is a rung's key, "first_value" or "done".

    Stuck counts from the opening of the step, for those for whom it opened in the span, as the funnel does; all others count from
    the beginning. `longer`: the days for which a step must have been open.
    """
    return [Somebody(*row) for row in _asked(LISTED, asked, step, what, longer=longer, most=most, after=after)]


def how_many(asked: Asked, step: str, what: str, *, longer: int = 0) -> int:
    """How many they are in all: from the matrices, as the number was, where these hold the question; counted one by one elsewhere."""
    if not asked.where and (shares := _in_the_matrices(asked, step, what, longer)):
        return {BEGAN: shares.eligible, REACHED: shares.reached, GONE: shares.gone}.get(what, shares.open)
    return _asked(COUNTED, asked, step, what, longer=longer)[0][0]


def _in_the_matrices(asked: Asked, step: str, what: str, longer: int) -> Shares | None:
    """None where they hold nothing of the step."""
    measure = _measure(step, what)
    sheet = read_sheet(asked, [measure])
    if measure not in sheet.measures:
        return None
    if what != STUCK:
        return shares_so_far(sheet.counts(measure, asked.span, asked.role), asked.until)
    old = Span(asked.span.first, min(asked.span.last, asked.until - timedelta(days=longer + 1)))
    return shares_so_far(sheet.counts(measure, old, asked.role), asked.until)


def _measure(step: str, what: str) -> str:
    return step if step in WHOLE else f"{WAIT if what == STUCK else RUNG}:{step}"


def _asked(sql: str, asked: Asked, step: str, what: str, **said) -> list[tuple]:
    head, more = way(from_any_day(asked) if what == STUCK else asked, _measure(step, what))
    said |= {"since_first": asked.span.first, "since_last": asked.span.last, **more}
    with connection.cursor() as cursor:
        cursor.execute(sql.format(head=head, which=WHICH[what]), said)
        return cursor.fetchall()
