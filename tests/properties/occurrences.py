"""What occurred in a run of worlds: a feature that never comes up is not tested, whatever the strategies intend."""

from collections import Counter

from tests.properties.worlds import World
from tests.reference.enrolling import Version, acts_about
from tests.reference.people import People, Seat
from tests.reference.world import Outcome

OPS = ("eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "contains", "starts_with", "exists", "missing")
FEATURES = (
    *(f"op {op}" for op in OPS),
    *("count", "distinct", "sum", "sliding window", "window of enrollment", "from any", "where"),
    *("by person", "by account", "by people", "by role"),
    *("trait of person", "trait of account", "milestone", "all", "any"),
    *("confirmed_by manager", "confirmed_by person", "confirmed_by api"),
    *("prerequisite", "at_once", "spacing", "per_day", "track", "role change", "off track", "override"),
    *(
        "due from opened",
        "due from enrolled",
        "due in business days",
        "missed",
        "kept",
        "re-enrollment",
        "ended",
        "move to another version",
    ),
    *(f"act {verb}" for verb in ("confirmed", "skipped", "reopened", "extended", "paused", "resumed", "track_set")),
    *("act enrolled", "act unenrolled", "act moved_to_version"),
    *("late event", "duplicate", "merge by alias", "anonymous claim", "browser event", "two accounts"),
)


def occurred(
    world: World, people: People, ladders: dict[str, list[Version]], outcomes: dict[tuple, Outcome]
) -> Counter:
    """How often each feature came up: criteria where they were met, rules where somebody was on a rung that has them."""
    seen = Counter(_in_sending(world)) + Counter(_in_people(people))
    for (person, account, key, ordinal), outcome in outcomes.items():
        seat = next(seat for seat in people.seats_of[person] if seat.account == account)
        seen.update(_of_enrollment(people, seat, key, ordinal, outcome))
        document = next(v.document for v in ladders[key] if v.number == outcome.version)
        seen.update(_of_rules(document, outcome))
    return seen


def _in_sending(world: World):
    sent: set[int] = set()
    latest = None
    for batch in world.batches:
        for n in batch:
            fact = world.facts[n]
            if n in sent:
                yield "duplicate"
            elif latest and fact.at < latest:
                yield "late event"
            sent.add(n)
        latest = max([world.facts[n].at for n in batch] + ([latest] if latest else []))


def _in_people(people: People):
    for person, own in people.facts_of.items():
        if len({fact.user for fact in own if fact.user}) > 1:
            yield "merge by alias"
        if people.is_known(person) and any(fact.user is None for fact in own):
            yield "anonymous claim"
        if any(not fact.is_trusted for fact in own):
            yield "browser event"
        if len(people.seats_of[person]) > 1:
            yield "two accounts"


def _of_enrollment(people: People, seat: Seat, ladder: str, ordinal: int, outcome: Outcome):
    acts = acts_about(people, seat, ladder)
    yield from (f"act {act.verb}" for act in acts)
    if len({role for _, role in people.roles(seat.person, seat.account)}) > 1:
        yield "role change"
    if ordinal > 1:
        yield "re-enrollment"
    if outcome.ended_at:
        yield "ended"
    if any(act.verb == "moved_to_version" and act.properties["version"] == outcome.version for act in acts):
        yield "move to another version"


def _of_rules(document: dict, outcome: Outcome):
    library = {milestone["key"]: milestone for milestone in document["milestones"]}
    yield from (rule for rule in ("at_once", "per_day") if document.get(rule))
    yield from ["spacing"] * bool(document.get("spacing_hours"))
    for rung in (rung for phase in document["phases"] for rung in phase["rungs"]):
        place = outcome.places[rung["milestone"]]
        yield from ["prerequisite"] * bool(rung.get("requires"))
        yield from ["track"] * bool(rung.get("tracks"))
        yield from ["override"] * bool(rung.get("override"))
        yield from ["off track"] * (not place.on_track)
        yield from ["missed"] * bool(place.missed_at)
        yield from ["kept"] * (place.how == "kept")
        if rung.get("due"):
            yield f"due from {rung['due'].get('from', 'opened')}"
            if rung["due"].get("business"):
                yield "due in business days"
        if place.how == "criteria":
            yield from _of_criteria({**library[rung["milestone"]], **rung.get("override", {})}["criteria"])


def _of_criteria(node: dict):
    for group in ("all", "any"):
        if group in node:
            yield group
            for part in node[group]:
                yield from _of_criteria(part)
    if "milestone" in node:
        yield "milestone"
    if "confirmed_by" in node:
        yield f"confirmed_by {node['confirmed_by']}"
    if "trait" in node:
        yield from (f"trait of {node.get('of', 'person')}", f"op {_op(node)}")
    if "event" in node:
        yield from _of_event(node)


def _of_event(signal: dict):
    by = signal.get("by", "person")
    yield f"by {by if isinstance(by, str) else 'people' if 'people' in by else 'role'}"
    yield next((shape for shape in ("distinct", "sum") if shape in signal), "count")
    if signal.get("from") == "any":
        yield "from any"
    if "within" in signal:
        yield "window of enrollment" if "of" in signal["within"] else "sliding window"
    for condition in signal.get("where", []):
        yield from ("where", f"op {_op(condition)}")


def _op(condition: dict) -> str:
    return condition.get("op", "eq" if "value" in condition else "exists")
