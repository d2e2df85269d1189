"""Cohorts by any dimension × the steps of the ladder: how far those of each row have come. Worked out by the worker."""

import numpy as np

from analytics.asking import Asked
from analytics.climbers import Dimension
from analytics.exploring import values_of, which_of
from analytics.reading import OPEN, REACHED, read_ways
from analytics.statistics.survival import incidence, stuck_after
from milestones.models import Rung

MOST = 30


def cohorts(asked: Asked, row: Dimension) -> dict:
    """{"steps": [[key, title]], "stuck": step by step [people, after days], "rows": [[value, people]], "cells": row by row [reached, eligible, is early]}; the first row is
    everybody, its value None. A cell is None where nobody has the step. It is early while most of those who have not reached the
    step have had fewer days than four of five of those who get there take.
    """
    began = read_ways(asked, "began", row)
    values = values_of(began.row, began.n, row, MOST)
    rungs = Rung.objects.filter(version_id=asked.ladder.live_id).order_by("position", "id")
    steps = list(rungs.values_list("key", "content__title"))
    columns, stuck = zip(*(_step(asked, key, row, values) for key, _ in steps), strict=True) if steps else ((), ())
    return {
        "steps": steps,
        "stuck": list(stuck),
        "rows": [[value, int(began.n[which_of(began.row, value, values)].sum())] for value in [None, *values]],
        "cells": [list(cells) for cells in zip(*columns, strict=True)] or [[] for _ in [None, *values]],
    }


def _step(asked: Asked, key: str, row: Dimension, values: list[str]) -> tuple[list[list | None], tuple[int, int]]:
    """(its cells, (people who are stuck at it, after how many days that is))"""
    ways = read_ways(asked, f"rung:{key}", row)
    takes = stuck_after(incidence(ways.spells().table()))
    opened = read_ways(asked, f"wait:{key}")
    after = stuck_after(incidence(opened.spells().table()))
    stuck = int(opened.n[(opened.outcome == OPEN) & (opened.day > after)].sum())
    return [_cell(ways, which_of(ways.row, value, values), takes) for value in [None, *values]], (stuck, after)


def _cell(ways, which: np.ndarray, takes: int) -> list | None:
    n, outcome, day = ways.n[which], ways.outcome[which], ways.day[which]
    if not n.sum():
        return None
    reached, waiting = int(n[outcome == REACHED].sum()), n * (outcome == OPEN)
    is_early = bool(waiting[day < takes].sum() > waiting.sum() / 2)
    return [reached, int(n.sum()), is_early]
