"""`/w/<slug>/audit/`: who changed what and when, narrowed by who, what and when, and as a file."""

import csv
import json
from datetime import datetime, time, timedelta

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from onboarding.tenancy.access import open_to
from onboarding.tenancy.csv_cells import harmless
from onboarding.tenancy.models import Access, AuditEntry, Member

A_PAGE, MOST_ROWS = 50, 50_000


class AuditFilter(forms.Form):
    q = forms.CharField(label="What", required=False, max_length=100)
    who = forms.ModelChoiceField(
        queryset=Member.objects.none(),
        required=False,
        empty_label="Anybody",
        widget=forms.Select(attrs={"class": "select input-sm"}),
    )
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date", "class": "input input-sm"})
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date", "class": "input input-sm"})
    )

    def __init__(self, data):
        super().__init__(data, auto_id="audit-%s")
        self.fields["who"].queryset = Member.objects.select_related("user").order_by("user__name", "pk")
        self.fields["who"].label_from_instance = lambda each: str(each.user)

    def entries(self, zone) -> QuerySet[AuditEntry]:
        """The entries asked for, the latest first; what cannot be read asks for nothing."""
        said = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        found = AuditEntry.objects.order_by("-at", "-pk")
        if said.get("q"):
            words = said["q"].replace("\0", "")
            found = found.filter(Q(verb__icontains=words) | Q(subject__icontains=words) | Q(actor__icontains=words))
        if said.get("who"):
            found = found.filter(member=said["who"])
        if said.get("since") and 1000 < said["since"].year < 9000:
            found = found.filter(at__gte=datetime.combine(said["since"], time(), tzinfo=zone))
        if said.get("until") and said["until"].year < 9000:
            found = found.filter(at__lt=datetime.combine(said["until"] + timedelta(days=1), time(), tzinfo=zone))
        return found


@require_safe
@open_to(Access.ADMIN)
def audit_trail(request, slug):
    """`?q=&who=&since=&until=` narrow it, `as=csv` keeps it."""
    form = AuditFilter(request.GET)
    entries = form.entries(request.workspace.zone)
    if request.GET.get("as") == "csv":
        return _file(entries[:MOST_ROWS], slug, request.workspace.zone)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "nav_current": "audit-trail",
        "form": form,
        "page": Paginator(entries, A_PAGE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
    }
    with timezone.override(request.workspace.zone):
        return render(request, "tenancy/audit.html", context)


def _file(entries, slug: str, zone) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{slug}.csv"'
    writer = csv.writer(response)
    writer.writerow(["at", "who", "did", "what", "detail"])
    for each in entries:
        detail = json.dumps(each.detail, ensure_ascii=False) if each.detail else ""
        row = (each.at.astimezone(zone).isoformat(timespec="seconds"), each.actor, each.verb, each.subject, detail)
        writer.writerow([harmless(cell) for cell in row])
    return response
