"""You said, we changed, it moved: written by a member, told to the team, to everybody in the help centre, and in the product
to those who had said it.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from milestones import acts
from milestones.languages import reading
from milestones.models import Progress, Rating
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access, Member, Workspace
from onboarding.tenancy.notifications import notify
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Person
from playbooks.models import ChangeNote, NoteReader
from playbooks.sending import attention, is_stopped, wants_quiet

READERS, SHOWN_FOR, HEARD = 5_000, timedelta(days=14), timedelta(days=180)


def who_said(rung: str, now: datetime) -> list[int]:
    """The people who rated a step, or asked for help at it within half a year; of those who have it on their way."""
    rated = list(Rating.objects.filter(rung=rung).order_by("-at").values_list("person_id", flat=True)[:READERS])
    rows = Progress.objects.filter(key=rung, on_track=True, opened_at__lte=now).order_by("-opened_at", "-pk")
    climbing = set(rows.values_list("enrollment__seat__person_id", flat=True)[:READERS])
    asked = [
        person
        for person, _, _, at, said in acts.facts_of(climbing, {"asked"})
        if said.get("rung") == rung and at > now - HEARD
    ]
    people = dict.fromkeys([*rated, *asked])
    known = set(Person.objects.filter(pk__among=list(people), is_test=False).values_list("pk", flat=True))
    return [pk for pk in people if pk in known][:READERS]


@transaction.atomic
def publish(note: ChangeNote, *, member: Member) -> int:
    """Tell everybody; how many people are told in the product. Published once."""
    if not ChangeNote.objects.filter(pk=note.pk, published_at=None).update(published_at=clock.now()):
        return 0
    readers = who_said(note.rung, clock.now()) if note.rung else []
    NoteReader.objects.bulk_create(
        NoteReader(workspace_id=current_workspace_id(), note=note, person_id=pk, card=secrets.token_hex(8))
        for pk in readers
    )
    workspace = Workspace.objects.get(pk=current_workspace_id())
    link = reverse("note-list", args=[workspace.slug])
    for each in Member.objects.exclude(pk=member.pk).exclude(access=Access.EXECUTIVE):
        notify(each, f"You said, we changed: {note.changed}", link)
    record(member=member, verb="published a note", subject=note.changed[:100])
    return len(readers)


def published() -> list[ChangeNote]:
    return list(ChangeNote.objects.exclude(published_at=None).order_by("-published_at", "-pk")[:50])


def card_for(person: Person, workspace: Workspace) -> list[dict]:
    """What the person had said and what came of it, as a card of the widget; the latest alone."""
    if is_stopped(attention(), "in_app") or wants_quiet(person.pk, "in_app"):
        return []
    rows = NoteReader.objects.filter(person=person, closed_at=None, note__published_at__gt=clock.now() - SHOWN_FOR)
    reader = rows.select_related("note").order_by("-note__published_at").first()
    if reader is None:
        return []
    note, fresh = reader.note, Workspace.objects.get(pk=workspace.pk)
    with reading(fresh, person) as language:
        words = {
            "title": _("You said, we changed"),
            "text": "\n".join(filter(None, (note.said, note.changed, note.moved))),
        }
    return [
        {
            "id": reader.card,
            "shape": "card",
            "step": note.rung or None,
            "language": language,
            "button": "",
            "link": "",
            **words,
        }
    ]


def close_card(person: Person, card: str, deed: str) -> bool:
    """Seen, or closed."""
    mine = NoteReader.objects.filter(person=person, card=card)
    if not mine.exists():
        return False
    column = "closed_at" if deed == "dismissed" else "seen_at"
    mine.filter(**{column: None}).update(**{column: clock.now()})
    return True
