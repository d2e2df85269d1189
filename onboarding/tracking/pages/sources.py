"""Sources and their keys: add, rotate, revoke; and the origins that browsers may send from."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tracking.models import Source, SourceKey
from onboarding.tracking.pages.forms import OriginsForm, SourceForm
from onboarding.tracking.pages.keys_page import NewSecret, show
from onboarding.tracking.sources import add_key, add_source, revoke_key, rotate_key


@require_GET
@open_to(Access.ADMIN)
def source_list(request, slug):
    return show(request)


@require_POST
@open_to(Access.ADMIN)
def add(request, slug):
    form = SourceForm(request.POST, auto_id="source_%s")
    if not form.is_valid():
        return show(request, source_form=form)
    source, key = add_source(name=form.cleaned_data["name"], kind=form.cleaned_data["kind"])
    record(member=request.member, verb="added the source", subject=source.name, detail={"kind": source.kind})
    return show(request, secret=_shown(source, key))


@require_POST
@open_to(Access.ADMIN)
def add_another_key(request, slug, pk):
    """A key for a source that has none left."""
    source = get_object_or_404(Source.objects.exclude(kind=Source.Kind.CAIRN), pk=pk)
    key = add_key(source=source)
    record(member=request.member, verb="added a key to", subject=source.name)
    return show(request, secret=_shown(source, key))


@require_POST
@open_to(Access.ADMIN)
def rotate(request, slug, pk):
    # Locked, so that two clicks at once make one new key.
    key = get_object_or_404(SourceKey.objects.select_for_update(of=("self",)).select_related("source"), pk=pk)
    if key.revoked_at or key.expires_at:
        return show(request, problem="That key was replaced or revoked already.")
    fresh = rotate_key(key=key)
    record(member=request.member, verb="rotated a key of", subject=key.source.name, detail={"key": key.hint})
    return show(request, secret=_shown(key.source, fresh))


@require_POST
@open_to(Access.ADMIN)
def revoke(request, slug, pk):
    key = get_object_or_404(SourceKey.objects.select_related("source"), pk=pk)
    revoke_key(key=key)
    record(member=request.member, verb="revoked a key of", subject=key.source.name, detail={"key": key.hint})
    messages.success(request, f"The key of {key.source.name} is revoked.")
    return redirect("source-list", slug=slug)


@require_POST
@open_to(Access.ADMIN)
def set_origins(request, slug):
    form = OriginsForm(request.POST, auto_id="origins_%s")
    if not form.is_valid():
        return show(request, origins_form=form)
    workspace = request.workspace
    workspace.origins = form.cleaned_data["origins"]
    workspace.save(update_fields=["origins"])
    record(
        member=request.member,
        verb="set the allowed origins of",
        subject=workspace.name,
        detail={"origins": workspace.origins},
    )
    messages.success(request, "The allowed origins are saved.")
    return redirect("source-list", slug=slug)


def _shown(source: Source, key: str) -> NewSecret:
    return NewSecret(text=key, title=f"Key of {source.name}", use=source.kind)
