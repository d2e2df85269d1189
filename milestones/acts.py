"""What people and members do about progress, as facts: written through the inbox like every other, read back by the fold."""

import json
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import zip_longest

from milestones.climbing import Act, Carried
from onboarding import clock
from onboarding.tracking.decoding import Fact, Kind
from onboarding.tracking.ingestion import append
from onboarding.tracking.intake import take_in
from onboarding.tracking.models import Event, EventName, InboxRow, Seat
from onboarding.tracking.sources import cairn_source
from onboarding.tracking.staging import microseconds

PREFIX = "cairn:"
WORDS = (
    "kept",
    "sealed",
)  # what Cairn itself has promised: about the enrollment their moment lies in, and nobody's activity
VOICES = (
    "ticked",
    "postponed",
    "asked",
    "answered",
    "rated",
    "recommended",
    "congratulated",
)  # what the fold does not read: voices.py
OF_THE_TEAM = ("answered", "congratulated")
MESSAGES = (
    "message_seen",
    "message_clicked",
    "message_dismissed",
)  # nor what people do with messages: the floor above keeps them


def write(*, verb: str, seat: Seat, ladder: str, at: datetime | None = None, message_id: str = "", **said) -> InboxRow:
    """Append a fact `cairn:<verb>` about a seat on a ladder. `said`: rung, by, actor, note, moment, role, carried, version, and what voices say.

    A fact with a `message_id` of its own is counted once, however often it is written.
    """
    return write_many(verb=verb, ladder=ladder, at=at, said=[(seat, said)], message_ids=[message_id])


def write_many(
    *,
    verb: str,
    ladder: str,
    at: datetime | None = None,
    said: Sequence[tuple[Seat, dict]],
    message_ids: Sequence[str] = (),
) -> InboxRow | None:
    """Append one fact for each (seat, what is said of it), together in one inbox row; None for nobody."""
    now = clock.now()
    facts = [
        _fact(verb, seat, ladder, at or now, properties, message_id)
        for (seat, properties), message_id in zip_longest(said, message_ids, fillvalue="")
    ]
    return append(facts, source_id=cairn_source().pk, received_at=microseconds(now)) if facts else None


def _fact(verb: str, seat: Seat, ladder: str, at: datetime, said: dict, message_id: str) -> Fact:
    properties = {"ladder": ladder, **{key: _storable(value) for key, value in said.items() if value not in (None, "")}}
    return Fact(
        kind=Kind.CAIRN,
        message_id=message_id or f"cairn-{secrets.token_hex(12)}",
        occurred_at=microseconds(at),
        name=PREFIX + verb,
        user_id=seat.person.external_id,
        anonymous_id=None,
        group_id=seat.account.external_id if seat.account else None,
        previous_id=None,
        properties=json.dumps(properties, default=_text).encode(),
    )


def _storable(value):
    """Without what no database takes: a nought byte, and half a pair of surrogates."""
    return value.replace("\0", "").encode(errors="replace").decode() if isinstance(value, str) else value


def words_of_cairn() -> list[int]:
    """The ids of the names of WORDS, as far as any was ever written."""
    return list(EventName.objects.filter(name__in=[PREFIX + verb for verb in WORDS]).values_list("id", flat=True))


def append_now(**fact) -> None:
    """Write a fact and take it in within the open transaction; for the drain itself, under its lock."""
    row = write(**fact)
    take_in([row])
    row.delete()


def _text(value):
    return value.isoformat() if isinstance(value, datetime) else str(value)


def read(people: set[int]) -> dict[int, list[tuple[str, int | None, Act]]]:
    """person id → (ladder key, account id or None, Act) in fact order; the account named, or the person's only one then."""
    acts: dict[int, list] = {}
    for person, account, verb, at, said in facts_of(people, None):
        acts.setdefault(person, []).append((said.get("ladder", ""), account, _act(verb, at, said)))
    return acts


def facts_of(people: set[int], verbs: Collection[str] | None) -> list[tuple[int, int | None, str, datetime, dict]]:
    """(person, account, verb, when, what was said) of Cairn's facts about these people, in order.

    `verbs` None: all that the fold reads. The account is the one named, or the person's only one then.
    """
    known = EventName.objects.filter(name__startswith=PREFIX).values_list("id", "name")
    names = {pk: name.removeprefix(PREFIX) for pk, name in known}
    names = {
        pk: verb for pk, verb in names.items() if (verb not in (*VOICES, *MESSAGES) if verbs is None else verb in verbs)
    }
    if not names:
        return []
    rows = Event.objects.filter(person_id__among=people, name_id__among=names, kind=Kind.CAIRN)
    rows = list(
        rows.order_by("occurred_at", "source_id", "message_id").values_list(
            "person_id", "account_id", "name_id", "occurred_at", "properties"
        )
    )
    seats = _account_seats({person for person, account, *_ in rows if account is None})
    found = []
    for person, account, name_id, at, properties in rows:
        if account is None:
            present = [
                seat for seat, since, left in seats.get(person, []) if since <= at and (left is None or at < left)
            ]
            account = present[0] if len(present) == 1 else None
        found.append((person, account, names[name_id], at, properties))
    return found


def _account_seats(people: set[int]) -> dict[int, list[tuple[int, datetime, datetime | None]]]:
    seats: dict[int, list] = {}
    if people:
        rows = Seat.objects.filter(person_id__among=people, account__isnull=False)
        for person, *seat in rows.values_list("person_id", "account_id", "since", "left_at"):
            seats.setdefault(person, []).append(tuple(seat))
    return seats


def _act(verb: str, at: datetime, properties: dict) -> Act:
    carried = {
        key: Carried(**{k: _moment(v) if k.endswith("_at") else v for k, v in place.items()})
        for key, place in properties.get("carried", {}).items()
    }
    return Act(
        at=at,
        verb=verb,
        rung=properties.get("rung", ""),
        by=properties.get("by", ""),
        actor=properties.get("actor", ""),
        note=properties.get("note", ""),
        moment=_moment(properties.get("moment")),
        role=properties.get("role", ""),
        version=properties.get("version", 0),
        carried=carried,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
