"""Rows of a form that each say one condition on a trait: whose, which, a comparison, a value."""

from django import forms

from milestones.criteria import CriteriaError, parse
from milestones.studio.criteria_form import OPS, list_text, path_text, read_list, read_value, value_text
from milestones.studio.rung_form import SMALL_INPUT, SMALL_SELECT
from onboarding.tenancy.guarded_forms import GuardedForm

SHOWN = 3
PARTS = ("of", "trait", "op", "value")


class TraitRows(GuardedForm):
    """A form with such rows: `conds` are those it shows first, one more row than these is open."""

    def __init__(self, *args, conds: list[dict], **options):
        self.conds = conds
        super().__init__(*args, **options)
        for number in range(max(len(conds) + 1, SHOWN)):
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
        """The bound fields of each condition: (of, trait, op, value)."""
        count = sum(name.startswith("trait_") for name in self.fields)
        return [[self[f"{part}_{number}"] for part in PARTS] for number in range(count)]

    @staticmethod
    def initial_of(conds: list[dict]) -> dict:
        said = {}
        for number, cond in enumerate(conds):
            op, value = cond.get("op", "eq" if "value" in cond else "exists"), cond.get("value")
            text = list_text(value) if isinstance(value, list) else "" if value is None else value_text(value)
            said |= {
                f"trait_{number}": path_text(cond["trait"]),
                f"of_{number}": cond.get("of", "person"),
                f"op_{number}": op,
                f"value_{number}": text,
            }
        return said

    def read_conds(self, said: dict) -> list[dict]:
        """The conditions that were written, with an error beside each that is none; for `clean`."""
        return [cond for number in range(len(self.traits)) if (cond := self._cond(said, number))]

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

    def as_it_was(self, conds: list[dict]) -> list[dict]:
        """Conditions that mean the same as before stay written as they were."""
        before = self.conds
        same = len(before) == len(conds) and all(parse(a) == parse(b) for a, b in zip(before, conds, strict=True))
        return before if same else conds
