"""Business outcomes: what every goal has come to, and what changed around a milestone."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django import forms
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics import sentences
from analytics.around import WINDOWS
from analytics.asking import Asked, read_asked
from analytics.kept import answer
from analytics.models import MatrixRow
from analytics.pages.filters import filters, of_a_year
from analytics.rollups.basis import counting_rules
from analytics.rollups.keeping import standing
from analytics.worked_out import AROUND, ENGAGEMENT
from milestones.goals import Distance, distance
from milestones.models import Feature, Goal, Rung
from milestones.studio.rendering import address_of_pages
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tracking.models import EventName

A_PAGE, EVENTS, USUAL_WINDOW = 25, 300, 14


class AroundForm(forms.Form):
    """What a day is worth on which somebody does it, for this look only."""

    each = forms.FloatField(min_value=0, max_value=1_000_000, required=False)
    unit = forms.CharField(max_length=20, required=False)


@dataclass(frozen=True)
class GoalLine:
    goal: Goal
    distance: Distance

    @property
    def values(self) -> list[str]:
        """Baseline, current, target."""
        numbers = (self.goal.baseline, self.distance.current.value, self.goal.target)
        return ["–" if number is None else self.goal.said(number) for number in numbers]

    @property
    def width(self) -> int:
        return max(0, min(self.distance.percent or 0, 100))


@require_safe
@open_to(Access.EXECUTIVE)
def outcomes_page(request, slug):
    """The question as on the executive view; `step=`, `event=`, `days=`, `each=` and `unit=` of what changed around a milestone."""
    with timezone.override(request.workspace.zone):
        asked = read_asked(of_a_year(request.GET), request.workspace.zone, of_people=request.member.may(Access.MANAGER))
        if asked is None or standing() is None:
            return render(request, "analytics/executive_empty.html", {"nav_current": "outcomes", "ladder": asked})
        engaged = answer(ENGAGEMENT, asked.key())
        chosen = _chosen(request, asked)
        found = answer(AROUND, json.dumps({"asked": asked.said(), **chosen}, sort_keys=True)) if chosen else None
        if request.htmx.target == "answers" and (engaged.is_awaited or (found and found.is_awaited)):
            return HttpResponse(status=204)
        goals = Goal.objects.select_related("account").filter(account__is_test=False)
        page = Paginator(goals.order_by("account__name", "pk"), A_PAGE).get_page(request.GET.get("page"))
        context = {
            "nav_current": "outcomes",
            "asked": asked,
            "page": page,
            "lines": [GoalLine(goal, distance(goal)) for goal in page],
            "headline": _headline(engaged.said),
            "is_working": engaged.is_awaited or bool(found and found.is_awaited),
            "pages_query": address_of_pages(request),
            "kept_fields": parse_qsl(asked.query()),
            "found": found,
            "chosen": chosen,
            "around": _around(request, asked, chosen, found.said) if found and found.said else None,
            "rungs": _rungs(asked),
            "events": EventName.objects.exclude(name__startswith="cairn:")
            .order_by("name")
            .values_list("name", flat=True)[:EVENTS],
            "windows": WINDOWS,
            **filters(asked),
        }
        return render(request, "analytics/outcomes.html", context)


def _rungs(asked: Asked) -> list[tuple[str, str]]:
    rungs = Rung.objects.filter(version_id=asked.ladder.live_id).order_by("position", "id")
    return list(rungs.values_list("key", "content__title"))


def _chosen(request, asked: Asked) -> dict | None:
    """The step, the event and the window asked for, or the usual ones: first value, and what customers come back for."""
    rungs = dict(_rungs(asked))
    step, event = request.GET.get("step", "")[:100], request.GET.get("event", "")[:200].replace("\x00", "")
    step = step if step in rungs else _usual_step(asked) or next(iter(rungs), "")
    event = event or next(iter(_workflows()), "")
    if not step or not EventName.objects.filter(name=event).exists():
        return None
    days = next((days for days in WINDOWS if str(days) == request.GET.get("days")), USUAL_WINDOW)
    return {"step": step, "event": event, "days": days}


def _usual_step(asked: Asked) -> str | None:
    """Of the steps of first value the one that most have on their track."""
    marked = Rung.objects.filter(version_id=asked.ladder.live_id, first_value=True).values_list("key", flat=True)
    rows = MatrixRow.objects.filter(
        ladder_id=asked.ladder.pk, segment=0, value="", measure__in=[f"rung:{key}" for key in marked]
    )
    most = rows.values_list("measure").annotate(n=Sum("eligible")).order_by("-n", "measure").first()
    return most[0].removeprefix("rung:") if most else None


def _workflows() -> list[str]:
    features = Feature.objects.order_by("key").values_list("events", flat=True)
    return counting_rules().workflows or [name for events in features for name in events]


def _around(request, asked: Asked, chosen: dict, said: dict) -> dict:
    """The answer with its sentence, and what it comes to by the assumption that was made."""
    form = AroundForm(request.GET)
    form.is_valid()
    each, unit = form.cleaned_data.get("each"), form.cleaned_data.get("unit", "")
    change, title = said["change"], dict(_rungs(asked))[chosen["step"]]
    has_enough = said["people"] >= sentences.ENOUGH
    low, high = change["low"], change["high"]
    is_clear = has_enough and low is not None and not low <= 0 <= high
    worth = change["value"] * each * said["people"] if is_clear and each is not None else None
    return {
        **said,
        "title": title,
        "each": each,
        "unit": unit,
        "worth": worth,
        "words": sentences.around(
            chosen["event"],
            title,
            chosen["days"],
            said["people"],
            said["before"],
            said["after"],
            (low, high),
        ),
        "sure": sentences.change_around(low, high) if has_enough else "",
    }


def _headline(said: dict | None) -> str:
    if said is None:
        return "What every goal has come to"
    reached, known = said["goals"]["part"], said["goals"]["whole"]
    money = [sentences.beside_baseline(unit, amount) for unit, amount in sorted(said["money"].items()) if amount]
    return sentences.outcomes(reached, known, money)
