"""What names and properties have been seen: event names are interned, properties sampled."""

from collections import Counter

import msgspec

from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.identities import Arrival
from onboarding.tracking.models import EventProperty
from onboarding.tracking.staging import microseconds, moment, see_names

SAMPLED_A_NAME = 5  # events of one name a drain whose properties are looked at
PROPERTIES_A_NAME = 200
NOTED_APART = 3600 * 1_000_000  # µs: when a property was last seen is kept to the hour
TYPES = {bool: "true or false", str: "text", int: "number", float: "number", list: "list", dict: "object"}
_decode = msgspec.json.Decoder(dict).decode


def intern_names(arrivals: list[Arrival]) -> dict[str, int]:
    """Event name → id for all arrivals, with their first and last moments and counts kept."""
    seen: dict[str, list[int]] = {}
    for arrival in arrivals:
        at = arrival.fact.occurred_at
        span = seen.get(arrival.fact.name)
        if span is None:
            span = seen[arrival.fact.name] = [at, at, 0]
        span[0], span[1], span[2] = min(span[0], at), max(span[1], at), span[2] + 1
    return see_names({name: tuple(span) for name, span in seen.items()})


def sample_properties(arrivals: list[Arrival], name_ids: dict[str, int]) -> None:
    """Note the keys and value types of a few events of each name; a catalogue, not an index."""
    found: dict[tuple[int, str], list] = {}  # [types, sample, first µs, last µs]
    looked: dict[str, int] = {}
    for arrival in arrivals:
        name, at = arrival.fact.name, arrival.fact.occurred_at
        looked[name] = looked.get(name, 0) + 1
        if looked[name] > SAMPLED_A_NAME:
            continue
        for key, value in _decode(arrival.fact.properties).items():
            known = found.get((name_ids[name], key))
            if known is None:
                found[name_ids[name], key] = [{type_name(value)}, _sample(value), at, at]
                continue
            known[0].add(type_name(value))
            if at < known[2]:
                known[2] = at
            elif at > known[3]:
                known[3] = at
    _keep(found)


# (workspace, name, key) → (types, last seen µs) as rows of earlier drains had them: most events bring nothing new to these.
_noted: dict[tuple[int, int, str], tuple[frozenset, int]] = {}


def _is_noted(key: tuple[int, int, str], types: set, last: int) -> bool:
    noted = _noted.get(key)
    return noted is not None and types <= noted[0] and last - noted[1] <= NOTED_APART


def _keep(found: dict) -> None:
    workspace_id = current_workspace_id()
    found = {key: said for key, said in found.items() if not _is_noted((workspace_id, *key), said[0], said[3])}
    if not found:
        return
    ids = {name_id for name_id, _ in found}
    known = {(p.event_name_id, p.key): p for p in EventProperty.objects.filter(event_name_id__among=ids)}
    if len(_noted) > 200_000:
        _noted.clear()
    for key, row in known.items():
        _noted[workspace_id, *key] = (frozenset(row.types), microseconds(row.last_seen_at))
    counts = Counter(name_id for name_id, _ in known)
    fresh = []
    for (name_id, key), (types, sample, first, last) in found.items():
        row = known.get((name_id, key))
        if row is None:
            if counts[name_id] < PROPERTIES_A_NAME:
                counts[name_id] += 1
                seen = {"first_seen_at": moment(first), "last_seen_at": moment(last)}
                own = {"workspace_id": current_workspace_id(), "event_name_id": name_id, "key": key, "sample": sample}
                fresh.append(EventProperty(**own, types=sorted(types), **seen))
        elif not types <= set(row.types) or last - microseconds(row.last_seen_at) > NOTED_APART:
            row.types, row.last_seen_at = sorted(types | set(row.types)), max(row.last_seen_at, moment(last))
            row.save(update_fields=["types", "last_seen_at"])
    EventProperty.objects.bulk_create(fresh, ignore_conflicts=True)


def type_name(value) -> str:
    """A JSON value's type, in the word the catalogue shows."""
    return TYPES.get(type(value), "empty")


def _sample(value) -> str:
    return "" if isinstance(value, dict | list) else str(value)[:200]
