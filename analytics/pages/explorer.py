"""The explorer: any metric by two dimensions, with its people, compared with the time before."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.asking import read_asked
from analytics.dimensions import dimension_of, name_of, offered
from analytics.kept import answer
from analytics.measures import measure_of, measures_of
from analytics.metrics import BY_KEY
from analytics.models import SavedView
from analytics.pages.explored import Chosen, as_file, laid_out
from analytics.pages.filters import filters
from analytics.rollups.keeping import is_behind, standing
from analytics.worked_out import EXPLORED
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tenancy.saved_views import views
from onboarding.tenancy.security_headers import with_charts

USUAL = ("activation_rate", "role")  # what is laid out before anybody has asked


def _choose(request) -> Chosen | None:
    asked = read_asked(request.GET, request.workspace.zone)
    if asked is None:
        return None
    key, rows = request.GET.get("measure", USUAL[0]), request.GET.get("rows", USUAL[1])
    measure = measure_of(asked.ladder, key[:200]) or measure_of(asked.ladder, USUAL[0])
    row, column = dimension_of(rows), dimension_of(request.GET.get("columns", ""))
    if row is None:
        row, column = column, None
    return Chosen(asked, measure, row, None if column == row else column, request.GET.get("compare") == "1")


@require_safe
@open_to(Access.MANAGER)
@with_charts
def explorer(request, slug):
    """`?measure=&rows=&columns=&compare=1` and the question as on the executive view; `format=csv` is the same as a file."""
    with timezone.override(request.workspace.zone):
        chosen, state = _choose(request), standing()
        if chosen is None or state is None:
            asked = chosen and chosen.asked
            return render(request, "analytics/executive_empty.html", {"nav_current": "explorer", "ladder": asked})
        found = answer(EXPLORED, chosen.question())
        if request.htmx.target == "answers" and found.is_awaited:
            return HttpResponse(status=204)
        if request.GET.get("format") == "csv":
            return as_file(chosen, found.said) if found.said else redirect(f"{request.path}?{chosen.query()}")
        calendar = Calendar(clock.now(), request.workspace.zone)
        context = {
            "nav_current": "explorer",
            "chosen": chosen,
            "asked": chosen.asked,
            "metric": BY_KEY[chosen.measure.metric],
            "groups": measures_of(chosen.asked.ladder),
            "dimensions": [(head, [(str(each), name_of(each)) for each in group]) for head, group in offered()],
            "layout_fields": [
                ("rows", "Rows", str(chosen.row or ""), "Everybody together"),
                ("columns", "Columns", str(chosen.column or ""), "One column"),
            ],
            "layout": chosen.layout_query(),
            "found": found,
            "is_refreshing": not found.is_fresh or is_behind(),
            "counted_at": calendar.time(state.kept_at),
            "query": chosen.query(),
            "views": views(request, SavedView),
            **filters(chosen.asked),
        }
        if found.said:
            context |= laid_out(chosen, found.said)
        return render(request, "analytics/explorer.html", context)
