"""Page: a workspace's settings: name, time, working days, languages, video hosts, logo."""

import re
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.files import FileRefusedError, address_of, keep, picture_kind, throw_away
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access, Workspace

DAYS = [(1, "Monday"), (2, "Tuesday"), (3, "Wednesday"), (4, "Thursday"), (5, "Friday"), (6, "Saturday"), (7, "Sunday")]
MAX_HOLIDAYS, MAX_HOSTS = 400, 20
LOCAL = ("localhost", "127.0.0.1", "::1")
HOST = set("abcdefghijklmnopqrstuvwxyz0123456789.-")
FIELDS = (
    "name",
    "timezone",
    "working_days",
    "holidays",
    "languages",
    "video_hosts",
    "names_colleagues",
    "mails_links",
    "checklist_name",
    "product_url",
    "accent",
)


def is_product_address(text: str) -> bool:
    """Whether it is an https address, or one of this machine."""
    try:
        parts = urlsplit(text)
        is_here = parts.scheme == "http" and parts.hostname in LOCAL
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or is_here) and not re.search(r"[\s@<>\"\\]", text)


class SettingsForm(GuardedForm):
    name = forms.CharField(label="Company", max_length=120, error_messages={"required": "Name the company."})
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=[
            (zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"
        ],
        help_text="Days begin and end in it: on every page, and where a ladder counts days.",
    )
    working_days = forms.TypedMultipleChoiceField(
        label="Working days",
        choices=DAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one day."},
    )
    holidays = forms.CharField(
        label="Holidays",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "placeholder": "2026-12-25"}),
        help_text="One a line, such as 2026-12-25. What follows the date is yours to read: 2026-12-25 Christmas.",
    )
    languages = forms.MultipleChoiceField(
        choices=Workspace.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        help_text="Those that your people read.",
        error_messages={"required": "Tick at least one language."},
    )
    usual_language = forms.ChoiceField(
        label="The usual one",
        choices=Workspace.LANGUAGES,
        required=False,
        help_text="In which your ladders are written; who reads none of the others reads this one.",
    )
    video_hosts = forms.CharField(
        label="Hosts of your videos",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "placeholder": "videos.example.com"}),
        help_text="One a line. Only from these may a checklist show a video or its poster.",
    )
    accent = forms.RegexField(
        regex=r"(?i)^#[0-9a-f]{6}$",
        label="Accent colour",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "#00656a", "spellcheck": "false"}),
        help_text="Six digits after a #. It is made darker or lighter where text could not be read otherwise.",
        error_messages={"invalid": "Write it like #00656a."},
    )
    names_colleagues = forms.BooleanField(
        label="On team steps people see which of their colleagues have done their part",
        required=False,
        help_text="Otherwise they see how many.",
    )
    checklist_name = forms.CharField(
        label="What your people call the checklist",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "Getting started"}),
        help_text="On the widget’s button. Left empty it is “Getting started”, in their language.",
    )
    product_url = forms.CharField(
        label="Where your product is",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": "https://app.example.com", "inputmode": "url"}),
        help_text="Steps whose link is a path, such as /reports/new, lead there from the hosted checklist and from mails.",
    )
    mails_links = forms.BooleanField(
        label="People can have a link to their checklist sent to their e-mail address",
        required=False,
        help_text="To the address that your back end has told. The page for it is shown below once this is saved.",
    )
    logo = forms.FileField(
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text="PNG, JPEG or WebP, up to 200 kB. People see it on their checklist.",
    )
    remove_logo = forms.BooleanField(label="Show no logo", required=False)

    def __init__(self, data=None, files=None, *, workspace: Workspace):
        self.workspace = workspace
        initial = {name: getattr(workspace, name) for name in FIELDS}
        initial["holidays"] = "\n".join(day.isoformat() for day in workspace.holidays)
        initial["usual_language"] = workspace.languages[0] if workspace.languages else "en"
        initial["video_hosts"] = "\n".join(workspace.video_hosts)
        super().__init__(data, files, initial=initial, auto_id="settings-%s")
        if not workspace.logo:
            del self.fields["remove_logo"]

    def clean(self):
        said = super().clean()
        usual, ticked = said.get("usual_language"), said.get("languages") or []
        if usual and ticked and usual not in ticked:
            self.add_error("usual_language", "Tick it above, too.")
        elif usual:
            said["languages"] = [usual, *(each for each in ticked if each != usual)]
        return said

    def clean_accent(self) -> str:
        return self.cleaned_data["accent"].lower()

    def clean_product_url(self) -> str:
        address = self.cleaned_data["product_url"].strip()
        if address and not is_product_address(address):
            raise forms.ValidationError("Write the address of your product, beginning with https://.")
        return address

    def clean_holidays(self) -> list[date]:
        days = []
        for number, line in enumerate(self.cleaned_data["holidays"].splitlines(), start=1):
            words = line.split()
            if words:
                try:
                    days.append(date.fromisoformat(words[0]))
                except ValueError:
                    raise forms.ValidationError(
                        "Line %(line)s: “%(text)s” is not a day. Write it like 2026-12-25.",
                        params={"line": number, "text": words[0][:40]},
                    ) from None
        if len(days) > MAX_HOLIDAYS:
            raise forms.ValidationError(f"At most {MAX_HOLIDAYS} holidays.")
        return sorted(set(days))

    def clean_video_hosts(self) -> list[str]:
        hosts = list(
            dict.fromkeys(
                line.strip().lower() for line in self.cleaned_data["video_hosts"].splitlines() if line.strip()
            )
        )
        for host in hosts:
            if not set(host) <= HOST or "." not in host or host.startswith((".", "-")) or len(host) > 253:
                raise forms.ValidationError(
                    "“%(host)s” is not a host. Write it like videos.example.com, without https:// and path.",
                    params={"host": host[:80]},
                )
        if len(hosts) > MAX_HOSTS:
            raise forms.ValidationError(f"At most {MAX_HOSTS} hosts.")
        return hosts

    def clean_logo(self):
        upload = self.cleaned_data["logo"]
        if not upload:
            return None
        self.picture = upload.read(300_000)
        try:
            self.kind = picture_kind(self.picture)
        except FileRefusedError as error:
            raise forms.ValidationError(str(error)) from None
        return upload

    def save(self) -> list[str]:
        """Write what differs; returns the names of the settings that did."""
        workspace, changed = self.workspace, []
        for name in FIELDS:
            if getattr(workspace, name) != self.cleaned_data[name]:
                setattr(workspace, name, self.cleaned_data[name])
                changed.append(name)
        before = workspace.logo
        if self.cleaned_data["logo"]:
            workspace.logo = keep(workspace, self.picture, kind=self.kind)
        elif self.cleaned_data.get("remove_logo"):
            workspace.logo = ""
        if workspace.logo != before:
            changed.append("logo")
            throw_away(workspace, before)
        workspace.save(update_fields=changed)
        return changed


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.ADMIN)
def settings(request, slug):
    """The settings as a form; POST saves them."""
    workspace = request.workspace
    form = SettingsForm(workspace=workspace)
    if request.method == "POST":
        form = SettingsForm(request.POST, request.FILES, workspace=workspace)
        if form.is_valid():
            changed = form.save()
            if changed:
                record(
                    member=request.member,
                    verb="changed the settings",
                    subject=workspace.name,
                    detail={"changed": changed},
                )
            messages.success(request, "Saved." if changed else "Nothing was different.")
            return redirect("settings", slug=slug)
        workspace.refresh_from_db()  # the page around the form says what is true
    base_url = django_settings.CAIRN_BASE_URL
    context = {"nav_current": "settings", "form": form, "logo_url": address_of(workspace.logo), "base_url": base_url}
    return render(request, "tenancy/settings.html", context)
