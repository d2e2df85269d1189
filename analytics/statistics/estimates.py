"""Shares and means over people of accounts, how sure they are, and what lies between two of them.

One entry an account: what it adds to the figure and how many of its people count. The variance is that of a ratio estimated from
clusters (Cochran, Sampling Techniques, chapter 9A), with Student's t by Satterthwaite's degrees of freedom as for curves; a share is
laid out on the logit scale. Two figures of different people are compared by the method of variance estimates recovery (Newcombe
1998; Zou and Donner 2008), which needs nothing of either but its interval.
"""

from dataclasses import dataclass

import numpy as np

from analytics.statistics.intervals import FEW, all_of, quantile, worth


@dataclass(frozen=True)
class Estimate:
    """A figure of `n` people (or weeks, or steps) of so many accounts; an end of the interval is None where it is not known."""

    value: float | None
    low: float | None
    high: float | None
    n: int = 0
    clusters: int = 0

    @property
    def has_interval(self) -> bool:
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Difference:
    """One figure less another; an end of the interval is None where it is not known."""

    value: float
    low: float | None
    high: float | None

    @property
    def is_clear(self) -> bool:
        """Whether it is more than chance makes."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    def said(self) -> list:
        return [self.value, self.low, self.high]


def share(part: np.ndarray, whole: np.ndarray) -> Estimate:
    """`part` of `whole`, account by account."""
    value, half, n, clusters = _ratio(part, whole)
    if value is None or half is None:
        return Estimate(value, None, None, n, clusters)
    if 0 < value < 1 and not half:
        return Estimate(value, None, None, n, clusters)  # all accounts alike say nothing of how far they may differ
    if not 0 < value < 1:
        end = all_of(worth(whole))
        return Estimate(value, *((0.0, 1 - end) if value == 0 else (end, 1.0)), n, clusters)
    logit, by = np.log(value / (1 - value)), half / (value * (1 - value))
    low, high = (float(1 / (1 + np.exp(-(logit + side * by)))) for side in (-1, 1))
    return Estimate(value, low, high, n, clusters)


def mean(total: np.ndarray, count: np.ndarray) -> Estimate:
    """`total` over `count`, account by account."""
    value, half, n, clusters = _ratio(total, count)
    if value is None or not half:
        return Estimate(value, None, None, n, clusters)
    return Estimate(value, value - half, value + half, n, clusters)


def _ratio(part: np.ndarray, whole: np.ndarray) -> tuple[float | None, float | None, int, int]:
    """(the ratio, half the width of its interval, how many it counts, of how many accounts)"""
    counted = whole > 0
    part, whole = part[counted].astype(float), whole[counted].astype(float)
    clusters, n = len(whole), whole.sum()
    if not clusters:
        return None, None, 0, 0
    value = float(part.sum() / n)
    if worth(whole) < FEW:
        return value, None, int(n), clusters
    variance = clusters / (clusters - 1) * float(((part - value * whole) ** 2).sum()) / n**2
    return value, float(np.sqrt(variance)) * quantile(whole), int(n), clusters


def by_cluster(cluster: np.ndarray, *numbers: np.ndarray) -> list[np.ndarray]:
    """Each account's sums, of numbers that stand beside their account."""
    _, place = np.unique(cluster, return_inverse=True)
    return [np.bincount(place, weights=each) if len(place) else np.zeros(0) for each in numbers]


def share_difference(
    part: np.ndarray, whole: np.ndarray, other_part: np.ndarray, other_whole: np.ndarray
) -> Difference | None:
    """The share of some people less that of others, account by account: the same accounts may hold both, so what an account adds to
    the one and to the other is looked at together. None where either is nobody.
    """
    n, other_n = float(whole.sum()), float(other_whole.sum())
    if not n or not other_n:
        return None
    one, other = float(part.sum() / n), float(other_part.sum() / other_n)
    sizes = whole + other_whole
    clusters = int((sizes > 0).sum())
    if min(worth(whole), worth(other_whole)) < FEW:
        return Difference(one - other, None, None)
    if one in (0, 1) or other in (0, 1):
        return difference(
            share(part, whole), share(other_part, other_whole)
        )  # none and all have no residuals, and are not certain
    residual = (part - one * whole) / n - (other_part - other * other_whole) / other_n
    half = np.sqrt(clusters / (clusters - 1) * float((residual**2).sum())) * quantile(sizes[sizes > 0])
    return Difference(one - other, float(one - other - half), float(one - other + half))


def difference(one: Estimate, other: Estimate) -> Difference | None:
    """One minus other, of different people; None where either is not known."""
    if one.value is None or other.value is None:
        return None
    between = one.value - other.value
    if not (one.has_interval and other.has_interval):
        return Difference(between, None, None)
    low = between - np.hypot(one.value - one.low, other.high - other.value)
    high = between + np.hypot(one.high - one.value, other.value - other.low)
    return Difference(between, float(low), float(high))
