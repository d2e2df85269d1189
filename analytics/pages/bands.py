"""Page: between what the team wants its metrics to stay."""

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from analytics.bands import check_bands, stand
from analytics.models import Band
from milestones.models import Ladder, Rung
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id

BANDS = 60


class BandForm(forms.Form):
    metric = forms.ChoiceField(choices=Band.Metric.choices)
    ladder = forms.ModelChoiceField(Ladder.objects.none(), to_field_name="key", empty_label=None)
    step = forms.ChoiceField(required=False, help_text="Of “Reach of a step” only.")
    low = forms.FloatField(label="Not below", required=False)
    high = forms.FloatField(label="Not above", required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, auto_id="band-%s", **options)
        self.fields["ladder"].queryset = Ladder.objects.exclude(live=None).order_by("position", "id")
        rungs = Rung.objects.filter(version__in=Ladder.objects.exclude(live=None).values("live")).order_by("position")
        self.fields["step"].choices = [("", "None"), *dict(rungs.values_list("key", "content__title")).items()]

    def clean(self):
        said = super().clean()
        if said.get("low") is None and said.get("high") is None and not self.errors:
            self.add_error("low", "Name at least one end.")
        elif None not in (said.get("low"), said.get("high")) and said["low"] > said["high"]:
            self.add_error("high", "That is below the lower end.")
        if said.get("metric") == Band.Metric.REACH and not said.get("step"):
            self.add_error("step", "Choose the step.")
        elif (
            said.get("step") and said.get("ladder") and not said["ladder"].live.rungs.filter(key=said["step"]).exists()
        ):
            self.add_error("step", "This ladder has no such step.")
        if said.get("metric") != Band.Metric.REACH:
            said["step"] = ""
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def band_list(request, slug):
    form = BandForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if Band.objects.count() >= BANDS:
            form.add_error(None, f"There are {BANDS} bands already.")
        elif _keep(form.cleaned_data, request.member):
            check_bands(clock.now())
            messages.success(request, "Kept. What leaves it comes to “To look at” by itself.")
            return redirect("band-list", slug=slug)
        else:
            form.add_error(None, "There is a band for this already. Remove it first.")
    return render(request, "analytics/band_list.html", {"nav_current": "metric-list", "rows": stand(), "form": form})


def _keep(said: dict, member) -> bool:
    try:
        with transaction.atomic():
            band = Band.objects.create(workspace_id=current_workspace_id(), made_by=member, **said)
    except IntegrityError:
        return False
    record(member=member, verb="set a band for", subject=band.get_metric_display())
    return True


@require_POST
@open_to(Access.MANAGER)
def band_remove(request, slug, pk):
    band = get_object_or_404(Band, pk=pk)
    band.delete()
    record(member=request.member, verb="removed a band of", subject=band.get_metric_display())
    check_bands(clock.now())
    messages.success(request, "The band is removed.")
    return redirect("band-list", slug=slug)
