"""Questions of the explorer that the team has kept under a name."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from analytics.models import SavedView
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id

VIEWS = 60


class ViewForm(forms.Form):
    name = forms.CharField(max_length=80, label="Name")
    query = forms.CharField(max_length=1500, widget=forms.HiddenInput)

    def clean_query(self):
        return _one_line(self.cleaned_data["query"])


def _one_line(query: str) -> str:
    return query[:1500].replace("\r", "").replace("\n", "")


@dataclass(frozen=True)
class View:
    view: SavedView
    is_open: bool
    may_go: bool


def views(request) -> list[View]:
    here = _normal(request.GET.urlencode())
    member = request.member
    return [
        View(view, _normal(view.query) == here, view.made_by_id == member.pk or member.may(Access.ADMIN))
        for view in SavedView.objects.order_by("name", "pk")
    ]


def _normal(query: str) -> list:
    return sorted((key, values) for key, values in parse_qs(query[:2000]).items())


@require_POST
@open_to(Access.MANAGER)
def view_save(request, slug):
    """Keep a question under a name; the same name says it anew."""
    form = ViewForm(request.POST)
    address = reverse("explorer", args=[slug])
    if not form.is_valid():
        said = (
            "This question is too long to be kept."
            if "query" in form.errors
            else "Give the view a name of up to 80 characters."
        )
        messages.error(request, said)
        return redirect(f"{address}?{_one_line(request.POST.get('query', ''))}")
    name, query = form.cleaned_data["name"], form.cleaned_data["query"]
    said = {"query": query, "made_by": request.member, "made_at": clock.now()}
    view = SavedView.objects.filter(name__iexact=name).first()
    if view is None and SavedView.objects.count() >= VIEWS:
        messages.error(request, f"There are {VIEWS} views already. Remove one first.")
        return redirect(f"{address}?{query}")
    if view is not None and view.made_by_id != request.member.pk and not request.member.may(Access.ADMIN):
        messages.error(request, f"“{view}” is somebody else's. Choose another name.")
        return redirect(f"{address}?{query}")
    try:
        with transaction.atomic():
            SavedView.objects.update_or_create(
                pk=view.pk if view else None, workspace_id=current_workspace_id(), defaults=said | {"name": name}
            )
    except IntegrityError:
        messages.error(request, f"Somebody has just saved “{name}”. Choose another name.")
    else:
        record(member=request.member, verb="saved a view", subject=name)
        messages.success(request, f"Saved as “{name}”, for everybody of the team.")
    return redirect(f"{address}?{query}")


@require_POST
@open_to(Access.MANAGER)
def view_remove(request, slug, pk):
    view = get_object_or_404(SavedView, pk=pk)
    if view.made_by_id != request.member.pk and not request.member.may(Access.ADMIN):
        messages.error(request, "Only who saved it, or an admin, may remove it.")
    else:
        view.delete()
        record(member=request.member, verb="removed a view", subject=view.name)
        messages.success(request, f"“{view.name}” is removed.")
    return redirect("explorer", slug=slug)
