"""`/k/<token>/`: a customer reads what done looks like, and agrees or says what should be different."""

from django import forms
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from milestones.models import Goal
from milestones.plans import PlanRefusedError, agree_theirs, kickoff_since, milestone_titles, stamp, wish
from onboarding.tenancy.access import LINK, open_to
from onboarding.tenancy.files import address_of
from onboarding.tenancy.link_pages import private


class AgreeForm(forms.Form):
    name = forms.CharField(label="Your name", max_length=200, error_messages={"required": "Say who you are."})
    text = forms.CharField(
        label="What should be different",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only if you do not agree yet.",
    )

    def clean(self):
        said = super().clean()
        asks, text = self.data.get("do") == "wish", said.get("text", "").strip()
        if asks and not text:
            self.add_error("text", "Say what should be different.")
        if text and not asks:
            self.add_error(
                "text", "You say that something should be different. Ask for a change, or empty this to agree."
            )
        return said


@csrf_exempt  # the token in the path is the right, and the door checks Origin
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
def guest_kickoff(request, token):
    """What done looks like; POST agrees on it, or says what should be different. What was written later has a link of its own."""
    account = request.link.account
    kickoff = kickoff_since(account, request.link.created_at)
    form = AgreeForm(request.POST if request.method == "POST" else None, auto_id="agree-%s")
    if request.method == "POST" and kickoff and form.is_valid():
        name = form.cleaned_data["name"].strip()
        try:
            if request.POST.get("do") == "wish":
                wish(kickoff, name=name, text=form.cleaned_data["text"].strip())
            else:
                agree_theirs(kickoff, name=name, seen=request.POST.get("seen", ""))
            return redirect(f"/k/{token}/")
        except PlanRefusedError as error:
            form.add_error(None, str(error))
            kickoff.refresh_from_db()
    titles = milestone_titles(account, kickoff.milestones) if kickoff else {}
    is_over = kickoff is None or kickoff.closed_at is not None
    context = {
        "workspace": request.workspace_shown,
        "logo_url": address_of(request.workspace_shown.logo),
        "account": account,
        "kickoff": kickoff,
        "milestones": [titles.get(key, key) for key in kickoff.milestones] if kickoff else [],
        "goals": [] if is_over else Goal.objects.filter(account=account).order_by("pk"),
        "form": form,
        "seen": stamp(kickoff) if kickoff else "",
    }
    with timezone.override(request.workspace_shown.zone):
        return private(render(request, "milestones/guests/kickoff.html", context))
