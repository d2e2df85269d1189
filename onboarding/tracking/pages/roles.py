"""Pages: the workspace's roles, and who is there to try things out."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tracking.roles import add_role, find_role, move_role, people_by_role, remove_role, rename_role, roles

VERBS = ("rename", "up", "down", "remove")
MOST_UNNAMED = 40  # roles that are shown: a trait may say anything


class RoleForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        error_messages={"required": "Say what it is called."},
        help_text="Your product says it in the trait “role”: Data steward and data-steward are the same.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def role_list(request, slug):
    """The roles in order; POST adds one."""
    form = RoleForm(request.POST if request.method == "POST" else None, auto_id="role-%s")
    if request.method == "POST" and form.is_valid():
        try:
            role = add_role(form.cleaned_data["name"].strip())
        except ValueError as error:
            form.add_error("name", str(error))
        else:
            record(member=request.member, verb="added the role", subject=role.name)
            messages.success(request, f"“{role.name}” can have its own track on every ladder now.")
            return redirect("role-list", slug=slug)
    named, people = roles(), people_by_role()
    unnamed = people.keys() - {role.key for role in named}
    context = {
        "nav_current": "settings" if request.member.may(Access.ADMIN) else "role-list",
        "form": form,
        "rows": [(role, people.get(role.key, 0)) for role in named],
        "unnamed": sorted(((key, people[key]) for key in unnamed), key=lambda each: (-each[1], each[0]))[:MOST_UNNAMED],
    }
    return render(request, "tracking/role_list.html", context)


@require_POST
@open_to(Access.MANAGER)
def role_edit(request, slug, key, verb):
    """Rename a role, move it up or down, or take it off the list."""
    role = find_role(key) if verb in VERBS else None
    if role is None:
        raise Http404
    if verb == "rename":
        form = RoleForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Say what it is called, in up to 60 characters.")
            return redirect("role-list", slug=slug)
        rename_role(role, form.cleaned_data["name"].strip())
        record(
            member=request.member, verb="renamed the role", subject=form.cleaned_data["name"], detail={"was": role.name}
        )
        messages.success(request, "Saved.")
    elif verb == "remove":
        remove_role(role)
        record(member=request.member, verb="removed the role", subject=role.name)
        messages.success(
            request, f"“{role.name}” is off the list. Who has it keeps it, and ladders that name it do, too."
        )
    else:
        move_role(role, up=verb == "up")
    return redirect("role-list", slug=slug)
