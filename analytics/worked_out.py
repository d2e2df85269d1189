"""What the worker works out for pages: each kind of question, and how its answer is found."""

import hashlib
import json

from django.utils import timezone

from analytics.around import around
from analytics.asking import Asked, read_question
from analytics.climbers import DONE, FIRST_VALUE, ROLE, Dimension
from analytics.cohorts import cohorts
from analytics.dimensions import dimension_of
from analytics.engagement import Ratio, counted, engagement
from analytics.exploring import Question, explore
from analytics.kept import MOST, counts_version, is_current, keep_answer
from analytics.landmarks import validity
from analytics.leaks import looked_after
from analytics.measures import RETAINED, USED_WITHIN, measure_of
from analytics.models import Kept
from analytics.ninety import ninety_days
from analytics.reading import Ways, count_sheet, read_ways
from analytics.rollups.basis import counting_rules
from analytics.sentences import ENOUGH
from analytics.statistics.intervals import band
from onboarding import clock
from onboarding.tenancy.locks import take_time, take_turn
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id

# A kind whose answer changes its shape gets another value, so that no page reads one of the older shape.
INTERVALS, ENGAGEMENT, SHEET, EXPLORED = "intervals", "engaged", "sheet", "explored"
NINETY, VALIDITY, AROUND, COHORTS, LEAK = "ninety", "validity", "around", "cohorts", "leak"
LOCK = 721_200  # and up: one for each question
SHEETS = 40  # kept in a workspace: a megabyte each, where a million people are counted
DAYS = 120  # of a band: as far as curves are drawn


def work_out(pk: int) -> None:
    """Answer one question of the open workspace; one that was answered for these counts already is left alone."""
    row = Kept.objects.filter(pk=pk, kind__in=KINDS).first()
    version = counts_version()
    if row is None or is_current(row, version, clock.now()):
        return
    if not take_turn(LOCK + pk % 1_000):
        return  # it is being worked out
    take_time()
    said = KINDS[row.kind](json.loads(row.question), version)
    keep_answer(row, said, version, most=SHEETS if row.kind == SHEET else MOST)


def intervals(question: dict, version: int) -> dict:
    """How sure the curves are, of first value, of being done, of first value by role and of using what was unlocked; how sure it is
    who stays; and the same of what is laid beside the time before.
    """
    asked, seed = read_question(question), seed_of(question, version)
    first, done = read_ways(asked, FIRST_VALUE, Dimension(ROLE)), read_ways(asked, DONE)
    said = {"first_value": _said(first, seed), "done": _said(done, seed), "adoption": _used(asked, seed)}
    said["roles"] = {str(role): _said(first.only(first.row == role), seed) for role in sorted(set(first.row)) if role}
    earlier = asked.before()
    before = {"first_value": _said(read_ways(earlier, FIRST_VALUE), seed), "adoption": _used(earlier, seed)}
    for measure in RETAINED:
        said[measure] = latest = _stayed(asked, measure)
        before[measure] = latest and _active(earlier, measure, latest[0])
    return said | {"before": before}


def _used(asked: Asked, seed: int) -> list | None:
    """[low, high] of the share of what was unlocked that was used."""
    used = band(read_ways(asked, "use:").spells(), seed=seed)
    last = min(USED_WITHIN, len(used.low) - 1) if used else 0
    return [round(float(side[last]), 5) for side in (used.low, used.high)] if used else None


def _stayed(asked: Asked, measure: str) -> list | None:
    """As `_active` says it, of the week or month that the tile shows: the latest that enough people have behind them."""
    length, latest = RETAINED[measure]
    had = ((asked.until - asked.span.first).days + 1) // length - 1
    return next(filter(None, (_active(asked, measure, number) for number in range(min(latest, had), 0, -1))), None)


def _active(asked: Asked, measure: str, number: int) -> list | None:
    """[which week or month, low, high] of those who were active in it; None where too few have it behind them."""
    zone = str(Workspace.objects.get(pk=current_workspace_id()).zone)
    found = Ratio.of(counted(measure, asked, counting_rules(), zone, number=number))
    return [number, found.low, found.high] if found.whole >= ENOUGH else None


def seed_of(question: dict, version: int) -> int:
    """Where the drawing for an interval begins: the same question of the same counts has the same interval."""
    said = json.dumps([question, version], sort_keys=True)
    return int(hashlib.sha256(said.encode()).hexdigest()[:12], 16)


def _said(ways: Ways, seed: int) -> dict | None:
    found = band(ways.spells(), seed=seed)
    if found is None:
        return None
    low, high = ([round(float(share), 5) for share in side[: DAYS + 1]] for side in (found.low, found.high))
    return {"low": low, "high": high, "median": list(found.median), "accounts": found.clusters}


def engaged(question: dict, version: int) -> dict:
    """What people do once they are in."""
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    with timezone.override(zone):
        return engagement(read_question(question), counting_rules(), str(zone)).said()


def sheet(question: dict, version: int) -> dict:
    """The matrices of a question with conditions, for which none are kept."""
    return {"rows": count_sheet(read_question(question)).said()}


def explored(question: dict, version: int) -> dict:
    """A metric by two dimensions."""
    asked = read_question(question["asked"])
    measure = measure_of(asked.ladder, question["measure"])
    row, column = (dimension_of(question[name]) for name in ("rows", "columns"))
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    with timezone.override(zone):
        said = Question(measure, asked, row, column, question["is_compared"])
        return explore(said, counting_rules(), str(zone), seed=seed_of(question["asked"], version))


def ninety(question: dict, version: int) -> dict:
    """Ninety days on one page."""
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    with timezone.override(zone):
        return ninety_days(read_question(question), counting_rules(), str(zone), seed=seed_of(question, version))


def landmarks(question: dict, version: int) -> dict:
    """Which steps go with staying."""
    found = validity(read_question(question["asked"]), question["landmark"])
    return {"steps": [step.said() for step in found]}


def by_cohort(question: dict, version: int) -> dict:
    """How far each cohort has come."""
    return cohorts(read_question(question["asked"]), dimension_of(question["rows"]))


def of_a_leak(question: dict, version: int) -> dict:
    """Who looks after those who are stuck at a step."""
    return {"managers": looked_after(read_question(question["asked"]), question["step"], question["after"])}


def about_a_step(question: dict, version: int) -> dict:
    """What changed around a milestone."""
    return around(read_question(question["asked"]), question["step"], question["event"], question["days"]).said()


KINDS = {
    INTERVALS: intervals,
    ENGAGEMENT: engaged,
    SHEET: sheet,
    EXPLORED: explored,
    NINETY: ninety,
    VALIDITY: landmarks,
    AROUND: about_a_step,
    COHORTS: by_cohort,
    LEAK: of_a_leak,
}
