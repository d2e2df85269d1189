"""Page: the words of one rung of a published version, corrected in place; and Markdown as it reads while it is typed."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from milestones.models import Ladder, Rung, Version
from milestones.prose import as_html
from milestones.rewording import WORDS, correct
from milestones.studio.rendering import show
from milestones.studio.rung_form import TEXT, LinesField, MilestoneFields, one_line_end, prose_area
from onboarding.tenancy.access import open_to
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access


class WordingForm(GuardedForm):
    title = forms.CharField(max_length=200, error_messages={"required": "Say what a person will have done."})
    outcome = forms.CharField(required=False, max_length=TEXT, widget=prose_area(2))
    why = forms.CharField(label="Why it matters", required=False, max_length=TEXT, widget=prose_area(2))
    cue = forms.CharField(required=False, max_length=TEXT, widget=prose_area(2))
    actions = LinesField(label="Exact actions", help_text="One a line, in order.")
    tips = LinesField(help_text="One a line.")
    story = forms.CharField(label="Customer story", required=False, max_length=TEXT, widget=prose_area(3))
    success_metric = forms.CharField(label="Measure of success", required=False, max_length=TEXT)
    reason = forms.CharField(
        label="Why it is corrected",
        max_length=500,
        help_text="Kept on the audit trail, with what it said before.",
        error_messages={"required": "Say in a few words why."},
    )

    def words(self) -> dict:
        said = {name: self.cleaned_data[name] for name in WORDS}
        return {name: one_line_end(value).strip() if isinstance(value, str) else value for name, value in said.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def version_wording(request, slug, key, number, rung):
    """The words of one rung; POST corrects them."""
    ladder = get_object_or_404(Ladder, key=key)
    version = get_object_or_404(ladder.versions.exclude(state=Version.State.DRAFT), number=number)
    placed = get_object_or_404(Rung, version=version, key=rung)
    initial = {name: value for name, value in MilestoneFields.initial_of(placed.content).items() if name in WORDS}
    form = WordingForm(request.POST if request.method == "POST" else None, initial=initial, auto_id="wording-%s")
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"].strip()
        changed = correct(version, rung, form.words(), member=request.member, reason=reason)
        messages.success(
            request, "Corrected: everybody on this version reads it." if changed else "Nothing was different."
        )
        return redirect(f"{request.path.split('/versions/')[0]}/?version={number}#rung-{rung}")
    context = {"nav_current": "ladder-list", "ladder": ladder, "version": version, "rung": placed, "form": form}
    return show(request, "wording.html", context)


@require_POST
@open_to(Access.MANAGER)
def prose_preview(request, slug):
    """An author's Markdown as people will read it."""
    text = request.POST.get("text", "")
    if len(text) > TEXT:
        raise Http404
    return HttpResponse(as_html(text))
