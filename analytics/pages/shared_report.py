"""`/r/<token>/`: a reader without an account here reads one report."""

from django import forms
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from analytics.pages.reports import file_of
from analytics.reports import links, schedules
from onboarding.tenancy.access import LINK, open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.files import address_of
from onboarding.tenancy.link_pages import private
from onboarding.tenancy.security_headers import with_charts


class PasscodeForm(forms.Form):
    passcode = forms.CharField(
        label="Passcode",
        max_length=60,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type the passcode that you were told."},
    )


@csrf_exempt  # the token in the path is the right, and the door checks Origin
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
@with_charts
def shared_report(request, token):
    """The report; behind a passcode, `pass=` is what a right one gave, and POST tries one."""
    link, said = request.link, request.GET.get("pass", "")
    if not links.is_open(link, said):
        return _ask(request, token)
    with timezone.override(request.workspace_shown.zone):
        if request.method == "GET":
            links.note_opened(link)
        context = {
            **_frame(request),
            "report": link.report,
            "said": link.report.said,
            "expires_at": link.expires_at,
            "opened_by": urlencode({"pass": said}) if said else "",
            "may_stop": bool(link.email and link.report.schedule_id),
        }
        return private(render(request, "analytics/shared/report.html", context))


def _ask(request, token: str):
    form = PasscodeForm(request.POST if request.method == "POST" else None, auto_id="open-%s")
    if links.is_paused(request.link):
        form = PasscodeForm(auto_id="open-%s")
        context = {**_frame(request), "form": form, "is_paused": True}
        return private(render(request, "analytics/shared/passcode.html", context, status=429))
    if request.method == "POST" and form.is_valid():
        opened = links.try_passcode(request.link, form.cleaned_data["passcode"])
        if opened:
            return private(redirect(f"/r/{token}/?{urlencode({'pass': opened})}"))
        form.add_error("passcode", "This is not the passcode. Ask the person who sent the link.")
    return private(render(request, "analytics/shared/passcode.html", {**_frame(request), "form": form}))


@require_safe
@open_to(LINK)
def shared_report_file(request, token, kind):
    if not links.is_open(request.link, request.GET.get("pass", "")):
        return private(redirect(f"/r/{token}/"))
    return private(file_of(request.link.report, kind))


@csrf_exempt
@require_http_methods(["POST"])
@open_to(LINK)
def shared_report_stop(request, token):
    """Mail this report to this reader no more."""
    link = request.link
    if link.email and link.report.schedule:
        schedules.stop_for(link.report.schedule, link.email)
        record(member=None, verb="asked for no more mails of a report", subject=link.email)
    return private(render(request, "analytics/shared/stopped.html", _frame(request)))


def _frame(request) -> dict:
    return {"workspace": request.workspace_shown, "logo_url": address_of(request.workspace_shown.logo)}
