"""Ninety days on one page, and what stuck steps cost."""

import csv
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics import sentences
from analytics.asking import Asked, read_asked
from analytics.dimensions import Namer, dimension_of, name_of, one_of
from analytics.kept import answer
from analytics.measures import Measure, measure_of
from analytics.ninety import SPREAD, WINDOWS
from analytics.pages.explored import figure_words, group_name, interval_words
from analytics.pages.filters import filters, of_a_year
from analytics.rollups.basis import counting_rules
from analytics.rollups.keeping import is_behind, standing
from analytics.worked_out import NINETY
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.csv_cells import harmless
from onboarding.tenancy.models import Access

HEADS = {"early": "Early", "middle": "In the middle", "long": "In the long run"}


class WorthForm(forms.Form):
    """What a day is worth, for this look at the page only."""

    worth = forms.FloatField(min_value=0, max_value=1_000_000, required=False)


@dataclass(frozen=True)
class Figure:
    name: str
    metric: str
    value: str
    interval: str
    of: str


@dataclass(frozen=True)
class Window:
    """`had` of those who began have had all its days."""

    name: str
    days: str
    had: int
    people: int
    figures: list[Figure]

    @property
    def is_finished(self) -> bool:
        return self.had == self.people


@dataclass(frozen=True)
class Group:
    name: str
    n: int
    value: str
    interval: str
    bar: tuple[float, float, float] | None


@dataclass(frozen=True)
class Spread:
    by: str
    key: str
    finding: str
    groups: list[Group]

    @property
    def has_intervals(self) -> bool:
        return any(group.bar for group in self.groups)

    @property
    def all_have_intervals(self) -> bool:
        return all(group.bar for group in self.groups)


@require_safe
@open_to(Access.EXECUTIVE)
def ninety_page(request, slug):
    """The question as on the executive view; `worth=` what a day is worth here, `format=csv` the stuck steps as a file."""
    with timezone.override(request.workspace.zone):
        asked = read_asked(of_a_year(request.GET), request.workspace.zone, of_people=request.member.may(Access.MANAGER))
        state = standing()
        if asked is None or state is None:
            return render(request, "analytics/executive_empty.html", {"nav_current": "ninety-days", "ladder": asked})
        found = answer(NINETY, asked.key())
        if request.htmx.target == "answers" and found.is_awaited:
            return HttpResponse(status=204)
        worth, unit = _worth(request)
        if request.GET.get("format") == "csv":
            return (
                _file(found.said["stuck"], worth, unit) if found.said else redirect(f"{request.path}?{asked.query()}")
            )
        calendar = Calendar(clock.now(), request.workspace.zone)
        context = {
            "nav_current": "ninety-days",
            "asked": asked,
            "found": found,
            "counted_at": calendar.time(state.kept_at),
            "is_refreshing": not found.is_fresh or is_behind(),
            "query": asked.query(),
            "worth_fields": parse_qsl(asked.query()),
            **filters(asked),
        }
        if found.said:
            context |= _laid_out(asked, found.said, worth, unit)
        return render(request, "analytics/ninety_days.html", context)


def _worth(request) -> tuple[float | None, str]:
    rules, form = counting_rules(), WorthForm(request.GET)
    said = form.cleaned_data.get("worth") if form.is_valid() else None
    return (rules.day_worth if said is None else said), rules.day_worth_unit


def _laid_out(asked: Asked, said: dict, worth: float | None, unit: str) -> dict:
    steps = [{**step, "cost": None if worth is None else worth * step["days"]} for step in said["stuck"]]
    total = sum(step["days"] for step in steps)
    return {
        "headline": _headline(asked, said),
        "windows": [_window(asked, name, cells, said) for name, cells in said["windows"]],
        "spreads": [spread for each in said["spreads"] if (spread := _spread(asked, each))],
        "spread_name": measure_of(asked.ladder, SPREAD).name,
        "steps": steps,
        "total_days": total,
        "total_cost": None if worth is None else worth * total,
        "worth": worth,
        "unit": unit,
    }


def _window(asked: Asked, name: str, cells: dict, said: dict) -> Window:
    days, keys = next((days, keys) for window, days, keys in WINDOWS if window == name)
    figures = [_figure(asked, key, cells.get(key)) for key in keys if measure_of(asked.ladder, key)]
    return Window(HEADS[name], f"to day {days}", said["had"][str(days)], said["people"], figures)


def _figure(asked: Asked, key: str, cell: dict | None) -> Figure:
    measure = measure_of(asked.ladder, key)
    if cell is None or (cell["n"] < sentences.ENOUGH and measure.unit):
        return Figure(measure.name, measure.metric, "Too early", "", _of(measure, cell["n"] if cell else 0))
    interval = interval_words(measure, cell["low"], cell["high"])
    return Figure(measure.name, measure.metric, figure_words(measure, cell["value"]), interval, _of(measure, cell["n"]))


def _of(measure: Measure, n: int) -> str:
    return f"of {sentences.counted(n, *measure.counts)}" if n else ""


def _spread(asked: Asked, said: dict) -> Spread | None:
    """How far the groups lie from each other; None where there are not two to tell apart."""
    measure, dimension, namer = measure_of(asked.ladder, SPREAD), dimension_of(said["by"]), Namer()
    groups, known = [], []
    for (value, _), cell in list(zip(said["rows"], said["cells"], strict=True))[1:]:
        if cell is None or cell["value"] is None or cell["n"] < sentences.ENOUGH:
            continue
        ends = (cell["low"], cell["high"], cell["value"])
        bar = tuple(100 * end for end in ends) if None not in ends else None
        name = group_name(namer, dimension, value)
        known.append((name, cell["value"]))
        interval = interval_words(measure, cell["low"], cell["high"])
        groups.append(Group(name, cell["n"], figure_words(measure, cell["value"]), interval, bar))
    if len(groups) < 2:
        return None
    apart = [each for each in said["compared"] if each["difference"] and each["difference"][1] is not None]
    clear = [each for each in apart if not each["difference"][1] <= 0 <= each["difference"][2]]
    names = [group_name(namer, dimension, each["value"]) for each in clear]
    finding = sentences.apart(one_of(dimension), names, compared=len(apart), groups=len(said["compared"]))
    return Spread(name_of(dimension), said["by"], finding, groups)


def _headline(asked: Asked, said: dict) -> str:
    cells = dict(said["windows"])
    early = cells["early"]["activation_rate"]
    late = cells["long"]["retention_weekly.12"]
    return sentences.ninety(
        said["people"],
        early["value"] if early and early["n"] >= sentences.ENOUGH else None,
        (late["value"], late["n"]) if late and late["n"] >= sentences.ENOUGH else None,
        said["stuck"][0]["title"] if said["stuck"] else "",
    )


def _file(steps: list[dict], worth: float | None, unit: str) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="stuck-steps.csv"'
    out = csv.writer(answer)
    out.writerow(
        ["step", "title", "people", "accounts", "stuck_after_days", "person_days", "worth_of_a_day", "unit", "cost"]
    )
    for step in steps:
        cost = None if worth is None else worth * step["days"]
        row = [step[key] for key in ("people", "accounts", "after", "days")]
        out.writerow([harmless(step["key"]), harmless(step["title"]), *row, worth, harmless(unit), cost])
    return answer
