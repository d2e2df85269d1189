"""Ninety days on one page: what was reached early, in the middle and in the long run, how it differs between managers and segments,
and what the stuck steps cost. Worked out by the worker.
"""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from analytics.asking import Asked, Span
from analytics.climbers import Dimension
from analytics.conditions import ACCOUNT, MANAGER
from analytics.exploring import Question, explore
from analytics.measures import measure_of
from analytics.models import CountingRules
from analytics.reading import OPEN, read_ways
from analytics.statistics.survival import incidence, stuck_after
from milestones.models import Rung

# Of each window its measures, and the days that somebody must have had for theirs to be over.
WINDOWS = (
    ("early", 30, ("time_to_first_value", "activation_rate", "ladder_completion.30")),
    ("middle", 60, ("ladder_completion.60", "feature_adoption", "repeat_use", "depth")),
    ("long", 90, ("ladder_completion.90", "retention_weekly.12", "retention_monthly.2", "expansion", "advocacy")),
)
SPREAD = "activation_rate"


def ninety_days(asked: Asked, rules: CountingRules, zone: str, *, seed: int) -> dict:
    """{"windows": [[name, {measure: cell}]], "had": days → people, "spreads": [{"by", "rows", "cells"}], "stuck": [...]}"""

    def everybody(key: str) -> dict | None:
        measure = measure_of(asked.ladder, key)
        return explore(Question(measure, asked), rules, zone, seed=seed)["cells"][0][0] if measure else None

    return {
        "windows": [[name, {key: everybody(key) for key in keys}] for name, _, keys in WINDOWS],
        "had": {str(days): _had(asked, days) for _, days, _ in WINDOWS},
        "people": _had(asked, 0),
        "spreads": [_spread(asked, by, rules, zone, seed) for by in _splits(rules)],
        "stuck": stuck_steps(asked),
    }


def _had(asked: Asked, days: int) -> int:
    """How many of those who began have had so many days."""
    last = asked.until - timedelta(days=days)
    if last < asked.span.first:
        return 0
    return read_ways(replace(asked, span=Span(asked.span.first, min(last, asked.span.last))), "began").people


def _splits(rules: CountingRules) -> list[Dimension]:
    return [Dimension(MANAGER), *(Dimension(ACCOUNT, name) for name in rules.segments)]


def _spread(asked: Asked, by: Dimension, rules: CountingRules, zone: str, seed: int) -> dict:
    found = explore(Question(measure_of(asked.ladder, SPREAD), asked, by), rules, zone, seed=seed)
    return {
        "by": str(by),
        "rows": found["rows"],
        "cells": [cells[0] for cells in found["cells"]],
        "compared": found.get("compared", []),
    }


def stuck_steps(asked: Asked) -> list[dict]:
    """Each step of the live version at which somebody is stuck: how many, after how many days that begins, and how many days they
    have been stuck in all; those of most days first.
    """
    found = []
    rungs = Rung.objects.filter(version_id=asked.ladder.live_id).order_by("position", "id")
    for key, title in rungs.values_list("key", "content__title"):
        ways = read_ways(asked, f"wait:{key}")
        after = stuck_after(incidence(ways.spells().table()))
        stuck = (ways.outcome == OPEN) & (ways.day > after)
        days = int((ways.n * np.maximum(ways.day - after, 0))[stuck].sum())
        if days:
            accounts = len({cluster for cluster in ways.cluster[stuck] if cluster > 0})
            found.append(
                {
                    "key": key,
                    "title": title,
                    "people": int(ways.n[stuck].sum()),
                    "accounts": accounts,
                    "after": after,
                    "days": days,
                }
            )
    return sorted(found, key=lambda step: (-step["days"], step["key"]))
