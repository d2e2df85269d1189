"""Floors and goals of DESIGN.md section 10, and the medians that are laid beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One line of the table. `unit` '×' is a ratio within one run; where `less` is better the floor is a ceiling."""

    key: str
    name: str
    floor: float
    goal: float
    unit: str = "×"
    less: bool = False

    def holds(self, value: float) -> bool:
        return value <= self.floor if self.less else value >= self.floor

    def is_at_goal(self, value: float) -> bool:
        return value <= self.goal if self.less else value >= self.goal


FIGURES = (
    Figure("accept", "accept, batches of 100, to a bare staged COPY", 0.7, 1.0),
    Figure("drain_steady", "drain with evaluation, most rungs reached, to COPY", 0.18, 0.35),
    Figure("drain_nothing", "drain with evaluation, nothing reached yet, to COPY", 0.10, 0.20),
    Figure("end_to_end", "accept and drain at once, to COPY", 0.12, 0.30),
    Figure("latency", "an event's 200 to changed widget data, p95", 1.5, 0.5, unit="s", less=True),
    Figure("fresh", "an event's 200 to counted in the roll-ups, longest", 5.0, 3.0, unit="s", less=True),
    Figure("widget_changed", "widget data, changed, to a no-op view", 0.18, 0.30),
    Figure("kept_up", "roll-ups kept up: CPU of the drain with them, to without", 1.8, 1.4, less=True),
    Figure("dashboard", "the executive view's answers, worst of three questions", 0.2, 0.05, unit="s", less=True),
    Figure("page", "a page with numbers, p95", 0.4, 0.15, unit="s", less=True),
    Figure("nudged", "nudges decided for 100,000 people", 120, 60, unit="s", less=True),
    Figure("nudge_growth", "the same, to 10,000 people", 14, 11, less=True),
    Figure("history_growth", "sliding windows over 32,000 events, to over 4,000", 16, 10, less=True),
    Figure("dry_run", "dry run of 9 rungs, 20 events a person, to a bare count", 40, 10, less=True),
    Figure("widget_same", "widget data, 304, to a no-op view", 0.25, 0.45),
)


@dataclass(frozen=True)
class Rate:
    """So many a second, with the busy CPU seconds of the whole machine for a thousand of them."""

    each_second: float
    cpu_a_thousand: float


def table(measured: dict[str, Sequence[float]]) -> tuple[list[str], bool]:
    """The lines of the table, and whether every floor holds; `measured` has the values of each figure that was measured, by its key."""
    lines, all_hold = [f"{'':58}{'median':>8}{'floor':>8}{'goal':>8}"], True
    for figure in FIGURES:
        if figure.key not in measured:
            continue
        value = median(measured[figure.key])
        holds = figure.holds(value)
        all_hold &= holds
        said = "at goal" if figure.is_at_goal(value) else "holds" if holds else "BELOW THE FLOOR"
        unit = f" {figure.unit}"
        numbers = "".join(f"{number:>6.2f}{unit}" for number in (value, figure.floor, figure.goal))
        lines.append(f"{figure.name:58}{numbers}   {said}")
    return lines, all_hold
