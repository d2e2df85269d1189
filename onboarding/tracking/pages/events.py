"""The event debugger: what arrives, live, and what became of it."""

import hashlib

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tracking.bell import ring
from onboarding.tracking.models import EventName, InboxRow, Source
from onboarding.tracking.pages import intake, stream

TEMPLATE = "tracking/event_list.html"
NAMES_OFFERED = 200


@require_GET
@open_to(Access.MANAGER)
def event_list(request, slug):
    """The stream; asked by htmx, only its live part, or 204 while that has not changed."""
    filters = stream.Filters.of(request.GET)
    lines, older = stream.read(filters)
    today = intake.read(clock.now().date())
    refused = stream.refused_lately() if filters.kind == "taken" else []
    stamp = _stamp(today, [line.id for line in lines], [line.id for line in refused])
    if request.htmx and request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    context = {
        "nav_current": "event-list",
        "filters": filters,
        "kinds": [(kind, label, filters.query(kind=kind, before=None)) for kind, label in stream.KINDS.items()],
        "lines": lines,
        "refused": refused,
        "older": filters.query(before=older) if older else "",
        "newest": filters.query(before=None),
        "today": today,
        "local_day": clock.now().astimezone(request.workspace.zone).date(),
        "stamp": stamp,
    }
    if not request.htmx:
        context |= {
            "names": EventName.objects.order_by("-last_seen_at").values_list("name", flat=True)[:NAMES_OFFERED],
            "sources": Source.objects.order_by("name"),
        }
    with timezone.override(request.workspace.zone):
        return render(request, f"{TEMPLATE}#live" if request.htmx else TEMPLATE, context)


def _stamp(*shown) -> str:
    """Changes whenever what is shown does."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@require_POST
@open_to(Access.MANAGER)
def retry_batch(request, slug, pk):
    """Let the drain try a parked batch again."""
    # Only if it is still parked: two clicks at once retry it once.
    parked = InboxRow.objects.filter(pk=pk).exclude(parked_at=None)
    if parked.update(parked_at=None, parked_reason="", attempts=0):
        record(member=request.member, verb="retried a parked batch", subject=f"batch {pk}")
        transaction.on_commit(lambda: ring(request.workspace.pk))
        messages.success(request, "The batch is tried again. It shows up here within seconds.")
    return redirect("event-list", slug=slug)
