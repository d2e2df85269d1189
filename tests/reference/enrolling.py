"""Who is enrolled, and when (DESIGN.md section 5, rule 8)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.reference.conditions import matches
from tests.reference.facts import Fact
from tests.reference.people import People, Seat
from tests.reference.signals import Span, trait_hit


@dataclass(frozen=True)
class Version:
    """A published version of a ladder."""

    number: int
    published_at: datetime
    document: dict


@dataclass(frozen=True)
class Enrolled:
    ordinal: int
    enrolled_at: datetime
    ended_at: datetime | None
    version: Version


def acts_about(people: People, seat: Seat, ladder: str) -> list[Fact]:
    """Cairn's facts about this seat and ladder, in order."""
    return [
        fact
        for fact in people.facts_of[seat.person]
        if fact.verb and fact.properties.get("ladder") == ladder and people.account_of(fact) in (None, seat.account)
    ]


def enrollments(people: People, seat: Seat, versions: list[Version]) -> list[Enrolled]:
    """The enrollments of a seat on a ladder, whose versions are given oldest first."""
    if not people.is_known(seat.person):
        return []
    ladder = versions[0].document["ladder"]
    # (moment, what comes first on a tie, begins or ends)
    turns = [(act.at, n + 1, act.verb) for n, act in enumerate(acts_about(people, seat, ladder))]
    turns = [turn for turn in turns if turn[2] in ("enrolled", "unenrolled")]
    automatic = first_moment(people, seat, versions)
    if automatic:
        turns.append((automatic, 0, "automatic"))
    spans: list[list] = []
    for at, _, what in sorted(turns):
        is_under_way = bool(spans) and spans[-1][1] is None
        if what == "unenrolled" and is_under_way:
            spans[-1][1] = at
        elif what == "enrolled" and spans and live_at(versions, at).document["enroll"].get("again") == "never":
            continue
        elif (what == "enrolled" and not is_under_way) or (what == "automatic" and not spans):
            spans.append([at, None])
    return [Enrolled(n + 1, start, end, live_at(versions, start)) for n, (start, end) in enumerate(spans)]


def live_at(versions: list[Version], moment: datetime) -> Version:
    """The version live at that moment; the first, before it."""
    return [versions[0], *(v for v in versions if v.published_at <= moment)][-1]


def first_moment(people: People, seat: Seat, versions: list[Version]) -> datetime | None:
    """occurred_at of the first matching fact, by the rule of the version that is live then."""
    moments = []
    for version in versions:
        at = _first_moment(people, seat, version.document["enroll"], versions[0].published_at)
        if at and live_at(versions, at) is version:
            moments.append(at)
    return min(moments, default=None)


def _first_moment(people: People, seat: Seat, enroll: dict, published_at: datetime) -> datetime | None:
    if enroll["when"] == "manual":
        return None
    since = datetime.fromisoformat(enroll["since"]).replace(tzinfo=UTC) if enroll.get("since") else published_at
    bounds = [since, seat.since]
    for condition in enroll.get("where", []):
        hit = trait_hit(condition, Span(people, seat, enrolled_at=since))
        if hit is None:
            return None
        bounds.append(hit.at)
    for fact in people.facts_of[seat.person]:
        if fact.is_promise or fact.at < max(bounds) or people.account_of(fact) not in (None, seat.account):
            continue
        if enroll.get("roles") and people.role_at(seat.person, seat.account, fact.at) not in enroll["roles"]:
            continue
        if enroll["when"] == "event" and not _matches(enroll, fact):
            continue
        return fact.at
    return None


def _matches(enroll: dict, fact: Fact) -> bool:
    where = enroll.get("event_where", [])
    return fact.is_trusted and fact.name == enroll["event"] and matches(where, fact.properties)
