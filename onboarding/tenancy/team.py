"""The team's page: who is in the workspace, who is invited, and who did what."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from onboarding.tenancy import membership
from onboarding.tenancy.access import open_to
from onboarding.tenancy.invitations import InvitationRefusedError, invite, is_backed, revoke, still_open
from onboarding.tenancy.models import Access, AuditEntry, Invitation, Member

PAGE = 50
MAY = {
    Access.EXECUTIVE: "reads dashboards and reports",
    Access.MANAGER: "works with customers, ladders and events",
    Access.ADMIN: "also manages the team, sources and keys",
    Access.OWNER: "may do everything",
}


class InviteForm(forms.Form):
    """Offers access up to the inviter's own."""

    email = forms.EmailField(label="Work email", max_length=254)
    access = forms.ChoiceField(label="Access", initial=Access.MANAGER, widget=forms.RadioSelect)

    def __init__(self, *args, by: Member, **kwargs):
        super().__init__(*args, auto_id="invite_%s", **kwargs)
        self.fields["access"].choices = [(access, f"{access.label} {MAY[access]}") for access in up_to(by)]


def up_to(member: Member) -> list[Access]:
    """What the member may give to others."""
    return [access for access in Access if member.may(access)]


@require_GET
@open_to(Access.MANAGER)
def member_list(request, slug):
    return _page(request)


@require_POST
@open_to(Access.ADMIN)
def invite_member(request, slug):
    form = InviteForm(request.POST, by=request.member)
    if not form.is_valid():
        return _page(request, invite_form=form)
    email = form.cleaned_data["email"]
    try:
        invite(workspace=request.workspace, by=request.member, email=email, access=form.cleaned_data["access"])
    except InvitationRefusedError as error:
        form.add_error("email", str(error))
        return _page(request, invite_form=form)
    messages.success(request, f"{email} is invited. The link in the mail works once, for 72 hours.")
    return redirect("member-list", slug=slug)


@require_POST
@open_to(Access.ADMIN)
def revoke_invitation(request, slug, pk):
    invitation = get_object_or_404(Invitation, pk=pk)
    revoke(invitation=invitation, by=request.member)
    messages.success(request, f"The invitation of {invitation.email} is revoked.")
    return redirect("member-list", slug=slug)


@require_POST
@open_to(Access.ADMIN)
def change_access(request, slug, pk):
    member = get_object_or_404(Member.objects.select_related("user"), pk=pk)
    access = request.POST.get("access")
    if access not in Access.values:
        return _page(request, refused=(pk, "Choose one of the four."))
    try:
        membership.change_access(member=member, access=access, by=request.member)
    except membership.ChangeRefusedError as error:
        return _page(request, refused=(pk, str(error)))
    messages.success(request, f"{member.user} now has the access {Access(access).label}.")
    return redirect("member-list", slug=slug)


@require_POST
@open_to(Access.ADMIN)
def remove_member(request, slug, pk):
    member = get_object_or_404(Member.objects.select_related("user"), pk=pk)
    try:
        membership.remove(member=member, by=request.member)
    except membership.ChangeRefusedError as error:
        return _page(request, refused=(pk, str(error)))
    messages.success(request, f"{member.user} is no longer in {request.workspace.name}.")
    return redirect("front-door") if member.user_id == request.user.pk else redirect("member-list", slug=slug)


def _page(request, *, invite_form: InviteForm | None = None, refused: tuple[int, str] | None = None):
    """The page, with what was wrong beside the member or the field that it is about."""
    me = request.member
    acts = me.may(Access.ADMIN)
    members = Member.objects.select_related("user").order_by("user__name", "user__email", "pk")
    page = Paginator(members, PAGE).get_page(request.GET.get("page"))
    open_invitations = [one for one in still_open().order_by("-created_at")[:PAGE] if is_backed(one)]
    context = {
        "nav_current": "member-list",
        "acts": acts,
        "page": page,
        "rows": [(member, acts and me.may(member.access)) for member in page],
        "choices": up_to(me),
        "invitations": open_invitations,
        "invite_form": invite_form or InviteForm(by=me),
        "refused_pk": refused[0] if refused else None,
        "refused": refused[1] if refused else "",
        "entries": [(entry, in_words(entry.detail)) for entry in AuditEntry.objects.order_by("-at", "-pk")[:PAGE]],
    }
    with timezone.override(request.workspace.zone):
        return render(request, "tenancy/team.html", context)


def in_words(detail: dict) -> str:
    """An audit entry's particulars on one line: `access: manager`."""
    return "; ".join(
        f"{key.replace('_', ' ')}: {_flat(value)}" for key, value in detail.items() if value not in ("", [], None)
    )


def _flat(value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
