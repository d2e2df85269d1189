"""The library's form of one milestone: what a rung shows, and what finds it, explains it and tells stories of it."""

from django import forms

from milestones.impact_templates import fits
from milestones.languages import LANGUAGES, workspace_languages
from milestones.studio.roles import role_label
from milestones.studio.rung_form import LinesField, MilestoneFields, area
from milestones.studio.told_form import ToldFields
from milestones.translated import TEXTS

TAGS = {
    "phases": "Phases",
    "roles": "Roles",
    "use_cases": "Use cases",
    "industries": "Industries",
    "sizes": "Company sizes",
}
STORIES = 3
STORY = ("text", "who", "role", "industry", "size")


class WordsField(forms.CharField):
    """Words with commas between them."""

    def __init__(self, **options):
        super().__init__(required=False, max_length=2000, **options)

    def clean(self, value):
        words = list(dict.fromkeys(word.strip() for word in super().clean(value).split(",") if word.strip()))
        if len(words) > 20 or any(len(word) > 200 for word in words):
            raise forms.ValidationError("At most 20 words of 200 characters.")
        return words


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


class LibraryForm(MilestoneFields):
    hints = HintsField(
        label="Inline hints",
        help_text="One a line, such as report-share: Share stands beside Publish. Your page declares the key.",
    )
    video_url = forms.CharField(
        label="Video",
        required=False,
        max_length=2000,
        help_text="An https link. A file at a host that the settings name plays in the checklist.",
    )
    video_title = forms.CharField(label="Title of the video", required=False, max_length=200)
    video_seconds = forms.IntegerField(label="Length in seconds", required=False, min_value=1, max_value=36_000)
    video_captions = forms.CharField(
        label="Captions", required=False, max_length=2000, help_text="An https link to WebVTT."
    )
    video_poster = forms.CharField(
        label="Poster", required=False, max_length=2000, help_text="An https link to a picture."
    )
    video_transcript = forms.CharField(label="Transcript", required=False, max_length=20_000, widget=area(3))

    def __init__(self, data=None, *, content: dict, roles: list[str]):
        super().__init__(data, auto_id="m-%s", initial=None if data is not None else _initial(content))
        self.before = content
        self.roles = list(dict.fromkeys([*roles, *content.get("why_for", {})]))
        for role in self.roles:
            self.fields[f"why_for_{role}"] = forms.CharField(
                label=f"Why it matters to a {role_label(role).lower()}",
                required=False,
                max_length=5000,
                widget=area(2),
                initial=content.get("why_for", {}).get(role, ""),
            )
        told = content.get("stories", [])
        self.stories = range(max(STORIES, len(told) + 1))
        for number in self.stories:
            story = told[number] if number < len(told) else {}
            self.fields[f"story_{number}_text"] = forms.CharField(
                label=f"Story {number + 1}", required=False, max_length=5000, widget=area(2), initial=story.get("text")
            )
            for part, label in (("who", "Whose"), ("role", "Role"), ("industry", "Industry"), ("size", "Company size")):
                self.fields[f"story_{number}_{part}"] = forms.CharField(
                    label=label, required=False, max_length=60 if part == "role" else 200, initial=story.get(part)
                )
        self.impact = ToldFields(
            self,
            "impact",
            content.get("impact"),
            spans=True,
            text_help="Such as: {reports_after} reports in the two weeks since, {reports_before} in the two before.",
        )
        self.languages = workspace_languages()
        for language in self.languages:
            self._translate(language, content.get("translations", {}).get(language, {}))
        for tag, label in TAGS.items():
            self.fields[f"tag_{tag}"] = WordsField(label=label, initial=", ".join(content.get("tags", {}).get(tag, [])))

    def _translate(self, language: str, told: dict) -> None:
        for name in TEXTS:
            original = self.fields[name]
            lines = isinstance(original, LinesField)
            label, most = original.label or name.capitalize(), 200 if name == "title" else 5000
            words = {"label": label, "required": False, "max_length": most, "widget": original.widget}
            field = LinesField(label=label) if lines else forms.CharField(**words)
            field.initial = "\n".join(told.get(name, [])) if lines else told.get(name, "")
            self.fields[f"in_{language}_{name}"] = field

    def clean(self):
        said = super().clean()
        for language in self.languages:
            actions = said.get(f"in_{language}_actions")
            if actions and len(actions) != len(said.get("actions") or []):
                wrong = f"Write as many as there are in the original: {len(said.get('actions') or [])}."
                self.add_error(f"in_{language}_actions", wrong)
        for name in ("video_url", "video_captions", "video_poster"):
            if said.get(name) and not said[name].startswith("https://"):
                self.add_error(name, "Begin with https://.")
        if said.get("video_url") and not said.get("video_title", "").strip():
            self.add_error("video_title", "Give the video a title; it is read aloud to people who cannot see it.")
        for number in self.stories:
            named = any(said.get(f"story_{number}_{part}", "").strip() for part in STORY[1:])
            if named and not said.get(f"story_{number}_text", "").strip():
                self.add_error(f"story_{number}_text", "Tell the story.")
        self.impact_said = self.impact.clean(said)
        return said

    def content(self) -> dict:
        said, made = self.cleaned_data, super().content()
        video = {
            part: said[f"video_{part}"] for part in ("url", "title", "seconds", "captions", "poster", "transcript")
        }
        made["hints"] = said["hints"]
        made["video"] = {part: value for part, value in video.items() if value} if video["url"] else None
        made["why_for"] = {
            role: said[f"why_for_{role}"].strip() for role in self.roles if said[f"why_for_{role}"].strip()
        }
        stories = [{part: said[f"story_{n}_{part}"].strip() for part in STORY} for n in self.stories]
        made["stories"] = [
            {part: value for part, value in story.items() if value} for story in stories if story["text"]
        ]
        made["impact"] = self.impact_said
        made["translations"] = self._translations()
        made["tags"] = {tag: said[f"tag_{tag}"] for tag in TAGS if said[f"tag_{tag}"]}
        return {name: value for name, value in made.items() if value}

    def _translations(self) -> dict:
        """What is written in other languages; what was said in a language that is not offered now, and of `impact`, stays."""
        kept = dict(self.before.get("translations", {}))
        for language in self.languages:
            texts = {name: self.cleaned_data[f"in_{language}_{name}"] for name in TEXTS}
            sentence = kept.get(language, {}).get("impact")
            still = sentence and self.impact_said and fits({**self.impact_said, "text": sentence})
            other = {"impact": sentence} if still else {}
            kept[language] = {name: text for name, text in texts.items() if text} | other
        return {language: told for language, told in kept.items() if told}

    @property
    def translation_fields(self):
        """(the language's name, its bound fields) of each other language."""
        return [(LANGUAGES[language], self.named(f"in_{language}_")) for language in self.languages]

    @property
    def story_fields(self):
        """Each story's bound fields."""
        return [[self[f"story_{number}_{part}"] for part in STORY] for number in self.stories]

    def named(self, prefix: str):
        return [self[name] for name in self.fields if name.startswith(prefix)]

    @property
    def video_fields(self):
        return self.named("video_")

    @property
    def why_fields(self):
        return self.named("why_for_")

    @property
    def tag_fields(self):
        return self.named("tag_")

    @property
    def waivers(self):
        return self.named("waive_")


def _initial(content: dict) -> dict:
    video = content.get("video") or {}
    said = MilestoneFields.initial_of({"title": "", **content})
    said["hints"] = "\n".join(f"{hint['anchor']}: {hint['text']}" for hint in content.get("hints", []))
    return said | {f"video_{part}": value for part, value in video.items()}
