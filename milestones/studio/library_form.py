"""The library's form of one milestone: what a rung shows, and what finds it, explains it and tells stories of it."""

from django import forms

from milestones.languages import LANGUAGES, workspace_languages
from milestones.studio.roles import role_label
from milestones.studio.rung_form import HintsField, MilestoneFields, area, https_or_nothing
from milestones.studio.told_form import ToldFields
from milestones.studio.translation_fields import TranslationFields

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
        self.told = content.get("translations", {})
        self.translations = {
            language: TranslationFields(self, language, self.told.get(language, {}), original=content)
            for language in workspace_languages()
        }
        for tag, label in TAGS.items():
            self.fields[f"tag_{tag}"] = WordsField(label=label, initial=", ".join(content.get("tags", {}).get(tag, [])))

    def clean(self):
        said = super().clean()
        for name in ("video_url", "video_captions", "video_poster"):
            if not https_or_nothing(said.get(name)):
                self.add_error(name, "Begin with https://.")
        if said.get("video_url") and not said.get("video_title", "").strip():
            self.add_error("video_title", "Give the video a title; it is read aloud to people who cannot see it.")
        for number in self.stories:
            named = any(said.get(f"story_{number}_{part}", "").strip() for part in STORY[1:])
            if named and not said.get(f"story_{number}_text", "").strip():
                self.add_error(f"story_{number}_text", "Tell the story.")
        self.impact_said = self.impact.clean(said)
        self.told_said = {language: told.clean(said, self.impact_said) for language, told in self.translations.items()}
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
        # What was said in a language that is not offered now stays.
        made["translations"] = {k: told for k, told in {**self.told, **self.told_said}.items() if told}
        made["tags"] = {tag: said[f"tag_{tag}"] for tag in TAGS if said[f"tag_{tag}"]}
        return {name: value for name, value in made.items() if value}

    @property
    def translation_fields(self):
        """(the language's name, its bound fields) of each other language."""
        return [(LANGUAGES[language], told.fields) for language, told in self.translations.items()]

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
