"""The catalogue: which events have been seen, with which properties."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tracking.models import EventName, EventProperty
from onboarding.tracking.pages.stream import PAGE


@require_GET
@open_to(Access.MANAGER)
def event_catalogue(request, slug):
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:200]
    names = EventName.objects.filter(name__icontains=wanted) if wanted else EventName.objects.all()
    page = Paginator(names.order_by("-seen", "name"), PAGE).get_page(request.GET.get("page"))
    seen: dict[int, list[EventProperty]] = {}
    for one in EventProperty.objects.filter(event_name_id__in=[name.pk for name in page]).order_by("key"):
        seen.setdefault(one.event_name_id, []).append(one)
    context = {
        "nav_current": "event-list",
        "wanted": wanted,
        "page": page,
        "entries": [(name, seen.get(name.pk, [])) for name in page],
    }
    with timezone.override(request.workspace.zone):
        return render(request, "tracking/event_catalogue.html", context)
