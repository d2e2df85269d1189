"""Accounts, seats, traits and roles as the facts tell them. Projections: each can be rebuilt from the events."""

from datetime import datetime

import msgspec
from django.db.models import Max, Min

from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking import counting
from onboarding.tracking.decoding import Kind
from onboarding.tracking.identities import Arrival
from onboarding.tracking.models import Account, Event, EventName, Person, Seat
from onboarding.tracking.role_keys import role_key
from onboarding.tracking.staging import microseconds, moment

IDENTIFY, GROUP = "$identify", "$group"
MOST_TRAITS = 300  # of one profile, besides these
# What the product itself reads by these names.
ALWAYS_KEPT = frozenset(
    {
        *("role", "name", "firstName", "lastName", "email", "locale", "language", "timezone", "internal"),
        *("industry", "size", "plan", "mrr", "churned_at"),
    }
)
LONGEST_TRAIT = 2_000  # characters; a number counts as NUMBER_LENGTH, however it is written
NUMBER_LENGTH = 8


def resolve_accounts(arrivals: list[Arrival]) -> None:
    """Give every arrival the account that it names, creating accounts that are new."""
    first: dict[str, int] = {}
    for arrival in arrivals:
        if arrival.fact.group_id:
            at = arrival.fact.occurred_at
            first[arrival.fact.group_id] = min(at, first.get(arrival.fact.group_id, at))
    if not first:
        return
    known = dict(Account.objects.filter(external_id__among=first).values_list("external_id", "id"))
    fresh = [
        Account(workspace_id=current_workspace_id(), external_id=key, first_seen_at=moment(at), last_seen_at=moment(at))
        for key, at in first.items()
        if key not in known
    ]
    Account.objects.bulk_create(fresh)
    known |= {account.external_id: account.pk for account in fresh}
    for arrival in arrivals:
        if arrival.fact.group_id:
            arrival.account_id = known[arrival.fact.group_id]


def seat_people(arrivals: list[Arrival], *, unsettled: set[int]) -> set[int]:
    """Keep the seats that the arrivals tell of; returns the people whose seats changed.

    `unsettled` are those who are new, have an older fact now, or whose past changed hands. Of the others a fact only moves
    a seat when it names an account.
    """
    named: dict[int, dict[int, datetime]] = {}
    for arrival in arrivals:
        if arrival.account_id and arrival.trusted:
            mine = named.setdefault(arrival.person_id, {})
            mine[arrival.account_id] = min(arrival.at, mine.get(arrival.account_id, arrival.at))
    unsettled = _people_with_other_seats(unsettled | named.keys(), named)
    seats: dict[int, list[Seat]] = {person: [] for person in unsettled}
    for seat in Seat.objects.filter(person_id__among=unsettled):
        seats[seat.person_id].append(seat)
    first_seen = dict(Person.objects.filter(pk__among=unsettled).values_list("pk", "first_seen_at"))
    return {person for person, own in seats.items() if _seat(person, own, named.get(person, {}), first_seen[person])}


def _people_with_other_seats(people: set[int], named: dict[int, dict[int, datetime]]) -> set[int]:
    """Those whose seats these facts may change: a quick look that lets most people pass."""
    seated: dict[int, list] = {}
    rows = Seat.objects.filter(person_id__among=people)
    for person, *seat in rows.values_list("person_id", "account_id", "named_at", "since", "person__first_seen_at"):
        seated.setdefault(person, []).append(seat)
    unsettled = people - seated.keys()
    for person, own in seated.items():
        if own[0][3] != min(since for _, _, since, _ in own):
            unsettled.add(person)  # an older fact has moved the beginning
    for person, mine in named.items():
        known = {account: named_at for account, named_at, *_ in seated.get(person, [])}
        if any(known.get(account) is None or known[account] >= at for account, at in mine.items()):
            unsettled.add(person)
    return unsettled


def _seat(person: int, own: list[Seat], named: dict[int, datetime], first_seen: datetime) -> bool:
    """Bring one person's seats up to date; True when any changed."""
    before = {(seat.pk, seat.account_id, seat.named_at, seat.since) for seat in own}
    by_account = {seat.account_id: seat for seat in own}
    for account, at in named.items():
        seat = by_account.get(account)
        if seat is None and None in by_account:
            # The account becomes known: the one seat without an account is this seat.
            seat = by_account.pop(None)
            seat.account_id = account
        if seat is None:
            seat = Seat(workspace_id=current_workspace_id(), person_id=person, account_id=account, since=at)
            own.append(seat)
        by_account[account] = seat
        seat.named_at = min(seat.named_at or at, at)
    if None in by_account and len(by_account) > 1:
        # Two people became one: the seat without an account gives way to the one with it.
        own.remove(by_account.pop(None))
        Seat.objects.filter(person_id=person, account=None).first().delete()
        before = None
    if not own:
        own.append(Seat(workspace_id=current_workspace_id(), person_id=person, since=first_seen))
    # The first seat is as old as the person: before it nothing else was known.
    earliest = _named_first(person, own, first_seen)
    for seat in own:
        seat.since = first_seen if seat is earliest else seat.named_at
    if {(seat.pk, seat.account_id, seat.named_at, seat.since) for seat in own} == before:
        return False
    for seat in own:
        seat.save()
    return True


def _named_first(person: int, own: list[Seat], first_seen: datetime) -> Seat:
    """The seat that the earliest fact names; of facts of one instant the first in the order of facts."""
    at = min(seat.named_at or first_seen for seat in own)
    tied = {seat.account_id: seat for seat in own if (seat.named_at or first_seen) == at}
    if len(tied) > 1:
        facts = Event.objects.filter(person_id=person, occurred_at=at, trusted=True, account_id__in=list(tied))
        first = facts.order_by("source_id", "message_id").values_list("account_id", flat=True).first()
        if first in tied:
            return tied[first]
    return next(iter(tied.values()))


def apply_traits(arrivals: list[Arrival]) -> set[int]:
    """Fold identify and group traits into profiles; returns the people who were given a role."""
    people: dict[int, list[Arrival]] = {}
    accounts: dict[int, list[Arrival]] = {}
    for arrival in arrivals:
        if arrival.fact.kind == Kind.IDENTIFY:
            people.setdefault(arrival.person_id, []).append(arrival)
        elif arrival.fact.kind == Kind.GROUP and arrival.trusted and arrival.account_id:
            accounts.setdefault(arrival.account_id, []).append(arrival)
    with_role = set()
    tests = counting.rules() if people or accounts else []
    for person in Person.objects.filter(pk__among=people):
        for arrival in people[person.pk]:
            traits = msgspec.json.decode(arrival.fact.properties)
            if arrival.trusted and traits.get("role") not in (None, ""):
                with_role.add(person.pk)
            _lay(person, traits, arrival.order, arrival.trusted)
        _name_person(person)
        counting.judge([person], tests)
        person.save(update_fields=["traits", "trait_times", "name", "email", "is_test"])
    for account in Account.objects.filter(pk__among=accounts):
        for arrival in accounts[account.pk]:
            _lay(account, msgspec.json.decode(arrival.fact.properties), arrival.order, True)
        account.name = in_one_line(account.traits.get("name") or "")[:200]
        counting.judge([account], tests)
        account.save(update_fields=["traits", "trait_times", "name", "is_test"])
    return with_role


def _lay(subject: Person | Account, traits: dict, order: tuple, trusted: bool) -> None:
    """Lay traits over a profile, each by the order of its own fact; what a browser says never covers a server's word."""
    for key, value in traits.items():
        stamp = [trusted, *order]
        if stamp >= subject.trait_times.get(key, [False, 0, 0, ""]):
            subject.trait_times[key] = stamp
            subject.traits[key] = _in_bounds(value)
    if len(subject.traits) > MOST_TRAITS:
        _keep_the_latest(subject)


def _in_bounds(value):
    """What a profile keeps of a trait: of a longer text its beginning, of other values that are as large nothing."""
    if isinstance(value, str) and len(value) > LONGEST_TRAIT:
        return f"{value[: LONGEST_TRAIT - 1]}…"
    return value if _length(value) <= LONGEST_TRAIT else None


def _length(value) -> int:
    """The same of what a sender wrote and of what the database gives back."""
    if isinstance(value, dict):
        return sum(len(key) + _length(each) for key, each in value.items())
    if isinstance(value, list):
        return len(value) + sum(map(_length, value))
    return len(value) if isinstance(value, str) else NUMBER_LENGTH


def _keep_the_latest(subject: Person | Account) -> None:
    """Let go of the traits beyond MOST_TRAITS: those that a browser said first, then those that were said longest ago.

    A trait's stamp only grows, so those that stay are the same in whatever order the facts came.
    """
    spare = subject.traits.keys() - ALWAYS_KEPT
    for key in sorted(spare, key=lambda key: (subject.trait_times[key], key), reverse=True)[MOST_TRAITS:]:
        del subject.traits[key], subject.trait_times[key]


def in_one_line(value) -> str:
    """A name or an address as it stands in headers of mails and in calendars."""
    return " ".join(str(value).split())


def _name_person(person: Person) -> None:
    def trusted(key: str) -> str:
        value = person.traits.get(key)
        return in_one_line(value) if value is not None and person.trait_times.get(key, [False])[0] else ""

    whole = " ".join(part for part in (trusted("firstName"), trusted("lastName")) if part)
    person.name = (trusted("name") or whole)[:200]
    person.email = trusted("email")[:254]


def assign_roles(people: set[int]) -> None:
    """Give each seat the role of its latest fact: an identify that names its account, or none."""
    if not people:
        return
    name_id = EventName.objects.filter(name=IDENTIFY).values_list("id", flat=True).first()
    rows = Event.objects.filter(person_id__among=people, name_id=name_id, trusted=True, properties__has_key="role")
    latest: dict[tuple[int, int | None], tuple] = {}
    for event in rows.values_list(
        "person_id", "account_id", "occurred_at", "source_id", "message_id", "properties__role"
    ):
        person, account, *order, role = event
        if role not in (None, "") and order >= latest.get((person, account), ([],))[0]:
            latest[person, account] = (order, role_key(role))
    for seat in Seat.objects.filter(person_id__among=people):
        ways = [latest[key] for key in {(seat.person_id, seat.account_id), (seat.person_id, None)} if key in latest]
        role = max(ways, key=lambda way: way[0])[1] if ways else ""
        if role != seat.role:
            seat.role = role
            seat.save(update_fields=["role"])


def rebuild_people(people: set[int]) -> None:
    """Fold profiles anew from the events, after somebody's past changed hands."""
    tests = counting.rules() if people else []
    for person in Person.objects.filter(pk__among=people):
        events = Event.objects.filter(person_id=person.pk)
        span = events.aggregate(first=Min("occurred_at"), last=Max("occurred_at"))
        if span["first"] is None:
            continue
        person.first_seen_at, person.last_seen_at = span["first"], span["last"]
        person.traits, person.trait_times = {}, {}
        for event in events.filter(kind=Kind.IDENTIFY).order_by("occurred_at", "source_id", "message_id"):
            order = (microseconds(event.occurred_at), event.source_id, event.message_id)
            _lay(person, event.properties, order, event.trusted)
        _name_person(person)
        counting.judge([person], tests)
        person.save()
        _rebuild_seats(person)
    assign_roles(people)


def _rebuild_seats(person: Person) -> None:
    """The seats of a person whose events changed: one for each account that they name, or the one without."""
    facts = Event.objects.filter(person_id=person.pk, trusted=True, account_id__isnull=False)
    first = dict(facts.values("account_id").annotate(at=Min("occurred_at")).values_list("account_id", "at"))
    own = []
    for seat in Seat.objects.filter(person_id=person.pk):
        if seat.account_id is not None and seat.account_id not in first:
            seat.delete()
        else:
            seat.named_at = None
            own.append(seat)
    _seat(person.pk, own, first, person.first_seen_at)
