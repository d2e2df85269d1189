"""Times until something happens, some of them still running: the product-limit estimate (Kaplan and Meier, 1958)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spell:
    """One person's time in days; `is_over` when it ended by what was waited for, else they are still at it.

    `count` of them took just as long.
    """

    days: float
    is_over: bool
    count: int = 1


@dataclass(frozen=True)
class Curve:
    """How the share of those who got there grew: at `days[i]` it became `shares[i]`, and `counts[i]` had got there by then."""

    days: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    def share_at(self, days: float) -> float:
        place = bisect_right(self.days, days)
        return self.shares[place - 1] if place else 0.0

    def beyond(self, days: float) -> int:
        """How many took longer than that and got there."""
        place = bisect_right(self.days, days)
        return (self.counts[-1] if self.counts else 0) - (self.counts[place - 1] if place else 0)

    def time_of(self, share: float) -> float | None:
        """The time by which that share had got there; None where it is never seen to be reached."""
        return next(
            (days for days, reached in zip(self.days, self.shares, strict=True) if reached >= share - 1e-9), None
        )


def product_limit(spells: Iterable[Spell]) -> Curve:
    """The estimate from spells, those still running counted as not yet."""
    ends: dict[float, list[int]] = {}
    at_risk = 0
    for spell in spells:
        end = ends.setdefault(spell.days, [0, 0])
        end[0] += spell.is_over * spell.count
        end[1] += spell.count
        at_risk += spell.count
    waiting, count, steps = 1.0, 0, []
    for days in sorted(ends):
        over, left = ends[days]
        if over:
            waiting *= 1 - over / at_risk
            count += over
            steps.append((days, 1 - waiting, count))
        at_risk -= left
    return Curve(*zip(*steps, strict=True)) if steps else Curve()


def thinned(curve: Curve, most: int) -> Curve:
    """The same curve by no more than `most` of its steps, the last among them."""
    size = len(curve.days)
    if size <= most:
        return curve
    places = [round(place * (size - 1) / (most - 1)) for place in range(most)]
    return Curve(*(tuple(column[place] for place in places) for column in (curve.days, curve.shares, curve.counts)))


def quantile(spells: Sequence[Spell], share: float) -> float | None:
    """The time by which that share has got there; None where so many are still at it that it is never seen."""
    return product_limit(spells).time_of(share)
