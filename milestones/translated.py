"""What authors wrote, in the language of the moment; where they have not translated it, as they wrote it first."""

from django.utils.translation import get_language

from milestones.impact_templates import fits

TEXTS = ("title", "outcome", "why", "cue", "actions", "tips", "story")
VIDEO = ("title", "url", "captions", "transcript")  # of a video: what may differ from language to language


def translated(content: dict) -> dict:
    """A milestone's content with its translated texts laid over it."""
    told = content.get("translations", {}).get(get_language(), {})
    if not told:
        return content
    said = {**content, **{name: told[name] for name in TEXTS if told.get(name)}}
    said["why_for"] = _reasons(content, told)
    said["stories"] = _stories(content, told)
    if content.get("hints"):
        hints = told.get("hints", {})
        said["hints"] = [{**hint, "text": hints.get(hint["anchor"], hint["text"])} for hint in content["hints"]]
    if content.get("video"):
        said["video"] = {**content["video"], **told.get("video", {})}
    if told.get("impact") and content.get("impact"):
        said["impact"] = _with_text(content["impact"], told["impact"])
    return said


def _reasons(content: dict, told: dict) -> dict:
    """Role → why it matters; an untranslated reason of one's role gives way to a translated reason for everybody."""
    return told.get("why_for", {}) if told.get("why") else {**content.get("why_for", {}), **told.get("why_for", {})}


def _stories(content: dict, told: dict) -> list[dict]:
    """The stories in the original's order; an untranslated one gives way to a translated story for everybody."""
    stories = content.get("stories", [])
    texts = told.get("stories", [])
    texts = [*texts, *[""] * (len(stories) - len(texts))][: len(stories)]
    kept = [(story, text) for story, text in zip(stories, texts, strict=True) if text or not told.get("story")]
    return [{**story, "text": text or story["text"]} for story, text in kept]


def translated_rules(rules: dict) -> dict:
    """A ladder's own words: `name` where it is translated, `promise`, `value`, and `phases` and `features` by what they are called."""
    told = rules.get("translations", {}).get(get_language(), {})
    if not told:
        return rules
    said = {**rules, **{name: told[name] for name in ("name", "promise", "phases", "features") if told.get(name)}}
    if told.get("promise"):
        said.pop("promise_for", None)
    if told.get("value") and rules.get("value"):
        said["value"] = _with_text(rules["value"], told["value"])
    return said


def _with_text(told: dict, text: str) -> dict:
    """A template with a translated text; as it was where that names a measure that is not there any more."""
    said = {**told, "text": text}
    return said if fits(said) else told
