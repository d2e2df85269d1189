"""The executive view: one question's answers, each a number with its words. It reads the matrices once and works in memory."""

from dataclasses import dataclass
from datetime import date, timedelta

from analytics import sentences
from analytics.asking import Asked, Span, roles_of
from analytics.measures import ACTIVE_BY
from analytics.reading import Reader, Sheet, read_sheet
from analytics.statistics.counts import Counts, Shares, shares_so_far
from analytics.statistics.survival import Curve, stuck_after
from analytics.tiles import Tile, counted_tiles, engaged_tiles, is_sooner_or_later, median_of, share_by
from milestones.models import Rung

DRAWN = 60  # days of the curve


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
    curve, before = reader.curve("first_value"), reader.curve("first_value", reader.before)
    sure = intervals or {}
    steps = _steps(reader)
    leak = next((step for step in steps if step.is_leak), None)
    began = shares_so_far(reader.counts("done"), asked.until)
    compared = before if before.people >= sentences.ENOUGH else None
    everybody = began.eligible + began.not_theirs + began.skipped
    return View(
        asked=asked,
        headline=sentences.first_value(
            began=everybody,
            on_track=curve.people,
            median=curve.time_of(),
            before=compared.time_of() if compared else None,
            share=float(curve.arrived[-1]) if len(curve.arrived) else None,
            span="new people",
            was=before_words(asked),
            is_clear=is_sooner_or_later(curve, compared, sure) if sure else None,
        ),
        leak=sentences.leak(leak.title, leak.stuck, leak.after) if leak else "",
        people=everybody,
        people_before=_everybody(reader.counts("week", reader.before)),
        left_out=began.left_out,
        tiles=[*counted_tiles(reader, curve, compared, sure), *engaged_tiles(engaged, unit, waiting)],
        curve=curve,
        curve_before=before,
        roles=_roles(reader, sure),
        steps=steps,
        cohorts=_cohorts(reader, steps),
    )


def _everybody(counts: Counts) -> int:
    """Whoever began, whatever is on their track."""
    return int(sum(getattr(counts, name).sum() for name in ("eligible", "not_theirs", "skipped")))


def before_words(asked: Asked) -> str:
    """What the time before is called."""
    return f"the {sentences.days(asked.span.days)} before"


def _roles(reader: Reader, sure: dict) -> list[Line]:
    lines = []
    for key, name in roles_of(reader.asked.ladder):
        if reader.asked.role not in ("", key):
            continue
        curve = reader.curve("first_value", role=key)
        if not curve.people:
            continue
        found = (sure.get("roles") or {}).get(key)
        lines.append(
            Line(
                key,
                name,
                curve.people,
                median_of(curve),
                tuple(found["median"]) if found else None,
                share_by(curve, ACTIVE_BY),
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
        found.append((key, title, shares, _stuck(reader, key, after), after, median_of(way)))
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
