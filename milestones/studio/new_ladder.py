"""Pages: a new ladder, from templates, empty, copied, or from a file."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from milestones.drafting.edits import with_features
from milestones.drafting.naming import RESERVED, free_key
from milestones.drafting.saving import feature_document, open_draft, replace
from milestones.ladder_files import FORMAT, MAX_BYTES, LadderFileError, read
from milestones.ladder_templates import combine, ladder_templates
from milestones.models import Feature, Ladder, Milestone
from milestones.publishing import stock_library
from milestones.studio.rendering import show
from milestones.studio.rung_form import area
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id

TEMPLATES, EMPTY, COPY, FILE = "templates", "empty", "copy", "file"
STARTS = [
    (TEMPLATES, "From templates"),
    (COPY, "From a ladder of yours"),
    (FILE, "From a ladder file"),
    (EMPTY, "From nothing"),
]


class NewLadderForm(forms.Form):
    start = forms.ChoiceField(choices=STARTS, initial=TEMPLATES, widget=forms.RadioSelect, label="Begin")
    name = forms.CharField(
        label="Name", required=False, max_length=200, help_text="What people see. Left empty, the template’s own name."
    )
    templates = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    ladder = forms.ChoiceField(label="Copy of", required=False)
    file = forms.FileField(label="File", required=False, help_text="YAML, at most 1 MB.")
    text = forms.CharField(
        label="Or its text", required=False, strip=False, max_length=MAX_BYTES, widget=area(8, spellcheck="false")
    )

    def __init__(self, *args, **options):
        super().__init__(*args, auto_id="new-%s", **options)
        self.fields["templates"].choices = [(each.key, each.title) for each in ladder_templates()]
        self.fields["ladder"].choices = [
            ("", "Choose one"),
            *Ladder.objects.order_by("name").values_list("key", "name"),
        ]

    def clean(self):
        said = super().clean()
        make = {TEMPLATES: self._combined, COPY: self._copied, FILE: self._read, EMPTY: self._empty}.get(
            said.get("start")
        )
        self.document = make(said) if make else None
        return said

    def _combined(self, said: dict) -> dict | None:
        chosen = [each.document for each in ladder_templates() if each.key in said.get("templates", [])]
        if not chosen:
            self.add_error("templates", "Choose one template, or several to make one ladder of them.")
            return None
        name = said.get("name", "").strip() or chosen[0]["name"]
        return _with_library(combine(chosen, key=free_key(Ladder, name), name=name))

    def _copied(self, said: dict) -> dict | None:
        ladder = (
            Ladder.objects.filter(key=said.get("ladder", "")).select_related("live").first()
            if said.get("ladder")
            else None
        )
        source = ladder and (ladder.live or ladder.versions.order_by("-number").first())
        if not source:
            self.add_error("ladder", "Choose the ladder to copy.")
            return None
        name = said.get("name", "").strip() or f"{ladder.name}, a copy"[:200]
        return _with_library(source.document | {"ladder": free_key(Ladder, name), "name": name})

    def _read(self, said: dict) -> dict | None:
        text, field = said.get("text", ""), "text"
        if said.get("file"):
            if said["file"].size > MAX_BYTES:
                self.add_error("file", "The file is larger than 1 MB.")
                return None
            try:
                text, field = said["file"].read().decode(), "file"
            except UnicodeDecodeError:
                self.add_error("file", "This is not a text file in UTF-8.")
                return None
            # What was in a file is shown as text, so that it can be mended here.
            self.data = self.data.copy()
            self.data["text"] = text
        if not text.strip():
            self.add_error("file", "Choose a ladder file, or paste its text.")
            return None
        try:
            document = read(text)
        except LadderFileError as error:
            for problem in error.problems[:20]:
                self.add_error(field, str(problem))
            return None
        if document["ladder"] in RESERVED:
            self.add_error(field, f"A ladder cannot have the key {document['ladder']!r}.")
            return None
        return document

    def _empty(self, said: dict) -> dict | None:
        name = said.get("name", "").strip()
        if not name:
            self.add_error("name", "Give the ladder a name.")
            return None
        phases = [{"name": each, "rungs": []} for each in ("Setup", "Activation", "Adoption")]
        return {
            "format": FORMAT,
            "ladder": free_key(Ladder, name),
            "name": name,
            "enroll": {"when": "first_seen"},
            "milestones": [],
            "phases": phases,
        }


def _with_library(document: dict) -> dict:
    """A milestone or a feature that the workspace has under this key already stays as the workspace has it."""
    own = {milestone.key: {"key": milestone.key, **milestone.content} for milestone in Milestone.objects.all()}
    document = document | {"milestones": [own.get(each["key"], each) for each in document["milestones"]]}
    return with_features(document, {each.key: feature_document(each) for each in Feature.objects.all()})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def ladder_new(request, slug):
    """Choose what the new ladder begins with; POST makes its draft and opens the builder."""
    form = NewLadderForm(request.POST or None, request.FILES or None) if request.method == "POST" else NewLadderForm()
    if request.method == "POST" and form.is_valid() and form.document:
        document, said = form.document, f"Began {dict(STARTS)[form.cleaned_data['start']].lower()}"
        stock_library(document, changes_known=form.cleaned_data["start"] == FILE)
        known = Ladder.objects.filter(key=document["ladder"]).select_related("live").first()
        ladder = known or Ladder.objects.create(
            workspace_id=current_workspace_id(),
            key=document["ladder"],
            name=document["name"],
            position=Ladder.objects.count(),
        )
        draft = open_draft(ladder, member=request.member, document=document, said=said)
        if draft.document != document:
            replace(draft, document, said=said, member=request.member)
        if known:
            messages.success(request, f"The file is now the draft of “{ladder.name}”; undo brings back what it was.")
        return redirect("ladder-draft", slug=slug, key=ladder.key)
    context = {
        "nav_current": "ladder-list",
        "form": form,
        "templates": [(each, each.key in (form["templates"].value() or [])) for each in ladder_templates()],
    }
    return show(request, "ladder_new.html", context)
