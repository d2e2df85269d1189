"""What people do and say on their checklist besides reaching a step: an action ticked off, 'later', a call for help, a rating.

Facts like all others; the fold of progress does not read them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from milestones.acts import VOICES, facts_of
from milestones.models import Enrollment


@dataclass(frozen=True)
class Voice:
    """One such fact. `action` is the place of an action in its list, `rating` 1 to 5 of a rung, 0 to 10 of a whole ladder."""

    verb: str
    at: datetime
    rung: str = ""
    actor: str = ""
    note: str = ""
    action: int | None = None
    done: bool = True
    rating: int | None = None
    until: datetime | None = None
    version: int = 0


@dataclass(frozen=True)
class Said:
    """What holds of it now, by rung key; `asks` are the calls for help that nobody has answered."""

    ticks: Mapping[str, frozenset[int]] = field(default_factory=dict)
    later: Mapping[str, datetime] = field(default_factory=dict)
    asks: Mapping[str, Voice] = field(default_factory=dict)
    ratings: Mapping[str, Voice] = field(default_factory=dict)
    recommended: Voice | None = None
    congratulated: frozenset[str] = frozenset()  # rungs about which the team has said a word


NOTHING = Said()


def read(people: set[int]) -> dict[int, list[tuple[str, int | None, Voice]]]:
    """person id → (ladder key, account id or None, Voice) in fact order."""
    found: dict[int, list] = {}
    for person, account, verb, at, said in facts_of(people, VOICES):
        found.setdefault(person, []).append((said.get("ladder", ""), account, _voice(verb, at, said)))
    return found


def of_enrollment(voices: Mapping[int, list], enrollment: Enrollment) -> list[Voice]:
    """Those about one enrollment: its ladder, its account or none named, since it began."""
    seat = enrollment.seat
    return [
        voice
        for ladder, account, voice in voices.get(seat.person_id, [])
        if ladder == enrollment.ladder.key
        and account in (None, seat.account_id)
        and (enrollment.ordinal == 1 or voice.at >= enrollment.enrolled_at)
    ]


def said_by(enrollment: Enrollment) -> Said:
    return fold(of_enrollment(read({enrollment.seat.person_id}), enrollment))


def fold(voices: Iterable[Voice]) -> Said:
    """The latest word on each thing. Pure."""
    ticks: dict[str, set[int]] = {}
    later: dict[str, datetime] = {}
    asks: dict[str, Voice] = {}
    ratings: dict[str, Voice] = {}
    recommended = None
    congratulated: set[str] = set()
    for voice in voices:
        match voice.verb:
            case "ticked":
                mine = ticks.setdefault(voice.rung, set())
                (mine.add if voice.done else mine.discard)(voice.action)
            case "postponed" if voice.until:
                later[voice.rung] = voice.until
            case "asked":
                asks[voice.rung] = voice
            case "answered":
                asks.pop(voice.rung, None)
            case "rated":
                ratings[voice.rung] = voice
            case "recommended":
                recommended = voice
            case "congratulated":
                congratulated.add(voice.rung)
    ticked = {key: frozenset(each) for key, each in ticks.items()}
    return Said(ticked, later, asks, ratings, recommended, frozenset(congratulated))


def _voice(verb: str, at: datetime, said: dict) -> Voice:
    until = said.get("until")
    return Voice(
        verb=verb,
        at=at,
        rung=said.get("rung", ""),
        actor=said.get("actor", ""),
        note=said.get("note", ""),
        action=said.get("action"),
        done=said.get("done", True),
        rating=said.get("rating"),
        until=datetime.fromisoformat(until) if until else None,
        version=said.get("version", 0),
    )
