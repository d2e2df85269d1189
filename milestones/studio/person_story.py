"""One person: who they are, what they go by, what they did lately, in one sentence how far they are."""

from dataclasses import dataclass

from milestones.studio.days import Calendar, Moment
from milestones.studio.evidence import as_shown
from milestones.studio.person_climb import ClimbView
from milestones.studio.splits import counted
from onboarding.tracking.decoding import Kind
from onboarding.tracking.models import Event, EventName, Identity, Person

EVENTS_SHOWN = 12
KINDS = {Kind.IDENTIFY: "Identified", Kind.GROUP: "Named the account", Kind.ALIAS: "Joined two ids"}


@dataclass(frozen=True)
class RecentEvent:
    pk: int
    name: str
    properties: tuple[tuple[str, str], ...]
    trusted: bool
    when: Moment


def recent_events(person: Person, calendar: Calendar) -> list[RecentEvent]:
    """The person's latest facts, newest first; what Cairn's members did is among them."""
    rows = list(Event.objects.filter(person_id=person.pk).order_by("-occurred_at", "-id")[:EVENTS_SHOWN])
    names = dict(EventName.objects.filter(pk__in={row.name_id for row in rows}).values_list("pk", "name"))
    return [
        RecentEvent(
            pk=row.id,
            name=KINDS.get(row.kind) or names.get(row.name_id, "?").replace("cairn:", "Cairn: "),
            properties=tuple((key, as_shown(value, 60)) for key, value in list(row.properties.items())[:3]),
            trusted=row.trusted,
            when=calendar.time(row.occurred_at),
        )
        for row in rows
    ]


def identities_of(person: Person) -> list[Identity]:
    return list(Identity.objects.filter(person=person).order_by("kind", "first_seen_at", "pk")[:50])


def headline(person: Person, climbs: list[ClimbView]) -> str:
    """How far the person is on the first ladder that is not finished, in one or two sentences."""
    running = [climb for climb in climbs if climb.ended is None]
    if not running:
        return f"{person} is on no ladder{' any more' if climbs else ''}."
    running = [climb for climb in running if climb.rungs]
    if not running:
        return f"{person} is on a ladder that has no rung for their role."
    climb = next((each for each in running if not each.is_finished), running[-1])
    if climb.is_finished:
        return f"{person} has finished “{climb.ladder}”: {_all(climb)}."
    said = f"{person} has reached {climb.reached} of {counted(climb.total, 'rung')}"
    if climb.paused:
        return f"{said} and is paused since {climb.paused.words}."
    if climb.current is None:
        return f"{said}; no rung is open now."
    due = f", {climb.current.due.words}" if climb.current.due else ""
    return f"{said}; next is “{climb.current.title}”{due}."


def _all(climb: ClimbView) -> str:
    return f"{counted(climb.reached, 'rung')} reached"
