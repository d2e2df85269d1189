"""What decided a rung, as it is shown: the events with what matched, or who confirmed it, or what was carried over."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from milestones.models import Progress
from milestones.studio.days import Calendar, Moment
from onboarding.tracking.models import Person

CONFIRMED_BY = {"manager": "Customer success", "person": "The person", "api": "The product"}
TRAITS_OF = {"$identify": "What is known of the person", "$group": "What is known of the company"}
HOW = {
    "criteria": "Seen in the events",
    "confirmed": "Confirmed",
    "kept": "Kept: it had been announced as reached",
    "sealed": "Carried over from an earlier version",
}


@dataclass(frozen=True)
class Evidence:
    """One thing that decided a rung; `event_id` is None where that was no event."""

    what: str
    when: Moment | None
    matched: tuple[tuple[str, str], ...] = ()
    event_id: int | None = None
    who: str = ""  # another person's event, where colleagues count
    note: str = ""


def how_reached(row: Progress) -> str:
    """How a rung was reached, as staff read it."""
    said = HOW.get(row.how, "")
    return f"{said} by {row.by}" if row.how == "confirmed" and row.by else said


def evidence_of(row: Progress, *, own: int, names: dict[int, str], titles: dict[str, str], calendar: Calendar):
    """The evidence of one rung. `own` is the person's id, `names` those of colleagues, `titles` those of rungs by key."""
    return [_shown(said, own, names, titles, calendar) for said in row.evidence]


def people_in(rows: Iterable[Progress]) -> dict[int, str]:
    """person id → name of everybody whose events are in the evidence of these rungs."""
    ids = {said["person"] for row in rows for said in row.evidence if said.get("person")}
    return {pk: str(person) for pk, person in Person.objects.in_bulk(ids).items()} if ids else {}


def _shown(said: dict, own: int, names, titles, calendar: Calendar) -> Evidence:
    when = calendar.time(datetime.fromisoformat(said["at"])) if said.get("at") else None
    if "event" in said:
        other = said.get("person")
        return Evidence(
            what=TRAITS_OF.get(said["name"], said["name"]),
            when=when,
            matched=tuple((key, as_shown(value)) for key, value in said.get("properties", {}).items()),
            event_id=said["event"],
            who=names.get(other, "A colleague") if other != own else "",
        )
    if "missing" in said:
        return Evidence(f"{', '.join(said['missing'])} was not known", when)
    if "milestone" in said:
        return Evidence(f"“{titles.get(said['milestone'], said['milestone'])}” was reached", when)
    if "confirmed_by" in said:
        who = said.get("actor") or CONFIRMED_BY.get(said["confirmed_by"], "Somebody")
        return Evidence(f"{who} confirmed it", when, note=said.get("note", ""))
    if "carried" in said:
        return Evidence("Carried over when the person moved to this version", None)
    at = said.get("kept") or said.get("sealed")
    return Evidence("Announced as reached before", calendar.time(datetime.fromisoformat(at)) if at else None)


def as_shown(value, most: int = 120) -> str:
    """A property's value as it was sent: text as it is, anything else as JSON."""
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[:most]
