"""The executive view: how fast customers reach value, where they drop off, in sentences with charts."""

import json
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics import figures, sentences
from analytics.asking import Asked, read_asked
from analytics.climbers import Dimension
from analytics.conditions import MANAGER
from analytics.dimensions import Namer
from analytics.executive import ACTIVE_BY, DRAWN, Line, View, before_words, look
from analytics.kept import answer, counts_version
from analytics.metrics import BY_KEY, METRICS
from analytics.pages.filters import filters
from analytics.reading import Sheet
from analytics.rollups.basis import counting_rules
from analytics.rollups.keeping import is_behind, standing
from analytics.worked_out import ENGAGEMENT, INTERVALS, LEAK, SHEET
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tenancy.security_headers import with_charts

# Of a tile whose people there is a page, and the measure of the explorer that says the same.
REACHED_IT = "what=reached&step="
ASKING = {
    "time_to_first_value": (f"{REACHED_IT}first_value", "time_to_first_value"),
    "activation_rate": (f"{REACHED_IT}first_value", "activation_rate"),
    "ladder_completion": (f"{REACHED_IT}done", "ladder_completion.60"),
    "feature_adoption": ("", "feature_adoption"),
    "retention_weekly": ("", "retention_weekly.12"),
    "retention_monthly": ("", "retention_monthly.2"),
    **{metric: ("", metric) for metric in ("repeat_use", "on_time", "advocacy", "outcomes", "depth", "expansion")},
}
TABLE_DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60)


@require_safe
@open_to(Access.EXECUTIVE)
@with_charts
def executive_view(request, slug):
    """`?ladder=&period=` or `from=&to=`, `role=`, `segment=`; while intervals are worked out, it asks for itself again."""
    with timezone.override(request.workspace.zone):
        asked = read_asked(request.GET, request.workspace.zone, of_people=request.member.may(Access.MANAGER))
        state = standing()
        if asked is None or state is None:
            return render(request, "analytics/executive_empty.html", {"nav_current": "executive-view", "ladder": asked})
        kinds = (INTERVALS, ENGAGEMENT, SHEET) if asked.where else (INTERVALS, ENGAGEMENT)
        version = counts_version()
        sure, engaged, *counted = answers = [answer(kind, asked.key(), version) for kind in kinds]
        if request.htmx.target == "answers" and any(each.is_awaited for each in answers):
            return HttpResponse(status=204)  # nothing to show yet: the page stays as it is, and asks again
        if counted and counted[0].said is None:
            context = {"nav_current": "executive-view", "ladder": asked, "has_failed": counted[0].has_failed}
            return render(request, "analytics/executive_empty.html", context)
        waiting = "It could not be worked out." if engaged.has_failed else "Being worked out."
        sheet = Sheet.read(counted[0].said["rows"]) if counted else None
        view = look(asked, sure.said, engaged.said, counting_rules().expansion_unit, waiting, sheet)
        return render(request, "analytics/executive.html", _context(request, asked, view, answers, state))


def _on_it(asked: Asked, view: View) -> list[tuple[str, int, int]] | None:
    """(who looks after them, people stuck at the biggest leak, of how many accounts); None before the worker has said it."""
    if view.stuck is None:
        return []
    question = {"asked": asked.said(), "step": view.stuck.key, "after": view.stuck.after}
    found = answer(LEAK, json.dumps(question, sort_keys=True, ensure_ascii=False)).said
    namer, by = Namer(), Dimension(MANAGER)
    return found and [(namer.value(by, manager), people, accounts) for manager, people, accounts in found["managers"]]


def _context(request, asked: Asked, view: View, answers, state) -> dict:
    calendar = Calendar(clock.now(), request.workspace.zone)
    band = (answers[0].said or {}).get("first_value")
    days = min(DRAWN, max(len(view.curve.arrived), 15) - 1)
    before = view.curve_before if view.curve_before.people >= sentences.ENOUGH else None
    return {
        "nav_current": "executive-view",
        "asked": asked,
        "view": view,
        "before_words": before_words(asked),
        "tiles": [(tile, BY_KEY[tile.metric], *ASKING.get(tile.metric, ("", ""))) for tile in view.tiles],
        "figure": figures.waiting(view.curve, before, band, days=days),
        "finding": _finding(view, before),
        "curve_rows": _curve_rows(view, before, band),
        "roles": _role_rows(view),
        "roles_finding": _roles_finding(view.roles),
        "active_by": ACTIVE_BY,
        "stuck": view.stuck,
        "on_it": _on_it(asked, view),
        "funnel_finding": _funnel_finding(view),
        "definitions": [BY_KEY[key] for key in ("time_to_first_value", "activation_rate", "stuck")],
        "definitions_count": len(METRICS),
        "is_refreshing": not all(each.is_fresh for each in answers) or is_behind(),
        "is_working": any(each.is_awaited for each in answers),
        "counted_at": calendar.time(state.kept_at),
        "query": asked.query(),
        **filters(asked),
    }


def _finding(view: View, before) -> str:
    if view.curve.people < sentences.ENOUGH:
        return "Too few people to say when half reach first value"
    median = view.curve.time_of()
    if median is None:
        return "Half of new people have not reached first value yet"
    was = before.time_of() if before is not None else None
    said = f"Half of new people reach first value by day {median}"
    return said if was is None or was == median else f"{said}; it was day {was}"


def _curve_rows(view: View, before, band) -> list[tuple]:
    """The chart's numbers: (day, at risk, still waiting, interval, the time before)."""
    rows = []
    for day in TABLE_DAYS:
        share = view.curve.by(day)
        if share is None:
            break
        inside = band and day < len(band["low"]) and band["low"][day] != band["high"][day]
        interval = f"{round((1 - band['high'][day]) * 100)} to {round((1 - band['low'][day]) * 100)}%" if inside else ""
        was = before.by(day) if before is not None else None
        rows.append(
            (
                day,
                int(view.curve.at_risk[day]) if day < len(view.curve.at_risk) else 0,
                round((1 - share) * 100),
                interval,
                None if was is None else round((1 - was) * 100),
            )
        )
    return rows


@dataclass(frozen=True)
class RoleRow:
    """A line with its places on the common axis, in percent."""

    line: Line
    low: float
    high: float
    middle: float
    words: str


def _role_rows(view: View) -> dict:
    reach = max((value for line in view.roles for value in (line.median, *(line.interval or ())) if value), default=0)
    end = next((end for end in (6, 9, 12, 18, 30, 45, 60, 90) if end >= reach), reach)
    rows = []
    for line in view.roles:
        low, high = line.interval or (line.median, line.median)
        places = [100 * min(value if value is not None else end, end) / end for value in (low, high, line.median)]
        words = (
            f"{sentences.days(low)} to {sentences.days(high) if high is not None else 'not seen yet'}"
            if line.interval and low is not None
            else ""
        )
        rows.append(RoleRow(line, *places, words))
    return {"rows": rows, "axis": [0, end // 3, 2 * end // 3, end]}


def _roles_finding(lines: list[Line]) -> str:
    known = [line for line in lines if line.median is not None]
    if len(known) < 2:
        return "First value by role"
    fast, slow = min(known, key=lambda line: line.median), max(known, key=lambda line: line.median)
    if slow.median == fast.median:
        return "Every role takes as long"
    said = f"“{slow.name}” takes {sentences.days(slow.median - fast.median)} longer than “{fast.name}”"
    if fast.median and slow.median >= 1.8 * fast.median:
        times = round(slow.median / fast.median)
        said = f"“{slow.name}” takes {'twice' if times == 2 else f'{times} times'} as long as “{fast.name}”"
    return said if _lie_apart(fast, slow) else f"{said}, which may be chance"


def _lie_apart(fast: Line, slow: Line) -> bool:
    ends = (fast.interval or (None, None))[1], (slow.interval or (None, None))[0]
    return None not in ends and ends[0] < ends[1]


def _funnel_finding(view: View) -> str:
    step = view.stuck
    if step is None:
        return "Nobody is stuck at a step"
    verb = "is" if step.stuck == 1 else "are"
    return f"{sentences.people(step.stuck)} {verb} stuck at “{step.title}”"
