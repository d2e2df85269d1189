"""The executive view: one question's answers, each a number with its words. It reads the matrices once and works in memory."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from analytics import sentences
from analytics.asking import Asked, Span, roles_of
from analytics.measures import ACTIVE_BY, DONE_BY, RETAINED, USED_WITHIN
from analytics.reading import Sheet, read_sheet
from analytics.statistics.counts import Counts, LifeTable, Shares, life_table, shares_so_far
from analytics.statistics.survival import Curve, incidence, stuck_after
from milestones.models import Feature, Rung

DRAWN = 60  # days of the curve
ENOUGH = sentences.ENOUGH


@dataclass(frozen=True)
class Tile:
    """One number: what it is, how it moved (good or bad where one knows how sure it is), and a sentence that can be read aloud."""

    metric: str
    name: str
    value: str
    unit: str = ""
    change: tuple[str, str, str] = ("", "", "")
    interval: str = ""
    note: str = ""
    steps: tuple[tuple[str, str], ...] = ()  # (value, by when), in place of one value


@dataclass(frozen=True)
class Line:
    """One row of "by role"."""

    key: str
    name: str
    people: int
    median: int | None
    interval: tuple[int | None, int | None] | None
    active: float | None


@dataclass(frozen=True)
class Step:
    """One row of the funnel."""

    key: str
    title: str
    shares: Shares
    stuck: int
    after: int
    half: int | None  # days since it opened, by which half of those it opened for had reached it
    is_leak: bool = False

    @property
    def percent(self) -> float:
        return round(100 * (self.shares.rate or 0), 1)


@dataclass(frozen=True)
class Cell:
    """One cell of the heat map: a share, None where nobody has the step; too early where too few days have passed."""

    share: float | None
    is_early: bool
    people: int

    @property
    def heat(self) -> int:
        return min(int((self.share or 0) * 7), 6)


@dataclass(frozen=True)
class CohortRow:
    first: date
    last: date
    people: int
    cells: list[Cell]


@dataclass
class View:
    """All that the page shows."""

    asked: Asked
    headline: str
    leak: str
    people: int
    people_before: int
    left_out: int
    tiles: list[Tile]
    curve: Curve
    curve_before: Curve
    roles: list[Line]
    steps: list[Step]
    cohorts: list[CohortRow]

    @property
    def stuck(self) -> Step | None:
        return next((step for step in self.steps if step.is_leak), None)


class Reader:
    """Asks one sheet; `before` is the span of the same length just before."""

    def __init__(self, asked: Asked, sheet: Sheet):
        self.asked, self.sheet = asked, sheet
        self.span, self.before = asked.span, asked.span.before()

    def counts(self, measure: str, span: Span | None = None, role: str | None = None) -> Counts:
        return self.sheet.counts(measure, span or self.span, self.asked.role if role is None else role)

    def table(self, measure: str, span: Span | None = None, role: str | None = None) -> LifeTable:
        return life_table(self.counts(measure, span, role), self.asked.until)

    def curve(self, measure: str, span: Span | None = None, role: str | None = None) -> Curve:
        return incidence(self.table(measure, span, role))


def look(
    asked: Asked,
    intervals: dict | None,
    engaged: dict | None = None,
    unit: str = "",
    waiting: str = "Being worked out.",
    sheet: Sheet | None = None,
) -> View:
    """The whole view. `intervals` and `engaged` are what the worker has worked out for this question, None before it has;
    `unit` is that of expansion, `waiting` what is said of a number that is not there yet. `sheet` is needed of a question with
    conditions, for which none is kept.
    """
    reader = Reader(asked, sheet or read_sheet(asked))
    first, first_before = reader.table("first_value"), reader.table("first_value", reader.before)
    curve, before = incidence(first), incidence(first_before)
    sure = intervals or {}
    steps = _steps(reader)
    leak = next((step for step in steps if step.is_leak), None)
    began = shares_so_far(reader.counts("done"), asked.until)
    enough_before = first_before.people >= ENOUGH
    everybody = began.eligible + began.not_theirs + began.skipped
    return View(
        asked=asked,
        headline=sentences.first_value(
            began=everybody,
            on_track=first.people,
            median=curve.time_of(),
            before=before.time_of() if enough_before else None,
            share=float(curve.arrived[-1]) if len(curve.arrived) else None,
            span="new people",
            was=before_words(asked),
            interval=sure["first_value"]["median"] if sure.get("first_value") else None,
        ),
        leak=sentences.leak(leak.title, leak.stuck, leak.after) if leak else "",
        people=everybody,
        people_before=first_before.people,
        left_out=began.left_out,
        tiles=[*_tiles(reader, curve, before if enough_before else None, sure), *_engaged(engaged, unit, waiting)],
        curve=curve,
        curve_before=before,
        roles=_roles(reader, sure),
        steps=steps,
        cohorts=_cohorts(reader, steps),
    )


def before_words(asked: Asked) -> str:
    """What the time before is called."""
    return f"the {sentences.days(asked.span.days)} before"


def _tiles(reader: Reader, curve: Curve, before: Curve | None, sure: dict) -> list[Tile]:
    return [
        _first_value(curve, before, sure.get("first_value")),
        _activation(curve, before, sure.get("first_value")),
        _completion(reader),
        _adoption(reader, sure.get("adoption")),
        _retention(reader, "week", "retention_weekly", "Weekly retention", sure.get("week")),
        _retention(reader, "month", "retention_monthly", "Monthly retention", sure.get("month")),
    ]


ENGAGED = (
    ("repeat_use", "Repeat use", "repeat", "of those who used a key workflow came back to one in three weeks of four."),
    ("on_time", "On time", "on_time", "of the steps that were due were reached by then."),
    ("advocacy", "Advocacy", "recommend", "of those who were asked at the end would recommend it."),
    ("outcomes", "Outcomes", "goals", "of the goals have reached their target."),
)


def _engaged(said: dict | None, unit: str, waiting: str) -> list[Tile]:
    """What the worker works out: shown as being worked out before it has."""
    if said is None:
        names = [*((metric, name) for metric, name, *_ in ENGAGED), ("depth", "Depth"), ("expansion", "Expansion")]
        return [Tile(metric, name, "…", note=waiting) for metric, name in names]
    tiles = [_share(metric, name, said[key], words) for metric, name, key, words in ENGAGED]
    if said.get("refer") and said["refer"]["part"]:
        place = [metric for metric, *_ in ENGAGED].index("advocacy")
        referred = f"{sentences.people(said['refer']['part'])} of {said['refer']['whole']:,} {'has' if said['refer']['part'] == 1 else 'have'} referred somebody."
        tiles[place] = replace(tiles[place], note=f"{tiles[place].note} {referred}")
    if said["money"]:
        gained = " and ".join(_above(unit, amount) for unit, amount in sorted(said["money"].items()))
        tiles[-1] = replace(tiles[-1], note=f"{tiles[-1].note} In money they are {gained} their baseline.")
    return [*tiles, _depth(said["depth"]), _expansion(said, unit)]


def _depth(said: dict) -> Tile:
    weeks = said["whole"]
    if weeks < ENOUGH:
        return Tile("depth", "Depth", "Too early", note="Hardly anybody has been active yet.")
    note = f"Different events in a week in which somebody is active, over {weeks:,} such weeks."
    interval = sentences.interval_of_number(said["low"], said["high"])
    return Tile("depth", "Depth", f"{said['part'] / weeks:.1f}", " events", interval=interval, note=note)


def _above(unit: str, amount: float) -> str:
    return f"{unit} {abs(amount):,.0f} {'above' if amount >= 0 else 'below'}".strip()


def _share(metric: str, name: str, said: dict, words: str) -> Tile:
    part, whole = said["part"], said["whole"]
    if whole < ENOUGH:
        return Tile(metric, name, "Too early", note=f"{part} of {whole} so far; it takes {ENOUGH} to say.")
    interval = sentences.interval_of_share(said["low"], said["high"])
    return Tile(
        metric, name, f"{round(100 * part / whole)}", "%", interval=interval, note=f"{part:,} of {whole:,} {words}"
    )


def _expansion(said: dict, unit: str) -> Tile:
    found = said["expansion"]
    if found is None:
        return Tile(
            "expansion",
            "Expansion",
            "Not known",
            note="The settings can name the event that says that an account bought more.",
        )
    amount = f"{said['expanded_by']:,.0f}"
    note = f"{found['part']:,} of {sentences.counted(found['whole'], 'account', 'accounts')} have bought more since they began."
    return Tile("expansion", "Expansion", amount, f" {unit}" if unit else "", note=note)


def _first_value(curve: Curve, before: Curve | None, sure: dict | None) -> Tile:
    median, name = curve.time_of(), "Time to first value"
    people = int(curve.at_risk[0]) if len(curve.at_risk) else 0
    if people < ENOUGH:
        return Tile(
            "time_to_first_value",
            name,
            "Too early",
            note=f"{sentences.people(people)} began; it takes {ENOUGH} to say.",
        )
    was = before.time_of() if before else None
    if median is None:
        note = f"Half have not got there. So far {sentences.percent(float(curve.arrived[-1]))} have."
        return Tile("time_to_first_value", name, "Not yet", note=note)
    return Tile(
        "time_to_first_value",
        name,
        f"{median}",
        " day" if median == 1 else " days",
        _weighed(sentences.change_of_days(median, was), was, *(sure["median"] if sure else (None, None))),
        sentences.interval_of_days(tuple(sure["median"]) if sure else None),
        f"Half of new people have reached first value by the end of day {median}.",
    )


def _activation(curve: Curve, before: Curve | None, sure: dict | None) -> Tile:
    share, name = _at(curve, ACTIVE_BY), "Activation rate"
    if share is None:
        return Tile("activation_rate", name, "Too early", note=f"Fewer than {ENOUGH} people have had {ACTIVE_BY} days.")
    inside = sure and len(sure["low"]) > ACTIVE_BY
    ends = (sure["low"][ACTIVE_BY], sure["high"][ACTIVE_BY]) if inside else (None, None)
    interval, was = sentences.interval_of_share(*ends), _at(before, ACTIVE_BY) if before else None
    change = _weighed(sentences.change_of_share(share, was), was, *ends)
    note = f"{sentences.ratio(share)} reached first value within {ACTIVE_BY} days."
    return Tile("activation_rate", name, f"{round(share * 100)}", "%", change, interval, note)


def _completion(reader: Reader) -> Tile:
    curve = reader.curve("done")
    steps = tuple(
        ((sentences.percent(share) if (share := _at(curve, day)) is not None else "early"), f"day {day}")
        for day in DONE_BY
    )
    told = [(day, share) for day in DONE_BY if (share := _at(curve, day)) is not None]
    note = (
        f"{sentences.ratio(told[-1][1])} finished every step by day {told[-1][0]}."
        if told
        else "Too early to say for anybody."
    )
    return Tile("ladder_completion", "Ladder completion", "", note=note, steps=steps)


def _adoption(reader: Reader, sure: list | None) -> Tile:
    uses = sorted(measure for measure in reader.sheet.measures if measure.startswith("use:"))
    name = "Adoption after unlock"
    now, was = (_joined(reader, uses, span) for span in (reader.span, reader.before))
    share = _at(now, USED_WITHIN)
    if not uses or share is None:
        note = (
            "No unlocked feature with events has been there for two weeks."
            if uses
            else "Name the events of a feature to see this."
        )
        return Tile("feature_adoption", name, "Too early" if uses else "Not known", note=note)
    ends, before = sure or (None, None), _at(was, USED_WITHIN)
    names = dict(Feature.objects.values_list("key", "name"))
    each = {names.get(use[4:], use[4:]): _at(reader.curve(use), USED_WITHIN) for use in uses}
    known = {feature: found for feature, found in each.items() if found is not None}
    lagging = min(known, key=known.get) if known else ""
    note = sentences.used_after_unlock(share, USED_WITHIN)
    if len(known) > 1 and known[lagging] < share:
        note += f" {lagging} lags at {sentences.percent(known[lagging])}."
    return Tile(
        "feature_adoption",
        name,
        f"{round(share * 100)}",
        "%",
        _weighed(sentences.change_of_share(share, before), before, *ends),
        sentences.interval_of_share(*ends),
        note,
    )


def _joined(reader: Reader, measures: list[str], span: Span) -> Curve:
    """One curve over several measures: each of their spells once."""
    rows = [
        row
        for (name, role), rows in reader.sheet.rows.items()
        if name in measures
        for row in rows
        if reader.asked.role in ("", role) and span.first <= row[0] <= span.last
    ]
    return incidence(life_table(Counts.of(rows), reader.asked.until))


def _retention(reader: Reader, measure: str, metric: str, name: str, sure: list | None) -> Tile:
    """The latest week, or four weeks, that enough people have behind them. `sure`: (which one it is of, its interval's ends)."""
    length, latest = RETAINED[measure]
    for number in range(latest, 0, -1):
        active, eligible = _active(reader, measure, number, length, reader.span)
        if eligible >= ENOUGH:
            was_active, was = _active(reader, measure, number, length, reader.before)
            before = was_active / was if was >= ENOUGH else None
            ends = sure[1:] if sure and sure[0] == number else (None, None)
            change = _weighed(sentences.change_of_share(active / eligible, before), before, *ends)
            first, last = number * length, (number + 1) * length - 1
            note = f"{active:,} of {eligible:,} were active between day {first} and day {last}."
            interval = sentences.interval_of_share(*ends)
            return Tile(metric, name, f"{round(100 * active / eligible)}", "%", change, interval, note)
    return Tile(metric, name, "Too early", note=f"Fewer than {ENOUGH} people have had {2 * length} days.")


def _active(reader: Reader, measure: str, number: int, length: int, span: Span) -> tuple[int, int]:
    """(active in that week or month since they began, those who have had it in full)"""
    counts = reader.counts(measure, span)
    old = counts.cohort + (number + 1) * length - 1 <= reader.asked.until.toordinal()
    inside = (counts.reached.lag == number) & old[counts.reached.row] if len(old) else old
    return int(counts.reached.n[inside].sum()), int(counts.eligible[old].sum())


def _weighed(
    change: tuple[str, str, str], was: float | None, low: float | None, high: float | None
) -> tuple[str, str, str]:
    """The change, good or bad only where what was lies outside the interval of what is: else it may be chance."""
    return (*change[:2], "") if was is None or sentences.is_within(was, low, high) else change


def _at(curve: Curve, day: int) -> float | None:
    """The share by that day, where enough people have been watched so long."""
    watched = curve.at_risk[0] if len(curve.at_risk) else 0
    return curve.by(day) if watched >= ENOUGH else None


def _roles(reader: Reader, sure: dict) -> list[Line]:
    lines = []
    for key, name in roles_of(reader.asked.ladder):
        if reader.asked.role not in ("", key):
            continue
        curve = reader.curve("first_value", role=key)
        people = int(curve.at_risk[0]) if len(curve.at_risk) else 0
        if not people:
            continue
        found = (sure.get("roles") or {}).get(key)
        enough = people >= ENOUGH
        lines.append(
            Line(
                key,
                name,
                people,
                curve.time_of() if enough else None,
                tuple(found["median"]) if found else None,
                _at(curve, ACTIVE_BY),
            )
        )
    return lines


def _steps(reader: Reader) -> list[Step]:
    """The rungs of the live version, in its order, with the one at which most are stuck marked."""
    live = reader.asked.ladder.live_id
    rungs = Rung.objects.filter(version_id=live).order_by("position", "id").values_list("key", "content__title")
    found = []
    for key, title in rungs:
        shares = shares_so_far(reader.counts(f"rung:{key}"), reader.asked.until)
        if not shares.eligible:
            continue
        way = reader.curve(f"wait:{key}")
        after = stuck_after(way)
        enough = len(way.at_risk) and way.at_risk[0] >= ENOUGH
        found.append((key, title, shares, _stuck(reader, key, after), after, way.time_of() if enough else None))
    most = max((each[3] for each in found), default=0)
    marked = next((each[0] for each in found if each[3] == most and most), None)
    return [Step(*each, is_leak=each[0] == marked) for each in found]


def _stuck(reader: Reader, key: str, after: int) -> int:
    """Those whose step has been open for longer than that."""
    counts = reader.counts(f"wait:{key}")
    until = reader.asked.until - timedelta(days=after)
    old = counts.cohort < until.toordinal()
    if not old.any():
        return 0
    span = Span(date.fromordinal(int(counts.cohort.min())), min(until - timedelta(days=1), reader.span.last))
    return shares_so_far(reader.counts(f"wait:{key}", span), reader.asked.until).open


def _cohorts(reader: Reader, steps: list[Step]) -> list[CohortRow]:
    """Those who began, in at most nine spans, by what of each step they have reached."""
    width = max(7, 7 * -(-reader.span.days // 63))
    early = {step.key: stuck_after(reader.curve(f"rung:{step.key}")) for step in steps}
    rows = []
    start = reader.span.first
    while start <= reader.span.last:
        span = Span(start, min(start + timedelta(days=width - 1), reader.span.last))
        began = shares_so_far(reader.counts("done", span), reader.asked.until)
        people = began.eligible + began.not_theirs + began.skipped
        if people:
            rows.append(
                CohortRow(span.first, span.last, people, [_cell(reader, step.key, span, early) for step in steps])
            )
        start = span.last + timedelta(days=1)
    return rows


def _cell(reader: Reader, key: str, span: Span, early: dict[str, int]) -> Cell:
    shares = shares_so_far(reader.counts(f"rung:{key}", span), reader.asked.until)
    return Cell(shares.rate, (reader.asked.until - span.last).days < early[key], shares.eligible)
