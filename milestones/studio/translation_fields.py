"""Fields for what a milestone says in one other language. A part of the library's form."""

from django import forms

from milestones.impact_templates import fits
from milestones.studio.roles import role_label
from milestones.studio.rung_form import TEXT, HintsField, LinesField, area, https_or_nothing
from milestones.translated import TEXTS, VIDEO

LABELS = {"title": "Title of the video", "url": "Video", "captions": "Captions", "transcript": "Transcript"}


class TranslationFields:
    """Adds fields named `in_<language>_…` to the library's form, checks them, and gives back what a ladder file holds.

    `original` is the milestone as it is stored: reasons, stories, hints, a video and what a step has brought can be
    translated once they are there.
    """

    def __init__(self, form: forms.Form, language: str, said: dict, *, original: dict):
        self.form, self.language, self.said = form, language, said
        self.roles, self.stories = list(original.get("why_for", {})), range(len(original.get("stories", [])))
        for name in TEXTS:
            self._add(name, self._like(form.fields[name], name), _lines(said.get(name)))
        for role in self.roles:
            field = forms.CharField(
                label=f"Why it matters to a {role_label(role).lower()}", max_length=TEXT, widget=area(2)
            )
            self._add(f"why_for_{role}", field, said.get("why_for", {}).get(role))
        told = said.get("stories", [])
        for n in self.stories:
            field = forms.CharField(label=f"Story {n + 1}", max_length=TEXT, widget=area(2))
            self._add(f"story_{n}", field, told[n] if n < len(told) else "")
        if original.get("hints"):
            hints = HintsField(label="Inline hints", help_text="With the same keys as in the original.")
            self._add("hints", hints, "\n".join(f"{anchor}: {text}" for anchor, text in said.get("hints", {}).items()))
        for part in VIDEO if original.get("video") else ():
            wide = {"widget": area(3), "max_length": 20_000} if part == "transcript" else {"max_length": 2000}
            self._add(f"video_{part}", forms.CharField(label=LABELS[part], **wide), said.get("video", {}).get(part))
        if original.get("impact"):
            impact = forms.CharField(label="What it has brought", max_length=200, help_text="With the same measures.")
            self._add("impact", impact, said.get("impact"))

    def _like(self, original: forms.Field, name: str) -> forms.Field:
        label = original.label or name.capitalize()
        if isinstance(original, LinesField):
            return LinesField(label=label)
        return forms.CharField(label=label, max_length=200 if name == "title" else TEXT, widget=original.widget)

    def _add(self, name: str, field: forms.Field, initial) -> None:
        field.required, field.initial = False, initial
        self.form.fields[self._named(name)] = field

    def _named(self, name: str) -> str:
        return f"in_{self.language}_{name}"

    def clean(self, said: dict, impact: dict | None) -> dict:
        """What the ladder file holds, errors at the fields they are about. `impact` is the original's, None without one."""

        def part(name):
            return said.get(self._named(name)) or ""

        told = {name: part(name) for name in TEXTS}
        if told["actions"] and len(told["actions"]) != len(said.get("actions") or []):
            self._wrong("actions", f"Write as many as there are in the original: {len(said.get('actions') or [])}.")
        told["why_for"] = {role: text for role in self.roles if (text := part(f"why_for_{role}").strip())}
        told["stories"] = self._stories(said)
        told["hints"] = {hint["anchor"]: hint["text"] for hint in part("hints")}
        unknown = sorted(told["hints"].keys() - {hint["anchor"] for hint in said.get("hints") or []})
        if unknown:
            self._wrong("hints", f"The original has no hint at {unknown[0]}.")
        told["video"] = {name: text for name in VIDEO if (text := part(f"video_{name}").strip())}
        for name in ("url", "captions"):
            if not https_or_nothing(told["video"].get(name)):
                self._wrong(f"video_{name}", "Begin with https://.")
        if not said.get("video_url"):
            told["video"] = {}  # the original's was taken away in this very change
        told["impact"] = self._impact(part("impact").strip(), impact)
        return {name: text for name, text in told.items() if text}

    def _stories(self, said: dict) -> list[str]:
        """The texts of the stories that are kept in the original, in its order, empty where one is not translated."""
        kept = [n for n in self.stories if (said.get(f"story_{n}_text") or "").strip()]
        texts = [(said.get(self._named(f"story_{n}")) or "").strip() for n in kept]
        return texts if any(texts) else []

    def _impact(self, sentence: str, impact: dict | None) -> str:
        if not sentence or not impact:
            return ""
        if fits({**impact, "text": sentence}):
            return sentence
        if sentence != self.said.get("impact"):
            self._wrong("impact", "It names a measure that the original does not have.")
        return ""  # a sentence of before whose measure was taken away in this very change goes with it

    def _wrong(self, name: str, message: str) -> None:
        self.form.add_error(self._named(name), message)

    @property
    def fields(self) -> list:
        """The bound fields, in the order in which they are written."""
        return self.form.named(f"in_{self.language}_")


def _lines(said) -> str:
    return "\n".join(said) if isinstance(said, list) else said or ""
