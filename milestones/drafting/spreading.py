"""A milestone of the library changes: each ladder that uses it gets the change as a draft, never live."""

from dataclasses import dataclass

from milestones.drafting.edits import EditRefusedError, keys, renew_milestone
from milestones.drafting.saving import NoDraftError, draft_of, drafts, open_draft, save
from milestones.models import Ladder, Milestone, Version
from onboarding.tenancy.models import Member


@dataclass(frozen=True)
class Use:
    """A ladder that places a milestone: in what is live, in its draft, or both."""

    ladder: Ladder
    live: Version | None
    draft: Version | None


def uses_of(key: str) -> list[Use]:
    """The ladders that place a milestone now, in workspace order."""
    uses, open_drafts = [], drafts()
    for ladder in Ladder.objects.select_related("live").order_by("position", "id"):
        draft = open_drafts.get(ladder.pk)
        in_live = ladder.live is not None and key in keys(ladder.live.document)
        in_draft = draft is not None and key in keys(draft.document)
        if in_live or in_draft:
            uses.append(Use(ladder, ladder.live if in_live else None, draft if in_draft else None))
    return uses


def _renew(draft: Version, milestone: Milestone, said: dict, *, member: Member) -> None:
    save(
        draft,
        lambda document: renew_milestone(document, said),
        said=f"Took over “{milestone.title}” from the library",
        place=f"rung:{milestone.key}",
        seen=None,
        member=member,
    )


def spread(milestone: Milestone, *, member: Member) -> tuple[list[Use], list[tuple[Ladder, str]]]:
    """Put the milestone's newest text into a draft of each ladder that uses it; (done, refused with the reason)."""
    said = {"key": milestone.key, **milestone.content}
    refused = []
    for use in uses_of(milestone.key):
        draft = use.draft or (open_draft(use.ladder, member=member) if draft_of(use.ladder) is None else None)
        if draft is None:
            continue  # its draft has taken the milestone off
        try:
            try:
                _renew(draft, milestone, said, member=member)
            except NoDraftError:  # it went live meanwhile: the change is one for the next
                ladder = Ladder.objects.select_related("live").get(pk=use.ladder.pk)
                _renew(open_draft(ladder, member=member), milestone, said, member=member)
        except EditRefusedError as error:
            refused.append((use.ladder, str(error)))
    return uses_of(milestone.key), refused
