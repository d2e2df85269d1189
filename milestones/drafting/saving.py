"""Drafts as they are kept: opened from the live version, saved edit by edit, undone, and shared by two who edit at once."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from milestones.drafting.edits import EditRefusedError, with_features
from milestones.ladder_files import is_storable
from milestones.models import DraftEdit, Feature, Ladder, Version
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id

ALL = "all"  # the place of an edit that may touch anything: an applied file, an undo
EDITS_KEPT = 300


class NoDraftError(LookupError):
    """The draft has been published or thrown away meanwhile."""


@dataclass(frozen=True)
class ConflictError(Exception):
    """Somebody has changed the same place since the editor looked; nothing was saved. `edits`: what they did, in order."""

    edits: tuple[DraftEdit, ...]


def draft_of(ladder: Ladder) -> Version | None:
    """The ladder's draft: it has one at most."""
    return ladder.versions.filter(state=Version.State.DRAFT).select_related("ladder").order_by("-number").first()


def drafts() -> dict[int, Version]:
    """ladder id → its draft, for all ladders that have one; one query."""
    return {draft.ladder_id: draft for draft in Version.objects.filter(state=Version.State.DRAFT).order_by("number")}


@transaction.atomic
def open_draft(ladder: Ladder, *, member: Member | None, document: dict | None = None, said: str = "") -> Version:
    """The ladder's draft; where there is none, a new one that holds `document`, or else what the newest version holds."""
    Ladder.objects.select_for_update().get(pk=ladder.pk)  # two who open one at once share it
    present = draft_of(ladder)
    if present:
        return present
    newest = ladder.versions.order_by("-number").first()
    source = ladder.live or newest
    number = newest.number + 1 if newest else 1
    version = Version.objects.create(
        workspace_id=current_workspace_id(),
        ladder=ladder,
        number=number,
        document=document or source.document,
        created_at=clock.now(),
    )
    said = said or (f"Draft {number} opened from version {source.number}" if source else f"Draft {number} opened")
    _append(version, DraftEdit.Kind.OPENED, said, ALL, version.document, member)
    record(member=member, verb="opened a draft", subject=f"{ladder.name} version {number}")
    return version


@transaction.atomic
def save(
    version: Version,
    change: Callable[[dict], dict],
    *,
    said: str,
    place: str,
    seen: int | None,
    member: Member | None,
) -> DraftEdit | None:
    """Apply a change to the draft as it is now; None where that changes nothing.

    `seen` is the revision that the editor looked at: ConflictError where somebody has since changed the same `place`.
    Raises EditRefusedError as the change does, and NoDraftError.
    """
    version = _locked(version)
    if seen is not None and seen < version.revision:
        others = [edit for edit in edits_since(version, seen) if ALL in (place, edit.place) or edit.place == place]
        if others:
            raise ConflictError(tuple(others))
    document = change(version.document)
    if not is_storable(document):
        raise EditRefusedError("This holds a character that cannot be stored. Please write it again.")
    if place != ALL:
        document = with_features(document, {f.key: feature_document(f) for f in Feature.objects.all()})
    if document == version.document:
        return None
    return _append(version, DraftEdit.Kind.EDIT, said, place, document, member)


def replace(version: Version, document: dict, *, said: str, member: Member | None) -> DraftEdit | None:
    """Put a whole document in the draft's place, as one edit."""
    return save(version, lambda _: document, said=said, place=ALL, seen=None, member=member)


@transaction.atomic
def undo(version: Version, *, member: Member) -> DraftEdit | None:
    """Take back the latest edit that stands, whoever made it; None where there is none."""
    version = _locked(version)
    done, _ = _lines(version)
    if len(done) < 2:
        return None
    return _append(version, DraftEdit.Kind.UNDO, f"Undid: {done[-1].said}", ALL, done[-2].document, member)


@transaction.atomic
def redo(version: Version, *, member: Member) -> DraftEdit | None:
    """Do again what was undone last; None where nothing was, or something was edited since."""
    version = _locked(version)
    _, undone = _lines(version)
    if not undone:
        return None
    return _append(version, DraftEdit.Kind.REDO, f"Did again: {undone[-1].said}", ALL, undone[-1].document, member)


def can_undo(version: Version) -> tuple[str, str]:
    """What undo and redo would take back and do again, in words; "" where there is nothing."""
    done, undone = _lines(version)
    return done[-1].said if len(done) > 1 else "", undone[-1].said if undone else ""


def edits_since(version: Version, seen: int) -> list[DraftEdit]:
    return list(version.edits.filter(number__gt=seen).defer("document").order_by("number"))


def throw_away(version: Version, *, member: Member) -> None:
    """Give up a draft. What is live is not touched."""
    with transaction.atomic():
        deleted, _ = Version.objects.filter(pk=version.pk, state=Version.State.DRAFT).delete()
        if deleted:
            subject = f"{version.ladder.name} version {version.number}"
            record(member=member, verb="threw a draft away", subject=subject)
            # A ladder that never was anything but this draft goes with it.
            Ladder.objects.filter(pk=version.ladder_id, versions=None).delete()


def feature_document(feature: Feature) -> dict:
    """A feature as a ladder file says it; what is as usual is left out."""
    said = {"key": feature.key, "name": feature.name}
    if feature.events:
        said["events"] = feature.events
    if not feature.default:
        said["default"] = False
    if feature.locked:
        said["locked"] = True
    return said


def _locked(version: Version) -> Version:
    found = Version.objects.select_for_update().filter(pk=version.pk, state=Version.State.DRAFT).first()
    if found is None:
        raise NoDraftError("This draft has been published or thrown away.")
    return found


def _append(version: Version, kind: str, said: str, place: str, document: dict, member: Member | None) -> DraftEdit:
    number = (version.edits.aggregate(last=Max("number"))["last"] or 0) + 1
    now = clock.now()
    edit = DraftEdit.objects.create(
        workspace_id=current_workspace_id(),
        version=version,
        number=number,
        kind=kind,
        said=said[:300],
        place=place,
        document=document,
        member=member,
        actor=str(member.user) if member else "Cairn",
        at=now,
    )
    Version.objects.filter(pk=version.pk).update(document=document, revision=number)
    version.edits.filter(number__lte=number - EDITS_KEPT).delete()
    return edit


def _lines(version: Version) -> tuple[list[DraftEdit], list[DraftEdit]]:
    """(the edits that stand, those undone and not overtaken), in order; the first that stands is how the draft was opened."""
    done: list[DraftEdit] = []
    undone: list[DraftEdit] = []
    for edit in version.edits.defer("document").order_by("number"):
        if edit.kind == DraftEdit.Kind.UNDO and done:
            undone.append(done.pop())
        elif edit.kind == DraftEdit.Kind.REDO and undone:
            done.append(undone.pop())
        elif edit.kind in (DraftEdit.Kind.OPENED, DraftEdit.Kind.EDIT):
            done.append(edit)
            undone.clear()
    return done, undone
