"""Cohorts: those of each row, by any dimension, and how far they have come, step by step."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics import sentences
from analytics.asking import read_asked, tells_of_many
from analytics.climbers import WEEK, Dimension
from analytics.dimensions import Namer, dimension_of, name_of, offered
from analytics.kept import answer
from analytics.pages.explored import group_name, narrowed
from analytics.pages.filters import filters
from analytics.rollups.keeping import is_behind, standing
from analytics.worked_out import COHORTS
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access


@dataclass(frozen=True)
class Cell:
    words: str
    heat: int
    is_early: bool
    people: str  # the query of those who have reached the step; "" where it can not be asked


@dataclass(frozen=True)
class Line:
    name: str
    people: int
    cells: list[Cell | None]


@require_safe
@open_to(Access.EXECUTIVE)
def cohorts_page(request, slug):
    """The question as on the executive view, `rows=` a dimension."""
    with timezone.override(request.workspace.zone):
        may_name = request.member.may(Access.MANAGER)
        asked, state = read_asked(request.GET, request.workspace.zone, of_people=may_name), standing()
        if asked is None or state is None:
            return render(request, "analytics/executive_empty.html", {"nav_current": "cohorts", "ladder": asked})
        row = dimension_of(request.GET.get("rows", "")) or Dimension(WEEK)
        row = row if may_name or tells_of_many(row.of, row.name) else Dimension(WEEK)
        found = answer(
            COHORTS, json.dumps({"asked": asked.said(), "rows": str(row)}, sort_keys=True, ensure_ascii=False)
        )
        if request.htmx.target == "answers" and found.is_awaited:
            return HttpResponse(status=204)
        choices = [
            (head, group)
            for head, every in offered()
            if (group := [each for each in every if may_name or tells_of_many(each.of, each.name)])
        ]
        context = {
            "nav_current": "cohorts",
            "asked": asked,
            "found": found,
            "dimensions": [(head, [(str(each), name_of(each)) for each in group]) for head, group in choices],
            "row_key": str(row),
            "row_name": name_of(row),
            "counted_at": Calendar(clock.now(), request.workspace.zone).time(state.kept_at),
            "is_refreshing": not found.is_fresh or is_behind(),
            "layout": "&" + urlencode({"rows": str(row)}),
            **filters(asked),
        }
        if found.said:
            context |= _laid_out(asked, row, found.said, with_people=may_name)
        return render(request, "analytics/cohorts.html", context)


def _laid_out(asked, row: Dimension, said: dict, *, with_people: bool) -> dict:
    namer, lines = Namer(), []
    for (value, people), cells in zip(said["rows"], said["cells"], strict=True):
        mine = narrowed(asked, row, value) if with_people else None
        shown = [
            _cell(cell, mine.query(what="reached", step=key) if mine else "")
            for cell, (key, _) in zip(cells, said["steps"], strict=True)
        ]
        lines.append(Line(group_name(namer, row, value), people, shown))
    return {"steps": [title for _, title in said["steps"]], "lines": lines, "headline": _headline(said)}


def _cell(cell: list | None, people: str) -> Cell | None:
    if cell is None:
        return None
    reached, eligible, is_early = cell
    share = reached / eligible
    words = (
        "early"
        if is_early
        else f"{round(100 * share)}%"
        if eligible >= sentences.ENOUGH
        else f"{reached} of {eligible}"
    )
    return Cell(words, min(int(share * 7), 6), is_early, people)


def _headline(said: dict) -> str:
    """The step at which most are stuck, as the executive view says it."""
    steps = [(stuck, -place, after) for place, (stuck, after) in enumerate(said["stuck"])]
    stuck, place, after = max(steps, default=(0, 0, 0))
    return sentences.leak(said["steps"][-place][1], stuck, after) if stuck else "How far each cohort has come"
