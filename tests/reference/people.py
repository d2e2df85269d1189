"""Who is who: identity, seats, accounts and roles, each worked out anew from all facts."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from tests.reference.facts import Fact, in_order


@dataclass(frozen=True)
class Seat:
    """A person at an account (or at none). `person` is a set of user ids, or of one anonymous id nobody claimed."""

    person: frozenset
    account: str | None
    since: datetime


class People:
    """Everybody that the facts tell of."""

    def __init__(self, facts):
        self.facts = in_order(facts)
        self.users = _users_made_one(self.facts)
        self.claims = _claims(self.facts)
        self.facts_of: dict[frozenset, list[Fact]] = {}
        for fact in self.facts:
            self.facts_of.setdefault(self.person_of(fact), []).append(fact)
        self.seats_of = {person: _seats(person, own) for person, own in self.facts_of.items()}

    def person_of(self, fact: Fact) -> frozenset:
        user = fact.user or self.claims.get(fact.anonymous)
        return self.users[user] if user else frozenset([("anonymous", fact.anonymous)])

    def is_known(self, person: frozenset) -> bool:
        """Whether the person has an external id."""
        return not any(isinstance(value, tuple) for value in person)

    def seats_at(self, account: str) -> list[Seat]:
        return [seat for seats in self.seats_of.values() for seat in seats if seat.account == account]

    def account_of(self, fact: Fact) -> str | None:
        """The account a fact names, else the person's if there was only one at that moment, else none."""
        if fact.account:
            return fact.account
        there = [s.account for s in self.seats_of[self.person_of(fact)] if s.account and s.since <= fact.at]
        return there[0] if len(there) == 1 else None

    def roles(self, person: frozenset, account: str | None) -> list[tuple[datetime, str]]:
        """(moment, role) of each trusted identify with a role that names this account or none, in fact order."""
        return [
            (fact.at, role_key(fact.properties["role"]))
            for fact in self.facts_of[person]
            if fact.name == "$identify" and fact.is_trusted and fact.account in (None, account)
            if fact.properties.get("role") not in (None, "")
        ]

    def role_at(self, person: frozenset, account: str | None, moment: datetime) -> str | None:
        """The role after all facts of that instant."""
        known = [role for at, role in self.roles(person, account) if at <= moment]
        return known[-1] if known else None


def role_key(text: str) -> str:
    """Lower case, runs of other than letters, digits and marks become one underscore, stripped."""
    kept = [c if unicodedata.category(c)[0] in "LN" or unicodedata.category(c) in ("Mn", "Mc") else " " for c in text]
    return "_".join("".join(kept).lower().split())


def _users_made_one(facts) -> dict[str, frozenset]:
    """`alias` makes two people one from the beginning."""
    together = {user: {user} for fact in facts for user in (fact.user, fact.previous) if user}
    for fact in facts:
        if fact.name == "$alias":
            joined = together[fact.user] | together[fact.previous]
            for user in joined:
                together[user] = joined
    return {user: frozenset(joined) for user, joined in together.items()}


def _claims(facts) -> dict[str, str]:
    """An anonymous id belongs to the user of the earliest identify that carries both; an alias of it claims it likewise."""
    claims: dict[str, str] = {}
    for fact in facts:
        if fact.name == "$identify" and fact.user and fact.anonymous:
            claims.setdefault(fact.anonymous, fact.user)
        if fact.name == "$alias":
            claims.setdefault(fact.previous, fact.user)
    return claims


def _seats(person: frozenset, own: list[Fact]) -> list[Seat]:
    """The first seat is as old as the person's first fact; others since the first trusted fact that names the account."""
    named: dict[str, datetime] = {}
    for fact in own:
        if fact.account and fact.is_trusted:
            named.setdefault(fact.account, fact.at)
    if not named:
        return [Seat(person, None, own[0].at)]
    first = next(iter(named))
    return [Seat(person, account, own[0].at if account == first else at) for account, at in named.items()]
