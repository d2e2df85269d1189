"""Pages: the features of the vendor's product, what shows their use, and what unlocks them."""

import re

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from milestones.checklist.stored import forget_all
from milestones.drafting.edits import content_of, keys
from milestones.drafting.saving import drafts
from milestones.models import Enrollment, Feature, Ladder, Rung
from milestones.studio.criteria_page import known_events
from milestones.studio.rendering import show
from milestones.studio.rung_form import LinesField
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id

KEY = re.compile(r"[A-Za-z0-9._-]{1,100}")


class FeatureForm(GuardedForm):
    name = forms.CharField(max_length=200, error_messages={"required": "Say what people call it."})
    key = forms.CharField(
        max_length=100,
        help_text="What your product asks for, such as scheduled-reports.",
        error_messages={"required": "Give it the key that your product asks for."},
    )
    events = LinesField(label="Events that show its use", help_text="One a line.")
    default = forms.BooleanField(label="On while no published ladder unlocks it", required=False, initial=True)
    locked = forms.BooleanField(label="On also before it is reached", required=False)

    def __init__(self, data=None, *, feature: Feature | None = None):
        self.feature = feature
        initial = feature and {
            "name": feature.name,
            "key": feature.key,
            "events": "\n".join(feature.events),
            "default": feature.default,
            "locked": feature.locked,
        }
        super().__init__(data, initial=initial, auto_id="feature-%s")
        if feature:
            self.fields["key"].disabled = True  # products ask for it by this key

    def feature_said(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def clean_key(self):
        key = self.cleaned_data["key"].strip()
        if not KEY.fullmatch(key):
            raise forms.ValidationError("Letters, digits, dots, dashes and underscores only.")
        if self.feature is None and Feature.objects.filter(key=key).exists():
            raise forms.ValidationError("There is a feature with this key already.")
        return key

    def clean_events(self):
        events = list(dict.fromkeys(self.cleaned_data["events"]))
        if any(len(event) > 200 for event in events):
            raise forms.ValidationError("An event’s name has at most 200 characters.")
        return events


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def feature_list(request, slug):
    """The features; POST adds one."""
    form = FeatureForm(request.POST) if request.method == "POST" else FeatureForm()
    if request.method == "POST" and form.is_valid():
        feature = Feature.objects.create(workspace_id=current_workspace_id(), **form.feature_said())
        record(member=request.member, verb="added a feature", subject=feature.name)
        messages.success(request, f"“{feature.name}” can be unlocked by milestones now.")
        return redirect("feature-list", slug=slug)
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def feature_detail(request, slug, key):
    """One feature's form beside the list; POST saves it."""
    feature = get_object_or_404(Feature, key=key)
    form = FeatureForm(request.POST, feature=feature) if request.method == "POST" else FeatureForm(feature=feature)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("name", "events", "default", "locked")}
        Feature.objects.filter(pk=feature.pk).update(**said)
        forget_all()  # its name stands on checklists
        record(member=request.member, verb="changed a feature", subject=said["name"], detail={"key": feature.key})
        messages.success(request, "Saved. Your product gets the new answer at its next question.")
        return redirect("feature-list", slug=slug)
    return _page(request, form, feature)


@require_POST
@open_to(Access.MANAGER)
def feature_remove(request, slug, key):
    """Remove a feature that nothing unlocks."""
    feature = get_object_or_404(Feature, key=key)
    if unlocked_by().get(feature.key):
        messages.error(request, f"“{feature.name}” is unlocked by a ladder. Take it out there first.")
        return redirect("feature-detail", slug=slug, key=key)
    under_way = Enrollment.objects.filter(ended_at=None).values("version")
    if Rung.objects.filter(version__in=under_way, content__unlocks__contains=[feature.key]).exists():
        messages.error(
            request, f"People on an earlier version can have “{feature.name}”. Your product would no longer be told so."
        )
        return redirect("feature-detail", slug=slug, key=key)
    feature.delete()
    record(member=request.member, verb="removed a feature", subject=feature.name)
    messages.success(request, f"“{feature.name}” is removed.")
    return redirect("feature-list", slug=slug)


def unlocked_by() -> dict[str, list[tuple[str, str, str]]]:
    """feature key → (milestone title, ladder name, ladder key) of what unlocks it, live or in a draft."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    live = Rung.objects.filter(version__in=Ladder.objects.exclude(live=None).values("live")).select_related(
        "version__ladder"
    )
    for rung in live.order_by("version__ladder__position", "position"):
        for feature in rung.content.get("unlocks", []):
            found.setdefault(feature, []).append((rung.title, rung.version.ladder.name, rung.version.ladder.key))
    open_drafts = drafts()
    for ladder in Ladder.objects.order_by("position", "id"):
        draft = open_drafts.get(ladder.pk)
        for key in keys(draft.document) if draft else []:
            content = content_of(draft.document, key)
            for feature in content.get("unlocks", []):
                said = (content["title"], ladder.name, ladder.key)
                if said not in found.get(feature, []):
                    found.setdefault(feature, []).append((content["title"], f"{ladder.name}, draft", ladder.key))
    return found


def _page(request, form: FeatureForm, feature: Feature | None = None):
    unlocks = unlocked_by()
    context = {
        "nav_current": "feature-list",
        "form": form,
        "feature": feature,
        "rows": [(each, unlocks.get(each.key, [])) for each in Feature.objects.order_by("name", "key")],
        "events": known_events(),
    }
    return show(request, "feature_list.html", context)
