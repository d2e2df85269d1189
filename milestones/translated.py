"""What authors wrote, in the language of the moment; where they have not translated it, as they wrote it first."""

from django.utils.translation import get_language

from milestones.impact_templates import fits

TEXTS = ("title", "outcome", "why", "cue", "actions", "tips", "story")


def translated(content: dict) -> dict:
    """A milestone's content with its translated texts laid over it; a reason of one's role gives way to a translated reason."""
    told = content.get("translations", {}).get(get_language(), {})
    if not told:
        return content
    said = {**content, **{name: told[name] for name in TEXTS if told.get(name)}}
    if told.get("why"):
        said.pop("why_for", None)
    if told.get("story"):
        said.pop("stories", None)
    if told.get("impact") and content.get("impact"):
        said["impact"] = _with_text(content["impact"], told["impact"])
    return said


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
