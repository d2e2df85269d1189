"""The board report of a workspace: the executive view of a period and the page of ninety days, frozen."""

from collections.abc import Callable

from analytics import figures, sentences
from analytics.asking import Asked
from analytics.climbers import OTHERS
from analytics.conditions import MANAGER
from analytics.dimensions import Namer, dimension_of, name_of
from analytics.engagement import engagement
from analytics.executive import ACTIVE_BY, DRAWN, View, before_words, look
from analytics.measures import measure_of
from analytics.metrics import BY_KEY
from analytics.models import CountingRules
from analytics.ninety import SPREAD, ninety_days
from analytics.reports import blocks
from analytics.reports.blocks import Datum, Draft
from analytics.statistics.survival import Curve

SECTIONS = (
    ("measures", "Key measures"),
    ("curve", "How fast first value is reached"),
    ("roles", "First value by role"),
    ("steps", "Where people drop off"),
    ("spread", "How groups differ"),
    ("stuck", "What stuck steps cost"),
    ("managers", "How managers differ, by name"),
)
NAMED = ("managers",)  # said only where it was chosen
TABLE_DAYS = (1, 3, 7, 14, 30, 60)


def board_report(asked: Asked, rules: CountingRules, zone: str, *, sections: list[str], sure: dict, seed: int) -> Draft:
    """All sections asked for. `sure` is how sure the curves are, as `worked_out.intervals` says it."""
    view = look(asked, sure, engagement(asked, rules, zone).said(), rules.expansion_unit)
    ninety = ninety_days(asked, rules, zone, seed=seed)
    draft = Draft(
        title=view.headline.rstrip("."),
        lede=f"{sentences.people(view.people).capitalize()} who began {asked.span.first:%-d %B} to {asked.span.last:%-d %B %Y} on "
        f"“{asked.ladder.name}”, beside {sentences.people(view.people_before)} of {before_words(asked)}. {view.leak}".strip(),
    )
    made: dict[str, Callable[[], None]] = {
        "measures": lambda: _measures(draft, view),
        "curve": lambda: _curve(draft, view, sure),
        "roles": lambda: _roles(draft, view),
        "steps": lambda: _steps(draft, view),
        "spread": lambda: _spread(draft, asked, [each for each in ninety["spreads"] if each["by"] != MANAGER]),
        "managers": lambda: _spread(draft, asked, [each for each in ninety["spreads"] if each["by"] == MANAGER]),
        "stuck": lambda: _stuck(draft, ninety["stuck"], rules),
    }
    for key, _ in SECTIONS:
        if key in sections:
            made[key]()
    draft.add(blocks.foot(_measured(view)))
    return draft


def _measures(draft: Draft, view: View) -> None:
    shown = []
    for tile in view.tiles:
        value = (
            f"{tile.value}{tile.unit}" if not tile.steps else ", ".join(f"{value} by {by}" for value, by in tile.steps)
        )
        note = f"{tile.note} {tile.interval}.".strip() if tile.interval else tile.note
        shown.append(blocks.tile(tile.name, value, note, tile.change))
    draft.add(blocks.tiles("Key measures", shown))


def _curve(draft: Draft, view: View, sure: dict) -> None:
    band = sure.get("first_value")
    before = view.curve_before if view.curve_before.people >= sentences.ENOUGH else None
    days = min(DRAWN, max(len(view.curve.arrived), 15) - 1)
    rows, data = [], []
    for day in TABLE_DAYS:
        share = view.curve.by(day)
        if share is None:
            break
        was = before.by(day) if before is not None else None
        inside = band and day < len(band["low"])
        low, high = (band["low"][day], band["high"][day]) if inside else (None, None)
        interval = f"{round(low * 100)} to {round(high * 100)}" if inside else "–"
        rows.append([f"{day}", sentences.percent(share), interval, sentences.percent(was) if was is not None else "–"])
        data.append(
            Datum("first value", f"Reached by day {day}", share, "share", low, high, _at_risk(view.curve, day), was)
        )
    draft.add(
        blocks.figure(
            "How fast first value is reached",
            figures.waiting(view.curve, before, band, days=days),
            "Share still waiting for first value, by day since they began; dotted the time before, shaded the 95% interval.",
            ["Day", "Have reached it", "95% interval", "The time before"],
            rows,
        ),
        *data,
    )


def _at_risk(curve: Curve, day: int) -> int | None:
    return int(curve.at_risk[day]) if day < len(curve.at_risk) else None


def _roles(draft: Draft, view: View) -> None:
    rows = [
        [
            line.name,
            f"{line.people:,}",
            sentences.days(line.median) if line.median is not None else "Not yet",
            _ends(sentences.interval_of_days(line.interval)),
            sentences.percent(line.active) if line.active is not None else "Too early",
        ]
        for line in view.roles
    ]
    head = ["Role", "People", "Half reach first value in", "95% interval", f"Within {ACTIVE_BY} days"]
    data = [
        Datum("role", line.name, line.median, "days", *(line.interval or (None, None)), n=line.people)
        for line in view.roles
    ]
    draft.add(blocks.table("First value by role", head, rows), *data)


def _steps(draft: Draft, view: View) -> None:
    rows = [
        [
            step.title,
            f"{step.shares.reached:,} of {step.shares.eligible:,}",
            sentences.percent(step.shares.rate or 0),
            f"{step.stuck:,}",
        ]
        for step in view.steps
    ]
    data = [Datum("step", step.title, step.shares.rate, "share", n=step.shares.eligible) for step in view.steps]
    data += [Datum("stuck", step.title, step.stuck, "people") for step in view.steps]
    note = "Stuck: the step has been open for longer than four of five of those who got there took."
    draft.add(blocks.table("Where people drop off", ["Step", "Reached", "Share", "Stuck"], rows, note), *data)


def _spread(draft: Draft, asked: Asked, spreads: list[dict]) -> None:
    measure, namer = measure_of(asked.ladder, SPREAD), Namer()
    for said in spreads:
        by, rows, data = dimension_of(said["by"]), [], []
        for (value, _), cell in list(zip(said["rows"], said["cells"], strict=True))[1:]:
            if cell is None or cell["value"] is None or cell["n"] < sentences.ENOUGH:
                continue
            name = "All others" if value == OTHERS else namer.value(by, value)
            ends = _ends(sentences.interval_of_share(cell["low"], cell["high"]))
            rows.append([name, f"{cell['n']:,}", sentences.percent(cell["value"]), ends])
            data.append(Datum(said["by"], name, cell["value"], "share", cell["low"], cell["high"], cell["n"]))
        if len(rows) > 1:
            draft.add(
                blocks.table(
                    f"{measure.name} by {name_of(by).lower()}",
                    [name_of(by), "People", measure.name, "95% interval"],
                    rows,
                ),
                *data,
            )


def _stuck(draft: Draft, steps: list[dict], rules: CountingRules) -> None:
    rows, data = [], []
    for step in steps:
        cost = (
            "" if rules.day_worth is None else f"{rules.day_worth * step['days']:,.0f} {rules.day_worth_unit}".strip()
        )
        rows.append([step["title"], f"{step['people']:,}", f"{step['days']:,}", *([cost] if cost else [])])
        data.append(Datum("stuck days", step["title"], step["days"], "person-days", n=step["people"]))
    head = ["Step", "People stuck", "Days of people", *(["Worth"] if rules.day_worth is not None else [])]
    note = ""
    if rules.day_worth is not None:
        note = (
            f"Assuming that a day on which one person gets on is worth {rules.day_worth:,.10g} {rules.day_worth_unit}."
        )
    draft.add(blocks.table("What stuck steps cost", head, rows, note), *data)


def _ends(interval: str) -> str:
    """An interval below a head that says what it is."""
    return interval.removeprefix("95% interval ") or "Too few accounts"


def _measured(view: View) -> list[str]:
    keys = list(dict.fromkeys(tile.metric for tile in view.tiles))
    lines = [f"{BY_KEY[key].name} (definition {BY_KEY[key].version}): {BY_KEY[key].sentence}" for key in keys]
    out = sentences.people(view.left_out)
    left_out = (
        f" {out.capitalize()} {'is' if view.left_out == 1 else 'are'} left out: tests, and second times."
        if view.left_out
        else ""
    )
    return [f"How we measured. People of one account are not counted as independent.{left_out}", *lines]
