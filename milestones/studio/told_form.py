"""Fields for a sentence with numbers: what a step has brought, or the value so far. A part of other forms."""

import re

from django import forms

from milestones.impact_templates import AT_LEAST, DAYS, SPANS, read

ROWS = 3
KINDS = [("count", "how often it happened"), ("sum", "the sum of"), ("distinct", "different values of")]
BY = [("person", "this person"), ("account", "their whole company")]
BETTER = [("more", "more is better"), ("less", "less is better")]
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
PARTS = ("name", "event", "kind", "property", "by", "worth", "better")


class ToldFields:
    """Adds fields named `<prefix>_…` to a form, checks them, and gives back what a ladder file holds."""

    def __init__(self, form: forms.Form, prefix: str, said: dict | None, *, text_help: str, spans: bool):
        self.form, self.prefix, self.said, self.spans = form, prefix, said or {}, spans
        told = self.said.get("measures", [])
        self.rows = range(max(ROWS, len(told)))
        self._add("text", forms.CharField(label="Sentence", max_length=200, help_text=text_help), self.said.get("text"))
        if spans:
            days = forms.IntegerField(label="Days before and after", min_value=1, max_value=365)
            self._add("days", days, self.said.get("days", DAYS))
        least = forms.FloatField(label="Silent below", min_value=0, help_text="Fewer than this says more about chance.")
        self._add("at_least", least, self.said.get("at_least", AT_LEAST))
        for n in self.rows:
            self._row(n, told[n] if n < len(told) else {})

    def _row(self, n: int, each: dict) -> None:
        kind = next((kind for kind in ("sum", "distinct") if kind in each), "count")
        path = each.get(kind, "")
        events = forms.TextInput(attrs={"list": "known-events", "autocomplete": "off"})
        names = forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"})
        fields = {
            "name": (forms.CharField(label=f"Measure {n + 1}", max_length=40, widget=names), each.get("name")),
            "event": (forms.CharField(label="Event", max_length=200, widget=events), each.get("event")),
            "kind": (forms.ChoiceField(label="What of it", choices=KINDS), kind),
            "property": (
                forms.CharField(label="Property", max_length=200),
                " > ".join(path) if isinstance(path, list) else path,
            ),
            "by": (forms.ChoiceField(label="Of whom", choices=BY), each.get("by", "person")),
            "worth": (forms.FloatField(label="One counts for", min_value=0), each.get("worth", 1)),
            "better": (forms.ChoiceField(label="Direction", choices=BETTER), each.get("better", "more")),
        }
        for part, (field, initial) in fields.items():
            self._add(f"{n}_{part}", field, initial)

    def _add(self, name: str, field: forms.Field, initial) -> None:
        field.required, field.initial = False, initial
        self.form.fields[f"{self.prefix}_{name}"] = field

    def clean(self, said: dict) -> dict | None:
        """What the ladder file holds, None for nothing; errors stand at the fields they are about."""
        measures = [made for n in self.rows if (made := self._measure(said, n))]
        text = (said.get(f"{self.prefix}_text") or "").strip()
        if not text and not measures:
            return None
        if not text or not measures:
            wrong = "Say the sentence that shows them." if not text else "Name at least one measure for it."
            self.form.add_error(f"{self.prefix}_text", wrong)
            return None
        told = {"text": text, "measures": measures}
        for name, usual in (("days", DAYS), ("at_least", AT_LEAST)):
            value = said.get(f"{self.prefix}_{name}")
            if value is not None and (value != usual or name in self.said):
                told[name] = int(value) if float(value).is_integer() else value
        try:
            read(told, SPANS if self.spans else ("total",))
        except ValueError as error:
            self.form.add_error(f"{self.prefix}_text", f"{str(error)[0].upper()}{str(error)[1:]}.")
        return told

    def _measure(self, said: dict, n: int) -> dict | None:
        def part(name):
            value = said.get(f"{self.prefix}_{n}_{name}")
            return value.strip() if isinstance(value, str) else value

        if not part("name") and not part("event"):
            return None
        if not NAME.fullmatch(part("name") or ""):
            self.form.add_error(f"{self.prefix}_{n}_name", "Give it a short name in small letters, such as reports.")
        if not part("event"):
            self.form.add_error(f"{self.prefix}_{n}_event", "Name the event.")
        made = {"name": part("name"), "event": part("event")}
        told = self.said.get("measures", [])
        before = told[n] if n < len(told) and told[n]["event"] == made["event"] else {}
        made |= {kept: before[kept] for kept in ("where", "from") if kept in before}
        if part("kind") in ("sum", "distinct"):
            if not part("property"):
                self.form.add_error(f"{self.prefix}_{n}_property", "Name the property.")
            path = [key.strip() for key in (part("property") or "").split(">")]
            made[part("kind")] = path if len(path) > 1 else path[0]
        for name, usual in (("by", "person"), ("worth", 1), ("better", "more")):
            value = part(name)
            if value not in (None, "", usual):
                made[name] = int(value) if isinstance(value, float) and value.is_integer() else value
        return made

    @property
    def head(self) -> list:
        """The bound fields of the sentence."""
        names = [f"{self.prefix}_{name}" for name in ("text", "days", "at_least")]
        return [self.form[name] for name in names if name in self.form.fields]

    @property
    def measures(self) -> list[list]:
        """The bound fields of each measure."""
        return [[self.form[f"{self.prefix}_{n}_{part}"] for part in PARTS] for n in self.rows]
