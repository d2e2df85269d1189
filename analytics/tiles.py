"""The executive view's tiles: one number each, how sure it is, how it moved, and a sentence that can be read aloud.

A change is good or bad only where it is clear: where the interval of the difference holds no zero. What was and what is are of
different people, of accounts of which some may be the same; to count them as others makes the interval, if anything, too wide.
"""

from dataclasses import dataclass, replace

from analytics import sentences
from analytics.asking import Span
from analytics.measures import ACTIVE_BY, DONE_BY, RETAINED, USED_WITHIN
from analytics.reading import Reader
from analytics.sentences import ENOUGH
from analytics.statistics.counts import life_table
from analytics.statistics.estimates import Estimate, difference
from analytics.statistics.survival import Curve, incidence
from milestones.models import Feature

Change = tuple[str, str, str]  # as sentences.change_of_share says it
Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Tile:
    """One number: what it is, how it moved (good or bad where one knows how sure it is), and a sentence that can be read aloud."""

    metric: str
    name: str
    value: str
    unit: str = ""
    change: Change = ("", "", "")
    interval: str = ""
    note: str = ""
    steps: tuple[tuple[str, str], ...] = ()  # (value, by when), in place of one value


def counted_tiles(reader: Reader, curve: Curve, before: Curve | None, sure: dict) -> list[Tile]:
    """What the matrices say. `curve` is that of first value, `before` the same of the time before, None where too few began in it;
    `sure` is what `worked_out.intervals` says, empty before it has.
    """
    was = sure.get("before") or {}
    return [
        _first_value(curve, before, sure),
        _activation(curve, before, sure),
        _completion(reader, sure.get("done")),
        _adoption(reader, sure.get("adoption"), was.get("adoption")),
        _retention(reader, "week", "retention_weekly", "Weekly retention", sure.get("week"), was.get("week")),
        _retention(reader, "month", "retention_monthly", "Monthly retention", sure.get("month"), was.get("month")),
    ]


ENGAGED = (
    ("repeat_use", "Repeat use", "repeat", "of those who used a key workflow came back to one in three weeks of four."),
    ("on_time", "On time", "on_time", "of the steps that were due were reached by then."),
    ("advocacy", "Advocacy", "recommend", "of those who were asked at the end would recommend it."),
    ("outcomes", "Outcomes", "goals", "of the goals have reached their target."),
)


def engaged_tiles(said: dict | None, unit: str, waiting: str) -> list[Tile]:
    """What the worker works out, as `engagement.Engagement` says it; `waiting` is said of each before it has."""
    if said is None:
        names = [*((metric, name) for metric, name, *_ in ENGAGED), ("depth", "Depth"), ("expansion", "Expansion")]
        return [Tile(metric, name, "…", note=waiting) for metric, name in names]
    tiles = [_share(metric, name, said[key], words) for metric, name, key, words in ENGAGED]
    if said.get("refer") and said["refer"]["part"]:
        place = [metric for metric, *_ in ENGAGED].index("advocacy")
        referred = f"{sentences.people(said['refer']['part'])} of {said['refer']['whole']:,} {'has' if said['refer']['part'] == 1 else 'have'} referred somebody."
        tiles[place] = replace(tiles[place], note=f"{tiles[place].note} {referred}")
    if said["money"]:
        gained = " and ".join(sentences.beside_baseline(unit, amount) for unit, amount in sorted(said["money"].items()))
        tiles[-1] = replace(tiles[-1], note=f"{tiles[-1].note} In money they are {gained} their baseline.")
    return [*tiles, _depth(said["depth"]), _expansion(said, unit)]


def _depth(said: dict) -> Tile:
    weeks = said["whole"]
    if weeks < ENOUGH:
        return Tile("depth", "Depth", "Too early", note="Hardly anybody has been active yet.")
    note = f"Different events in a week in which somebody is active, over {weeks:,} such weeks."
    interval = sentences.interval_of_number(said["low"], said["high"])
    return Tile("depth", "Depth", f"{said['part'] / weeks:.1f}", " events", interval=interval, note=note)


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


def is_sooner_or_later(curve: Curve, before: Curve | None, sure: dict) -> bool:
    """Whether half clearly reach first value on another day than in the time before."""
    band, band_before = _bands(sure)
    was = before.time_of() if before else None
    return _differs(curve.time_of(), _ends_of_median(band), was, _ends_of_median(band_before))


def _bands(sure: dict) -> tuple[dict | None, dict | None]:
    """Those of first value, now and in the time before."""
    return sure.get("first_value"), (sure.get("before") or {}).get("first_value")


def _ends_of_median(band: dict | None) -> Ends:
    return tuple(band["median"]) if band else (None, None)


def _ends(band: dict | None, day: int) -> Ends:
    """Of the share that has got there by the end of that day."""
    return (band["low"][day], band["high"][day]) if band and len(band["low"]) > day else (None, None)


def _first_value(curve: Curve, before: Curve | None, sure: dict) -> Tile:
    median, name = curve.time_of(), "Time to first value"
    if curve.people < ENOUGH:
        return Tile(
            "time_to_first_value",
            name,
            "Too early",
            note=f"{sentences.people(curve.people)} began; it takes {ENOUGH} to say.",
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
        _weighed(sentences.change_of_days(median, was), is_clear=is_sooner_or_later(curve, before, sure)),
        sentences.interval_of_days(_ends_of_median(sure.get("first_value"))),
        f"Half of new people have reached first value by the end of day {median}.",
    )


def _activation(curve: Curve, before: Curve | None, sure: dict) -> Tile:
    share, name = share_by(curve, ACTIVE_BY), "Activation rate"
    if share is None:
        return Tile("activation_rate", name, "Too early", note=f"Fewer than {ENOUGH} people have had {ACTIVE_BY} days.")
    ends, ends_before = (_ends(band, ACTIVE_BY) for band in _bands(sure))
    change = share_changed(share, ends, share_by(before, ACTIVE_BY) if before else None, ends_before)
    note = f"{sentences.ratio(share)} reached first value within {ACTIVE_BY} days."
    return Tile("activation_rate", name, f"{round(share * 100)}", "%", change, sentences.interval_of_share(*ends), note)


def _completion(reader: Reader, band: dict | None) -> Tile:
    curve = reader.curve("done")
    steps = tuple(
        ((sentences.percent(share) if (share := share_by(curve, day)) is not None else "early"), f"day {day}")
        for day in DONE_BY
    )
    told = [(day, share) for day in DONE_BY if (share := share_by(curve, day)) is not None]
    if not told:
        return Tile("ladder_completion", "Ladder completion", "", note="Too early to say for anybody.", steps=steps)
    day, share = told[-1]
    ends = sentences.interval_of_share(*_ends(band, day))
    note = f"{sentences.ratio(share)} finished every step by day {day}."
    interval = f"{ends} by day {day}" if ends else ""
    return Tile("ladder_completion", "Ladder completion", "", interval=interval, note=note, steps=steps)


def _adoption(reader: Reader, sure: list | None, sure_before: list | None) -> Tile:
    uses = sorted(measure for measure in reader.sheet.measures if measure.startswith("use:"))
    name = "Adoption after unlock"
    now, was = (_joined(reader, uses, span) for span in (reader.span, reader.before))
    share = share_by(now, USED_WITHIN)
    if not uses or share is None:
        note = (
            "No unlocked feature with events has been there for two weeks."
            if uses
            else "Name the events of a feature to see this."
        )
        return Tile("feature_adoption", name, "Too early" if uses else "Not known", note=note)
    ends = tuple(sure or (None, None))
    change = share_changed(share, ends, share_by(was, USED_WITHIN), tuple(sure_before or (None, None)))
    names = dict(Feature.objects.values_list("key", "name"))
    each = {names.get(use[4:], use[4:]): share_by(reader.curve(use), USED_WITHIN) for use in uses}
    known = {feature: found for feature, found in each.items() if found is not None}
    lagging = min(known, key=known.get) if known else ""
    note = sentences.used_after_unlock(share, USED_WITHIN)
    if len(known) > 1 and known[lagging] < share:
        note += f" {lagging} lags at {sentences.percent(known[lagging])}."
    interval = sentences.interval_of_share(*ends)
    return Tile("feature_adoption", name, f"{round(share * 100)}", "%", change, interval, note)


def _joined(reader: Reader, measures: list[str], span: Span) -> Curve:
    """One curve over several measures."""
    return incidence(life_table(reader.sheet.joined(measures, span, reader.asked.role), reader.asked.until))


def _retention(
    reader: Reader, measure: str, metric: str, name: str, sure: list | None, sure_before: list | None
) -> Tile:
    """The latest week, or four weeks, that enough people have behind them. `sure`: [which one it is of, its interval's ends]."""
    length, latest = RETAINED[measure]
    for number in range(latest, 0, -1):
        active, eligible = _active(reader, measure, number, length, reader.span)
        if eligible >= ENOUGH:
            was_active, was = _active(reader, measure, number, length, reader.before)
            before = was_active / was if was >= ENOUGH else None
            ends, ends_before = (
                tuple(said[1:]) if said and said[0] == number else (None, None) for said in (sure, sure_before)
            )
            change = share_changed(active / eligible, ends, before, ends_before)
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


def share_changed(now: float, ends: Ends, was: float | None, ends_before: Ends) -> Change:
    """How a share moved, and whether that is good.

    Where both ends are one, the curve has not begun to rise: it does not know how sure it is.
    """
    is_known = all(low != high for low, high in (ends, ends_before))
    is_clear = is_known and _differs(now, ends, was, ends_before)
    return _weighed(sentences.change_of_share(now, was), is_clear=is_clear)


def _weighed(change: Change, *, is_clear: bool) -> Change:
    """The change, good or bad only where it is clear: else it may be chance."""
    return change if is_clear else (*change[:2], "")


def _differs(now: float | None, ends: Ends, was: float | None, ends_before: Ends) -> bool:
    """Whether what is and what was lie further apart than chance makes; an end that is not known is as far away as can be."""
    found = difference(Estimate(now, *ends), Estimate(was, *ends_before))
    return found is not None and found.is_clear


def median_of(curve: Curve) -> int | None:
    """The day by whose end half have got there, where enough people set out."""
    return curve.time_of() if curve.people >= ENOUGH else None


def share_by(curve: Curve, day: int) -> float | None:
    """The share that has got there by the end of that day, where enough people set out."""
    return curve.by(day) if curve.people >= ENOUGH else None
