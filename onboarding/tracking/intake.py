"""Taking facts in: inbox rows become people, accounts, seats and events, each fact once."""

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.catalogue import intern_names, sample_properties
from onboarding.tracking.decoding import Fact
from onboarding.tracking.identities import Arrival, Profile, Resolution, resolve
from onboarding.tracking.models import InboxRow, RefusedEvent, Source
from onboarding.tracking.packing import unpack
from onboarding.tracking.profiles import apply_traits, assign_roles, rebuild_people, resolve_accounts, seat_people
from onboarding.tracking.staging import (
    Claim,
    count_intake,
    insert_events,
    microseconds,
    moment,
    staged_line,
    widen_seen,
)

KEPT_REPEATS = 20  # of one drain
REPEATS = {
    "duplicate": "This source has sent this message id before, with the same content.",
    "conflict": "This source has sent this message id before, with other content. The first one counts.",
}


@dataclass
class Taken:
    """What one drain took in, as the evaluation above needs it."""

    arrivals: list[Arrival] = field(default_factory=list)
    name_ids: dict[str, int] = field(default_factory=dict)
    merged: set[int] = field(default_factory=set)  # people whose past changed hands
    reseated: set[int] = field(default_factory=set)  # people whose seats or roles changed
    profiles: dict[int, Profile] = field(default_factory=dict)  # of people who were known before
    repeats: list[tuple[Arrival, str]] = field(default_factory=list)  # what was not taken again: duplicate or conflict


def take_in(rows: Iterable[InboxRow]) -> Taken:
    """Store the facts of these inbox rows. Safe to repeat: what a source has sent before is counted and dropped."""
    rows = list(rows)
    kinds = dict(Source.objects.values_list("id", "kind"))
    taken, counts = Taken(), {}
    candidates: dict[tuple[int, str], tuple[Arrival, int, tuple]] = {}
    for row in rows:
        day = (row.source_id, row.received_at.date())
        received = microseconds(row.received_at)
        trusted = kinds.get(row.source_id) != Source.Kind.BROWSER
        _count(counts, day, refused=row.refused)
        for fact in unpack(bytes(row.body)):
            arrival = Arrival(fact=fact, source_id=row.source_id, trusted=trusted, received_at=received)
            content = content_hash(fact)
            first = candidates.setdefault((row.source_id, fact.message_id), (arrival, content, day))
            if first[0] is not arrival:
                _repeat(taken, counts, arrival, first[1] == content)
    keys = [(source, message, content) for (source, message), (_, content, _) in candidates.items()]
    with Claim(keys) as claim:
        # Said while the database claims the keys: the two take as long as each other.
        for arrival, _, _ in candidates.values():
            arrival.line = staged_line(
                arrival.fact, source_id=arrival.source_id, trusted=arrival.trusted, received_at=arrival.received_at
            )
        fresh, stored = claim.settle()
    took: Counter = Counter()
    for key, (arrival, content, day) in candidates.items():
        if key in fresh:
            taken.arrivals.append(arrival)
            took[day] += 1
        else:
            _repeat(taken, counts, arrival, stored.get(key) == content)
    for day, number in took.items():
        _count(counts, day, taken=number)
    if taken.arrivals:
        _settle(taken)
    _keep_repeats(taken)
    count_intake({day: tuple(added) for day, added in counts.items()})
    return taken


def content_hash(fact: Fact) -> int:
    """A signed 64-bit fingerprint of what a fact says; tells a repeat from a conflict, nothing more."""
    said = msgspec.msgpack.encode(
        (fact.kind, fact.name, fact.user_id, fact.anonymous_id, fact.group_id, fact.previous_id)
    )
    body = said + fact.properties
    return (zlib.crc32(body) << 31) ^ zlib.adler32(body)


def _settle(taken: Taken) -> None:
    """Resolve whose facts these are, store them, and bring the profiles up to date."""
    arrivals = taken.arrivals
    taken.name_ids = intern_names(arrivals)
    resolution = resolve(arrivals)
    taken.merged = resolution.merged
    resolve_accounts(arrivals)
    insert_events((a.line, taken.name_ids[a.fact.name], a.person_id, a.account_id) for a in arrivals)
    taken.profiles = resolution.profiles
    _widen_people(arrivals, resolution)
    widen_seen("tracking_account", _spans((a.account_id, a.fact.occurred_at) for a in arrivals if a.account_id))
    with_role = apply_traits(arrivals)
    reseated = seat_people(arrivals, unsettled=resolution.created | resolution.merged | resolution.older)
    if taken.merged:
        rebuild_people(taken.merged)
    assign_roles(with_role | reseated)
    taken.reseated = with_role | reseated
    sample_properties(arrivals, taken.name_ids)


def _widen_people(arrivals: list[Arrival], resolution: Resolution) -> None:
    """Keep when people were first and last seen."""
    moved = resolution.created | resolution.merged | resolution.older | resolution.wider
    widen_seen("tracking_person", _spans((a.person_id, a.fact.occurred_at) for a in arrivals if a.person_id in moved))


def _spans(moments: Iterable[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    spans: dict[int, tuple[int, int]] = {}
    for subject, at in moments:
        span = spans.get(subject)
        if span is None:
            spans[subject] = (at, at)
        elif at < span[0] or at > span[1]:
            spans[subject] = (min(span[0], at), max(span[1], at))
    return spans


def _repeat(taken: Taken, counts: dict, arrival: Arrival, same: bool) -> None:
    day = (arrival.source_id, moment(arrival.received_at).date())
    _count(counts, day, duplicates=int(same), conflicts=int(not same))
    if len(taken.repeats) < KEPT_REPEATS:
        taken.repeats.append((arrival, "duplicate" if same else "conflict"))


def _keep_repeats(taken: Taken) -> None:
    """Keep a few of what was not taken again, so that a missing tick can be explained; all are counted."""
    RefusedEvent.objects.bulk_create(
        RefusedEvent(
            workspace_id=current_workspace_id(),
            source_id=arrival.source_id,
            received_at=moment(arrival.received_at),
            code=code,
            message=REPEATS[code],
            event=_as_sent(arrival.fact),
            name=arrival.fact.name,
            user_id=arrival.fact.user_id or "",
        )
        for arrival, code in taken.repeats
    )


def _as_sent(fact: Fact) -> str:
    said = {
        "messageId": fact.message_id,
        "name": fact.name,
        "userId": fact.user_id,
        "properties": msgspec.Raw(fact.properties),
    }
    return msgspec.json.encode(said).decode()[:2000]


def _count(counts: dict, day: tuple, *, taken=0, duplicates=0, conflicts=0, refused=0) -> None:
    row = counts.setdefault(day, [0, 0, 0, 0])
    for index, more in enumerate((taken, duplicates, conflicts, refused)):
        row[index] += more
