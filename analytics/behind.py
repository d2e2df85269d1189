"""The people behind a number, counted by the same rules as the number. Raw SQL, inside the open scope."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from analytics.asking import Asked
from milestones.models import Rung
from onboarding.tenancy.database.arrays import integers
from onboarding.tenancy.scope import current_workspace_id

REACHED, OPEN, STUCK, GONE, BEGAN = "reached", "open", "stuck", "gone", "began"
WHAT = (BEGAN, REACHED, OPEN, STUCK, GONE)
WHOLE = {"first_value": "c.first_value", "done": "c.done"}


@dataclass(frozen=True)
class Somebody:
    """`since` is the day on which they began, or the step opened for them; `reached` the day on which they got there."""

    person_id: int
    account_id: int | None
    enrollment_id: int
    role: str
    since: date
    reached: date | None


MEASURED = """
    select c.*, {lag} as lag, {since} as since
    from analytics_climb c {join}
    where c.workspace_id = %(workspace)s and c.ladder_id = %(ladder)s and c.left_out = ''
          and (%(role)s = '' or c.role = %(role)s) and (%(segment)s = 0 or c.segments[%(segment)s] = %(value)s)"""

FOUND = """
with measured as ({measured}), known as (
    select person_id, account_id, enrollment_id, role, cohort, since, lag,
           lag >= 0 and cohort + lag <= %(until)s and lag <= least(coalesce(gone, lag), coalesce(ended, lag)) as is_reached,
           gone is not null and cohort + gone <= %(until)s and gone <= coalesce(ended, gone) as is_gone,
           ended is not null and cohort + ended <= %(until)s as is_ended
    from measured where since between %(first)s and %(last)s and lag not in (-2, -3)
)
select person_id, account_id, enrollment_id, role, since, case when is_reached then cohort + lag end, count(*) over ()
from known where {which}
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
    with connection.cursor() as cursor:
        cursor.execute(
            FOUND.format(measured=_measured(step, what), which=WHICH[what]),
            {
                **_places(asked, step),
                "workspace": current_workspace_id(),
                "ladder": asked.ladder.pk,
                "role": asked.role,
                "segment": asked.segment,
                "value": asked.value,
                "first": asked.span.first,
                "last": asked.span.last,
                "until": asked.until,
                "longer": longer,
                "most": most,
                "after": after,
            },
        )
        rows = cursor.fetchall()
    return [Somebody(*row[:6]) for row in rows], rows[0][6] if rows else 0


def _measured(step: str, what: str) -> str:
    if step in WHOLE:
        return MEASURED.format(lag=WHOLE[step], since="c.cohort", join="")
    join = "join unnest(%(versions)s::bigint[], %(places)s::int[]) p (version_id, place) using (version_id)"
    if what != STUCK:
        return MEASURED.format(lag="c.lags[p.place]", since="c.cohort", join=join)
    opened = "c.opened[p.place]"
    said = MEASURED.format(lag="c.lags[p.place]", since=f"c.cohort + {opened}", join=join)
    return f"{said} and {opened} is not null and (c.lags[p.place] < 0 or c.lags[p.place] >= {opened})"


def _places(asked: Asked, step: str) -> dict:
    """In which versions the step stands, and at which place among their rungs."""
    if step in WHOLE:
        return {}
    place: dict[int, int] = {}
    found = []
    rungs = Rung.objects.filter(version__ladder=asked.ladder).exclude(version__published_at=None)
    for version, key in rungs.order_by("version_id", "position", "id").values_list("version_id", "key"):
        place[version] = place.get(version, 0) + 1
        if key == step:
            found.append((version, place[version]))
    return {"versions": integers(version for version, _ in found), "places": integers(at for _, at in found)}
