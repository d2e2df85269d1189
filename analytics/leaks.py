"""Who looks after those who are stuck at a step: what a team can do about a leak begins with whose it is. Worked out by the worker."""

import numpy as np

from analytics.asking import Asked
from analytics.climbers import Dimension
from analytics.conditions import MANAGER
from analytics.reading import OPEN, read_ways


def looked_after(asked: Asked, step: str, after: int) -> list[list]:
    """[a manager's id as text, "" for nobody; people stuck; accounts they are of], those with most first. `step` is a rung's key,
    `after` the days for which it must have been open.
    """
    ways = read_ways(asked, f"wait:{step}", Dimension(MANAGER))
    stuck = ways.only((ways.outcome == OPEN) & (ways.day > after))
    found = []
    for manager in sorted(set(stuck.row)):
        mine = stuck.only(stuck.row == manager)
        found.append([manager, mine.people, int(np.sum(np.unique(mine.cluster) > 0))])
    return sorted(found, key=lambda each: (-each[1], each[0]))
