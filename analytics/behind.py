"""The people behind a number, counted by the same rules as the number. Raw SQL, inside the open scope."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from analytics.asking import Asked
from analytics.climbers import DONE, FIRST_VALUE, RUNG, WAIT, from_any_day, way

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


FOUND = """{head}
select person_id, account_id, enrollment_id, role, since, case when is_reached then since + lag end, count(*) over ()
from known where since between %(since_first)s and %(since_last)s and {which}
order by since, enrollment_id limit %(most)s offset %(after)s"""

WHICH = {
    BEGAN: "true",
    REACHED: "is_reached",
    OPEN: "not is_reached and not is_gone and not is_ended",
    STUCK: "not is_reached and not is_gone and not is_ended and since < %(until)s - %(longer)s",
    GONE: "not is_reached and is_gone",
}


def people_behind(
    asked: Asked, step: str, what: str, *, longer: int = 0, most: int = 50, after: int = 0
) -> tuple[list[Somebody], int]:
    """(those of one page, how many there are in all). `step` is a rung's key, "first_value" or "done".

    Stuck counts from the opening of the step, for those for whom it opened in the span, as the funnel does; all others count from
    the beginning. `longer`: the days for which a step must have been open.
    """
    of = step if step in WHOLE else f"{WAIT if what == STUCK else RUNG}:{step}"
    head, said = way(from_any_day(asked) if what == STUCK else asked, of)
    said |= {
        "since_first": asked.span.first,
        "since_last": asked.span.last,
        "longer": longer,
        "most": most,
        "after": after,
    }
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(head=head, which=WHICH[what]), said)
        rows = cursor.fetchall()
    return [Somebody(*row[:6]) for row in rows], rows[0][6] if rows else 0
