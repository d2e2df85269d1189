"""How sure a curve is: 95 % intervals that know that people of one account are not independent.

Where an account holds several people, accounts are drawn with replacement (the cluster bootstrap; Field and Welsh 2007). Its
spread is laid around the curve on the logit scale with Student's t, whose degrees of freedom are Satterthwaite's for accounts of
unequal size, because few large accounts weigh more than their number says (Bell and McCaffrey 2002; Kish 1965). Where everybody
stands alone and nobody is gone, it is SciPy's log-log band of Kaplan and Meier.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from analytics.statistics.counts import LifeTable
from analytics.statistics.survival import incidence

REPLICATES, AT_ONCE = 600, 40
LEVEL = 0.95
FEW = 8  # accounts of equal size that theirs are worth, below which drawing among them says nothing of the others
MOST = 20_000
ALIKE = 0.02  # how much people of one account are alike, as far as the degrees of freedom go


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
    clusters, place, sizes = np.unique(spells.cluster, return_inverse=True, return_counts=True)
    weight = worth(sizes)
    if weight < FEW:
        return None
    if len(clusters) == len(spells.day) and not spells.gone.any():
        return _log_log(spells, len(clusters))
    table = spells.table()
    arrived = incidence(table).arrived
    # Very many accounts are drawn in groups, put together at random: independent still, and they fit into memory.
    spread = _replicates(spells, place % MOST, min(len(clusters), MOST), seed).std(axis=0, ddof=1) * np.sqrt(
        weight / (weight - 1)
    )
    low, high = _on_the_logit_scale(arrived, spread * quantile(sizes))
    everybody = table.reached.cumsum() == len(spells.day)  # was seen to get there: that does say something
    low[everybody] = np.maximum(low[everybody], all_of(weight))
    return Band(low, high, (_first(high), _first(low)), len(clusters))


def worth(sizes: np.ndarray) -> float:
    """How many accounts of equal size these are worth."""
    return float(sizes.sum() ** 2 / (sizes.astype(float) ** 2).sum()) if len(sizes) else 0.0


def all_of(weight: float) -> float:
    """How small a share may be, of which all of so many are there: the exact one-sided end (Clopper and Pearson 1934)."""
    return ((1 - LEVEL) / 2) ** (1 / weight)


def quantile(sizes: np.ndarray) -> float:
    """Of Student's t, by Satterthwaite's degrees of freedom: a mean over an account varies with what its people share."""
    from scipy.special import stdtrit

    weights = ALIKE * sizes.astype(float) ** 2 + (1 - ALIKE) * sizes
    return float(stdtrit(weights.sum() ** 2 / (weights**2).sum(), (1 + LEVEL) / 2))


def _on_the_logit_scale(arrived: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A curve with so much to either side, which stays between none and all and never falls."""
    from scipy.special import expit

    inside = (arrived > 0) & (arrived < 1)
    share = np.where(inside, arrived, 0.5)
    middle, by = np.log(share / (1 - share)), half / (share * (1 - share))
    low, high = (np.where(inside, expit(middle + side * by), arrived) for side in (-1, 1))
    low = np.where(arrived >= 1, 0.0, low)  # that all have got there says nothing more than the day before
    return np.maximum.accumulate(low), np.maximum.accumulate(high)


def _log_log(spells: Spells, count: int) -> Band:
    from scipy.stats import CensoredData, ecdf  # three seconds and 97 MB: only where it is asked for

    data = CensoredData(uncensored=spells.day[spells.reached], right=spells.day[~spells.reached])
    curve = ecdf(data).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # undefined before the first has got there, and after the last
        interval = curve.confidence_interval(LEVEL, method="log-log")
    days = np.arange(int(spells.day.max()) + 1)
    arrived = 1 - curve.evaluate(days)
    low, high = (1 - side.evaluate(days) for side in (interval.high, interval.low))
    low = np.maximum.accumulate(np.nan_to_num(low, nan=0.0))
    high = np.where(np.isnan(high), arrived, high)
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


def _first(arrived: np.ndarray) -> int | None:
    found = np.flatnonzero(arrived >= 0.5 - 1e-12)
    return int(found[0]) if len(found) else None
