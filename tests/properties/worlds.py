"""Hypothesis draws whole worlds: a few people, accounts and sources, what they sent, and the ladders they climb."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tests.properties.ladders import Published, ladders
from tests.reference.facts import Fact

START = datetime(2026, 9, 1, tzinfo=UTC)
NOW = START + timedelta(days=24)
STEP = timedelta(hours=6)  # a coarse grid, so that ties and exact ends of windows are common
STEPS = 80
USERS, ANONYMOUS, ACCOUNTS = ("hannah", "kofi", "petra"), ("a1", "a2"), ("harbor", "harbor", "lagoon")
EVENTS = ("Shared", "Shared", "Opened", "Invited")
ROLES = ("operator", "Power user", "administrator")
NUMBERS = [1, 1.0, 2, 3, 5, 20, -2, 12.5, 0.1, "1", "2", "-3", "12.5", "1e3", "two"]
TEXTS = ["abc", "ab", "pro", "pro", "b", "", "2", 2]
ODD = [True, True, False, None]
ARRAYS = [[], ["ab", "pro"], [1, "2"], [None], [["ab"]], [True, 3]]
SOURCES = ("server", "server", "browser", "cairn")


@dataclass(frozen=True)
class World:
    zone: str
    source_order: tuple[int, ...]  # the order in which SOURCES are made: their ids break ties
    facts: tuple[Fact, ...]  # `source` is an index into SOURCES
    ladders: tuple[Published, ...]
    batches: tuple[tuple[int, ...], ...]  # what is sent together, as indexes of facts; some are sent twice
    publish_first: bool


def chance(draw, percent: int) -> bool:
    return draw(st.integers(0, 99)) < percent


def pick(draw, options):
    return draw(st.sampled_from(options))


def a_moment(draw) -> datetime:
    moment = START + STEP * draw(st.integers(0, STEPS - 1))
    return moment + timedelta(microseconds=draw(st.sampled_from([0, 0, 0, 0, 0, 0, -1, 1])))


def a_value(draw, usual: list):
    """Mostly what one expects of the property, sometimes something odd."""
    kind = draw(st.integers(0, 99))
    return pick(draw, usual if kind < 70 else ODD if kind < 82 else ARRAYS if kind < 92 else NUMBERS + TEXTS)


def some_properties(draw) -> dict:
    properties = {"n": a_value(draw, NUMBERS)} if chance(draw, 70) else {}
    if chance(draw, 70):
        properties["s"] = a_value(draw, TEXTS)
    if chance(draw, 35):
        properties["deep"] = pick(draw, [{"k": a_value(draw, NUMBERS)}, {"k": 2}, [{"k": 1}], {"k": {"k": 1}}, "deep"])
    return properties


@st.composite
def worlds(draw):
    zone = pick(draw, ["UTC", "Asia/Kathmandu", "America/New_York"])
    known = [_a_fact(draw, f"m{n}") for n in range(draw(st.integers(8, 32)))]
    published = draw(ladders())
    acts: list[Fact] = []
    for n in range(draw(st.integers(0, 9))):
        act = _an_act(draw, f"c{n}", known, acts, published)
        if act:
            acts += [act, *_back_again(draw, act)]
    facts = known + acts
    return World(
        zone=zone,
        source_order=tuple(draw(st.permutations(range(len(SOURCES))))),
        facts=tuple(facts),
        ladders=tuple(published),
        batches=_some_batches(draw, len(facts)),
        publish_first=chance(draw, 75),
    )


def _some_batches(draw, count: int) -> tuple[tuple[int, ...], ...]:
    order = list(draw(st.permutations(range(count))))
    again = draw(st.lists(st.sampled_from(order), max_size=4))
    order += again  # sent again, later or in the same request
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=3)))
    pieces = [tuple(order[a:b]) for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return tuple(piece for piece in pieces if piece)


def _a_fact(draw, message_id: str) -> Fact:
    kind = draw(st.integers(0, 99))
    common = {"message_id": message_id, "at": a_moment(draw)}
    if kind < 4:
        previous = pick(draw, [*USERS, *ANONYMOUS])
        return Fact(0, "server", name="$alias", user=pick(draw, USERS), previous=previous, **common)
    if kind < 18:
        return Fact(
            pick(draw, [0, 1]),
            "server",
            name="$group",
            account=pick(draw, ACCOUNTS),
            properties=_some_traits(draw),
            **_who(draw),
            **common,
        )
    source = pick(draw, [0, 0, 0, 1, 2])
    named = pick(draw, ACCOUNTS) if source != 2 and chance(draw, 30) else None
    common |= {"source": source, "source_kind": SOURCES[source], "account": named}
    if kind < 38:
        traits = _some_traits(draw)
        if source != 2 and chance(draw, 60):
            traits["role"] = pick(draw, ROLES)
        who = {"user": pick(draw, USERS), "anonymous": pick(draw, [None, None, *ANONYMOUS])}
        return Fact(name="$identify", properties=traits, **who, **common)
    return Fact(name=pick(draw, EVENTS), properties=some_properties(draw), **_who(draw), **common)


def _who(draw) -> dict:
    if chance(draw, 12):
        return {"anonymous": pick(draw, ANONYMOUS)}
    return {"user": pick(draw, USERS), "anonymous": pick(draw, [None, None, None, *ANONYMOUS])}


def _some_traits(draw) -> dict:
    traits = {"plan": a_value(draw, TEXTS)} if chance(draw, 55) else {}
    return {**traits, "seats": a_value(draw, NUMBERS)} if chance(draw, 55) else traits


VERBS = [
    *("confirmed",) * 5,
    *("skipped",) * 3,
    *("reopened",) * 4,
    *("extended",) * 2,
    *("paused",) * 2,
    *("resumed",) * 2,
    *("track_set",) * 2,
    *("enrolled",) * 2,
    *("unenrolled",) * 3,
    "moved_to_version",
]


def _an_act(draw, message_id: str, known: list[Fact], acts: list[Fact], published: list[Published]) -> Fact | None:
    user = pick(draw, USERS)
    there = sorted({fact.account for fact in known if fact.user == user and fact.account})
    if not any(fact.user == user for fact in known):
        return None
    account = pick(draw, there) if there else None
    ladder, verb = pick(draw, published), pick(draw, VERBS)
    version = pick(draw, ladder.versions)
    said, at = {"ladder": ladder.key}, a_moment(draw)
    if verb in ("confirmed", "skipped", "reopened", "extended"):
        said["rung"] = pick(draw, version.keys)
    if verb == "confirmed":
        said["by"] = pick(draw, ["manager", "person", "api"])
    if verb == "extended":
        said["moment"] = a_moment(draw).isoformat()
    if verb == "track_set":
        said["role"] = pick(draw, ["operator", "power_user"])
    if verb == "moved_to_version":
        reopened = {act.properties["rung"]: act.at for act in acts if act.verb == "reopened"}
        said |= {"version": version.number, "carried": _carried(draw, version.keys, at, reopened)}
    return Fact(3, "cairn", message_id, at, f"cairn:{verb}", user=user, account=account, properties=said)


def _back_again(draw, act: Fact) -> list[Fact]:
    """Who leaves a ladder often comes back."""
    if act.verb != "unenrolled" or chance(draw, 30):
        return []
    later = act.at + STEP * draw(st.integers(0, 12))
    return [replace(act, message_id=f"{act.message_id}b", name="cairn:enrolled", at=later)]


def _carried(draw, keys: list[str], at: datetime, reopened: dict[str, datetime]) -> dict:
    """What a move could have found: nothing later than itself, nothing reached before a reopening."""
    carried = {}
    for key in keys:
        opened, reached = sorted([min(a_moment(draw), at), min(a_moment(draw), at)])
        if chance(draw, 50) or (key in reopened and reached <= reopened[key]):
            continue
        carried[key] = {"opened_at": opened.isoformat()} if chance(draw, 70) else {}
        if chance(draw, 50):
            how = pick(draw, ["criteria", "confirmed", "kept"])
            carried[key] |= {"reached_at": reached.isoformat(), "how": how}
        elif chance(draw, 30):
            carried[key]["skipped_at"] = reached.isoformat()
    return carried
