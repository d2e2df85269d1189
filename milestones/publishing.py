"""Drafts and publishing: a ladder file becomes a draft, a draft becomes the live version, people under way stay or move."""

from datetime import datetime

from django.db import transaction

from milestones import acts
from milestones.checklist.stored import forget_all
from milestones.concluding import News, conclude
from milestones.enrolling import enroll_people
from milestones.models import Enrollment, Feature, Ladder, Milestone, Phase, Progress, Rung, Version
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Person

STAY, FOLLOW, CARRY = "stay", "follow", "carry"
RULES = ("promise", "at_once", "per_day", "spacing_hours", "enroll")


def draft(document: dict, *, member: Member | None = None) -> tuple[Version, bool]:
    """The draft that a checked ladder file asks for, and whether anything changed; an unchanged file changes nothing."""
    ladder, _ = Ladder.objects.get_or_create(
        workspace_id=current_workspace_id(),
        key=document["ladder"],
        defaults={"name": document["name"], "position": Ladder.objects.count()},
    )
    latest = ladder.versions.order_by("-number").first()
    if latest and latest.document == document:
        return latest, False
    if latest and latest.state == Version.State.DRAFT:
        latest.phases.all().delete()
        number = latest.number
        latest.delete()
    else:
        number = latest.number + 1 if latest else 1
    if ladder.name != document["name"]:
        Ladder.objects.filter(pk=ladder.pk).update(name=document["name"])
    _stock_library(document)
    version = Version.objects.create(
        workspace_id=current_workspace_id(),
        ladder=ladder,
        number=number,
        document=document,
        rules={key: document[key] for key in RULES if key in document},
        created_at=clock.now(),
    )
    _place_rungs(version, document)
    record(member=member, verb="drafted", subject=f"{document['name']} version {number}")
    return version, True


def _stock_library(document: dict) -> None:
    forget_all()  # a feature's name may change, and stands on every checklist
    own = {"workspace_id": current_workspace_id()}
    for feature in document.get("features", []):
        values = {key: feature[key] for key in ("name", "events", "default", "locked") if key in feature}
        Feature.objects.update_or_create(**own, key=feature["key"], defaults=values)
    for milestone in document["milestones"]:
        content = {key: value for key, value in milestone.items() if key != "key"}
        Milestone.objects.update_or_create(
            **own, key=milestone["key"], defaults={"title": milestone["title"], "content": content}
        )


def _place_rungs(version: Version, document: dict) -> None:
    own = {"workspace_id": current_workspace_id(), "version": version}
    library = {milestone.key: milestone for milestone in Milestone.objects.all()}
    position = 0
    for place, phase_document in enumerate(document["phases"]):
        phase = Phase.objects.create(**own, position=place, name=phase_document["name"])
        for rung in phase_document["rungs"]:
            milestone = library[rung["milestone"]]
            Rung.objects.create(
                **own,
                phase=phase,
                milestone=milestone,
                position=position,
                key=milestone.key,
                # The whole milestone with its overrides, frozen here: later changes of the library do not reach it.
                content={**milestone.content, **rung.get("override", {})},
                tracks=rung.get("tracks", []),
                requires=rung.get("requires", []),
                due=rung.get("due"),
                first_value=rung.get("first_value", False),
            )
            position += 1


def publish(
    version: Version, *, policy: str = STAY, carry: set[str] | None = None, member: Member | None = None, note: str = ""
) -> None:
    """Make a draft the live version. Raises ValueError for what is published already or an unknown policy.

    `policy` is for those under way: stay on their version, follow (every milestone that both versions have is carried over),
    or carry (only those named in `carry` are; the others start anew).
    """
    if policy not in (STAY, FOLLOW, CARRY):
        raise ValueError(f"policy {policy!r} is not stay, follow or carry")
    now, ladder = clock.now(), version.ladder
    with transaction.atomic():
        updated = Version.objects.filter(pk=version.pk, state=Version.State.DRAFT).update(
            state=Version.State.PUBLISHED, published_at=now, note=note
        )
        if not updated:
            raise ValueError("only a draft can be published")
        under_way = list(
            Enrollment.objects.filter(ladder=ladder, ended_at=None).select_related("seat__person", "seat__account")
        )
        if policy == STAY:
            Version.objects.filter(ladder=ladder, state=Version.State.PUBLISHED).exclude(pk=version.pk).update(
                state=Version.State.RETIRED
            )
        first = ladder.first_published_at or now
        Ladder.objects.filter(pk=ladder.pk).update(live=version, first_published_at=first)
        detail = {"policy": policy, "under_way": len(under_way), "note": note}
        record(member=member, verb="published", subject=f"{ladder.name} version {version.number}", detail=detail)
    if policy != STAY:
        move(under_way, version, carry=carry if policy == CARRY else None, at=now)


def move(under_way: list[Enrollment], version: Version, *, carry: set[str] | None, at: datetime) -> None:
    """Write the facts that move these enrollments; `carry` None carries every milestone that both versions have."""
    keys = set(version.rungs.values_list("key", flat=True))
    kept = keys if carry is None else keys & carry
    progress: dict[int, list[Progress]] = {}
    for row in Progress.objects.filter(enrollment__in=under_way, key__in=kept):
        progress.setdefault(row.enrollment_id, []).append(row)
    for enrollment in under_way:
        carried = {}
        for row in progress.get(enrollment.pk, []):
            place = {
                "opened_at": row.opened_at,
                "reached_at": row.reached_at,
                "skipped_at": row.skipped_at,
                "how": row.how,
            }
            carried[row.key] = {key: value for key, value in place.items() if value}
        acts.write(
            verb="moved_to_version",
            seat=enrollment.seat,
            ladder=version.ladder.key,
            at=at,
            version=version.number,
            carried=carried,
        )


def take_on(*, now: datetime | None = None) -> int:
    """Fold everybody's enrollments anew, for a ladder that is new: who already did something is taken on at once."""
    now = now or clock.now()
    total, people = 0, list(Person.objects.exclude(external_id=None).order_by("id").values_list("id", flat=True))
    for start in range(0, len(people), 500):
        changed, _ = enroll_people(set(people[start : start + 500]))
        conclude({pk: News(everything=True) for pk in changed}, now=now, occasion="publish")
        total += len(changed)
    return total
