"""Before and after a milestone: on how many days people did something in the days before they reached it, and in those after.

Everybody is compared with themselves, and only who was there for all the days before, and has had all the days after. It says what
changed around the step, not that the step changed it. Raw SQL, inside the open scope.
"""

from dataclasses import dataclass

import numpy as np
from django.db import connection

from analytics.asking import Asked
from analytics.climbers import way
from analytics.statistics.estimates import Estimate, mean
from onboarding.tracking.models import EventName

WINDOWS = (7, 14, 28)  # days to either side

AROUND = """{head}
select cluster, count(*), sum(before), sum(after) from (
    select k.cluster,
           (select count(*) from analytics_personday d where d.workspace_id = %(workspace)s and d.person_id = k.person_id
                  and d.day between k.since + k.lag - %(days)s and k.since + k.lag - 1 and d.names && array[%(event)s::bigint]) as before,
           (select count(*) from analytics_personday d where d.workspace_id = %(workspace)s and d.person_id = k.person_id
                  and d.day between k.since + k.lag + 1 and k.since + k.lag + %(days)s and d.names && array[%(event)s::bigint]) as after
    from known k
    where k.is_reached and k.since + k.lag + %(days)s <= least(%(until)s, k.cohort + k.gone)
          and exists (select from analytics_personday d where d.workspace_id = %(workspace)s and d.person_id = k.person_id
                            and d.day <= k.since + k.lag - %(days)s)) each
group by 1"""


@dataclass(frozen=True)
class Around:
    """Days on which they did it, on average a person; `change` is after less before, person by person."""

    people: int
    reached: int  # of whom these people are the ones who were there long enough
    before: float | None
    after: float | None
    change: Estimate

    def said(self) -> dict:
        return {**vars(self), "change": vars(self.change)}


def around(asked: Asked, step: str, event: str, days: int) -> Around:
    """`step` is a rung's key, `event` the name of one, `days` the window to either side."""
    head, said = way(asked, f"rung:{step}")
    event_id = EventName.objects.filter(name=event).values_list("id", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(AROUND.format(head=head), {**said, "event": event_id, "days": days})
        rows = np.array([row[1:] for row in cursor.fetchall()], dtype=float).reshape(-1, 3)
        cursor.execute(f"{head} select count(*) from known where is_reached", said)
        reached = cursor.fetchone()[0]
    people, before, after = rows.T
    n = float(people.sum())
    figures = [float(each.sum() / n) if n else None for each in (before, after)]
    return Around(int(n), reached, *figures, mean(after - before, people))
