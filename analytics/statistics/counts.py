"""Count matrices in memory, and what of them is known at the end of a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

PLAIN, SPARSE = ("eligible", "not_theirs", "skipped", "left_out"), ("reached", "gone", "ended")
PAIRS = np.dtype([("lag", ">i2"), ("n", ">i4")])  # as MatrixRow packs them


@dataclass(frozen=True)
class Sparse:
    """`n` people at (`row`, `lag`): entry by entry, rows as in the Counts that it belongs to."""

    row: np.ndarray
    lag: np.ndarray
    n: np.ndarray

    @classmethod
    def of(cls, packed: Sequence[bytes]) -> "Sparse":
        """From the packed pairs of each row."""
        sizes = [len(each) // PAIRS.itemsize for each in packed]
        pairs = np.frombuffer(b"".join(packed), dtype=PAIRS)
        return cls(np.repeat(np.arange(len(packed)), sizes), pairs["lag"].astype(np.int64), pairs["n"].astype(np.int64))

    def between(self, first: int, last: int) -> "Sparse":
        """Those of the rows from `first` to before `last`."""
        inside = slice(*np.searchsorted(self.row, (first, last)))
        return Sparse(self.row[inside] - first, self.lag[inside], self.n[inside])


@dataclass(frozen=True)
class Counts:
    """One measure: for each row (a cohort day, as date.toordinal) how many it counts, and what became of the eligible by lag."""

    cohort: np.ndarray
    eligible: np.ndarray
    not_theirs: np.ndarray
    skipped: np.ndarray
    left_out: np.ndarray
    reached: Sparse
    gone: Sparse
    ended: Sparse

    @classmethod
    def of(cls, rows: Iterable[tuple]) -> "Counts":
        """From rows of (cohort, eligible, not_theirs, skipped, left_out, reached, gone, ended), the last three packed, by cohort."""
        columns = list(zip(*rows, strict=True)) or [()] * 8
        cohort = np.array([day.toordinal() for day in columns[0]], dtype=np.int64)
        plain = [np.array(column, dtype=np.int64) for column in columns[1:5]]
        return cls(cohort, *plain, *(Sparse.of([bytes(each) for each in column]) for column in columns[5:8]))

    def between(self, first: date, last: date) -> "Counts":
        """Those of the cohorts from the one day to the other, both in it."""
        start, end = (
            np.searchsorted(self.cohort, first.toordinal()),
            np.searchsorted(self.cohort, last.toordinal(), "right"),
        )
        plain = (getattr(self, name)[start:end] for name in ("cohort", *PLAIN))
        return Counts(*plain, *(getattr(self, name).between(start, end) for name in SPARSE))


@dataclass(frozen=True)
class LifeTable:
    """Of the eligible, by whole days since they began: how many were under observation and not there, got there on that day,
    were gone with their account, or were last seen still on their way. Index: the day, from 0.
    """

    at_risk: np.ndarray
    reached: np.ndarray
    gone: np.ndarray
    last_seen: np.ndarray

    @property
    def people(self) -> int:
        return int(self.at_risk[0]) if len(self.at_risk) else 0


def life_table(counts: Counts, until: date, days: int = 400) -> LifeTable:
    """What is known at the end of `until`: a cohort is under observation for as many whole days as have passed since.

    Who has not got there by then was last seen on that day. `days`: how far the table goes; who takes longer is last seen there.
    """
    last = np.minimum(until.toordinal() - counts.cohort, days)
    size = int(last.max(initial=-1)) + 1
    seen = {name: _by_lag(getattr(counts, name), last, size) for name in SPARSE}
    known = last >= 0
    over = sum(_by_row(getattr(counts, name), last, len(last)) for name in SPARSE)
    waiting = np.bincount(last[known], weights=(counts.eligible - over)[known], minlength=size)[:size]
    last_seen = seen["ended"] + waiting.astype(np.int64)
    leaving = seen["reached"] + seen["gone"] + last_seen
    at_risk = leaving[::-1].cumsum()[::-1]
    return LifeTable(at_risk, seen["reached"], seen["gone"], last_seen)


def _by_lag(cells: Sparse, last: np.ndarray, size: int) -> np.ndarray:
    inside = cells.lag <= last[cells.row] if len(last) else np.zeros(0, dtype=bool)
    found = np.bincount(cells.lag[inside], weights=cells.n[inside], minlength=size)[:size]
    return found.astype(np.int64)


def _by_row(cells: Sparse, last: np.ndarray, rows: int) -> np.ndarray:
    inside = cells.lag <= last[cells.row] if rows else np.zeros(0, dtype=bool)
    return np.bincount(cells.row[inside], weights=cells.n[inside], minlength=rows).astype(np.int64)


@dataclass(frozen=True)
class Shares:
    """Everybody who began, once: those who got there, are open, were gone or taken off before, put the step aside, do not have it
    on their track, or are left out as tests.
    """

    reached: int
    open: int
    gone: int
    ended: int
    skipped: int
    not_theirs: int
    left_out: int

    @property
    def eligible(self) -> int:
        return self.reached + self.open + self.gone + self.ended

    @property
    def rate(self) -> float | None:
        return self.reached / self.eligible if self.eligible else None


def shares_so_far(counts: Counts, until: date) -> Shares:
    """How far everybody who began by `until` had come at its end."""
    last = until.toordinal() - counts.cohort
    known = last >= 0
    seen = {name: int(_by_row(getattr(counts, name), last, len(last)).sum()) for name in SPARSE}
    eligible = int(counts.eligible[known].sum())
    others = {name: int(getattr(counts, name)[known].sum()) for name in ("skipped", "not_theirs", "left_out")}
    return Shares(open=eligible - sum(seen.values()), **seen, **others)
