"""The inspector's form of the ladder itself: its promise, its pace, and who gets on it."""

from datetime import date

from django import forms

from milestones.criteria import CriteriaError, parse
from milestones.drafting.edits import set_rules
from milestones.studio.criteria_form import OPS, list_text, path_text, read_list, read_value, value_text
from milestones.studio.roles import role_label
from milestones.studio.rung_form import SMALL_INPUT, SMALL_SELECT, area

WHEN = [
    ("first_seen", "with their first event"),
    ("event", "with a certain event"),
    ("manual", "by hand only"),
]
TRAITS_SHOWN = 3


class RulesForm(forms.Form):
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
    roles = forms.MultipleChoiceField(
        label="With one of these roles",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: any role.",
    )
    since = forms.DateField(
        label="Count events since",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Left empty, only events after the first publication bring people on.",
    )

    def __init__(self, data=None, *, document: dict, roles: list[str]):
        self.enroll = document.get("enroll") or {"when": "first_seen"}
        super().__init__(data, auto_id="rules-%s", initial=None if data is not None else self._initial(document))
        self.fields["roles"].choices = [(role, role_label(role)) for role in roles]
        for number in range(max(len(self.enroll.get("where", [])) + 1, TRAITS_SHOWN)):
            self.fields[f"trait_{number}"] = forms.CharField(
                label=f"Trait {number + 1}",
                required=False,
                max_length=200,
                widget=forms.TextInput(attrs=SMALL_INPUT | {"placeholder": "Trait"}),
            )
            self.fields[f"of_{number}"] = forms.ChoiceField(
                label=f"Whose, of trait {number + 1}",
                required=False,
                choices=[("person", "person"), ("account", "company")],
                widget=forms.Select(attrs=SMALL_SELECT),
            )
            self.fields[f"op_{number}"] = forms.ChoiceField(
                label=f"Comparison of trait {number + 1}",
                required=False,
                choices=list(OPS.items()),
                widget=forms.Select(attrs=SMALL_SELECT),
            )
            self.fields[f"value_{number}"] = forms.CharField(
                label=f"Value of trait {number + 1}",
                required=False,
                max_length=2000,
                widget=forms.TextInput(attrs=SMALL_INPUT | {"placeholder": "Value"}),
            )

    @property
    def traits(self):
        """The bound fields of each trait condition: (trait, of, op, value)."""
        count = sum(name.startswith("trait_") for name in self.fields)
        return [[self[f"{part}_{number}"] for part in ("of", "trait", "op", "value")] for number in range(count)]

    def _initial(self, document: dict) -> dict:
        said = {name: document.get(name) for name in ("name", "promise", "at_once", "per_day", "spacing_hours")}
        enroll = self.enroll
        said |= {name: enroll.get(name) for name in ("when", "event", "roles", "since")}
        for number, cond in enumerate(enroll.get("where", [])):
            op, value = cond.get("op", "eq" if "value" in cond else "exists"), cond.get("value")
            text = list_text(value) if isinstance(value, list) else "" if value is None else value_text(value)
            said |= {
                f"trait_{number}": path_text(cond["trait"]),
                f"of_{number}": cond.get("of", "person"),
                f"op_{number}": op,
                f"value_{number}": text,
            }
        return said

    def clean(self):
        said = super().clean()
        if said.get("when") == "event" and not said.get("event", "").strip():
            self.add_error("event", "Name the event.")
        self.where = [cond for number in range(len(self.traits)) if (cond := self._cond(said, number))]
        return said

    def _cond(self, said: dict, number: int) -> dict | None:
        trait, op, value = (said.get(f"{part}_{number}", "").strip() for part in ("trait", "op", "value"))
        if not trait:
            if value:
                self.add_error(f"trait_{number}", "Name the trait.")
            return None
        cond = {"trait": trait, "of": said.get(f"of_{number}") or "person", "op": op or "eq"}
        if op not in ("exists", "missing"):
            cond["value"] = read_list(value) if op in ("in", "not_in") else read_value(value)
        try:
            parse(cond)
        except CriteriaError as error:
            self.add_error(f"value_{number}", f"{error.message[0].upper()}{error.message[1:]}.")
        return cond

    def change(self, document: dict) -> dict:
        said = self.cleaned_data
        enroll: dict = {"when": said["when"]}
        if said["when"] == "event":
            enroll["event"] = said["event"].strip()
            if self.enroll.get("event") == enroll["event"] and self.enroll.get("event_where"):
                enroll["event_where"] = self.enroll["event_where"]
        if said["roles"]:
            enroll["roles"] = said["roles"]
        if self.where:
            enroll["where"] = self._as_it_was(self.where)
        if said["since"]:
            enroll["since"] = said["since"].isoformat() if isinstance(said["since"], date) else said["since"]
        spacing = said["spacing_hours"]
        return set_rules(
            document,
            name=said["name"].strip(),
            promise=said["promise"].strip(),
            at_once=said["at_once"],
            per_day=said["per_day"],
            spacing_hours=int(spacing) if spacing and spacing == int(spacing) else spacing,
            enroll=enroll,
        )

    def _as_it_was(self, where: list[dict]) -> list[dict]:
        """Conditions that mean the same as before stay written as they were."""
        before = self.enroll.get("where", [])
        same = len(before) == len(where) and all(parse(a) == parse(b) for a, b in zip(before, where, strict=True))
        return before if same else where
