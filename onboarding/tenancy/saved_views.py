"""Narrowed lists that a team keeps under a name: one table for each kind of list, and one way to keep and remove them."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from django import forms
from django.contrib import messages
from django.db import IntegrityError, models, transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.isolation import InnerForeignKey, WorkspaceModel
from onboarding.tenancy.models import Access, Member
from onboarding.tenancy.scope import current_workspace_id

VIEWS, LONGEST = 60, 1500


class SavedViewBase(WorkspaceModel):
    """A list's query, kept under a name for everybody of the team. The name is unique whatever its case."""

    name = models.CharField(max_length=80)
    query = models.CharField(max_length=LONGEST)  # of the address
    made_by = InnerForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


class ViewForm(forms.Form):
    name = forms.CharField(max_length=80, label="Name")
    query = forms.CharField(max_length=LONGEST, widget=forms.HiddenInput, required=False)

    def clean_query(self):
        return _one_line(self.cleaned_data["query"])


def _one_line(query: str) -> str:
    return query[:LONGEST].replace("\r", "").replace("\n", "")


@dataclass(frozen=True)
class View:
    view: SavedViewBase
    is_open: bool
    may_go: bool


def views(request, kept: type[SavedViewBase], query: QueryDict | None = None) -> list[View]:
    """Those of the workspace; the one that is open is the one whose query this page was asked for with: `query`, or all of it."""
    here = _normal((request.GET if query is None else query).urlencode())
    member = request.member
    return [
        View(view, _normal(view.query) == here, view.made_by_id == member.pk or member.may(Access.ADMIN))
        for view in kept.objects.order_by("name", "pk")
    ]


def _normal(query: str) -> list:
    return sorted((key, values) for key, values in parse_qs(query[:2000]).items() if key != "page")


def save_view(request, kept: type[SavedViewBase], page: str):
    """Keep a query under a name, and back to `page` (the name of an address) with it; the same name says it anew."""
    form = ViewForm(request.POST)
    address = reverse(page, args=[request.workspace.slug])
    if not form.is_valid():
        too_long = "query" in form.errors
        said = "This is too long to be kept." if too_long else "Give the view a name of up to 80 characters."
        messages.error(request, said)
        return redirect(f"{address}?{_one_line(request.POST.get('query', ''))}")
    name, query = form.cleaned_data["name"], form.cleaned_data["query"]
    said = {"query": query, "made_by": request.member, "made_at": clock.now()}
    view = kept.objects.filter(name__iexact=name).first()
    if view is None and kept.objects.count() >= VIEWS:
        messages.error(request, f"There are {VIEWS} views already. Remove one first.")
        return redirect(f"{address}?{query}")
    if view is not None and view.made_by_id != request.member.pk and not request.member.may(Access.ADMIN):
        messages.error(request, f"“{view}” is somebody else's. Choose another name.")
        return redirect(f"{address}?{query}")
    try:
        with transaction.atomic():
            kept.objects.update_or_create(
                pk=view.pk if view else None, workspace_id=current_workspace_id(), defaults=said | {"name": name}
            )
    except IntegrityError:
        messages.error(request, f"Somebody has just saved “{name}”. Choose another name.")
    else:
        record(member=request.member, verb="saved a view", subject=name)
        messages.success(request, f"Saved as “{name}”, for everybody of the team.")
    return redirect(f"{address}?{query}")


def remove_view(request, kept: type[SavedViewBase], pk: int, page: str):
    view = get_object_or_404(kept, pk=pk)
    if view.made_by_id != request.member.pk and not request.member.may(Access.ADMIN):
        messages.error(request, "Only who saved it, or an admin, may remove it.")
    else:
        view.delete()
        record(member=request.member, verb="removed a view", subject=view.name)
        messages.success(request, f"“{view.name}” is removed.")
    return redirect(page, slug=request.workspace.slug)
