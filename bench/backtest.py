"""Do forecasts come true? Three kinds of customers climb for 80 days; what is forecast then is held against what comes.

The facts go through the inbox and the drain like all others; only what is known on day 80 is there when it is measured.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.world import make_workspace
from milestones.checklist.document import document
from milestones.draining import drain
from milestones.ladder_files import check
from milestones.models import Enrollment, Progress, UsualTime
from milestones.pace import measure_pace
from milestones.publishing import draft, publish, take_on
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.decoding import Fact, Kind
from onboarding.tracking.ingestion import append
from onboarding.tracking.models import Source

STEPS, PEOPLE, FITTED_ON = 6, 5_000, 80  # the day
BATCH = 500
COVERS = (0.75, 0.85)
ENOUGH = 300

Pace = Callable[[float], float]  # the day a step begins → the days it takes


def even(chance: random.Random) -> Pace:
    """Everybody alike, but for a pace of their own."""
    own = chance.gauss(0, 0.4)
    return lambda day: chance.lognormvariate(math.log(2.5) + own, 0.7)


def two_kinds(chance: random.Random) -> Pace:
    """Quick ones and slow ones, who do nothing on two days of seven."""
    mean = 3 * math.exp(chance.choice([-0.7, 0.7]) + chance.gauss(0, 0.2))

    def takes(day: float) -> float:
        end = day + chance.expovariate(1 / mean)
        if int(end) % 7 >= 5:
            end = (int(end) // 7 + 1) * 7 + chance.random() * 0.4
        return end - day

    return takes


def heavy_and_drifting(chance: random.Random) -> Pace:
    """Some steps take very long, and all take longer from day to day. Nothing in the product was chosen by this profile."""
    own = math.exp(chance.gauss(0, 0.5))

    def takes(day: float) -> float:
        odds = chance.random()
        return 1.5 * (odds / (1 - odds)) ** (1 / 1.6) * own * (1 + 0.008 * day)

    return takes


PROFILES = {  # name → (pace, share that gives up at each step)
    "even": (even, 0.0),
    "two kinds of customers": (two_kinds, 0.06),
    "heavy tail and drift": (heavy_and_drifting, 0.04),
}


@dataclass
class Coverage:
    """How many forecasts were judged, and how many of them came true."""

    judged: int = 0
    true: int = 0

    def add(self, came_true: bool) -> None:
        self.judged += 1
        self.true += came_true

    @property
    def share(self) -> float:
        return self.true / self.judged if self.judged else math.nan

    @property
    def holds(self) -> bool:
        return self.judged >= ENOUGH and COVERS[0] <= self.share <= COVERS[1]


def lines_of_backtest() -> tuple[list[str], bool]:
    """A line for each profile, and whether each of them holds: a stated 80 % range covers 75 to 85 % of 300 or more."""
    lines, all_hold = [f"{'a stated 80 % range covers':58}{'the end':>12}{'a step':>18}"], True
    for name in PROFILES:
        ends, steps = backtest(name)
        holds = ends.holds and steps.holds
        all_hold &= holds
        said = "holds" if holds else "OUTSIDE 75 TO 85 %"
        lines.append(f"{name:58}{ends.share:>6.1%} of {ends.judged:<5}{steps.share:>8.1%} of {steps.judged:<6}{said}")
    return lines, all_hold


def backtest(name: str, seed: int = 1) -> tuple[Coverage, Coverage]:
    """(of the day somebody is done, of the time a step takes) for one profile, of the ranges stated on day 80."""
    pace, gives_up = PROFILES[name]
    workspace = make_workspace(f"Backtest: {name}")
    begins = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=400)
    fitted_at = begins + timedelta(days=FITTED_ON)
    facts = _history(pace, gives_up, begins, seed)
    with workspace_scope(workspace.pk):
        version, _ = draft(_ladder())
        publish(version)
        take_on()
        source = Source.objects.create(workspace=workspace, name="backtest", kind="server", created_at=begins)
    us = int(fitted_at.timestamp() * 1_000_000)
    _take(workspace, source, [fact for fact in facts if fact.occurred_at <= us])
    with workspace_scope(workspace.pk):
        measure_pace(fitted_at)
        done = Progress.objects.filter(key=f"step-{STEPS - 1}").exclude(reached_at=None)
        under_way = Enrollment.objects.exclude(pk__in=done.values("enrollment")).select_related("seat")
        stated = {e.pk: document(e, now=fitted_at)["forecast"] for e in under_way}
        usual = {row.rung: row for row in UsualTime.objects.filter(role="")}
    _take(workspace, source, [fact for fact in facts if fact.occurred_at > us])
    with workspace_scope(workspace.pk):
        return _judge_ends(stated, fitted_at), _judge_steps(usual, fitted_at)


def _judge_ends(stated: dict[int, dict | None], fitted_at: datetime) -> Coverage:
    """Of those who were done within the days that the forecast spoke of."""
    coverage = Coverage()
    ends = dict(Progress.objects.filter(key=f"step-{STEPS - 1}").values_list("enrollment_id", "reached_at"))
    for pk, forecast in stated.items():
        if forecast and ends[pk] and ends[pk] <= fitted_at + timedelta(days=forecast["within_days"]):
            coverage.add(forecast["low"] <= ends[pk] <= forecast["high"])
    return coverage


def _judge_steps(usual: dict[str, UsualTime], fitted_at: datetime) -> Coverage:
    coverage = Coverage()
    rows = Progress.objects.filter(opened_at__gt=fitted_at, opened_at__lte=fitted_at + timedelta(days=30))
    for key, opened_at, reached_at in rows.exclude(reached_at=None).values_list("key", "opened_at", "reached_at"):
        time = usual.get(key)
        if time and time.low is not None and reached_at > opened_at:
            days = (reached_at - opened_at).total_seconds() / 86_400
            coverage.add(time.low <= days <= (time.high if time.high is not None else math.inf))
    return coverage


def _ladder() -> dict:
    keys = [f"step-{number}" for number in range(STEPS)]
    said = [{"key": key, "title": key.capitalize(), "criteria": {"event": key}} for key in keys]
    rungs = [{"milestone": key, "requires": keys[place - 1 : place] if place else []} for place, key in enumerate(keys)]
    document = {
        "ladder": "backtest",
        "name": "Backtest",
        "enroll": {"when": "first_seen", "since": "2020-01-01"},
        "milestones": said,
        "phases": [{"name": "All", "rungs": rungs}],
    }
    check(document)
    return document


def _history(pace, gives_up: float, begins: datetime, seed: int) -> list[Fact]:
    chance, facts = random.Random(seed), []
    for number in range(PEOPLE):
        day = chance.random() * FITTED_ON
        takes = pace(chance)
        facts.append(_fact("Signed up", number, begins, day))
        for step in range(STEPS):
            if chance.random() < gives_up:
                break
            day += takes(day)
            if day > 390:
                break
            facts.append(_fact(f"step-{step}", number, begins, day))
    return sorted(facts, key=lambda fact: fact.occurred_at)


def _fact(name: str, number: int, begins: datetime, day: float) -> Fact:
    at = begins + timedelta(days=day)
    return Fact(
        kind=Kind.TRACK,
        message_id=f"{number}-{name}",
        occurred_at=int(at.timestamp() * 1_000_000),
        name=name,
        user_id=f"p{number}",
        anonymous_id=None,
        group_id=None,
        previous_id=None,
        properties=b"{}",
    )


def _take(workspace, source: Source, facts: list[Fact]) -> None:
    now = int(clock.now().timestamp() * 1_000_000)
    with workspace_scope(workspace.pk):
        for start in range(0, len(facts), BATCH):
            append(facts[start : start + BATCH], source_id=source.pk, received_at=now)
    while drain(workspace.pk):
        pass
