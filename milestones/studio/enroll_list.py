"""Page: a list of people, pasted or as a CSV file, is put on a ladder."""

import csv

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from milestones.checklist.actions import ActionRefusedError
from milestones.models import Ladder
from milestones.studio.member_actions import enroll_listed
from milestones.studio.rendering import show
from milestones.studio.rung_form import area
from milestones.studio.splits import counted
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access

MOST, MAX_BYTES, NAMED = 2_000, 1_000_000, 20
MOST_OF_A_LINE = 10_000  # characters: an id is the first of them
HEADS = {"id", "external_id", "user_id", "userid", "user"}


class EnrollListForm(forms.Form):
    file = forms.FileField(
        label="CSV file", required=False, help_text="The first column is the id that your product uses."
    )
    text = forms.CharField(
        label="Or the ids",
        required=False,
        max_length=MAX_BYTES,
        widget=area(8, spellcheck="false"),
        help_text="One a line. What follows a comma is left out.",
    )
    note = forms.CharField(label="Why", required=False, max_length=500)

    def clean(self):
        said = super().clean()
        text, field = said.get("text", ""), "text"
        if said.get("file"):
            field = "file"
            if said["file"].size > MAX_BYTES:
                raise forms.ValidationError({"file": "The file is larger than 1 MB."})
            try:
                text = said["file"].read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError({"file": "This is not a text file in UTF-8."}) from None
            self.data = self.data.copy()
            self.data["text"] = text  # shown, so that it can be mended here
        self.ids = read_ids(text)
        if not self.ids and not self.errors:
            self.add_error(field, "There is no id in it.")
        if len(self.ids) > MOST:
            self.add_error(field, f"At most {MOST:,} people at a time; these are {len(self.ids):,}.")
        return said


def read_ids(text: str) -> list[str]:
    """The first column, each id once; a heading is left out."""
    # Line by line, so that a quotation mark without its other half swallows nobody.
    lines = (line[:MOST_OF_A_LINE] for line in text.replace("\0", "").splitlines())
    rows = (next(csv.reader([line], skipinitialspace=True), []) for line in lines)
    ids = [row[0].strip()[:200] for row in rows if row and row[0].strip()]
    if ids and ids[0].casefold() in HEADS:
        ids = ids[1:]
    return list(dict.fromkeys(ids))


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def enroll_list(request, slug, key):
    """Who is unknown, or on the ladder already, is named; the others are put on it."""
    ladder = get_object_or_404(Ladder.objects.select_related("live"), key=key)
    form = EnrollListForm(request.POST, request.FILES) if request.method == "POST" else EnrollListForm()
    listed = None
    if request.method == "POST" and form.is_valid():
        try:
            listed = enroll_listed(ladder, form.ids, member=request.member, note=form.cleaned_data["note"])
        except ActionRefusedError as error:
            form.add_error(None, str(error))
        else:
            said = f"{counted(listed.put_on, 'person', 'people')} put on “{ladder.name}”."
            messages.success(request, said if listed.shows else f"{said} It will show in a moment.")
            if not listed.unknown and not listed.already:
                return redirect("ladder-detail", slug=slug, key=key)
    context = {"nav_current": "ladder-list", "ladder": ladder, "form": form, "listed": listed, "named": NAMED}
    return show(request, "enroll_list.html", context)
