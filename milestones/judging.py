"""Judging signals: which of them hold for an enrollment, and since when; nothing is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from milestones import acts as cairn_acts
from milestones.climbing import Act, Found, reopenings, window_end
from milestones.criteria import EventSignal
from milestones.enrolling import roles_of, seat_roles
from milestones.evaluation import Candidate, find_hits
from milestones.models import Enrollment, Hit
from milestones.quorum import SeatSpan, when_people, when_share
from milestones.rules import SignalRule, VersionRules, version_rules
from milestones.signals_in_sql import event_name
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Event, EventName, Seat

MONOTONE = ("person", "account")


@dataclass
class News:
    """What is new for one enrollment: the earliest new fact of each event name; `everything` judges all signals anew,
    `refold` folds again though no hit has moved.
    """

    names: dict[str, datetime] = field(default_factory=dict)
    everything: bool = False
    refold: bool = False


def load(ids: Iterable[int]) -> list[Enrollment]:
    return list(Enrollment.objects.filter(pk__among=ids).select_related("seat__person", "seat__account", "ladder"))


def is_quorum(rule: SignalRule) -> bool:
    return isinstance(rule.signal, EventSignal) and rule.signal.by not in MONOTONE


def find_moved(news: dict[int, News]) -> tuple[set[int], set[int]]:
    """The enrollments whose hits new facts have moved, and those that only came nearer to one.

    The quick look before the whole fold: nothing but the signals that the new facts' names concern is judged, once.
    """
    if not news:
        return set(), set()
    climbers = _climbers(news)
    stored: dict[tuple, datetime] = {}
    for pk, rung, signal, at in Hit.objects.filter(enrollment__among=list(news), epoch=0).values_list(
        "enrollment_id", "rung", "signal", "hit_at"
    ):
        stored[pk, rung, signal] = at
    acted = cairn_acts.read({climber.person_id for _, _, climber in climbers}).keys()
    moved, asked = set(), []
    workspace_id = current_workspace_id()
    for pk, version, climber in climbers:
        if climber.person_id in acted:
            moved.add(pk)  # reopened or extended, perhaps: look at the whole
            continue
        names = news[pk].names
        for rule in version_rules(version, workspace_id).signals:
            at = names.get(event_name(rule.signal))
            if at is None:
                continue
            old = stored.get((pk, rule.rung, rule.index))
            if is_quorum(rule) or at == old:
                moved.add(pk)  # facts of one instant are told apart by their ids: look at the whole
                break
            if old is None or at < old:
                candidate = make_candidate(rule.signal, climber)
                asked.append((pk, old, candidate))
    found = find_hits([c for _, _, c in asked], _name_ids(c for _, _, c in asked)) if asked else {}
    moved |= {pk for pk, old, candidate in asked if candidate in found and (old is None or found[candidate].at < old)}
    nearer = {pk for pk, _, candidate in asked if getattr(candidate.signal, "threshold", 1) > 1}
    return moved, nearer - moved


def judge(
    enrollments: list[Enrollment],
    rules: Mapping[int, VersionRules],
    acts: Mapping[int, list[Act]],
    news: dict[int, News] | None = None,
    stored: dict | None = None,
) -> dict[int, dict]:
    """enrollment id → (rung, epoch, signal) → Found, taking over what is stored where nothing new can change it.

    `rules` are by version id, `acts` by enrollment id.
    """
    hits: dict[int, dict] = {e.pk: {} for e in enrollments}
    asked: list[tuple[int, tuple[str, int, int], Candidate]] = []
    quorums: list[tuple[Enrollment, tuple[str, int, int], Candidate]] = []
    for enrollment in enrollments:
        fresh = news[enrollment.pk] if news is not None else None
        old = stored[enrollment.pk] if stored is not None else {}
        for rule in rules[enrollment.version_id].signals:
            for epoch, after in enumerate([None, *reopenings(acts[enrollment.pk], rule.rung)]):
                key = (rule.rung, epoch, rule.index)
                if fresh is not None and not _may_move(rule, fresh, old.get(key)):
                    if key in old:
                        hits[enrollment.pk][key] = old[key]
                    continue
                candidate = make_candidate(
                    rule.signal, climber_of(enrollment), acts=acts[enrollment.pk], key=rule.rung, after=after
                )
                if isinstance(rule.signal, EventSignal) and rule.signal.by in ("people", "role"):
                    quorums.append((enrollment, key, candidate))
                else:
                    asked.append((enrollment.pk, key, candidate))
    if not asked and not quorums:
        return hits
    found = find_hits([c for _, _, c in asked], _name_ids(c for _, _, c in asked)) if asked else {}
    ended = {e.pk: e.ended_at for e in enrollments if e.ended_at is not None}
    judged = [(pk, key, found[candidate]) for pk, key, candidate in asked if candidate in found]
    for pk, key, hit in [*judged, *_judge_quorums(quorums)]:
        if pk not in ended or hit.at <= ended[pk]:
            hits[pk][key] = _signed(hit, key[2])
    return hits


def _may_move(rule: SignalRule, news: News, old: Found | None) -> bool:
    """Whether new facts can change a signal's hit: a plain one only moves to an earlier fact."""
    if news.everything:
        return True
    at = news.names.get(event_name(rule.signal))
    if at is None:
        return False
    plain = not isinstance(rule.signal, EventSignal) or rule.signal.by in MONOTONE
    return old is None or at <= old.at or not plain


@dataclass(frozen=True)
class Climber:
    """What the judging of signals needs to know of an enrollment."""

    person_id: int
    account_id: int | None
    ordinal: int
    enrolled_at: datetime
    ended_at: datetime | None
    person_seen: datetime
    account_seen: datetime | None


CLIMBER = (
    "seat__person_id",
    "seat__account_id",
    "ordinal",
    "enrolled_at",
    "ended_at",
    "seat__person__first_seen_at",
    "seat__account__first_seen_at",
)


def _climbers(ids: Iterable[int]) -> list[tuple[int, int, Climber]]:
    """(enrollment id, version id, Climber) of each."""
    rows = Enrollment.objects.filter(pk__among=list(ids)).values_list("pk", "version_id", *CLIMBER)
    return [(pk, version, Climber(*rest)) for pk, version, *rest in rows]


def climber_of(enrollment: Enrollment) -> Climber:
    seat = enrollment.seat
    return Climber(
        seat.person_id,
        seat.account_id,
        enrollment.ordinal,
        enrollment.enrolled_at,
        enrollment.ended_at,
        seat.person.first_seen_at,
        seat.account.first_seen_at if seat.account else None,
    )


def make_candidate(
    signal, climber: Climber, *, acts: list[Act] = (), key: str = "", after: datetime | None = None
) -> Candidate:
    """What to ask about one signal: for whom, and from when to when facts count; after the enrollment's end none does."""
    is_event = isinstance(signal, EventSignal)
    until = window_end(signal, climber.enrolled_at, acts, key) if is_event else None
    since = climber.enrolled_at if climber.ordinal > 1 or until is not None else None
    if after is not None:
        # A reopening narrows what counts further, unless the enrollment began later still.
        after, since = (None, since) if since is not None and since > after else (after, None)
    if climber.ended_at is not None:
        until = min(until, climber.ended_at) if until is not None else climber.ended_at
    of_account = (signal.by == "account") if is_event else signal.of == "account"
    return Candidate(
        signal,
        # Judged once for all people of an account, and once for all accounts of a person, where the answer is the same.
        None if of_account else climber.person_id,
        None if not of_account and not is_event else climber.account_id,
        since=since,
        after=after,
        until=until,
        first_seen=(climber.account_seen or climber.person_seen) if of_account else climber.person_seen,
    )


def _signed(found: Found, index: int) -> Found:
    """Evidence that says which signal it is for."""
    return Found(found.at, tuple({"signal": index, **said} for said in found.evidence))


def _judge_quorums(quorums: list) -> list[tuple[int, tuple, Found]]:
    """Quorums need every colleague's own hit; equal questions of one account are asked once."""
    accounts = {c.account_id for _, _, c in quorums if c.account_id}
    if not accounts:
        return []
    spans = seat_spans(accounts)
    questions = {(c.account_id, c.signal, c.since, c.after, c.until) for _, _, c in quorums}
    personal: dict[tuple, dict[int, Candidate]] = {}
    for account, signal, since, after, until in questions:
        personal[account, signal, since, after, until] = {
            span.person_id: Candidate(signal, span.person_id, account, since=since, after=after, until=until)
            for span in spans.get(account, [])
        }
    every = [candidate for people in personal.values() for candidate in people.values()]
    found = find_hits(every, _name_ids(every))
    answers = {}
    for question, people in personal.items():
        account, signal = question[:2]
        met = {person: found[candidate] for person, candidate in people.items() if candidate in found}
        answers[question] = _quorum(signal, spans.get(account, []), met)
    asked = [(e.pk, key, c, answers.get((c.account_id, c.signal, c.since, c.after, c.until))) for e, key, c in quorums]
    # Somebody may come, or take the role, after the window: their event was in time, the quorum is not.
    return [(pk, key, hit) for pk, key, c, hit in asked if hit and (c.until is None or hit.at <= c.until)]


def _quorum(signal: EventSignal, seats: list[SeatSpan], met: dict[int, Found]) -> Found | None:
    if signal.by == "people":
        return when_people(seats, met, people=signal.people)
    return when_share(seats, met, role=signal.role, share=signal.share, at_least=signal.people)


def seat_spans(accounts: set[int]) -> dict[int, list[SeatSpan]]:
    """account id → everybody's presence there, with their roles over time."""
    seats = list(Seat.objects.filter(account__among=accounts))
    roles = seat_roles({seat.person_id for seat in seats})
    spans: dict[int, list[SeatSpan]] = {}
    for seat in seats:
        span = SeatSpan(seat.person_id, seat.since, seat.left_at, tuple(roles_of(roles, seat)))
        spans.setdefault(seat.account_id, []).append(span)
    return spans


def _name_ids(candidates: Iterable[Candidate]) -> dict[str, int]:
    names = {event_name(candidate.signal) for candidate in candidates}
    return dict(EventName.objects.filter(name__among=names).values_list("name", "id"))


def active_days(enrollments: list[Enrollment]) -> dict[int, tuple[datetime, ...]]:
    """The first fact of each local day with a fact of the person, since enrolled_at."""
    if not enrollments:
        return {}
    words = cairn_acts.words_of_cairn()
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    days: dict[int, tuple] = {}
    for enrollment in enrollments:
        facts = Event.objects.filter(person_id=enrollment.seat.person_id, occurred_at__gte=enrollment.enrolled_at)
        facts = facts.exclude(name_id__in=words)
        if enrollment.ended_at:
            facts = facts.filter(occurred_at__lte=enrollment.ended_at)
        first: dict = {}
        for at in facts.order_by("occurred_at").values_list("occurred_at", flat=True):
            first.setdefault(at.astimezone(zone).date(), at)
        days[enrollment.pk] = tuple(first.values())
    return days
