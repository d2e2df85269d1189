"""The people behind a number: the same question as the number's, answered with names."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.asking import read_asked
from analytics.behind import STUCK, WHAT, WHOLE, Somebody, how_many, people_behind
from milestones.models import Rung
from milestones.studio.roles import role_label
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tracking.models import Account, Person

A_PAGE, FARTHEST = 50, 2_000
WORDS = {
    "began": "began",
    "reached": "have reached",
    "open": "have not reached yet",
    "stuck": "are stuck at",
    "gone": "left before they reached",
}
STEPS = {"first_value": "first value", "done": "the end of the ladder"}


@dataclass(frozen=True)
class Row:
    somebody: Somebody
    name: str
    account: str
    role: str


@require_safe
@open_to(Access.MANAGER)
def people_behind_page(request, slug):
    """`?what=` one of WHAT, `step=` a rung's key, "first_value" or "done", `longer=` days; and the question as on the page before."""
    asked = read_asked(request.GET, request.workspace.zone)
    what, step = request.GET.get("what", "began"), request.GET.get("step", "done")[:100].replace("\x00", "")
    if asked is None:
        return render(request, "analytics/executive_empty.html", {"nav_current": "executive-view"})
    if what not in WHAT:
        raise Http404
    title = STEPS.get(step) or _title(asked, step)
    if what == STUCK and step in WHOLE:
        raise Http404
    longer = _number(request.GET.get("longer"), most=400)
    with timezone.override(request.workspace.zone):
        total = how_many(asked, step, what, longer=longer)
        page = min(max(_number(request.GET.get("page"), most=FARTHEST), 1), max(-(-total // A_PAGE), 1))
        found = people_behind(asked, step, what, longer=longer, most=A_PAGE + 1, after=(page - 1) * A_PAGE)
        context = {
            "nav_current": "executive-view",
            "rows": _rows(found[:A_PAGE]),
            "total": total,
            "words": WORDS[what],
            "title": title,
            "what": what,
            "asked": asked,
            "since_opened": what == STUCK,
            "longer": longer,
            "page": page,
            "has_more": len(found) > A_PAGE,
            "query": asked.query(what=what, step=step, longer=longer or ""),
            "back": asked.query(),
        }
        return render(request, "analytics/people_behind.html", context)


def _title(asked, step: str) -> str:
    rungs = Rung.objects.filter(version__ladder=asked.ladder, key=step).exclude(version__published_at=None)
    title = rungs.order_by("-version_id").values_list("content__title", flat=True).first()
    if title is None:
        raise Http404
    return title


def _rows(found: list[Somebody]) -> list[Row]:
    people = {person.pk: person for person in Person.objects.filter(pk__in=[each.person_id for each in found])}
    accounts = dict(
        Account.objects.filter(pk__in=[each.account_id for each in found if each.account_id]).values_list("pk", "name")
    )
    return [
        Row(each, str(people[each.person_id]), accounts.get(each.account_id, ""), role_label(each.role))
        for each in found
        if each.person_id in people
    ]


def _number(text: str | None, *, most: int) -> int:
    return min(int(text), most) if (text or "").isdecimal() and len(text or "") < 8 else 0
