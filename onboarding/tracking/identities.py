"""Whose fact is it? Identity is a projection: an anonymous id belongs to the user of the earliest identify that carries both,
and `alias` makes two people one from the beginning.
"""

from dataclasses import dataclass, field
from datetime import datetime

from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.decoding import Fact, Kind
from onboarding.tracking.models import Handover, Identity, Person, Seat
from onboarding.tracking.signals import merged
from onboarding.tracking.staging import EARLIER, KNOWN, OLDER, WIDER, give_events, moment, read_identities

USER, ANONYMOUS = Identity.Kind.USER.value, Identity.Kind.ANONYMOUS.value
NO_FACTS = (250_000_000_000_000_000, 0)  # µs: an id that is only spoken of is neither older nor newer than it was


@dataclass(slots=True)
class Arrival:
    """A fresh fact on its way in, with what the drain has found out about it."""

    fact: Fact
    source_id: int
    trusted: bool
    received_at: int
    person_id: int = 0
    account_id: int | None = None
    line: str = ""  # what is staged of it

    @property
    def at(self) -> datetime:
        return moment(self.fact.occurred_at)

    @property
    def order(self) -> tuple[int, int, str]:
        return (self.fact.occurred_at, self.source_id, self.fact.message_id)


Profile = tuple[int | None, bool]
"""Of somebody who was there before: µs of the latest role fact, and whether the vendor has an id of its own for them."""


@dataclass
class Resolution:
    """What resolving changed besides the arrivals themselves."""

    merged: set[int] = field(default_factory=set)  # people whose past changed hands: refold them wholly
    created: set[int] = field(default_factory=set)  # people who were not known before
    older: set[int] = field(default_factory=set)  # people of whom an older fact has come than any before
    wider: set[int] = field(default_factory=set)  # people who were seen later than is noted of them
    profiles: dict[int, Profile] = field(default_factory=dict)  # of people who were known before


def resolve(arrivals: list[Arrival]) -> Resolution:
    """Give every arrival its person, creating, claiming and merging people as the facts say."""
    book = _Book(arrivals)
    for arrival in sorted(arrivals, key=lambda a: a.order):
        fact = arrival.fact
        if fact.kind == Kind.ALIAS:
            book.alias(arrival)
        elif fact.kind == Kind.IDENTIFY and fact.user_id and fact.anonymous_id:
            book.claim(fact.anonymous_id, fact.user_id, arrival.order)
    for arrival in arrivals:
        arrival.person_id = book.person_of(arrival.fact)
    return book.resolution


@dataclass(slots=True)
class Known:
    """An Identity as the book keeps it: a drain looks up thousands, and changes few."""

    value: str
    person_id: int
    claimed_at: datetime | None = None
    claimed_source: int | None = None
    claimed_message: str | None = None

    def keep_claim(self) -> None:
        """Only an anonymous id is claimed."""
        kept = Identity.objects.filter(kind=ANONYMOUS, value=self.value)
        kept.update(**{name: getattr(self, name) for name in CLAIM})


CLAIM = ("person_id", "claimed_at", "claimed_source", "claimed_message")


class _Book:
    """The identities that this batch touches, read once and kept current."""

    def __init__(self, arrivals: list[Arrival]):
        self.resolution = Resolution()
        self.first: dict[tuple[str, str], int] = {}
        self.last: dict[tuple[str, str], int] = {}
        claimed_here, previous = set(), set()
        for arrival in arrivals:
            fact = arrival.fact
            if fact.user_id:
                self._see((USER, fact.user_id), fact.occurred_at)
            if fact.anonymous_id:
                if fact.kind == Kind.IDENTIFY and fact.user_id:
                    claimed_here.add(fact.anonymous_id)
                elif not fact.user_id:
                    self._see((ANONYMOUS, fact.anonymous_id), fact.occurred_at)
            if fact.kind == Kind.ALIAS:
                previous.add(fact.previous_id)
        self.known: dict[tuple[str, str], Known] = {}
        self.earlier: list[str] = []  # user ids with a fact older than all before
        self._read(claimed_here, previous)
        self._create_users([v for k, v in self.first if k == USER and (k, v) not in self.known])
        lonely = [
            v for k, v in self.first if k == ANONYMOUS and (k, v) not in self.known and v not in claimed_here | previous
        ]
        self._create_anonymous(lonely)
        self._widen_users()

    def _see(self, key: tuple[str, str], at: int) -> None:
        if key not in self.first:
            self.first[key] = self.last[key] = at
        elif at < self.first[key]:
            self.first[key] = at
        elif at > self.last[key]:
            self.last[key] = at

    def _read(self, claimed_here: set[str], previous: set[str]) -> None:
        wanted: dict[str, dict[str, tuple[int, int]]] = {
            USER: dict.fromkeys(previous, NO_FACTS),  # an alias may name a user id or an anonymous one
            ANONYMOUS: dict.fromkeys(claimed_here | previous, NO_FACTS),
        }
        for key, first in self.first.items():
            wanted[key[0]][key[1]] = (first, self.last[key])
        for kind, spans in wanted.items():
            for value, person, flags, role_since in read_identities(kind, spans):
                self.known[kind, value] = Known(value, person)
                self.resolution.profiles[person] = (role_since, bool(flags & KNOWN))
                if flags & (EARLIER | OLDER | WIDER):
                    self._note(kind, value, person, flags)
        claims = Identity.objects.filter(kind=ANONYMOUS, value__among=claimed_here | previous)
        for value, *claim in claims.values_list("value", *CLAIM[1:]):
            known = self.known[ANONYMOUS, value]
            known.claimed_at, known.claimed_source, known.claimed_message = claim

    def _note(self, kind: str, value: str, person: int, flags: int) -> None:
        if flags & EARLIER and kind == USER:
            self.earlier.append(value)
        if flags & OLDER:
            self.resolution.older.add(person)
        if flags & WIDER:
            self.resolution.wider.add(person)

    def _create_users(self, values: list[str]) -> None:
        self._create(USER, values, [Person(**self._life(USER, v), external_id=v) for v in values])

    def _create_anonymous(self, values: list[str]) -> None:
        self._create(ANONYMOUS, values, [Person(**self._life(ANONYMOUS, v)) for v in values])

    def _life(self, kind: str, value: str) -> dict:
        at = moment(self.first[kind, value])
        return {"workspace_id": current_workspace_id(), "first_seen_at": at, "last_seen_at": at}

    def _create(self, kind: str, values: list[str], people: list[Person]) -> None:
        Person.objects.bulk_create(people)
        self.resolution.created |= {person.pk for person in people}
        pairs = zip(values, people, strict=True)
        self._keep_new([self._identity(kind, value, person.pk, self.first[kind, value]) for value, person in pairs])

    def _identity(self, kind: str, value: str, person_id: int, at: int, **claim) -> Identity:
        own = {"workspace_id": current_workspace_id(), "kind": kind, "value": value, "person_id": person_id}
        return Identity(**own, first_seen_at=moment(at), **claim)

    def _keep_new(self, identities: list[Identity]) -> None:
        for row in Identity.objects.bulk_create(identities):
            self.known[row.kind, row.value] = Known(*(getattr(row, name) for name in Known.__slots__))

    def _widen_users(self) -> None:
        """Keep each user id's first moment: it decides whose external id a merged person bears."""
        for value in self.earlier:
            first_seen_at = moment(self.first[USER, value])
            Identity.objects.filter(kind=USER, value=value).update(first_seen_at=first_seen_at)
            self._name_by_earliest(self.known[USER, value].person_id)

    def person_of(self, fact: Fact) -> int:
        identity = (
            self.known.get((USER, fact.user_id)) if fact.user_id else self.known.get((ANONYMOUS, fact.anonymous_id))
        )
        return identity.person_id

    def claim(self, anonymous_id: str, user_id: str, order: tuple[int, int, str]) -> None:
        """An identify carried both ids: the earliest such fact decides."""
        user = self.known[USER, user_id]
        identity = self.known.get((ANONYMOUS, anonymous_id))
        claim = {"claimed_at": moment(order[0]), "claimed_source": order[1], "claimed_message": order[2]}
        if identity is None:
            self._keep_new([self._identity(ANONYMOUS, anonymous_id, user.person_id, order[0], **claim)])
            self.resolution.older.add(user.person_id)  # what was done under the id, older perhaps, is theirs now
            return
        if identity.claimed_at is not None:
            if (identity.claimed_at, identity.claimed_source, identity.claimed_message) <= (
                moment(order[0]),
                *order[1:],
            ):
                return
            if identity.person_id != user.person_id:
                _hand_over(identity.person_id, user.person_id, anonymous_id=anonymous_id)
                self.resolution.merged |= {identity.person_id, user.person_id}
                identity.person_id = user.person_id
        elif identity.person_id != user.person_id:
            self._merge(survivor=user.person_id, other=identity.person_id)
            identity.person_id = user.person_id
        for name, value in claim.items():
            setattr(identity, name, value)
        identity.keep_claim()

    def alias(self, arrival: Arrival) -> None:
        """previous_id and user_id are one person, from the beginning."""
        fact = arrival.fact
        user = self.known[USER, fact.user_id]
        previous = self.known.get((USER, fact.previous_id))
        if previous is None:
            self._keep_new([self._identity(USER, fact.previous_id, user.person_id, fact.occurred_at)])
        elif previous.person_id != user.person_id:
            self._merge(survivor=user.person_id, other=previous.person_id)
        self.claim(fact.previous_id, fact.user_id, arrival.order)  # like an identify that carries both
        self._name_by_earliest(user.person_id)

    def _merge(self, *, survivor: int, other: int) -> None:
        _hand_over(other, survivor)
        Identity.objects.filter(person_id=other).update(person_id=survivor)
        for identity in self.known.values():
            if identity.person_id == other:
                identity.person_id = survivor
        taken = set(Seat.objects.filter(person_id=survivor).values_list("account_id", flat=True))
        for seat in Seat.objects.filter(person_id=other):
            # Seats that both have are refolded from the facts that the survivor now owns.
            if seat.account_id in taken or (seat.account_id is None and taken):
                seat.delete()
            else:
                seat.person_id = survivor
                seat.save(update_fields=["person"])
        merged.send(Person, other=other, survivor=survivor)
        Person.objects.filter(pk=other).delete()
        for people in (self.resolution.created, self.resolution.older, self.resolution.wider):
            people.discard(other)
        self.resolution.merged.discard(other)
        self.resolution.merged.add(survivor)

    def _name_by_earliest(self, person_id: int) -> None:
        """A person of several user ids bears the one that was seen first."""
        identities = list(Identity.objects.filter(person_id=person_id, kind=USER).order_by("first_seen_at", "id")[:2])
        if len(identities) > 1:
            Person.objects.filter(pk=person_id).update(external_id=identities[0].value)


def _hand_over(from_person: int, to_person: int, **only) -> None:
    """Give events away, and say so to the roll-ups, which have counted them as the other's."""
    give_events(from_person=from_person, to_person=to_person, **only)
    Handover.objects.create(workspace_id=current_workspace_id(), from_person_id=from_person, to_person_id=to_person)
