"""The inspector's form of the ladder itself: its promise, its pace, and who gets on it."""

from datetime import date

from django import forms

from milestones.drafting.edits import set_rules
from milestones.impact_templates import fits
from milestones.languages import LANGUAGES, workspace_languages
from milestones.models import Ladder, Segment
from milestones.studio.roles import role_label
from milestones.studio.rung_form import area
from milestones.studio.told_form import ToldFields
from milestones.studio.trait_rows import TraitRows

WHEN = [
    ("first_seen", "with their first event"),
    ("event", "with a certain event"),
    ("finished", "once they are done with another ladder"),
    ("manual", "by hand only"),
]
AGAIN = [
    ("anew", "they may be put on it again by hand, and begin anew"),
    ("never", "they come on it once only"),
]


class RulesForm(TraitRows):
    name = forms.CharField(max_length=200, error_messages={"required": "Give the ladder a name."})
    promise = forms.CharField(
        required=False,
        max_length=5000,
        widget=area(2),
        help_text="The value at the end, in one sentence. People read it first.",
    )
    at_once = forms.IntegerField(label="Steps open at once", required=False, min_value=1, max_value=100)
    per_day = forms.IntegerField(label="Steps opening a day", required=False, min_value=1, max_value=100)
    spacing_hours = forms.FloatField(label="Hours between steps", required=False, min_value=0, max_value=8760)
    when = forms.ChoiceField(label="People get on it", choices=WHEN, widget=forms.RadioSelect)
    event = forms.CharField(
        label="The event", required=False, max_length=200, widget=forms.TextInput(attrs={"list": "known-events"})
    )
    ladder = forms.ChoiceField(label="The other ladder", required=False)
    roles = forms.MultipleChoiceField(
        label="With one of these roles",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: any role.",
    )
    segment = forms.ChoiceField(
        label="Only those in the segment",
        required=False,
        help_text="As its rule is when the ladder is published; a later change of it moves nobody.",
    )
    since = forms.DateField(
        label="Count events since",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Left empty, only events after the first publication bring people on.",
    )
    again = forms.ChoiceField(label="Who has been on it before", required=False, choices=AGAIN)

    def __init__(self, data=None, *, document: dict, roles: list[str]):
        self.enroll = document.get("enroll") or {"when": "first_seen"}
        conds = self.enroll.get("where", [])
        initial = None if data is not None else self._initial(document)
        super().__init__(data, auto_id="rules-%s", initial=initial, conds=conds)
        self.fields["roles"].choices = [(role, role_label(role)) for role in roles]
        self.roles = list(dict.fromkeys([*roles, *document.get("promise_for", {})]))
        for role in self.roles:
            self.fields[f"promise_for_{role}"] = forms.CharField(
                label=f"To a {role_label(role).lower()}",
                required=False,
                max_length=5000,
                widget=area(2),
                initial=document.get("promise_for", {}).get(role, ""),
            )
        self.value = ToldFields(
            self,
            "value",
            document.get("value"),
            spans=False,
            text_help="On top of the checklist, such as: {hours_total} hours saved so far.",
        )
        self.languages, self.translated = workspace_languages(), document.get("translations", {})
        for language in self.languages:
            told = self.translated.get(language, {})
            for name, label in (("name", "Name"), ("promise", "Promise")):
                self.fields[f"{name}_in_{language}"] = forms.CharField(
                    label=f"{label} in {LANGUAGES[language]}",
                    required=False,
                    max_length=200 if name == "name" else 5000,
                    widget=forms.TextInput() if name == "name" else area(2),
                    initial=told.get(name, ""),
                )
        others = Ladder.objects.exclude(key=document["ladder"]).order_by("position", "id")
        self.fields["ladder"].choices = _offered(others.values_list("key", "name"), self.enroll.get("ladder"))
        by_rule = Segment.objects.exclude(rule=None).order_by("name", "key")
        self.fields["segment"].choices = _offered(by_rule.values_list("key", "name"), self.enroll.get("segment"))

    def _initial(self, document: dict) -> dict:
        said = {name: document.get(name) for name in ("name", "promise", "at_once", "per_day", "spacing_hours")}
        said |= {name: self.enroll.get(name) for name in ("when", "event", "ladder", "roles", "segment", "since")}
        said["again"] = self.enroll.get("again", "anew")
        return said | self.initial_of(self.enroll.get("where", []))

    def _translations(self, said: dict) -> dict:
        """Names and promises in other languages; what a file says besides stays."""
        kept = {language: dict(told) for language, told in self.translated.items()}
        for language in self.languages:
            told = kept.setdefault(language, {})
            if told.get("value") and not (self.value_said and fits({**self.value_said, "text": told["value"]})):
                told.pop("value")
            for name in ("name", "promise"):
                told.pop(name, None)
                if text := said.get(f"{name}_in_{language}", "").strip():
                    told[name] = text
        return {language: told for language, told in kept.items() if told}

    @property
    def in_languages(self):
        """The bound fields of names and promises in other languages."""
        return [self[f"{name}_in_{language}"] for language in self.languages for name in ("name", "promise")]

    @property
    def promises(self):
        """The bound fields of the promises to one role each."""
        return [self[f"promise_for_{role}"] for role in self.roles]

    def clean(self):
        said = super().clean()
        if said.get("when") == "event" and not said.get("event", "").strip():
            self.add_error("event", "Name the event.")
        if said.get("when") == "finished" and not said.get("ladder"):
            self.add_error("ladder", "Choose the ladder whose end starts this one.")
        self.where = self.read_conds(said)
        self.value_said = self.value.clean(said)
        return said

    def change(self, document: dict) -> dict:
        said = self.cleaned_data
        enroll: dict = {"when": said["when"]}
        if said["when"] == "event":
            enroll["event"] = said["event"].strip()
            if self.enroll.get("event") == enroll["event"] and self.enroll.get("event_where"):
                enroll["event_where"] = self.enroll["event_where"]
        if said["when"] == "finished":
            enroll["ladder"] = said["ladder"]
        if said["roles"]:
            enroll["roles"] = said["roles"]
        if self.where:
            enroll["where"] = self.as_it_was(self.where)
        if said["segment"]:
            enroll["segment"] = said["segment"]
        if said["since"]:
            enroll["since"] = said["since"].isoformat() if isinstance(said["since"], date) else said["since"]
        if said["again"] == "never" or "again" in self.enroll:
            enroll["again"] = said["again"] or "anew"
        spacing = said["spacing_hours"]
        return set_rules(
            document,
            name=said["name"].strip(),
            promise=said["promise"].strip(),
            promise_for={role: text for role in self.roles if (text := said.get(f"promise_for_{role}", "").strip())},
            at_once=said["at_once"],
            per_day=said["per_day"],
            spacing_hours=int(spacing) if spacing and spacing == int(spacing) else spacing,
            enroll=enroll,
            value=self.value_said,
            translations=self._translations(said),
        )


def _offered(rows, chosen: str | None) -> list[tuple[str, str]]:
    """What can be chosen; what was chosen and is gone stays to be seen."""
    offered = [("", "None"), *rows]
    return offered if not chosen or chosen in dict(offered) else [*offered, (chosen, f"{chosen} (gone)")]
