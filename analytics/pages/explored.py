"""What the explorer's answer says: figures, intervals, changes and people, in words."""

import csv
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse

from analytics import figures, sentences
from analytics.asking import Asked, Span
from analytics.climbers import MONTH, OTHERS, ROLE, WEEK, Dimension
from analytics.conditions import MOST, Condition
from analytics.dimensions import TIMES, Namer, name_of
from analytics.measures import BY_DAY, MEDIAN, SO_FAR, STUCK, Measure
from analytics.metrics import BY_KEY, MORE
from analytics.reading import counts_from_later
from analytics.rollups.basis import counting_rules
from onboarding.tenancy.csv_cells import harmless


@dataclass(frozen=True)
class Chosen:
    """What the address says: the question, and how it is laid out."""

    asked: Asked
    measure: Measure
    row: Dimension | None
    column: Dimension | None
    is_compared: bool

    def question(self) -> str:
        said = {
            "asked": self.asked.said(),
            "measure": self.measure.key,
            "rows": str(self.row or ""),
            "columns": str(self.column or ""),
            "is_compared": self.is_compared,
        }
        return json.dumps(said, sort_keys=True, ensure_ascii=False)

    def query(self, asked: Asked | None = None, **other) -> str:
        """The address's query, of another question of the same layout where that is given."""
        return (asked or self.asked).query(**(self._layout() | other))

    def layout_query(self) -> str:
        """What a page adds to another question's query, to keep its layout."""
        return "&" + urlencode({name: value for name, value in self._layout().items() if value})

    def _layout(self) -> dict[str, str]:
        return {
            "measure": self.measure.key,
            "rows": str(self.row or "none"),  # said, because nothing said means the usual
            "columns": str(self.column or ""),
            "compare": "1" if self.is_compared else "",
        }


@dataclass(frozen=True)
class Cell:
    value: str
    interval: str
    n: int
    change: tuple[str, str, str]
    change_words: str
    people: str  # the query of the people behind it; "" where there is none
    bar: tuple[float, float, float] | None  # the interval's ends and the figure, in percent of the widest


@dataclass(frozen=True)
class Line:
    name: str
    n: int
    only: str  # the query that asks for these only; "" where there is none
    cells: list[Cell | None]


def laid_out(chosen: Chosen, said: dict) -> dict:
    namer, measure = Namer(), chosen.measure
    columns = [(group_name(namer, chosen.column, value), n) for value, n in said["columns"]]
    ends = [cell[key] for row in said["cells"] for cell in row if cell for key in ("value", "high") if cell[key]]
    peak = 1 if measure.is_share else max(ends, default=0)
    lines = []
    for (value, n), cells in zip(said["rows"], said["cells"], strict=True):
        mine = _whose(chosen, chosen.asked, chosen.row, value)
        shown = [
            _cell(measure, cell, mine and _whose(chosen, mine, chosen.column, other), peak, said.get("after", 0))
            for cell, (other, _) in zip(cells, said["columns"], strict=True)
        ]
        only = chosen.query(mine) if mine is not None and value is not None else ""
        lines.append(Line(group_name(namer, chosen.row, value), n, only, shown))
    curves = said.get("curves")
    context = {
        "columns": columns,
        "lines": lines,
        "row_name": name_of(chosen.row) if chosen.row else "",
        "headline": _headline(chosen, said, namer),
    }
    if curves:
        named = [(group_name(namer, chosen.row, each["value"]), each["arrived"]) for each in curves]
        context |= {"figure": figures.arrivals(named), "curves": named, "curve_rows": _curve_rows(named)}
    if said.get("compared"):
        context["compared"] = [
            _beside(group_name(namer, chosen.row, each["value"]), each, said["day"]) for each in said["compared"]
        ]
        context["day"] = said["day"]
    return context


def group_name(namer: Namer, dimension: Dimension | None, value: str | None) -> str:
    if value is None:
        return "Everybody"
    return "All others" if value == OTHERS else namer.value(dimension, value)


def _whose(chosen: Chosen, asked: Asked, dimension: Dimension | None, value: str | None) -> Asked | None:
    """As `narrowed`. Where the days count from a later day than the beginning, a week of beginning cannot be asked for: the asked time
    is that of the later day.
    """
    is_of_another_day = dimension is not None and dimension.of in TIMES and counts_from_later(chosen.measure.of)
    return None if value is not None and is_of_another_day else narrowed(asked, dimension, value)


def narrowed(asked: Asked, dimension: Dimension | None, value: str | None) -> Asked | None:
    """The same question of those of that value only; None where it can not be asked."""
    if value is None or dimension is None:
        return asked
    if value == OTHERS:
        return None
    if dimension.of == ROLE:
        return replace(asked, role=value) if value and asked.role in ("", value) else None
    if dimension.of in (WEEK, MONTH):
        first = date.fromisoformat(value)
        after = first + timedelta(days=7) if dimension.of == WEEK else (first + timedelta(days=32)).replace(day=1)
        span = Span(max(first, asked.span.first), min(after - timedelta(days=1), asked.span.last))
        return replace(asked, span=span, period="", is_usual=False) if span.first <= span.last else None
    condition = Condition(dimension.of, dimension.name, value)
    if condition in asked.where:
        return asked
    return replace(asked, where=(*asked.where, condition)) if len(asked.where) < MOST else None


def _cell(measure: Measure, cell: dict | None, asked: Asked | None, peak: float, after: int) -> Cell | None:
    if cell is None:
        return None
    has_enough = cell["n"] >= sentences.ENOUGH or measure.unit == ""
    value = figure_words(measure, cell["value"]) if has_enough else "Too few"
    interval = interval_words(measure, cell["low"], cell["high"]) if has_enough else ""
    change = change_words(measure, cell["value"], cell.get("was")) if has_enough else ("", "", "")
    ends = (cell["low"], cell["high"], cell["value"])
    bar = tuple(100 * end / peak for end in ends) if has_enough and peak and None not in ends else None
    changed = changed_words(measure, cell.get("changed"))
    if not _is_clear(cell.get("changed")):
        change = (*change[:2], "")
    return Cell(value, interval, cell["n"], change, changed, _people(measure, asked, after), bar)


def _is_clear(changed: list | None) -> bool:
    """Whether the change's interval is known and leaves no change out."""
    return bool(changed) and changed[1] is not None and not changed[1] <= 0 <= changed[2]


def _people(measure: Measure, asked: Asked | None, after: int) -> str:
    """Whom the number is about, where the page of people tells them: those who got there, or are stuck."""
    if asked is None:
        return ""
    kind, _, step = measure.of.partition(":")
    if measure.kind == STUCK:
        return asked.query(what="stuck", step=step, longer=after)
    if measure.kind in (MEDIAN, BY_DAY, SO_FAR) and kind in ("first_value", "done", "rung"):
        return asked.query(what="reached", step=step or kind)
    return ""


def figure_words(measure: Measure, value: float | None) -> str:
    """61%, 6 days, 4.2 events; what is not there in words."""
    if value is None:
        return "Not yet" if measure.kind == MEDIAN else "Too early"
    if measure.is_share:
        return sentences.percent(value)
    if measure.kind == MEDIAN:
        return sentences.days(value)
    return f"{value:,.1f}" if measure.unit else f"{value:,.0f} {counting_rules().expansion_unit}".strip()


def interval_words(measure: Measure, low: float | None, high: float | None) -> str:
    if measure.kind == MEDIAN:
        return sentences.interval_of_days((low, high)) if low is not None else ""
    if measure.is_share:
        return sentences.interval_of_share(low, high)
    return sentences.interval_of_number(low, high)


def change_words(measure: Measure, now: float | None, was: float | None) -> tuple[str, str, str]:
    """(words, direction, whether that is good) against the time before."""
    if measure.kind == MEDIAN:
        return sentences.change_of_days(now, was)
    if measure.is_share:
        words, direction, good = sentences.change_of_share(now, was)
        if good and BY_KEY[measure.metric].better != MORE:
            good = "no" if good == "yes" else "yes"
        return words, direction, good
    return sentences.change_of_number(now, was)


def changed_words(measure: Measure, changed: list | None) -> str:
    """How sure the change is."""
    if not changed or changed[1] is None:
        return ""
    factor, unit = (100, "points") if measure.is_share else (1, measure.unit)
    _, low, high = changed
    if low <= 0 <= high:
        return "within what chance alone does"
    ends = sorted((abs(low) * factor, abs(high) * factor))
    return (
        f"between {ends[0]:.0f} and {ends[1]:.0f} {unit}"
        if measure.kind != MEDIAN
        else f"{ends[0]:.0f} to {ends[1]:.0f} days"
    )


def _headline(chosen: Chosen, said: dict, namer: Namer) -> str:
    measure, everybody = chosen.measure, said["cells"][0][0]
    if everybody is None:
        return "Nobody is behind this number in this time."
    better = max if BY_KEY[measure.metric].better == MORE else min
    worse = min if better is max else max
    known = {
        value: cells[0]["value"]
        for (value, _), cells in zip(said["rows"][1:], said["cells"][1:], strict=True)
        if cells[0] and cells[0]["value"] is not None and cells[0]["n"] >= sentences.ENOUGH and value != OTHERS
    }
    best, worst = (pick(known, key=known.get) if known else None for pick in (better, worse))
    return sentences.spread(
        measure.name,
        figure_words(measure, everybody["value"]),
        *(
            (group_name(namer, chosen.row, each), figure_words(measure, known[each])) if each is not None else None
            for each in (best, worst)
        ),
    )


def _curve_rows(named: list[tuple[str, list[float]]]) -> list[tuple[int, list[str]]]:
    days = [day for day in (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60) if any(day < len(shares) for _, shares in named)]
    return [
        (day, [sentences.percent(shares[day]) if day < len(shares) else "–" for _, shares in named]) for day in days
    ]


@dataclass(frozen=True)
class Beside:
    name: str
    share: str
    rest: str
    difference: str
    mean: str
    chance: str


def _beside(name: str, said: dict, day: int) -> Beside:
    share, rest = (sentences.percent(said[key]) if said[key] is not None else "Too early" for key in ("share", "rest"))
    mean = ""
    if said["mean"] is not None and said["rest_mean"] is not None:
        mean = f"{said['mean']:.1f} to {said['rest_mean']:.1f}"
    return Beside(name, share, rest, sentences.difference(said["difference"]), mean, sentences.chance(said["p"]))


def as_file(chosen: Chosen, said: dict) -> HttpResponse:
    """The table cell by cell, with what it takes to count on with it."""
    namer = Namer()
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{chosen.measure.metric}.csv"'
    out = csv.writer(answer)
    out.writerow(["row", "column", "value", "low", "high", "n", "accounts", "before"])
    for (row, _), cells in zip(said["rows"], said["cells"], strict=True):
        for (column, _), cell in zip(said["columns"], cells, strict=True):
            if cell:
                names = [group_name(namer, chosen.row, row), group_name(namer, chosen.column, column)]
                numbers = [cell[key] for key in ("value", "low", "high", "n", "accounts")]
                out.writerow([*map(harmless, names), *numbers, cell.get("was")])
    return answer
