"""What one event moved: the rungs whose evidence names it. A fragment of the event debugger, which stands a floor below."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from milestones.models import Enrollment, Progress
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tracking.models import Account, Event, EventName, Person, Seat

TEMPLATE = "milestones/moved.html"
SHOWN = 50


@dataclass(frozen=True)
class Moved:
    """A rung that this event decided, or helped to decide."""

    rung: str
    ladder: str
    person: Person
    account: Account | None
    reached_at: datetime | None


@require_GET
@open_to(Access.MANAGER)
def moved(request, slug, pk):
    event = Event.objects.filter(id=pk).first()
    if event is None:
        raise Http404
    found = moved_by(event)
    context = {
        "nav_current": "event-list",
        "event": event,
        "name": EventName.objects.get(pk=event.name_id).name,
        "moved": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "people": len({each.person.pk for each in found}),
    }
    with timezone.override(request.workspace.zone):
        return render(request, f"{TEMPLATE}#moved" if request.htmx else TEMPLATE, context)


def moved_by(event: Event) -> list[Moved]:
    """The rungs whose evidence names the event, the person's own first."""
    # The evidence is JSON, which row security keeps off its index: look only where the event can have counted.
    accounts = Seat.objects.filter(person_id=event.person_id).exclude(account=None).values_list("account_id", flat=True)
    near = Q(seat__person_id=event.person_id) | Q(seat__account_id__in=[*accounts, *filter(None, [event.account_id])])
    rows = Progress.objects.filter(
        enrollment__in=list(Enrollment.objects.filter(near).values_list("pk", flat=True)),
        evidence__contains=[{"event": event.id}],
    ).select_related("rung", "enrollment__ladder", "enrollment__seat__person", "enrollment__seat__account")
    found = [
        Moved(
            rung=row.rung.title,
            ladder=row.enrollment.ladder.name,
            person=row.enrollment.seat.person,
            account=row.enrollment.seat.account,
            reached_at=row.reached_at,
        )
        for row in rows.order_by("pk")
    ]
    return sorted(found, key=lambda each: each.person.pk != event.person_id)
