"""One world through the product and through the reference, and everything in which they differ."""

from collections import Counter
from dataclasses import dataclass, field

from tests.properties.occurrences import occurred
from tests.properties.pipeline import Outcome, Vendor, undone
from tests.properties.worlds import World
from tests.reference.people import People
from tests.reference.world import expected

FIELDS = ("on_track", "opened_at", "due_at", "missed_at", "reached_at", "skipped_at", "how")


@dataclass
class Verdict:
    differences: list[str] = field(default_factory=list)
    seen: Counter = field(default_factory=Counter)


def compare(client, world: World) -> Verdict:
    """Send the world, read the stored progress, work it out anew, and tell the two apart.

    A promise that this order of arrival made Cairn keep is a fact like any other: the reference is given it, too.
    """
    with undone():
        vendor = Vendor(client, world)
        if world.publish_first:
            vendor.publish()
        for batch in world.batches:
            vendor.send(batch)
        if not world.publish_first:
            vendor.publish()
        stored, facts, ladders = vendor.stored(), vendor.facts + vendor.kept(), vendor.versions()
    wanted = expected(facts, ladders, world.zone)
    verdict = Verdict(seen=occurred(world, People(facts), ladders, wanted))
    for key in sorted(stored.keys() | wanted.keys(), key=str):
        verdict.differences += [f"{_named(key)}: {said}" for said in _differences(stored.get(key), wanted.get(key))]
    return verdict


def _named(key: tuple) -> str:
    person, account, ladder, ordinal = key
    return f"{'+'.join(sorted(map(str, person)))} at {account} on {ladder}, enrollment {ordinal}"


def _differences(stored: Outcome | None, wanted) -> list[str]:
    if stored is None or wanted is None:
        return ["is not enrolled" if stored is None else "is enrolled and should not be"]
    said = _apart(stored, wanted, ("enrolled_at", "ended_at", "version"))
    if stored.places.keys() != wanted.places.keys():
        return [*said, f"rungs are {sorted(stored.places)} instead of {sorted(wanted.places)}"]
    for key, place in stored.places.items():
        said += [f"{key}: {each}" for each in _apart(place, wanted.places[key], FIELDS)]
        said += [f"{key}: {each}" for each in _evidence(place, wanted.places[key])]
    return said


def _apart(stored, wanted, names) -> list[str]:
    pairs = [(name, getattr(stored, name), getattr(wanted, name)) for name in names]
    return [f"{name} is {was} instead of {should}" for name, was, should in pairs if was != should]


def _evidence(place, wanted) -> list[str]:
    """The facts that decided a reach by criteria are its evidence, and no others."""
    if wanted.how != "criteria" or place.how != "criteria" or not wanted.decided_by:
        return []
    shown = sorted({said["message_id"] for said in place.evidence if "message_id" in said})
    decided = sorted({fact.message_id for fact in wanted.decided_by if fact.source_kind != "cairn"})
    return [] if shown == decided else [f"evidence is {shown} instead of {decided}"]
