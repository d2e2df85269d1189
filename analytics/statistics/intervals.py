"""How sure a curve is: 95 % intervals that know that people of one account are not independent.

Where an account holds several people, accounts are drawn with replacement (the cluster bootstrap; Field and Welsh 2007). Where
everybody stands alone and nobody is gone, it is SciPy's log-log band of Kaplan and Meier.
"""

from dataclasses import dataclass

import numpy as np

from analytics.statistics.counts import LifeTable
from analytics.statistics.survival import incidence

REPLICATES, AT_ONCE = 600, 40
LEVEL = 0.95
FEW = 8  # accounts, below which drawing among them says nothing of the others


@dataclass(frozen=True)
class Spells:
    """One entry a person: whose account it is, the day on which they were last seen on their way, and how that ended."""

    cluster: np.ndarray  # an account's id; of somebody without one, a number of their own
    day: np.ndarray
    reached: np.ndarray
    gone: np.ndarray

    def table(self) -> LifeTable:
        size = int(self.day.max(initial=-1)) + 1
        reached, gone = (np.bincount(self.day[which], minlength=size) for which in (self.reached, self.gone))
        leaving = np.bincount(self.day, minlength=size)
        return LifeTable(leaving[::-1].cumsum()[::-1], reached, gone, leaving - reached - gone)


@dataclass(frozen=True)
class Band:
    """The interval of the share that has got there by each day, and of the day by which half have; None is beyond what was seen."""

    low: np.ndarray
    high: np.ndarray
    median: tuple[int | None, int | None]
    clusters: int


def band(spells: Spells, *, seed: int) -> Band | None:
    """The interval around the curve of these people; None where there are too few accounts to say. The same seed, the same band."""
    clusters, place = np.unique(spells.cluster, return_inverse=True)
    if len(clusters) < FEW:
        return None
    if len(clusters) == len(spells.day) and not spells.gone.any():
        return _log_log(spells, len(clusters))
    arrived = _replicates(spells, place, len(clusters), seed)
    tail = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(arrived, [tail, 100 - tail], axis=0)
    return Band(low, high, _medians(arrived), len(clusters))


def _log_log(spells: Spells, count: int) -> Band:
    from scipy.stats import CensoredData, ecdf  # three seconds and 97 MB: only where it is asked for

    data = CensoredData(uncensored=spells.day[spells.reached], right=spells.day[~spells.reached])
    curve = ecdf(data).sf
    interval = curve.confidence_interval(LEVEL, method="log-log")
    days = np.arange(int(spells.day.max()) + 1)
    low, high = (1 - np.nan_to_num(side.evaluate(days), nan=1.0) for side in (interval.high, interval.low))
    high = np.maximum(high, 1 - curve.evaluate(days))
    return Band(low, high, (_first(high), _first(low)), count)


def _replicates(spells: Spells, place: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The curve of each redrawn set of accounts: replicates × days."""
    size = int(spells.day.max()) + 1
    held = np.zeros((3, count, size), dtype=np.float32)
    for which, rows in enumerate((spells.reached, spells.gone, np.ones(len(place), dtype=bool))):
        np.add.at(held[which], (place[rows], spells.day[rows]), 1)
    chance = np.random.default_rng(seed)
    curves = []
    for start in range(0, REPLICATES, AT_ONCE):
        times = min(AT_ONCE, REPLICATES - start)
        drawn = chance.multinomial(count, np.full(count, 1 / count), size=times).astype(np.float32)
        reached, gone, leaving = (drawn @ each for each in held)
        at_risk = np.maximum(leaving[:, ::-1].cumsum(axis=1)[:, ::-1], 1e-9)
        waiting = np.cumprod(1 - (reached + gone) / at_risk, axis=1)
        before = np.concatenate([np.ones((times, 1)), waiting[:, :-1]], axis=1)
        curves.append(np.cumsum(before * reached / at_risk, axis=1))
    return np.concatenate(curves)


def _medians(arrived: np.ndarray) -> tuple[int | None, int | None]:
    half = arrived >= 0.5 - 1e-9
    days = np.where(half.any(axis=1), half.argmax(axis=1), np.iinfo(np.int64).max)
    ordered = np.sort(days)
    tail = (1 - LEVEL) / 2
    low, high = (int(ordered[min(int(share * len(ordered)), len(ordered) - 1)]) for share in (tail, 1 - tail))
    beyond = arrived.shape[1]
    return (low if low < beyond else None, high if high < beyond else None)


def _first(arrived: np.ndarray) -> int | None:
    found = np.flatnonzero(arrived >= 0.5 - 1e-12)
    return int(found[0]) if len(found) else None


def curve_of(spells: Spells):
    """The curve that the band is around."""
    return incidence(spells.table())
