"""The ways in: the front door, a new workspace, an invitation, and a workspace's first page."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render

from onboarding.tenancy.access import EVERYONE, SIGNED_IN, open_to
from onboarding.tenancy.invitations import SESSION_KEY, accept, find_open
from onboarding.tenancy.lookups import memberships_of
from onboarding.tenancy.workspaces import open_workspace


class WorkspaceForm(forms.Form):
    name = forms.CharField(label="Company", max_length=120, help_text="The company whose product people learn.")


@open_to(EVERYONE)
def front_door(request):
    """`/`: to the first workspace, to a new one, or to sign-in."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    memberships = memberships_of(request.user.pk)
    return redirect("home", slug=memberships[0].slug) if memberships else redirect("workspace-new")


@login_required
@open_to(SIGNED_IN)
def workspace_new(request):
    form = WorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        workspace = open_workspace(name=form.cleaned_data["name"], owner=request.user)
        return redirect("home", slug=workspace.slug)
    return render(request, "tenancy/workspace_new.html", {"form": form})


@open_to(EVERYONE)
def invitation(request, token):
    """The page behind an invitation's link; joining is a POST, so that a link scanner joins nobody."""
    opened = find_open(token)
    if opened is None:
        return render(request, "tenancy/invitation_gone.html", status=404)
    workspace, offer = opened
    request.session[SESSION_KEY] = token
    if request.method == "POST" and request.user.is_authenticated:
        joined = accept(token=token, user=request.user)
        if joined is None:
            raise Http404
        request.session.pop(SESSION_KEY, None)
        messages.success(request, f"You are now in {joined.name}.")
        return redirect("home", slug=joined.slug)
    fits = request.user.is_authenticated and request.user.email.lower() == offer.email
    context = {"joining": workspace, "offer": offer, "fits": fits}
    return render(request, "tenancy/invitation.html", context)
