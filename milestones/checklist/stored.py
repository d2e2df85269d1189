"""Checklists as they are served: the finished JSON is kept with a stamp and built anew only when the stamp moves.

An enrollment's revision moves with every conclusion about it, also when a moment comes to pass (the sweep) and when a count
comes nearer. What is said about days, and what was put off until tomorrow, holds until the person's next midnight.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, FilteredRelation, Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from milestones import prose
from milestones.checklist.document import document
from milestones.languages import reading, tomorrow
from milestones.lookups import Polled
from milestones.models import ChecklistDocument, Enrollment
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Identity

PROSE = ("outcome", "why", "cue", "story")  # what authors write in Markdown; programs get the words


@dataclass(frozen=True)
class Stored:
    """One checklist, ready to be sent."""

    enrollment_id: int
    stamp: str
    body: str
    is_unfinished: bool

    @property
    def etag(self) -> str:
        return etag_of(self.body)  # what it says may change in place, while nothing about the person does


def etag_of(said: str) -> str:
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def stamp_of(enrollment_id: int, revision: int, now: datetime) -> str:
    """What is said now, in the reader's time zone, and until when: the next midnight there, as a POSIX time."""
    return f"{enrollment_id}.{revision}.{int(tomorrow(now).timestamp())}"


def still_holds(stamp: str | None, enrollment_id: int, revision: int, now: datetime) -> bool:
    """Whether what was kept with that stamp is what would be said now; whoever asks need not know the person's time zone."""
    said, _, until = (stamp or "").rpartition(".")
    return said == f"{enrollment_id}.{revision}" and now.timestamp() < int(until)


def find(
    workspace: Workspace, external_id: str, *, account: str | None, ladder: str | None, language: str = ""
) -> Stored | None:
    """The checklist of a person: the first unfinished one in workspace order, or that of a ladder; None on no ladder.

    `language` is the one asked for, "" for the person's own.
    """
    running = Enrollment.objects.filter(
        seat__person__identities__kind=Identity.Kind.USER, seat__person__identities__value=external_id, ended_at=None
    )
    if account is not None:
        running = running.filter(seat__account__external_id=account)
    if ladder is not None:
        running = running.filter(ladder__key=ladder)
    running = running.order_by("ladder__position", "ladder_id", "seat_id", "ordinal")
    now, first = clock.now(), None
    found = FilteredRelation("documents", condition=Q(documents__asked=language))
    rows = running.annotate(kept=found).values_list(
        "pk", "revision", "kept__stamp", "kept__body", "kept__is_unfinished"
    )
    for row in rows:
        stored = _current(workspace, now, language, *row)
        if stored.is_unfinished:
            return stored
        first = first or stored
    return first


def kept(polled: Polled) -> Stored | None:
    """The one to show of what was kept, as `find` would choose it; None when that takes building one first."""
    now, first = clock.now(), None
    for row in polled.checklists:
        if not still_holds(row.stamp, row.enrollment_id, row.revision, now):
            return None
        stored = Stored(row.enrollment_id, row.stamp, row.body, row.is_unfinished)
        if stored.is_unfinished:
            return stored
        first = first or stored
    return first


def _current(
    workspace, now, language: str, pk: int, revision: int, stamp: str | None, body: str, is_unfinished: bool
) -> Stored:
    if still_holds(stamp, pk, revision, now):
        return Stored(pk, stamp, body, is_unfinished)
    enrollment = Enrollment.objects.select_related("seat__person").get(pk=pk)
    # What polls know of their workspace is a part of it.
    whole = Workspace.objects.get(pk=workspace.pk)
    with reading(whole, enrollment.seat.person, language):
        shown = document(enrollment, now=now) | {"brand": whole.brand_properties, "name": whole.checklist_name}
        wanted = stamp_of(pk, revision, now)
    shown.pop("moment")
    if shown["celebrate"]:
        shown["celebrate"]["text"] = prose.as_text(shown["celebrate"]["text"])
    rungs = [rung for phase in shown["phases"] for rung in phase["rungs"]]
    for rung in rungs:
        rung.update({name: prose.as_text(rung[name]) for name in PROSE if rung[name]})
        rung["tips"] = [prose.as_text(tip) for tip in rung["tips"]]
    values = {
        "stamp": wanted,
        "body": json.dumps(shown, default=as_text, ensure_ascii=False, separators=(",", ":")),
        "is_unfinished": any(rung["state"] in ("open", "locked") for rung in rungs),
    }
    ChecklistDocument.objects.update_or_create(
        workspace_id=workspace.pk, enrollment_id=pk, asked=language, defaults=values
    )
    return Stored(pk, **values)


def forget_all() -> None:
    """Wording has changed: build every checklist of the open workspace anew when it is next asked for."""
    ChecklistDocument.objects.all().delete()
    Workspace.objects.filter(pk=current_workspace_id()).update(wording=F("wording") + 1)


@receiver(post_save, sender=Workspace)
def forget_what_the_workspace_said(instance: Workspace, created: bool, **_) -> None:
    """Its name, colour, time zone and languages stand on every checklist."""
    if not created and current_workspace_id() == instance.pk:
        forget_all()


def as_text(value) -> str:
    """Moments as ISO 8601 with Z, whatever else as text."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
