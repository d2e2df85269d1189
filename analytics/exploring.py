"""A metric by two dimensions: each cell with its interval and, laid beside it, the time before. Worked out by the worker."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analytics.asking import Asked
from analytics.climbers import OTHERS, Dimension
from analytics.conditions import ACCOUNT, MANAGER
from analytics.dimensions import TIMES
from analytics.engagement import Counted, counted, goals_counted
from analytics.measures import BY_DAY, CURVES, GOALS, MEAN, MEDIAN, SO_FAR, STUCK, TOTAL, Measure
from analytics.models import CountingRules
from analytics.reading import OPEN, REACHED, Ways, read_ways
from analytics.sentences import ENOUGH
from analytics.statistics.estimates import Estimate, by_cluster, difference, mean, share
from analytics.statistics.intervals import Spells, band
from analytics.statistics.survival import incidence, log_rank, log_rank_of_accounts, restricted_mean, stuck_after

MOST_ROWS, MOST_COLUMNS, MOST_TIMES = 12, 6, 30
DRAWN, CURVES_DRAWN = 60, 4


@dataclass(frozen=True)
class Question:
    """What is laid out; `is_compared` is with the time before."""

    measure: Measure
    asked: Asked
    row: Dimension | None = None
    column: Dimension | None = None
    is_compared: bool = False


@dataclass(frozen=True)
class Read:
    """What was read of everybody: of which row and column each entry is, and how a figure comes of some of them."""

    row: np.ndarray
    column: np.ndarray
    n: np.ndarray
    figure: Callable[[np.ndarray], Estimate]
    ways: Ways | None = None


@dataclass(frozen=True)
class Reads:
    """One question, read. An account has people in several groups, and stands in each of them: where accounts are what is counted,
    everybody, and all others, are read anew and no sum of groups. `margins`: (is split by rows, by columns) → what was read so.
    """

    split: Read
    rows: list[str]
    columns: list[str]
    margins: dict[tuple[bool, bool], Read]

    def figure(self, row: str | None, column: str | None) -> Estimate | None:
        """Of those of that row and column; None where nobody is."""
        found, which = self._which(row, column)
        return found.figure(which) if which.any() else None

    def size(self, row: str | None, column: str | None) -> int:
        found, which = self._which(row, column)
        return int(found.n[which].sum())

    def _which(self, row: str | None, column: str | None) -> tuple[Read, np.ndarray]:
        found = self.margins.get((row is not None, column is not None), self.split)
        return found, which_of(found.row, row, self.rows) & which_of(found.column, column, self.columns)


def explore(question: Question, rules: CountingRules, zone: str, *, seed: int) -> dict:
    """The whole table, as it is kept: {"rows", "columns": [[value, people]], "cells": row by row, "curves", "compared"}.

    The first row and the first column are everybody; their value is None. A cell is None where nobody is.
    """
    found = _reads(question, question.asked, rules, zone, seed)
    rows, columns = [None, *found.rows], [None, *found.columns]
    before = None
    if question.is_compared and question.measure.kind != GOALS:
        is_curve = question.measure.kind in CURVES
        earlier = question.asked.before(as_it_stood=not is_curve)
        before = _reads(question, earlier, rules, zone, seed, (found.rows, found.columns))
    said = {
        "rows": [[value, found.size(value, None)] for value in rows],
        "columns": [[value, found.size(None, value)] for value in columns],
        "cells": [[_cell(found, before, row, column) for column in columns] for row in rows],
    }
    if question.measure.kind == STUCK:
        said["after"] = stuck_after(incidence(found.split.ways.spells().table()))
    if question.measure.kind in CURVES and question.row and not question.column and found.split.ways is not None:
        said |= _compared(question, found.split, found.rows, seed)
    return said


# --- reading ----------------------------------------------------------------------------------


def _reads(
    question: Question,
    asked: Asked,
    rules: CountingRules,
    zone: str,
    seed: int,
    shown: tuple[list[str], list[str]] | None = None,
) -> Reads:
    """`shown`: the rows and columns to show, those of the answer where they are not said."""
    split = _read(question, asked, rules, zone, seed)
    rows, columns = shown or (
        values_of(split.row, split.n, question.row, MOST_ROWS),
        values_of(split.column, split.n, question.column, MOST_COLUMNS),
    )
    if not question.measure.is_of_accounts or not (question.row or question.column):
        return Reads(split, rows, columns, {})
    row, column = _put_together(question.row, rows), _put_together(question.column, columns)
    margins = {}
    for by_row in {False, row is not None}:
        for by_column in {False, column is not None}:
            other = replace(question, row=row if by_row else None, column=column if by_column else None)
            if other != question:
                margins[by_row, by_column] = _read(other, asked, rules, zone, seed)
    return Reads(split, rows, columns, margins)


def _put_together(dimension: Dimension | None, values: list[str]) -> Dimension | None:
    """The dimension with what is under OTHERS as one of its values."""
    if dimension is None or OTHERS not in values:
        return dimension
    return replace(dimension, shown=tuple(value for value in values if value != OTHERS))


def _read(question: Question, asked: Asked, rules: CountingRules, zone: str, seed: int) -> Read:
    measure, split = question.measure, {"row": question.row, "column": question.column}
    if measure.kind in (*CURVES, SO_FAR, STUCK):
        ways = read_ways(asked, measure.of, **split)
        return Read(ways.row, ways.column, ways.n, _of_ways(measure, ways, seed), ways)
    if measure.kind == GOALS:
        found, _ = goals_counted(asked, **split)
    else:
        found = counted(measure.of, asked, rules, zone, number=measure.number, **split)
    row, column = (np.array([getattr(each, name) for each in found], dtype=object) for name in ("row", "column"))
    whole = np.array([each.whole for each in found])
    return Read(row, column, whole, _of_counted(measure, found))


def _of_ways(measure: Measure, ways: Ways, seed: int) -> Callable[[np.ndarray], Estimate]:
    if measure.kind == MEDIAN:
        return lambda which: _median(ways.only(which), seed)
    if measure.kind == BY_DAY:
        return lambda which: _by_day(ways.only(which), measure.day, seed)
    is_there = ways.outcome == REACHED
    if measure.kind == STUCK:
        after = stuck_after(incidence(ways.spells().table()))
        is_there = (ways.outcome == OPEN) & (ways.day > after)
    return lambda which: _share(ways.cluster[which], (ways.n * is_there)[which], ways.n[which])


def _of_counted(measure: Measure, found: list[Counted]) -> Callable[[np.ndarray], Estimate]:
    cluster = np.array([each.cluster for each in found], dtype=np.int64)
    part, whole = (np.array([getattr(each, name) for each in found]) for name in ("part", "whole"))
    if measure.kind == TOTAL:
        return lambda which: Estimate(float(part[which].sum()), None, None, int(whole[which].sum()), int(which.sum()))
    figure = mean if measure.kind == MEAN else share
    return lambda which: figure(*by_cluster(cluster[which], part[which], whole[which]))


def _share(cluster: np.ndarray, part: np.ndarray, whole: np.ndarray) -> Estimate:
    return share(*by_cluster(cluster, part, whole))


def _median(ways: Ways, seed: int) -> Estimate:
    spells = ways.spells()
    curve, sure = incidence(spells.table()), band(spells, seed=seed) if ways.people >= ENOUGH else None
    low, high = sure.median if sure else (None, None)
    return Estimate(curve.time_of(), low, high, ways.people, len(set(ways.cluster)))


def _by_day(ways: Ways, day: int, seed: int) -> Estimate:
    """None before anybody has been watched so long."""
    spells = ways.spells()
    curve, clusters = incidence(spells.table()), len(set(ways.cluster))
    value = curve.by(day)
    if value is None or ways.people < ENOUGH:
        return Estimate(value, None, None, ways.people, clusters)
    sure = band(spells, seed=seed)
    last = min(day, len(sure.low) - 1) if sure else 0
    # A curve that has not begun to rise does not know how sure it is.
    if sure is None or sure.low[last] == sure.high[last]:
        return Estimate(value, None, None, ways.people, clusters)
    return Estimate(value, float(sure.low[last]), float(sure.high[last]), ways.people, clusters)


# --- laying out -------------------------------------------------------------------------------


def values_of(labels: np.ndarray, n: np.ndarray, dimension: Dimension | None, most: int) -> list[str]:
    """The values in the order in which they are shown: times as they come, the latest of very many; others by their size, and what
    is too much under OTHERS.
    """
    if dimension is None:
        return []
    names, place = np.unique(labels.astype(str), return_inverse=True) if len(labels) else (np.array([]), labels)
    sizes = np.bincount(place.astype(int), weights=n) if len(names) else []
    if dimension.of in TIMES:
        found = [str(name) for name in names][-MOST_TIMES:]
        return [OTHERS, *found] if len(names) > MOST_TIMES else found
    ordered = [str(name) for _, name in sorted(zip(sizes, names, strict=True), key=lambda pair: (-pair[0], pair[1]))]
    return ordered if len(ordered) <= most else [*ordered[: most - 1], OTHERS]


def which_of(labels: np.ndarray, value: str | None, values: list[str]) -> np.ndarray:
    """Which entries are of that value; of OTHERS those of no other, of None all."""
    if value is None:
        return np.ones(len(labels), dtype=bool)
    if value == OTHERS:
        return ~np.isin(labels.astype(str), [each for each in values if each != OTHERS])
    return labels == value


def _cell(found: Reads, before: Reads | None, row: str | None, column: str | None) -> dict | None:
    now = found.figure(row, column)
    if now is None:
        return None
    said = {"value": now.value, "low": now.low, "high": now.high, "n": now.n, "accounts": now.clusters}
    was = before.figure(row, column) if before else None
    if was is not None and was.value is not None and was.n >= ENOUGH and now.n >= ENOUGH:
        changed = difference(now, was)
        said |= {"was": was.value, "changed": changed.said() if changed else None}
    return said


# --- comparing curves -------------------------------------------------------------------------


def _compared(question: Question, found: Read, rows: list[str], seed: int) -> dict:
    """The curves of the largest groups, and each beside everybody else: the difference by the measure's day, the mean of the days
    up to it, and how likely so much of a difference were without any.
    """
    curves, compared = [], []
    # No account may stand in two groups, where accounts are laid beside all others.
    are_others = not question.measure.is_of_accounts or question.row.of in (ACCOUNT, MANAGER)
    for value in [value for value in rows if value != OTHERS]:
        which = which_of(found.row, value, rows)
        mine, rest = found.ways.only(which), found.ways.only(~which)
        if mine.people < ENOUGH:
            continue
        curve = incidence(mine.spells().table())
        if len(curves) < CURVES_DRAWN:
            shares = [round(float(each), 5) for each in curve.arrived[: DRAWN + 1]]
            curves.append({"value": value, "arrived": shares, "people": mine.people})
        if are_others and rest.people >= ENOUGH:
            compared.append({"value": value, **_beside(mine, rest, question.measure.day, seed)})
    return {"curves": curves, "compared": compared, "day": question.measure.day}


def _beside(mine: Ways, rest: Ways, day: int, seed: int) -> dict:
    one, other = (_by_day(each, day, seed) for each in (mine, rest))
    means = [restricted_mean(incidence(each.spells().table()), day) for each in (mine, rest)]
    both = Ways(*(np.concatenate(pair) for pair in zip(vars(mine).values(), vars(rest).values(), strict=True))).spells()
    is_mine = np.arange(len(both.day)) < mine.people
    changed = difference(one, other)
    return {
        "share": one.value,
        "rest": other.value,
        "difference": changed.said() if changed else None,
        "mean": means[0],
        "rest_mean": means[1],
        "p": _chance(both, is_mine) if changed and changed.low is not None else None,
    }


def _chance(both: Spells, is_mine: np.ndarray) -> float | None:
    """p of no difference: the plain log-rank test where everybody stands alone, else that of accounts."""
    if len(set(both.cluster)) < len(both.day):
        return log_rank_of_accounts(both.cluster, both.day, both.reached, is_mine)
    tables = [Spells(*(each[which] for each in vars(both).values())).table() for which in (is_mine, ~is_mine)]
    return log_rank(*tables)[1]
