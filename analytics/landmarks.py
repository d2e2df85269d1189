"""Does reaching a milestone go with staying? Landmark analysis: everybody who is there on one day is sorted by what they had reached
by then, and followed from then on, so that nobody counts as having reached something because they stayed (Anderson, Cain and Gelber
1983). What it finds is an association: who reaches a step may differ in other ways, too. Raw SQL, inside the open scope.
"""

from dataclasses import dataclass

import numpy as np
from django.db import connection

from analytics.asking import Asked
from analytics.climbers import way
from analytics.statistics.estimates import Difference, share_difference
from milestones.models import Rung

LANDMARKS = (7, 14, 30)  # days since they began
FIRST_WEEK, LAST_WEEK = 8, 11  # of staying: active in one of the four weeks from day 56 on

FOLLOWED = f"""{{head}}
select cluster, lag between 0 and %(landmark)s as is_reached,
       count(*) filter (where exists (select from unnest(weeks) week where week between {FIRST_WEEK} and {LAST_WEEK})), count(*)
from known
where cohort + {7 * (LAST_WEEK + 1) - 1} <= %(until)s
      and gone_after <= %(landmark)s is not true and ended_after <= %(landmark)s is not true
group by 1, 2"""


@dataclass(frozen=True)
class Validity:
    """Of those who had reached the step by the landmark and of those who had not, how many stayed; None where nobody is."""

    key: str
    title: str
    reached: int
    stayed: int
    others: int
    others_stayed: int
    difference: Difference | None

    def said(self) -> dict:
        return {**vars(self), "difference": self.difference.said() if self.difference else None}


def validity(asked: Asked, landmark: int) -> list[Validity]:
    """Each step of the live version; those that go most with staying first."""
    rungs = Rung.objects.filter(version_id=asked.ladder.live_id).order_by("position", "id")
    found = [_of(asked, key, title, landmark) for key, title in rungs.values_list("key", "content__title")]
    return sorted(found, key=lambda step: -step.difference.value if step.difference else 2)


def _of(asked: Asked, key: str, title: str, landmark: int) -> Validity:
    head, said = way(asked, f"rung:{key}")
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWED.format(head=head), {**said, "landmark": landmark})
        rows = cursor.fetchall()
    clusters = {cluster: place for place, cluster in enumerate(sorted({row[0] for row in rows}))}
    counts = np.zeros((2, 2, len(clusters)))
    for cluster, is_reached, stayed, people in rows:
        counts[int(is_reached), :, clusters[cluster]] = stayed, people
    (others_stayed, others), (stayed, reached) = counts
    difference = share_difference(stayed, reached, others_stayed, others)
    return Validity(key, title, *(int(each.sum()) for each in (reached, stayed, others, others_stayed)), difference)
