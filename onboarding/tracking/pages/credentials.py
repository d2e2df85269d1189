"""API keys and signing secrets: add, rotate, revoke."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from onboarding.tenancy import keys
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access, ApiKey, SigningSecret, Workspace
from onboarding.tracking.pages.forms import ApiKeyForm
from onboarding.tracking.pages.keys_page import NewSecret, show

REPLACED = "That one was replaced or revoked already."


@require_POST
@open_to(Access.ADMIN)
def add_api(request, slug):
    form = ApiKeyForm(request.POST, auto_id="api_%s")
    if not form.is_valid():
        return show(request, api_key_form=form)
    key, secret = keys.add_api_key(name=form.cleaned_data["name"], scopes=form.scopes())
    record(member=request.member, verb="added the API key", subject=key.name, detail={"scopes": key.scopes})
    return show(request, secret=_api(key, secret))


@require_POST
@open_to(Access.ADMIN)
def rotate_api(request, slug, pk):
    # Locked, so that two clicks at once make one new key.
    key = get_object_or_404(ApiKey.objects.select_for_update(), pk=pk)
    if key.revoked_at or key.expires_at:
        return show(request, problem=REPLACED)
    fresh, secret = keys.rotate_api_key(key)
    record(member=request.member, verb="rotated the API key", subject=key.name, detail={"key": key.hint})
    return show(request, secret=_api(fresh, secret))


@require_POST
@open_to(Access.ADMIN)
def revoke_api(request, slug, pk):
    key = get_object_or_404(ApiKey, pk=pk)
    keys.revoke(key)
    record(member=request.member, verb="revoked the API key", subject=key.name, detail={"key": key.hint})
    messages.success(request, f"{key.name} is revoked.")
    return redirect("source-list", slug=slug)


@require_POST
@open_to(Access.ADMIN)
def add_signing(request, slug):
    _take_turn(request.workspace)
    try:
        row, secret = keys.add_signing_secret()
    except keys.TooManySecretsError as error:
        return show(request, problem=str(error))
    record(member=request.member, verb="added a signing secret", subject=row.kid)
    return show(request, secret=_signing(row, secret))


@require_POST
@open_to(Access.ADMIN)
def rotate_signing(request, slug, pk):
    _take_turn(request.workspace)
    row = get_object_or_404(SigningSecret, pk=pk)
    if row.revoked_at or row.expires_at:
        return show(request, problem=REPLACED)
    try:
        fresh, secret = keys.rotate_signing_secret(row)
    except keys.TooManySecretsError as error:
        return show(request, problem=str(error))
    record(member=request.member, verb="rotated the signing secret", subject=row.kid, detail={"to": fresh.kid})
    return show(request, secret=_signing(fresh, secret))


@require_POST
@open_to(Access.ADMIN)
def revoke_signing(request, slug, pk):
    row = get_object_or_404(SigningSecret, pk=pk)
    keys.revoke(row)
    record(member=request.member, verb="revoked the signing secret", subject=row.kid)
    messages.success(request, "The signing secret is revoked. Tokens signed with it no longer open anything.")
    return redirect("source-list", slug=slug)


def _take_turn(workspace: Workspace) -> None:
    """At most two are live: whoever counts them holds the workspace's row, so that two requests never both see one.

    Not its key: events being accepted meanwhile refer to it.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)


def _api(key: ApiKey, secret: str) -> NewSecret:
    return NewSecret(text=secret, title=f"API key {key.name}", use="api")


def _signing(row: SigningSecret, secret: str) -> NewSecret:
    return NewSecret(text=secret, title="Signing secret", use="signing", kid=row.kid)
