"""Correcting what a published version says: words only, in place, audited. Its rules never change."""

from copy import deepcopy

from django.db import transaction

from milestones.checklist.stored import forget_all
from milestones.models import Rung, Version
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member

WORDS = ("title", "outcome", "why", "cue", "actions", "tips", "story", "success_metric")


@transaction.atomic
def correct(version: Version, key: str, words: dict, *, member: Member, reason: str) -> list[str]:
    """Give a rung of a published version other words; returns the names of those that differ.

    `words` holds any of WORDS; what is empty is left out, but for the title. The library and other ladders stay as they are.
    """
    version = Version.objects.select_for_update().select_related("ladder").get(pk=version.pk)
    rung = Rung.objects.get(version=version, key=key)
    changed = [name for name in WORDS if name in words and (words[name] or None) != (rung.content.get(name) or None)]
    if not changed:
        return []
    before = {name: rung.content.get(name) for name in changed}
    rung.content = _with(rung.content, words, changed)
    rung.save(update_fields=["content"])
    document = deepcopy(version.document)
    for placed in (each for phase in document["phases"] for each in phase["rungs"] if each["milestone"] == key):
        overridden = [name for name in changed if name in placed.get("override", {})]
        if overridden:
            placed["override"] = _with(placed["override"], words, overridden)
    document["milestones"] = [
        _with(each, words, changed) if each["key"] == key else each for each in document["milestones"]
    ]
    Version.objects.filter(pk=version.pk).update(document=document)
    forget_all()
    record(
        member=member,
        verb="corrected the wording of",
        subject=f"{version.ladder.name} version {version.number}",
        detail={"rung": key, "was": before, "reason": reason},
    )
    return changed


def _with(content: dict, words: dict, names: list[str]) -> dict:
    said = {name: value for name, value in content.items() if name not in names}
    said |= {name: words[name] for name in names if words[name]}
    order = {name: place for place, name in enumerate([*content, *names])}
    return dict(sorted(said.items(), key=lambda each: order[each[0]]))
