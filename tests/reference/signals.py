"""When did a signal first hold? By brute force: every prefix of the matching events, every moment of a quorum."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.reference.conditions import ABSENT, matches, number, satisfies, value_at
from tests.reference.facts import Fact
from tests.reference.people import People, Seat, role_key


@dataclass(frozen=True)
class Hit:
    """The moment at which something first held, and the facts that decided it."""

    at: datetime
    decided_by: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Span:
    """Which facts count: those from `start` on for a re-enrollment, those after `reopened` for a reopened rung."""

    people: People
    seat: Seat
    enrolled_at: datetime
    start: datetime | None = None  # inclusive
    reopened: datetime | None = None  # exclusive
    end: datetime | None = None  # inclusive: when the enrollment ended
    extended: tuple[datetime, ...] = ()

    def counts(self, moment: datetime) -> bool:
        if self.start is not None and moment < self.start:
            return False
        if self.reopened is not None and moment <= self.reopened:
            return False
        return self.end is None or moment <= self.end

    @property
    def begins(self) -> datetime | None:
        """From where traits are looked at anew, None for the beginning of time."""
        return self.reopened or self.start


def window_end(signal: dict, span: Span) -> datetime | None:
    """The close of a window of enrollment; an `extended` date moves it, None if there is no such window."""
    within = signal.get("within", {})
    if "of" not in within:
        return None
    return max([span.enrolled_at + timedelta(days=within["days"]), *span.extended])


def event_hit(signal: dict, span: Span) -> Hit | None:
    """A signal on events."""
    by = signal.get("by", "person")
    if by == "person":
        return _own_hit(signal, span, span.seat)
    if span.seat.account is None:
        return None
    if by == "account":
        ours = [f for f in span.people.facts if span.people.account_of(f) == span.seat.account]
        return _threshold(signal, [f for f in ours if _matches(signal, f, span)])
    if "people" in by:
        return _people_hit(signal, by, span)
    return _role_hit(signal, by, span)


def _own_hit(signal: dict, span: Span, seat: Seat) -> Hit | None:
    """by person: the person's events whose account is the seat's or none."""
    own = [f for f in span.people.facts_of[seat.person] if span.people.account_of(f) in (None, seat.account)]
    return _threshold(signal, [f for f in own if _matches(signal, f, span)])


def _matches(signal: dict, fact: Fact, span: Span) -> bool:
    if fact.name != signal["event"] or not span.counts(fact.at):
        return False
    if signal.get("from", "server") == "server" and not fact.is_trusted:
        return False
    end = window_end(signal, span)
    if end is not None and not span.enrolled_at <= fact.at <= end:
        return False
    return matches(signal.get("where", []), fact.properties)


def _threshold(signal: dict, events: list[Fact]) -> Hit | None:
    """The first event with which the events up to it (in the sliding window that it ends) meet the threshold."""
    within = signal.get("within")
    for index, event in enumerate(events):
        known = events[: index + 1]
        if within and "of" not in within:
            known = [e for e in known if e.at >= event.at - timedelta(days=within["days"])]
        if _is_met(signal, known):
            return Hit(event.at, (event,))
    return None


def _is_met(signal: dict, events: list[Fact]) -> bool:
    if "distinct" in signal:
        values = {_identity(value_at(e.properties, signal["distinct"]["property"])) for e in events} - {None}
        return len(values) >= signal["distinct"]["at_least"]
    if "sum" in signal:
        values = [number(value_at(e.properties, signal["sum"]["property"])) for e in events]
        return sum(v for v in values if v is not None and v > 0) >= Decimal(str(signal["sum"]["at_least"]))
    return len(events) >= signal.get("count", 1)


def _identity(value):
    """Scalar values by JSON equality: 1 is 1.0, "1" is another; arrays, objects and null are no value."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, str):
        return ("text", value)
    if isinstance(value, int | float):
        return ("number", number(value))
    return None


def _people_hit(signal: dict, by: dict, span: Span) -> Hit | None:
    """k people each met it while they had a seat there."""
    hits = []
    for seat in span.people.seats_at(span.seat.account):
        own = _own_hit(signal, span, seat)
        if own and own.at >= seat.since:
            hits.append(own)
    hits.sort(key=lambda hit: hit.decided_by[-1].order)
    deciding = hits[: by["people"]]
    if len(deciding) < by["people"]:
        return None
    return Hit(deciding[-1].at, tuple(fact for hit in deciding for fact in hit.decided_by))


def _role_hit(signal: dict, by: dict, span: Span) -> Hit | None:
    """At moment t at least ⌈share·n⌉ and at_least of the n seats with the role present at t have met it by t."""
    people, account, role = span.people, span.seat.account, role_key(by["role"])
    seats = people.seats_at(account)
    own = {seat: _own_hit(signal, span, seat) for seat in seats}
    moments = {seat.since for seat in seats} | {hit.at for hit in own.values() if hit}
    moments |= {at for seat in seats for at, _ in people.roles(seat.person, account)}
    end = window_end(signal, span)
    for t in sorted(moments):
        present = [s for s in seats if s.since <= t and people.role_at(s.person, account, t) == role]
        met = [s for s in present if own[s] and own[s].at <= t]
        needed = max(math.ceil(Fraction(str(by["share"])) * len(present)), by.get("at_least", 1))
        if len(met) >= needed and span.counts(t) and (end is None or t <= end):
            decided = sorted((own[s].decided_by[-1] for s in met), key=lambda fact: fact.order)
            return Hit(t, tuple(decided))
    return None


def trait_hit(signal: dict, span: Span) -> Hit | None:
    """The first moment at which a trait's value satisfied the op; with a start, at the start if it did then."""
    facts, first = _trait_facts(signal, span)
    if first is None:
        return None
    condition = {"op": signal.get("op", "eq" if "value" in signal else "exists"), "value": signal.get("value")}
    if condition["op"] == "missing":
        hit = _missing_hit(signal["trait"], facts, max(first, span.begins) if span.begins else first)
    else:
        hit = _value_hit(condition, signal["trait"], facts, span.begins)
    return hit if hit and (span.end is None or hit.at <= span.end) else None


def _trait_facts(signal: dict, span: Span) -> tuple[list[Fact], datetime | None]:
    """The facts that carry the trait, and the first moment of its subject."""
    people, key = span.people, signal["trait"]
    if signal.get("of", "person") == "person":
        about = people.facts_of[span.seat.person]
        facts = [f for f in about if f.name == "$identify"]
    else:
        about = [f for f in people.facts if f.account is not None and f.account == span.seat.account]
        facts = [f for f in about if f.name == "$group"]
    trusted_only = signal.get("from", "server") == "server"
    facts = [f for f in facts if key in f.properties and (f.is_trusted or not trusted_only)]
    return facts, about[0].at if about else None


def _value_hit(condition: dict, key: str, facts: list[Fact], begins: datetime | None) -> Hit | None:
    if begins is not None:
        known = [f for f in facts if f.at <= begins]
        if known and satisfies(condition, known[-1].properties[key]):
            return Hit(begins, (known[-1],))
        facts = [f for f in facts if f.at > begins]
    for fact in facts:
        if satisfies(condition, fact.properties[key]):
            return Hit(fact.at, (fact,))
    return None


def _missing_hit(key: str, facts: list[Fact], looked_at: datetime) -> Hit | None:
    known = [f for f in facts if f.at <= looked_at]
    if not known or not satisfies({"op": "exists"}, known[-1].properties.get(key, ABSENT)):
        return Hit(looked_at, tuple(known[-1:]))
    for fact in facts:
        if fact.at > looked_at and fact.properties[key] is None:
            return Hit(fact.at, (fact,))
    return None
