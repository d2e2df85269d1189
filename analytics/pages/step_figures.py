"""A part of a page: what the numbers of one step say, for the floor below that shows them beside its text."""

from django.db.models import Avg, Count
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.asking import read_asked
from analytics.reading import Reader, read_sheet
from analytics.sentences import days, people, percent
from analytics.statistics.counts import shares_so_far
from analytics.statistics.survival import stuck_after
from analytics.tiles import median_of, share_by
from milestones.models import Ladder, Milestone, Rating, Rung
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access

BY_DAY = 30


@require_safe
@open_to(Access.MANAGER)
def step_figures(request, slug, key):
    """How many reach the step within 30 days, how long it takes, who is stuck at it, and how it was rated; a year's people."""
    rungs = Rung.objects.filter(key=key, version__ladder__live_id__isnull=False).select_related("version__ladder")
    rungs = [
        rung for rung in rungs.order_by("version__ladder__position") if rung.version.ladder.live_id == rung.version_id
    ]
    milestone = get_object_or_404(Milestone, key=key)
    ladder = rungs[0].version.ladder if rungs else None
    with timezone.override(request.workspace.zone):
        context = {"figures": _figures(request, ladder, key) if ladder else [], "ladder": ladder, "step": key}
        template = "analytics/_step_figures.html" if request.htmx else "analytics/step_figures.html"
        return render(request, template, context | {"nav_current": "playbook-list", "title": milestone.title})


def _figures(request, ladder: Ladder, key: str) -> list[tuple[str, str, str]]:
    """(name, value, note) of each; nothing while the numbers are not there yet."""
    asked = read_asked({"ladder": ladder.key, "period": "365"}, request.workspace.zone)
    if asked is None or isinstance(asked, Ladder):
        return []
    reader = Reader(asked, read_sheet(asked, [f"rung:{key}", f"wait:{key}"]))
    shares = shares_so_far(reader.counts(f"rung:{key}"), asked.until)
    reach, way = reader.curve(f"rung:{key}"), reader.curve(f"wait:{key}")
    share, middle = share_by(reach, BY_DAY), median_of(way)
    rated = Rating.objects.filter(ladder=ladder, rung=key).aggregate(mean=Avg("stars"), n=Count("pk"))
    return [
        (
            "Reach it within 30 days",
            "Too early" if share is None else percent(share),
            f"Of {people(reach.people)} who began in the last year.",
        ),
        (
            "Middle time once it is open",
            "Too early" if middle is None else days(middle),
            f"Stuck, by its own pace, after {days(stuck_after(way))}."
            if middle is not None
            else "Too few have done it to say.",
        ),
        ("Not there yet", f"{shares.open}", f"{shares.reached} have reached it."),
        (
            "Rated",
            f"{rated['mean']:.1f} of 5" if rated["n"] else "Not yet",
            f"By {people(rated['n'])}." if rated["n"] else "Nobody has said how it was.",
        ),
    ]
