"""When will somebody be done? Read off those who were where they are, and checked against what earlier forecasts would have said.

Pure. A forecast is about those who get there within the ladder's own horizon: how long the slowest of the finished took
has no end that anybody has seen, and a range without that condition would claim to know it.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from milestones.survival import Curve, Spell, product_limit, thinned

ENOUGH = 10  # people who got there, below which nothing is said
ENOUGH_TO_CHECK = 60  # forecasts that have come out, below which the range is taken as it is
CHECKS = 3  # earlier moments whose forecasts are looked at
SHARE = 0.8  # of people whom a stated range covers
STEPS_KEPT = 80  # of a curve


@dataclass(frozen=True)
class Climb:
    """One person's way: when they began, and when each of the `total` steps of their track was done; in days of one calendar."""

    began: float
    done: tuple[float, ...]  # in order, none before `began`
    total: int
    watched_until: float = math.inf  # when they were taken off, if they were

    def until(self, now: float) -> "Climb":
        """What was known of it at `now`."""
        return Climb(self.began, tuple(at for at in self.done if at <= now), self.total, min(self.watched_until, now))

    @property
    def left(self) -> int:
        return self.total - len(self.done)

    @property
    def since(self) -> float:
        """Since when they stand where they stand."""
        return self.done[-1] if self.done else self.began


@dataclass(frozen=True)
class Stage:
    """Everybody who has had so many steps left: how long they took from there to the end, by how quick they had been so far."""

    cuts: tuple[float, ...]  # days used so far, between the quicker, the middle and the slower third
    curves: tuple[Curve, ...]  # one for each third
    together: Curve


@dataclass(frozen=True)
class Outlook:
    """What is known of how people go on: by the number of steps left. `low` and `high` are the shares that bound a range."""

    horizon: float  # days
    stages: dict[int, Stage] = field(default_factory=dict)
    low: float = (1 - SHARE) / 2
    high: float = (1 + SHARE) / 2


@dataclass(frozen=True)
class Range:
    """Days from now: `SHARE` of those who were there, and got done within the horizon, took between these."""

    low: float
    high: float
    people: int  # who got there from as far


def look_ahead(climbs: Sequence[Climb], now: float) -> Outlook | None:
    """What the past says at `now`; None where too few have finished.

    The bounds are chosen so that forecasts made a third, two thirds and a whole horizon ago would have covered what came
    (probability integral transforms, Dawid 1984; recalibrated as by Kuleshov and others 2018).
    """
    known = [climb.until(now) for climb in climbs if climb.began <= now]
    horizon = _horizon(known, now)
    if horizon is None:
        return None
    outlook = Outlook(horizon, _stages(known, now))
    came = [
        spell
        for part in range(1, CHECKS + 1)
        for spell in _came_out(known, now - horizon * part / CHECKS, now, horizon)
    ]
    if sum(spell.is_over for spell in came) < ENOUGH_TO_CHECK:
        return outlook
    curve = product_limit(came)
    top = curve.shares[-1]
    bounds = {name: curve.time_of(getattr(outlook, name) * top) for name in ("low", "high")}
    return Outlook(horizon, outlook.stages, **bounds)


def forecast(outlook: Outlook, climb: Climb, now: float) -> Range | None:
    """When this climb will be done, in days from now; None where too few are known who were there as long."""
    elapsed = max(now - climb.since, 0)
    curve = _curve_for(outlook.stages, climb, elapsed)
    if curve is None:
        return None
    start, end = curve.share_at(elapsed), curve.share_at(elapsed + outlook.horizon)
    if end <= start:
        return None
    low, high = (curve.time_of(start + bound * (end - start)) for bound in (outlook.low, outlook.high))
    if low is None or high is None:
        return None
    return Range(max(low - elapsed, 0), max(high - elapsed, 0), curve.beyond(elapsed))


def _horizon(climbs: list[Climb], now: float) -> float | None:
    """The time within which nine of ten of the finished were done, at most half of what has been seen at all."""
    took = sorted(climb.done[-1] - climb.began for climb in climbs if climb.done and not climb.left)
    if len(took) < ENOUGH:
        return None
    longest = (now - min(climb.began for climb in climbs)) / 2
    return min(took[math.ceil(0.9 * len(took)) - 1], longest) or None


def _stages(climbs: Iterable[Climb], now: float) -> dict[int, Stage]:
    rows: dict[int, list[tuple[float, Spell]]] = {}
    for climb in climbs:
        end = climb.done[-1] if climb.done and not climb.left else min(now, climb.watched_until)
        for place, at in enumerate((climb.began, *climb.done)):
            left = climb.total - place
            if not left or (place < len(climb.done) and climb.done[place] <= at):
                continue  # done, or several at one moment: nobody stood in between
            rows.setdefault(left, []).append((at - climb.began, Spell(end - at, not climb.left)))
    return {left: _stage(spells) for left, spells in rows.items()}


def _stage(rows: list[tuple[float, Spell]]) -> Stage:
    used = sorted(days for days, _ in rows)
    cuts = (used[len(used) // 3], used[2 * len(used) // 3])
    thirds: list[list[Spell]] = [[], [], []]
    for days, spell in rows:
        thirds[bisect_left(cuts, days)].append(spell)
    curves = tuple(thinned(product_limit(third), STEPS_KEPT) for third in thirds)
    return Stage(cuts, curves, thinned(product_limit(spell for _, spell in rows), STEPS_KEPT))


def _curve_for(stages: dict[int, Stage], climb: Climb, elapsed: float) -> Curve | None:
    """Of those who were as quick as this one so far, else of all; None where too few took longer than this one already has."""
    stage = stages.get(climb.left)
    if stage is None:
        return None
    own = stage.curves[bisect_left(stage.cuts, climb.since - climb.began)]
    return next((curve for curve in (own, stage.together) if curve.beyond(elapsed) >= ENOUGH), None)


def _came_out(climbs: list[Climb], origin: float, now: float, horizon: float) -> list[Spell]:
    """Where in its forecast of `origin` each climb came out, as a share of it; not yet for who has not finished."""
    then = [climb.until(origin) for climb in climbs if climb.began <= origin]
    stages, found = _stages(then, origin), []
    for climb, was in zip([climb for climb in climbs if climb.began <= origin], then, strict=True):
        if not was.left or climb.watched_until < origin:
            continue
        elapsed = origin - was.since
        curve = _curve_for(stages, was, elapsed)
        if curve is None:
            continue
        start, end = curve.share_at(elapsed), curve.share_at(elapsed + horizon)
        if end > start:
            until = min(now, climb.watched_until) if climb.left else climb.done[-1]
            share = (curve.share_at(elapsed + until - origin) - start) / (end - start)
            found.append(Spell(min(share, 1), not climb.left))
    return found
