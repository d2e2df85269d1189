"""Matters in words: what was noticed, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from playbooks.models import Matter

Kind = Matter.Kind


@dataclass(frozen=True)
class Said:
    title: str
    text: str
    hint: str


def in_words(matter: Matter, zone: ZoneInfo) -> Said:
    said = matter.evidence

    def day(name: str) -> str:
        at = datetime.fromisoformat(said[name]).astimezone(zone)
        return f"{at.day} {at:%b}"

    match matter.kind:
        case Kind.SILENT:
            text = (
                f"“{said['title']}” waits for it since it was published on {day('since')}, and it never came."
                if said.get("never")
                else f"It came {said['seen']:,} times, last on {day('last')}. “{said['title']}” cannot be reached without it."
            )
            if said.get("instead"):
                text += f" “{said['instead']}” is new since then: was it renamed?"
            return Said(f"“{matter.about}” has gone silent", text, "Ask your developers, or change the criteria.")
        case Kind.UNRATED:
            text = f"{said['mean']} of 5 on average, by {said['count']} people in the last sixty days."
            return Said(
                f"“{said['title']}” is rated low", text, "Read what they said beside the step, and change one thing."
            )
        case Kind.FATIGUE:
            text = f"Of {said['seen']} who saw it within thirty days, {said['closed']} closed it and {said['followed']} followed it."
            return Said(f"People close “{said['name']}”", text, "Say it later, to fewer, or not at all.")
        case Kind.FEATURE:
            text = f"{said['by']} changed it on {day('at')}, after “{said['title']}” was published, which unlocks it."
            return Said(f"“{said['feature']}” has changed", text, "Look whether what the step says is still so.")
        case Kind.BAND:
            side = "below" if said["side"] == "low" else "above"
            text = f"It is {said['value']:g}{said['unit']}, {side} the {said['limit']:g}{said['unit']} that you named."
            return Said(f"{said['name']} has left its band", text, "Look at what changed since it was within.")
    raise ValueError(f"no such matter: {matter.kind}")
