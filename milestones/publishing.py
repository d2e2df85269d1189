"""Drafts and publishing: a ladder file becomes a draft, a draft becomes the live version, people under way stay or move."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from milestones import moving
from milestones.checklist.stored import forget_all
from milestones.concluding import conclude
from milestones.drafting.edits import content_of, keys
from milestones.drafting.readiness import obstacles
from milestones.drafting.saving import open_draft, replace
from milestones.enrolling import enroll_people
from milestones.judging import News
from milestones.models import Enrollment, Feature, Ladder, Milestone, Phase, Rung, Version
from milestones.rules import present_working_time
from milestones.segments import enrolling_obstacle, frozen_enroll
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Person

STAY, FOLLOW, CARRY = "stay", "follow", "carry"
PEOPLE_AT_ONCE = 500
RULES = ("promise", "promise_for", "at_once", "per_day", "spacing_hours", "enroll", "value", "translations")


def draft(document: dict, *, member: Member | None = None) -> tuple[Version, bool]:
    """The draft that a checked ladder file asks for, and whether anything changed; an unchanged file changes nothing.

    Where somebody is editing a draft, the file becomes its newest edit, which can be undone.
    """
    ladder, _ = Ladder.objects.get_or_create(
        workspace_id=current_workspace_id(),
        key=document["ladder"],
        defaults={"name": document["name"], "position": Ladder.objects.count()},
    )
    latest = ladder.versions.order_by("-number").first()
    if latest and latest.document == document:
        return latest, False
    stock_library(document)
    version = open_draft(ladder, member=member, document=document)
    if version.document != document:
        replace(version, document, said="Applied a ladder file", member=member)
        version.refresh_from_db()
    record(member=member, verb="drafted", subject=f"{document['name']} version {version.number}")
    return version, True


def stock_library(document: dict, *, changes_known: bool = True) -> None:
    """Take a document's features and milestones into the workspace's library; what it has already only where that may change."""
    forget_all()  # a feature's name may change, and stands on every checklist
    own = {"workspace_id": current_workspace_id()}
    for feature in document.get("features", []):
        values = {key: feature[key] for key in ("name", "events", "default", "locked") if key in feature}
        take_in = Feature.objects.update_or_create if changes_known else Feature.objects.get_or_create
        take_in(**own, key=feature["key"], defaults=values)
    for milestone in document["milestones"]:
        content = {key: value for key, value in milestone.items() if key != "key"}
        known = Milestone.objects.filter(key=milestone["key"]).first()
        if known is None:
            Milestone.objects.create(**own, key=milestone["key"], title=milestone["title"], content=content)
        elif changes_known and known.content != content:
            Milestone.objects.filter(pk=known.pk).update(
                title=milestone["title"], content=content, revision=F("revision") + 1
            )


def _place_rungs(version: Version, document: dict) -> None:
    own = {"workspace_id": current_workspace_id(), "version": version}
    library = {milestone.key: milestone for milestone in Milestone.objects.filter(key__in=keys(document))}
    position = 0
    for place, phase_document in enumerate(document["phases"]):
        phase = Phase.objects.create(**own, position=place, name=phase_document["name"])
        for rung in phase_document["rungs"]:
            key = rung["milestone"]
            Rung.objects.create(
                **own,
                phase=phase,
                milestone=library[key],
                position=position,
                key=key,
                # The whole milestone with its overrides, frozen here: later changes of the library do not reach it.
                content={name: value for name, value in content_of(document, key).items() if name != "key"},
                tracks=rung.get("tracks", []),
                requires=rung.get("requires", []),
                due=rung.get("due"),
                first_value=rung.get("first_value", False),
                person_may=rung.get("person_may", []),
            )
            position += 1


class DraftChangedError(ValueError):
    """The draft is not the one that was looked at: published, thrown away or edited by somebody else."""


def publish(
    version: Version,
    *,
    policy: str = STAY,
    carry: set[str] | None = None,
    member: Member | None = None,
    note: str = "",
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Make a draft the live version. Raises ValueError for an unknown policy, DraftChangedError (one, too) where it is no
    draft any more, or not the revision `seen`.

    `policy` is for those under way: stay on their version, follow (every milestone that both versions have is carried over),
    or carry (only those named in `carry` are; the others start anew, and `reason` says why).
    """
    if policy not in (STAY, FOLLOW, CARRY):
        raise ValueError(f"policy {policy!r} is not stay, follow or carry")
    now, ladder = clock.now(), version.ladder
    with transaction.atomic():
        # Two publish at once: the row is locked, and the second finds no draft any more.
        fresh = Version.objects.select_for_update().filter(pk=version.pk, state=Version.State.DRAFT).first()
        if fresh is None or (seen is not None and fresh.revision != seen):
            raise DraftChangedError("Somebody has changed or published this draft since you looked at it.")
        document = fresh.document
        Version.objects.filter(pk=version.pk).update(
            state=Version.State.PUBLISHED,
            published_at=now,
            note=note,
            rules={key: document[key] for key in RULES if key in document}
            | {"working_time": present_working_time().as_document()}
            | ({"enroll": frozen_enroll(document["enroll"])} if "enroll" in document else {}),
            publish_at=None,
            take_on_after=0,  # a fact may have named this version, or met its rule, before it was there
        )
        version.refresh_from_db()
        _place_rungs(version, document)
        version.edits.all().delete()
        under_way = Enrollment.objects.filter(ladder=ladder, ended_at=None).count()
        if policy == STAY:
            Version.objects.filter(ladder=ladder, state=Version.State.PUBLISHED).exclude(pk=version.pk).update(
                state=Version.State.RETIRED
            )
        first = ladder.first_published_at or now
        Ladder.objects.filter(pk=ladder.pk).update(live=version, first_published_at=first, name=document["name"])
        detail = {"policy": policy, "under_way": under_way, "note": note}
        if policy == CARRY:
            detail |= {"carried": sorted(carry or ()), "reason": reason}
        record(member=member, verb="published", subject=f"{ladder.name} version {version.number}", detail=detail)
    if policy != STAY:
        moving.begin(version, carry=carry if policy == CARRY else None)


def schedule(
    version: Version,
    *,
    at: datetime,
    policy: str,
    carry: set[str] | None,
    member: Member,
    note: str,
    reason: str,
    seen: int,
) -> None:
    """Let a draft go live at a moment, as it is now: an edit in between keeps it from going live.

    Raises DraftChangedError like publish.
    """
    how = {
        "policy": policy,
        "carry": sorted(carry) if carry is not None else None,
        "note": note,
        "reason": reason,
        "revision": seen,
        "member": member.pk,
    }
    draft = Version.objects.filter(pk=version.pk, state=Version.State.DRAFT, revision=seen)
    if not draft.update(publish_at=at, publish_how=how):
        raise DraftChangedError("Somebody has changed or published this draft since you looked at it.")
    subject = f"{version.ladder.name} version {version.number}"
    record(member=member, verb="scheduled publishing", subject=subject, detail={"at": at.isoformat(), "policy": policy})


def unschedule(version: Version, *, member: Member | None, why: str = "") -> None:
    """Let a draft not go live by itself any more."""
    if Version.objects.filter(pk=version.pk).exclude(publish_at=None).update(publish_at=None, publish_how=None):
        subject = f"{version.ladder.name} version {version.number}"
        record(member=member, verb="took publishing off the schedule", subject=subject, detail={"why": why})


def publish_due(now: datetime) -> int:
    """Publish the open workspace's drafts whose time has come; what cannot go live is taken off the schedule, with the reason
    on the audit trail. Returns how many went live.
    """
    live = 0
    for draft in Version.objects.filter(publish_at__lte=now, state=Version.State.DRAFT).select_related("ladder__live"):
        how = draft.publish_how
        wrong = [each.message for each in obstacles(draft.document)] or [enrolling_obstacle(draft.document)]
        try:
            if wrong[0]:
                raise ValueError(wrong[0])
            publish(
                draft,
                policy=how["policy"],
                carry=set(how["carry"]) if how["carry"] is not None else None,
                member=Member.objects.filter(pk=how["member"]).first(),
                note=how["note"],
                reason=how["reason"],
                seen=how["revision"],
            )
        except ValueError as error:
            unschedule(draft, member=None, why=str(error))
        else:
            live += 1
    return live


def take_on(*, now: datetime | None = None) -> int:
    """Look at everybody for the ladders that were published: who already did what they ask is taken on at once.

    The caller holds the workspace's turn. Returns the number of enrollments that are new or changed.
    """
    total = 0
    while (changed := take_on_some(now=now)) is not None:
        total += changed
    return total


def take_on_some(*, now: datetime | None = None) -> int | None:
    """The next 500 people; None when everybody has been looked at. Safe to break off and go on with later."""
    waiting = list(Version.objects.exclude(take_on_after=None).values_list("pk", "take_on_after"))
    if not waiting:
        return None
    after = min(after for _, after in waiting)
    known = Person.objects.exclude(external_id=None).filter(pk__gt=after).order_by("pk")
    people = list(known.values_list("pk", flat=True)[:PEOPLE_AT_ONCE])
    changed: set[int] = set()
    if people:
        changed, _ = enroll_people(set(people))
        conclude({pk: News(everything=True) for pk in changed}, now=now or clock.now(), occasion="publish")
    reached = people[-1] if len(people) == PEOPLE_AT_ONCE else None
    Version.objects.filter(pk__in=[pk for pk, at in waiting if at == after]).update(take_on_after=reached)
    return len(changed)
