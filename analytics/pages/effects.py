"""Parts of other floors' pages: what a nudge, and what sessions, go with."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from analytics.effects import Effect, nudge_effect, session_effect
from analytics.sentences import percent
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from playbooks.models import Nudge

ENOUGH = 10


def _words(effect: Effect, who: str, others: str) -> dict:
    """The share, its interval, and what it is beside; "too early" while there are few."""
    got, other, between = effect.got, effect.other, effect.between
    said = {"value": "Too early", "note": f"{got.n} {who} so far; it takes {ENOUGH} to say.", "beside": ""}
    if got.n >= ENOUGH:
        span = f", between {percent(got.low)} and {percent(got.high)}" if got.has_interval else ""
        said = {
            "value": percent(got.value),
            "note": f"Of {got.n} {who}, within {effect.days} days{span}.",
            "beside": "",
        }
        if other.n >= ENOUGH:
            said["beside"] = f"Of {other.n} {others}: {percent(other.value)}."
            if between and between.low is not None:
                said["beside"] += (
                    f" The difference is {_points(between.value)}, between {_points(between.low)} and {_points(between.high)}."
                )
    return said


def _points(value: float) -> str:
    return f"{100 * value:+.0f} points"


@require_safe
@open_to(Access.MANAGER)
def nudge_effect_part(request, slug, pk):
    nudge = get_object_or_404(Nudge, pk=pk)
    said = _words(nudge_effect(clock.now(), nudge), "who got it", "who were to get it and did not")
    return _part(request, said, "nudge_effect", "nudge-effect", f"What “{nudge}” goes with", "nudge-list")


@require_safe
@open_to(Access.MANAGER)
def session_effect_part(request, slug):
    said = _words(session_effect(clock.now()), "who came", "who asked for one, or were offered one, and had none")
    return _part(request, said, "session_effect", "session-effect", "What sessions go with", "session-list")


def _part(request, said: dict, metric: str, name: str, title: str, nav: str):
    template = "analytics/_effect.html" if request.htmx else "analytics/effect.html"
    return render(request, template, {"said": said, "metric": metric, "id": name, "title": title, "nav_current": nav})
