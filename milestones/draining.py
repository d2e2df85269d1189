"""The drain: inbox rows become facts, facts become progress; one transaction, one workspace at a time."""

import gc
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache

from django.db import DatabaseError, transaction

from milestones.concluding import conclude
from milestones.criteria import EventSignal
from milestones.enrolling import Fresh, LadderRule, enroll_people, ladder_rules
from milestones.judging import News
from milestones.models import ChecklistDocument, Enrollment, Version
from milestones.places import Place, read_places
from milestones.recording import sweep
from milestones.rules import VersionRules, version_rules
from milestones.signals_in_sql import event_name
from onboarding import clock
from onboarding.tenancy.availability import is_away, is_too_much
from onboarding.tenancy.scope import current_workspace_id, workspace_scope
from onboarding.tracking.decoding import Kind
from onboarding.tracking.identities import Arrival
from onboarding.tracking.intake import Taken, take_in
from onboarding.tracking.models import InboxRow, Seat
from onboarding.tracking.staging import commit_lazily, moment, take_turn, wait_for_turn

FACTS_A_DRAIN = 8_000
BULK_EVERY = 4
SPOKEN = (b'"locale"', b'"language"', b'"timezone"')  # traits by which a checklist is said
TRIES = 5
LONG_AGO = datetime.min.replace(tzinfo=UTC)
log = logging.getLogger(__name__)
_turns: dict[int, int] = {}


def drain(workspace_id: int) -> int:
    """Take in what waits, one batch; returns the number of inbox rows taken, 0 when there are none or somebody else drains."""
    try:
        with _undisturbed(), workspace_scope(workspace_id):
            if not take_turn():
                return 0
            commit_lazily()
            rows = _next_rows(workspace_id)
            if rows:
                _digest(rows)
            return len(rows)
    except Exception as error:
        if _is_no_fault_of_the_rows(error):
            raise
        log.warning("drain of workspace %s failed, looking for the row: %s", workspace_id, type(error).__name__)
        return _drain_singly(workspace_id)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off the search for cyclic garbage: a drain makes many thousands of objects, none of them in cycles, and the
    collector's looks at them cost a seventh of it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def drain_here() -> bool:
    """Take in what waits within the open transaction, so that a click shows its effect; False when somebody else drains.

    The row that the click wrote is committed either way.
    """
    if not wait_for_turn(300):
        return False
    try:
        with transaction.atomic():
            rows = _next_rows(current_workspace_id())
            if rows:
                _digest(rows)
    except Exception as error:
        if _is_no_fault_of_the_rows(error):
            raise
        log.warning("draining at once failed: %s", type(error).__name__)
        return False
    return True


def _next_rows(workspace_id: int) -> list[InboxRow]:
    """Live rows first; every fourth drain begins with the bulk lane, so that an import is never starved."""
    _turns[workspace_id] = turn = _turns.get(workspace_id, 0) + 1
    lanes = [InboxRow.Lane.LIVE, InboxRow.Lane.BULK]
    for lane in reversed(lanes) if turn % BULK_EVERY == 0 else lanes:
        chosen, total = [], 0
        waiting = InboxRow.objects.filter(lane=lane, parked_at=None).order_by("id").values_list("pk", "facts")
        for pk, facts in waiting[: FACTS_A_DRAIN // 2]:
            if chosen and total + facts > FACTS_A_DRAIN:
                break
            chosen.append(pk)
            total += facts
        if chosen:
            return list(InboxRow.objects.filter(pk__among=chosen).order_by("id"))  # no other body is read
    return []


def _digest(rows: list[InboxRow]) -> None:
    occasion = "import" if rows[0].lane == InboxRow.Lane.BULK else "live"
    taken = take_in(rows)
    follow(taken, now=clock.now(), occasion=occasion)
    _speak_anew(taken)
    InboxRow.objects.filter(pk__among=[row.pk for row in rows]).delete()


def _speak_anew(taken: Taken) -> None:
    """Who reads another language now, or is elsewhere, has their checklist said anew."""
    people = {
        arrival.person_id
        for arrival in taken.arrivals
        if arrival.fact.kind == Kind.IDENTIFY and any(key in arrival.fact.properties for key in SPOKEN)
    }
    if people:
        ChecklistDocument.objects.filter(enrollment__seat__person__among=people).delete()


def _drain_singly(workspace_id: int) -> int:
    """A batch failed: take its rows one by one, so that only the poison row stays; park it after its last try."""
    done = 0
    with workspace_scope(workspace_id):
        if not take_turn():
            return 0
        for row in _next_rows(workspace_id):
            try:
                with transaction.atomic():
                    _digest([row])
                done += 1
            except DatabaseError as error:
                if _is_no_fault_of_the_rows(error):
                    raise
                _blame(row, error)
            except Exception as error:
                _blame(row, error)
    return done


def _is_no_fault_of_the_rows(error: Exception) -> bool:
    """A database that is away is waited for. One that gives up on a row would give up on it again: all others would wait behind it."""
    return is_away(error) and not is_too_much(error)


def _blame(row: InboxRow, error: Exception) -> None:
    row.attempts += 1
    log.exception("inbox row %s failed, try %s", row.pk, row.attempts)
    if row.attempts >= TRIES:
        row.parked_at, row.parked_reason = clock.now(), f"{type(error).__name__}: {error}"[:2000]
    row.save(update_fields=["attempts", "parked_at", "parked_reason"])


def follow(taken: Taken, *, now: datetime, occasion: str) -> None:
    """Evaluate what the facts taken in may have changed."""
    if not taken.arrivals:
        return
    fresh, accounts = _fresh(taken.arrivals)
    unsettled = taken.merged | taken.reseated | _colleagues_of_changed_accounts(taken)
    settled = fresh.keys() - unsettled
    places = read_places({person: fresh[person].earliest for person in settled})
    changed, _ = enroll_people(settled, fresh=fresh, places=places, profiles=taken.profiles)
    if unsettled:
        changed |= enroll_people(unsettled)[0]
    if changed or unsettled:
        places = read_places(dict.fromkeys(fresh.keys() | unsettled, 0))
    news = {pk: News(everything=True) for pk in changed}
    acted = unsettled | {arrival.person_id for arrival in taken.arrivals if arrival.fact.kind == Kind.CAIRN}
    _spread(places, fresh, accounts, acted, unsettled, news)
    conclude(news, now=now, occasion=occasion)


def _fresh(arrivals: list[Arrival]) -> tuple[dict[int, Fresh], dict[int, dict[str, int]]]:
    """What is new of each person, and of each account that the facts name: the earliest fact of each name, in µs."""
    fresh: dict[int, Fresh] = {}
    accounts: dict[int, dict[str, int]] = {}
    for arrival in arrivals:
        at, name = arrival.fact.occurred_at, arrival.fact.name
        known = fresh.get(arrival.person_id)
        if known is None:
            fresh[arrival.person_id] = Fresh(at, {name: at})
        else:
            known.earliest = min(at, known.earliest)
            _note(known.names, name, at)
        if arrival.account_id:
            _note(accounts.setdefault(arrival.account_id, {}), name, at)
    return fresh, accounts


def _colleagues_of_changed_accounts(taken: Taken) -> set[int]:
    """Everybody at accounts whose traits arrived, where a ladder takes people on by a trait of the account."""
    accounts = {a.account_id for a in taken.arrivals if a.fact.kind == Kind.GROUP and a.account_id}
    if not accounts or not any(_asks_account(rule) for rule in ladder_rules()):
        return set()
    return set(Seat.objects.filter(account__among=accounts).values_list("person_id", flat=True))


def _asks_account(rule: LadderRule) -> bool:
    return any(
        signal.of == "account" for taking in rule.takings for criteria in taking.where for signal in criteria.signals
    )


def _spread(places: list[Place], fresh, accounts, acted: set[int], unsettled: set[int], news: dict[int, News]) -> None:
    """Work out which enrollments each new fact may matter to: its person's, and its account's colleagues'."""
    reading = _reading()
    for place in places:
        if place.enrollment is None:
            continue
        if place.person in acted:
            news[place.enrollment] = News(everything=True)
            continue
        own, _, daily = reading[place.version]
        names = fresh[place.person].names
        mine = {name: moment(names[name]) for name in names if name in own}
        if daily:
            news.setdefault(place.enrollment, News()).refold = True
        if mine:
            _add(news, place.enrollment, mine)
    shared = {version for version, (_, names, _) in reading.items() if names}
    if shared:
        _spread_to_colleagues(places, fresh, accounts, unsettled, news, shared, reading)


def _spread_to_colleagues(places, fresh, accounts, unsettled, news, shared, reading) -> None:
    seats = {(place.person, place.account) for place in places if place.account}
    for person, account in seats:
        if person in fresh:
            for name, at in fresh[person].names.items():
                _note(accounts.setdefault(account, {}), name, at)
    for pk, account, version in _enrollments(accounts, shared):
        ours = {name: moment(at) for name, at in accounts[account].items() if name in reading[version][1]}
        if ours:
            _add(news, pk, ours)
    for pk, _account, version in _enrollments({account for person, account in seats if person in unsettled}, shared):
        # Who comes, leaves or changes role moves quorums and whose events count together.
        _add(news, pk, dict.fromkeys(reading[version][1], LONG_AGO))


def _enrollments(accounts: Iterable[int], versions: set[int]) -> list[tuple[int, int, int]]:
    """(id, account, version) of everybody's at these accounts on these versions."""
    at_accounts = Enrollment.objects.filter(seat__account_id__among=accounts, version_id__among=versions)
    return list(at_accounts.values_list("pk", "seat__account_id", "version_id"))


def _note(known: dict, name: str, at) -> None:
    if name not in known or at < known[name]:
        known[name] = at


def _add(news: dict[int, News], pk: int, names: dict[str, datetime]) -> None:
    known = news.setdefault(pk, News()).names
    for name, at in names.items():
        _note(known, name, at)


def _reading() -> dict[int, tuple[frozenset[str], frozenset[str], bool]]:
    """version id → the event names that its signals read of the person, those they read of the account's people, and
    whether any fact at all may open a rung, since it may be the first of its day.
    """
    published = Version.objects.exclude(published_at=None).order_by("id").values_list("id", flat=True)
    return {version: _read_by(version_rules(version, current_workspace_id())) for version in published}


@lru_cache(maxsize=5000)
def _read_by(rules: VersionRules) -> tuple[frozenset[str], frozenset[str], bool]:
    own = frozenset(event_name(rule.signal) for rule in rules.signals)
    shared = frozenset(event_name(rule.signal) for rule in rules.signals if _is_shared(rule.signal))
    return own, shared, bool(rules.rules.per_day)


def _is_shared(signal) -> bool:
    return (signal.by != "person") if isinstance(signal, EventSignal) else signal.of == "account"


def sweep_workspace(workspace_id: int) -> int:
    """Write the transitions whose moment has come; returns how many enrollments were looked at."""
    with workspace_scope(workspace_id):
        if not take_turn():
            return 0
        now = clock.now()
        due = list(
            Enrollment.objects.filter(next_change_at__lte=now)
            .order_by("next_change_at")
            .values_list("pk", flat=True)[:1000]
        )
        sweep(due, now=now)
        return len(due)
