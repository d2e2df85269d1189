"""The settings of the numbers: by what they are split, what says that an account left, what customers come back for."""

import re

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from analytics.models import CountingRules
from analytics.rollups.basis import counting_rules
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import EventName

MOST_SEGMENTS, MOST_WORKFLOWS = 5, 30
TRAIT = re.compile(r"[A-Za-z0-9_ .-]{1,60}")
FIELDS = (
    "segments",
    "left_trait",
    "workflows",
    "expansion_event",
    "expansion_property",
    "expansion_unit",
    "referral_event",
    "day_worth",
    "day_worth_unit",
)


class LinesOf(forms.CharField):
    """One a line, each once; at most so many of so many characters."""

    def __init__(self, most: int, length: int, **options):
        self.most, self.length = most, length
        widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"})
        super().__init__(required=False, max_length=most * (length + 2), widget=widget, **options)

    def clean(self, value):
        lines = list(dict.fromkeys(line.strip() for line in super().clean(value).splitlines() if line.strip()))
        if len(lines) > self.most:
            raise forms.ValidationError(f"At most {self.most}.")
        if any(len(line) > self.length for line in lines):
            raise forms.ValidationError(f"A line has at most {self.length} characters.")
        return lines


class CountingForm(GuardedForm):
    segments = LinesOf(
        MOST_SEGMENTS,
        60,
        label="Segments",
        help_text="Traits of accounts, one a line, by which every number can be split at once. All is counted anew when you change them.",
    )
    left_trait = forms.CharField(
        label="Trait that says when an account left",
        required=False,
        max_length=60,
        help_text="It holds a date, such as 2026-11-30. Without it nobody is known to have left.",
    )
    workflows = LinesOf(
        MOST_WORKFLOWS,
        200,
        label="Key workflows",
        help_text="Events that customers come back for, one a line. Without any: those that show the use of your features.",
    )
    expansion_event = forms.CharField(
        label="Event that says that an account bought more",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "known-events", "autocomplete": "off"}),
    )
    expansion_property = forms.CharField(label="Its property that says how much", required=False, max_length=200)
    expansion_unit = forms.CharField(
        label="In which unit", required=False, max_length=20, help_text="Such as seats, or EUR a month."
    )

    referral_event = forms.CharField(
        label="Event that says that somebody referred somebody else",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "known-events", "autocomplete": "off"}),
    )
    day_worth = forms.FloatField(
        label="What a day is worth on which one person gets on",
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text="Your own assumption, shown wherever it is used: it says what steps cost at which people are stuck.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    day_worth_unit = forms.CharField(label="In which unit", required=False, max_length=20, help_text="Such as EUR.")

    def clean_segments(self):
        for name in self.cleaned_data["segments"]:
            if not TRAIT.fullmatch(name):
                raise forms.ValidationError(f"“{name}” is not the name of a trait: letters, digits, spaces, _ . and -.")
        return self.cleaned_data["segments"]

    def clean(self):
        said = super().clean()
        if said.get("expansion_event", "").strip() and not said.get("expansion_property", "").strip():
            self.add_error("expansion_property", "Name the property that holds the number.")
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.ADMIN)
def counting_page(request, slug):
    rules = counting_rules()
    before = {name: getattr(rules, name) for name in FIELDS}
    initial = before | {name: "\n".join(before[name]) for name in ("segments", "workflows")}
    form = CountingForm(request.POST if request.method == "POST" else None, initial=initial, auto_id="counting-%s")
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in FIELDS}
        CountingRules.objects.update_or_create(workspace_id=current_workspace_id(), defaults=said)
        changed = [name for name in FIELDS if said[name] != before[name]]
        record(
            member=request.member, verb="changed how the numbers are counted", subject=", ".join(changed) or "nothing"
        )
        messages.success(request, "Saved. The numbers follow in a moment.")
        return redirect("counting", slug=slug)
    context = {
        "nav_current": "settings",
        "form": form,
        "known": EventName.objects.order_by("name")
        .exclude(name__startswith="cairn:")
        .values_list("name", flat=True)[:500],
    }
    return render(request, "analytics/counting.html", context)
