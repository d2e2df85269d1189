"""Time until something happens: Kaplan–Meier, and Aalen–Johansen where accounts leave first.

Shapes: arrays over whole days from 0. Sources: Kaplan and Meier 1958; Aalen and Johansen 1978; the restricted mean and the
log-rank test as in Klein and Moeschberger, Survival Analysis, chapters 4 and 7.
"""

from dataclasses import dataclass

import numpy as np

from analytics.statistics.counts import LifeTable


@dataclass(frozen=True)
class Curve:
    """`arrived[d]`: the share that has got there by the end of day d; `waiting[d]`: that is neither there nor gone."""

    arrived: np.ndarray
    waiting: np.ndarray
    at_risk: np.ndarray

    @property
    def people(self) -> int:
        """Those who set out."""
        return int(self.at_risk[0]) if len(self.at_risk) else 0

    def by(self, day: int) -> float | None:
        """The share that has got there by the end of that day; None beyond what was observed, unless nobody is on the way any more."""
        if not len(self.arrived) or day < 0:
            return None
        if day >= len(self.arrived):
            return float(self.arrived[-1]) if self.waiting[-1] < 1e-12 else None
        return float(self.arrived[day])

    def time_of(self, share: float = 0.5) -> int | None:
        """The first day by whose end that share has got there; None where that was not reached yet."""
        found = np.flatnonzero(self.arrived >= share - 1e-12)
        return int(found[0]) if len(found) else None


def incidence(table: LifeTable) -> Curve:
    """The share that gets there, where leaving is an end of its own (Aalen–Johansen); without anybody gone it is 1 − Kaplan–Meier."""
    at_risk = np.maximum(table.at_risk, 1)
    waiting = np.cumprod(1 - (table.reached + table.gone) / at_risk)
    before = np.concatenate([[1.0], waiting[:-1]]) if len(waiting) else waiting
    return Curve(np.cumsum(before * table.reached / at_risk), waiting, table.at_risk)


STUCK_BETWEEN = (7, 60)  # days, between which "stuck" begins


def stuck_after(curve: Curve) -> int:
    """The days by which four of five of those who get there had: from then on somebody at the step is stuck."""
    low, high = STUCK_BETWEEN
    end = float(curve.arrived[-1]) if len(curve.arrived) else 0.0
    if not end:
        return high
    return min(max(curve.time_of(0.8 * end) or low, low), high)


def restricted_mean(curve: Curve, days: int) -> float | None:
    """The mean of the days it takes, those who take longer than `days` counted as `days`; None beyond what was observed."""
    if days <= 0 or curve.by(days - 1) is None:
        return None
    seen = curve.arrived[:days]
    return float((1 - seen).sum() + (days - len(seen)) * (1 - seen[-1]))


def log_rank(one: LifeTable, other: LifeTable) -> tuple[float, float]:
    """(chi-square, p) of the hypothesis that both get there equally fast, those gone counted as last seen then."""
    from scipy.stats import chi2  # three seconds and 97 MB: only where it is asked for

    size = max(len(one.at_risk), len(other.at_risk))
    (n1, d1), (n2, d2) = ((_padded(table.at_risk, size), _padded(table.reached, size)) for table in (one, other))
    n, d = n1 + n2, d1 + d2
    several = n > 1
    expected = np.where(n > 0, d * n1 / np.maximum(n, 1), 0)
    variance = np.where(
        several, d * (n1 / np.maximum(n, 1)) * (n2 / np.maximum(n, 1)) * (n - d) / np.maximum(n - 1, 1), 0
    )
    total = variance.sum()
    if not total:
        return 0.0, 1.0
    statistic = float((d1.sum() - expected.sum()) ** 2 / total)
    return statistic, float(chi2.sf(statistic, 1))


def log_rank_of_accounts(
    cluster: np.ndarray, day: np.ndarray, reached: np.ndarray, is_first: np.ndarray
) -> float | None:
    """p of the same hypothesis where people of one account are not independent: each one's share in the log-rank statistic, added
    up by account (Lee, Wei and Amato 1992). One entry a person; None where nothing can be said.
    """
    from scipy.stats import chi2

    size = int(day.max(initial=-1)) + 1
    all_at_risk, first_at_risk = (
        np.bincount(day[which], minlength=size)[::-1].cumsum()[::-1] for which in (slice(None), is_first)
    )
    part = first_at_risk / np.maximum(all_at_risk, 1)
    arriving = np.bincount(day[reached], minlength=size) / np.maximum(all_at_risk, 1)
    seen, expected = np.cumsum(arriving)[day], np.cumsum(arriving * part)[day]
    scores = reached * (is_first - part[day]) - (is_first * seen - expected)
    _, place = np.unique(cluster, return_inverse=True)
    by_account = np.bincount(place, weights=scores)
    spread = float((by_account**2).sum())
    if not spread:
        return None
    return float(chi2.sf(float(scores.sum()) ** 2 / spread, 1))


def _padded(numbers: np.ndarray, size: int) -> np.ndarray:
    return np.concatenate([numbers, np.zeros(size - len(numbers), dtype=numbers.dtype)])
