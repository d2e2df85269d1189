"""Pages: a version as somebody would see it, beside the choices of who and when, and the frame that shows it."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from milestones.checklist.preview import preview
from milestones.criteria import CriteriaError
from milestones.models import Ladder, Version
from milestones.studio.builder_view import all_roles
from milestones.studio.rendering import show
from milestones.studio.roles import role_label
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.files import address_of
from onboarding.tenancy.models import Access
from onboarding.tenancy.security_headers import framed_by_us, let_show_videos, with_frames_of_ours
from onboarding.tracking.models import Account

ACCOUNTS = 500
WIDTHS = [("desktop", "Desktop"), ("phone", "Phone")]


class PreviewForm(forms.Form):
    version = forms.ChoiceField(required=False)
    role = forms.ChoiceField(required=False)
    account = forms.ChoiceField(required=False)
    day = forms.IntegerField(label="Days since they started", required=False, min_value=0, max_value=365)
    on = forms.DateField(label="Or on a date", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    done = forms.IntegerField(label="Steps done by then", required=False, min_value=0, max_value=200)
    width = forms.ChoiceField(choices=WIDTHS, required=False)

    def __init__(self, data, *, ladder: Ladder):
        versions = list(ladder.versions.order_by("-number"))
        self.versions = {str(version.number): version for version in versions}
        first = next(
            (version for version in versions if version.pk == ladder.live_id), versions[0] if versions else None
        )
        usual = {"version": str(first.number) if first else "", "day": "0", "done": "0", "width": "desktop"}
        super().__init__({name: data.get(name) or usual.get(name, "") for name in self.base_fields}, auto_id="p-%s")
        self.fields["version"].choices = [
            (n, f"Version {n}, {v.get_state_display().lower()}") for n, v in self.versions.items()
        ]
        roles = all_roles(first.document) if first else []
        self.fields["role"].choices = [("", "No role"), *((role, role_label(role)) for role in roles if role)]
        accounts = Account.objects.order_by("name", "external_id")[:ACCOUNTS]
        self.fields["account"].choices = [("", "No account"), *((str(each.pk), str(each)) for each in accounts)]
        self.is_valid()

    def chosen(self) -> tuple[Version | None, dict]:
        """The version and what the preview needs besides; wrong choices are as if not made."""
        said = self.cleaned_data
        return self.versions.get(said.get("version", "")), {
            "role": said.get("role", ""),
            "account": Account.objects.filter(pk=said["account"]).first() if said.get("account") else None,
            "done": said.get("done") or 0,
        }

    def moments(self, zone) -> tuple[datetime, datetime]:
        """(enrolled, seen): they started today and are looked at later, or started before and are looked at on a date."""
        now, on = clock.now(), self.cleaned_data.get("on")
        seen = now + timedelta(days=self.cleaned_data.get("day") or 0)
        if isinstance(on, date):
            noon = datetime.combine(on, time(12), tzinfo=zone)
            seen = noon if noon >= now else now
        return now, seen


@require_safe
@open_to(Access.MANAGER)
@with_frames_of_ours
def ladder_preview(request, slug, key):
    """`?version=&role=&account=&day=&on=&done=&width=`."""
    ladder = get_object_or_404(Ladder.objects.select_related("live"), key=key)
    form = PreviewForm(request.GET, ladder=ladder)
    query = request.GET.copy()
    query.pop("width", None)
    width = form.cleaned_data.get("width") or "desktop"
    context = {"nav_current": "ladder-list", "ladder": ladder, "form": form, "query": query.urlencode(), "width": width}
    return show(request, "ladder_preview.html", context)


@require_safe
@open_to(Access.MANAGER)
@framed_by_us
def ladder_preview_frame(request, slug, key):
    """The checklist itself, as the hosted page draws it."""
    ladder = get_object_or_404(Ladder.objects.select_related("live"), key=key)
    form = PreviewForm(request.GET, ladder=ladder)
    version, chosen = form.chosen()
    context = {
        "workspace": request.workspace,
        "logo_url": address_of(request.workspace.logo),
        "base_url": "",
        "person": None,
        "checklist": None,
    }
    if version:
        version.ladder = ladder
        version.rules = {
            name: version.document[name] for name in ("promise", "promise_for") if name in version.document
        }
        enrolled_at, seen = form.moments(request.workspace.zone)
        try:
            context["person"], context["checklist"] = preview(version, enrolled_at=enrolled_at, now=seen, **chosen)
        except CriteriaError:
            context["incomplete"] = True
    response = render(request, "milestones/studio/preview_frame.html", context)
    let_show_videos(response, request.workspace.video_hosts)
    return response
