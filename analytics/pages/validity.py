"""Which milestones go with staying: landmark analysis, said as an association."""

import json
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics import sentences
from analytics.asking import read_asked
from analytics.kept import answer
from analytics.landmarks import FIRST_WEEK, LANDMARKS, LAST_WEEK
from analytics.pages.filters import filters, of_a_year
from analytics.rollups.keeping import is_behind, standing
from analytics.worked_out import VALIDITY
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access

USUAL_LANDMARK = 14
CLEAR, NONE, UNKNOWN = "clear", "none", "unknown"


@dataclass(frozen=True)
class Step:
    """`places`: the interval's ends and the difference on an axis from −100 to 100 points, in percent of its width."""

    key: str
    title: str
    words: str
    verdict: str
    reached: int
    others: int
    points: str
    places: tuple[float, float, float] | None


@require_safe
@open_to(Access.EXECUTIVE)
def validity_page(request, slug):
    """The question as on the executive view, `landmark=` one of LANDMARKS."""
    with timezone.override(request.workspace.zone):
        asked = read_asked(of_a_year(request.GET), request.workspace.zone, of_people=request.member.may(Access.MANAGER))
        state = standing()
        if asked is None or state is None:
            return render(request, "analytics/executive_empty.html", {"nav_current": "validity", "ladder": asked})
        landmark = next((day for day in LANDMARKS if str(day) == request.GET.get("landmark")), USUAL_LANDMARK)
        found = answer(VALIDITY, json.dumps({"asked": asked.said(), "landmark": landmark}, sort_keys=True))
        if request.htmx.target == "answers" and found.is_awaited:
            return HttpResponse(status=204)
        steps = [_step(each) for each in found.said["steps"]] if found.said else []
        context = {
            "nav_current": "validity",
            "asked": asked,
            "found": found,
            "landmark": landmark,
            "landmarks": LANDMARKS,
            "weeks": (FIRST_WEEK, LAST_WEEK),
            "steps": steps,
            "headline": _headline(steps),
            "counted_at": Calendar(clock.now(), request.workspace.zone).time(state.kept_at),
            "is_refreshing": not found.is_fresh or is_behind(),
            "layout": f"&landmark={landmark}",
            **filters(asked),
        }
        return render(request, "analytics/validity.html", context)


def _step(said: dict) -> Step:
    reached, others, difference = said["reached"], said["others"], said["difference"]
    if difference is None or min(reached, others) < sentences.ENOUGH:
        words = f"{sentences.people(reached)} had reached it and {others:,} had not: too few to compare."
        return Step(said["key"], said["title"], words, UNKNOWN, reached, others, "", None)
    value, low, high = difference
    words = sentences.goes_with(said["title"], said["stayed"] / reached, said["others_stayed"] / others, low, high)
    verdict = UNKNOWN if low is None else NONE if low <= 0 <= high else CLEAR
    places = tuple(50 * (1 + end) for end in (low, high, value)) if low is not None else None
    places = places and tuple(min(max(place, 0), 100) for place in places)
    return Step(
        said["key"], said["title"], words, verdict, reached, others, f"{value * 100:+.0f}" if places else "", places
    )


def _headline(steps: list[Step]) -> str:
    clear = [step for step in steps if step.verdict == CLEAR and not step.points.startswith("-")]
    none = [step for step in steps if step.verdict == NONE]
    if not any(step.verdict != UNKNOWN for step in steps):
        return "Too early to say which steps go with staying."
    if not clear:
        return "No step goes with staying more than chance would have it."
    said = f"“{clear[0].title}” goes most with staying."
    return f"{said} {sentences.counted(len(none), 'step shows', 'steps show')} no difference." if none else said
