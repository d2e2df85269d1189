"""The inspector's form of one rung: where it stands on the ladder, and what people see of it here."""

from django import forms

from milestones.drafting.edits import content_of, find, keys, set_content, set_placement, title_of
from milestones.drafting.readiness import EXPECTED
from milestones.models import Feature
from milestones.studio.roles import role_label

TEXT, LINES = 5000, 30
SMALL_INPUT, SMALL_SELECT = {"class": "input input-sm"}, {"class": "select input-sm"}
WAIVERS = {
    "unlocks": "Why it unlocks nothing",
    "cue": "Why it needs no cue",
    "success_metric": "Why it needs no measure",
}


def area(rows: int, **attributes) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attributes})


def prose_area(rows: int) -> forms.Textarea:
    """For words in Markdown: pages show how they will read while they are typed."""
    return area(rows, **{"data-prose": True})


def one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n")


class LinesField(forms.CharField):
    """One line of text each; at most 30 of 500 characters."""

    def __init__(self, **options):
        super().__init__(widget=area(3), required=False, **options)

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > LINES:
            raise forms.ValidationError(f"At most {LINES} lines.")
        if any(len(line) > 500 for line in lines):
            raise forms.ValidationError("A line has at most 500 characters.")
        return lines


class HintsField(LinesField):
    """One hint a line: the anchor's key, a colon, the text."""

    def clean(self, value):
        hints = []
        for line in super().clean(value):
            anchor, colon, text = (part.strip() for part in line.partition(":"))
            if not colon or not text or not anchor.replace(".", "").replace("_", "").replace("-", "").isalnum():
                raise forms.ValidationError(f"“{line[:60]}”: write the anchor’s key, a colon, then the hint.")
            hints.append({"anchor": anchor[:100], "text": text[:500]})
        return hints


def https_or_nothing(address: str | None) -> bool:
    return not address or address.startswith("https://")


class MilestoneFields(forms.Form):
    """What a milestone says, in the library as on a ladder."""

    title = forms.CharField(max_length=200, error_messages={"required": "Say what a person will have done."})
    outcome = forms.CharField(
        required=False,
        max_length=TEXT,
        widget=prose_area(2),
        help_text="What is better afterwards, in the person’s words.",
    )
    why = forms.CharField(label="Why it matters", required=False, max_length=TEXT, widget=prose_area(2))
    cue = forms.CharField(
        required=False,
        max_length=TEXT,
        widget=prose_area(2),
        help_text="What to do, in a sentence or two. **Bold**, lists and [links](https://…) work here.",
    )
    actions = LinesField(label="Exact actions", help_text="One a line, in order.")
    tips = LinesField(help_text="One a line.")
    link = forms.CharField(
        label="Link into the product", required=False, max_length=2000, help_text="https://… or a path of your product."
    )
    story = forms.CharField(label="Customer story", required=False, max_length=TEXT, widget=prose_area(3))
    effort_minutes = forms.IntegerField(
        label="Minutes it takes",
        required=False,
        min_value=1,
        max_value=10_000,
        error_messages={"min_value": "Write 1 minute or more.", "invalid": "Write a whole number of minutes."},
    )
    quick_win = forms.BooleanField(label="Quick win", required=False)
    unlocks = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    success_metric = forms.CharField(
        label="Measure of success",
        required=False,
        max_length=TEXT,
        help_text="The one number that shows that it worked.",
    )

    CONTENT = (
        *("title", "outcome", "why", "cue", "actions", "tips", "link", "story"),
        *("effort_minutes", "quick_win", "unlocks", "success_metric"),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["unlocks"].choices = list(Feature.objects.order_by("name", "key").values_list("key", "name"))
        for field, label in WAIVERS.items():
            self.fields[f"waive_{field}"] = forms.CharField(
                label=label,
                required=False,
                max_length=500,
                help_text=f"Publishing asks for a reason while it has {EXPECTED[field]}.",
            )

    def clean(self):
        # A form that is sent by itself ends its lines otherwise than one that a script sends: that is no other text.
        said = super().clean()
        return said | {name: one_line_end(value) for name, value in said.items() if isinstance(value, str)}

    def clean_link(self):
        link = self.cleaned_data["link"].strip()
        if link and not link.startswith(("https://", "/")):
            raise forms.ValidationError("Begin with https:// or with / for a path of your product.")
        return link

    def content(self) -> dict:
        """The cleaned fields as a ladder file says them; empty ones are None."""
        said = {name: self.cleaned_data[name] or None for name in self.CONTENT}
        waived = {field: self.cleaned_data[f"waive_{field}"].strip() for field in WAIVERS}
        said["waived"] = {field: reason for field, reason in waived.items() if reason} or None
        return said

    @staticmethod
    def initial_of(content: dict) -> dict:
        """The form's first values for a milestone's content."""
        said = {name: content.get(name) for name in MilestoneFields.CONTENT}
        said |= {name: "\n".join(content.get(name, [])) for name in ("actions", "tips")}
        return said | {f"waive_{field}": content.get("waived", {}).get(field, "") for field in WAIVERS}


class RungForm(MilestoneFields):
    """One rung of a draft."""

    tracks = forms.MultipleChoiceField(
        label="Role tracks",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: it is open to every role.",
    )
    requires = forms.MultipleChoiceField(
        label="Only after",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "A prerequisite stands earlier on the ladder; this one no longer does."},
    )
    due_days = forms.FloatField(
        label="Days",
        required=False,
        min_value=0.01,
        max_value=3650,
        widget=forms.NumberInput(attrs=SMALL_INPUT | {"step": "any"}),
    )
    due_from = forms.ChoiceField(
        label="Counted from",
        required=False,
        choices=[("opened", "when it opens"), ("enrolled", "enrollment")],
        widget=forms.Select(attrs=SMALL_SELECT),
    )
    due_business = forms.BooleanField(label="Business days: holidays and free days are not counted", required=False)
    first_value = forms.BooleanField(label="First value: reaching it is the moment of value", required=False)

    person_may = forms.MultipleChoiceField(
        label="People may",
        required=False,
        choices=[("later", "put it off for a day"), ("not_for_me", "say that it is not for them")],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data=None, *, document: dict, key: str, roles: list[str]):
        super().__init__(data, auto_id="rung-%s", initial=None if data is not None else _initial(document, key))
        before = keys(document)[: keys(document).index(key)]
        self.fields["tracks"].choices = [(role, role_label(role)) for role in roles]
        self.fields["requires"].choices = [(each, title_of(document, each)) for each in before]
        self.key = key

    def clean(self):
        said = super().clean()
        days = said.get("due_days")
        if said.get("due_business") and days is not None and days != int(days):
            self.add_error("due_days", "Business days are whole days.")
        return said

    def change(self, document: dict) -> dict:
        """The draft with this form applied: an edit, for saving."""
        said = self.cleaned_data
        due = {"days": _whole(said["due_days"]), "from": said["due_from"] or "opened"} if said["due_days"] else None
        if due and due["from"] == "opened" and "from" not in (find(document, self.key)[2].get("due") or {}):
            del due["from"]  # as the file had it
        if due and said["due_business"]:
            due["business"] = True
        document = set_placement(
            document,
            self.key,
            tracks=said["tracks"],
            requires=said["requires"],
            due=due,
            first_value=said["first_value"],
            person_may=said["person_may"],
        )
        return set_content(document, self.key, **self.content())


def _initial(document: dict, key: str) -> dict:
    _, _, rung = find(document, key)
    due = rung.get("due") or {}
    return MilestoneFields.initial_of(content_of(document, key)) | {
        "tracks": rung.get("tracks", []),
        "requires": rung.get("requires", []),
        "due_days": due.get("days"),
        "due_from": due.get("from", "opened"),
        "due_business": due.get("business", False),
        "first_value": rung.get("first_value", False),
        "person_may": rung.get("person_may", []),
    }


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number
