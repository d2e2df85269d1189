"""From facts to conclusions: judge the signals, fold the enrollments, write progress, evidence and numbered transitions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F

from milestones import acts as cairn_acts
from milestones.climbing import Act, Found, Known, Standing, fold, reopenings, window_end
from milestones.criteria import EventSignal
from milestones.enrolling import roles_of, seat_roles
from milestones.evaluation import Candidate, event_name, find_hits
from milestones.models import Enrollment, Hit, Progress
from milestones.next_ladders import start_next
from milestones.progress_rows import revise, write_hits, write_progress
from milestones.quorum import SeatSpan, when_people, when_share
from milestones.rules import SignalRule, VersionRules, version_rules
from milestones.transitions import Change, announce
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Event, EventName, Seat

AT_A_TIME = 500
MONOTONE = ("person", "account")


@dataclass
class News:
    """What is new for one enrollment: the earliest new fact of each event name; `everything` judges all signals anew,
    `refold` folds again though no hit has moved.
    """

    names: dict[str, datetime] = field(default_factory=dict)
    everything: bool = False
    refold: bool = False


@dataclass
class Concluded:
    """What concluding found for one enrollment, before it is written."""

    enrollment: Enrollment
    rules: VersionRules
    acts: list[Act]
    hits: dict[tuple[str, int, int], Found]
    standings: dict[str, Standing]


def conclude(news: dict[int, News], *, now: datetime, occasion: str) -> None:
    """Bring the progress of these enrollments (id → what is new) up to date."""
    ids = sorted(news)
    for start in range(0, len(ids), AT_A_TIME):
        _conclude_some({pk: news[pk] for pk in ids[start : start + AT_A_TIME]}, now=now, occasion=occasion)


def _conclude_some(news: dict[int, News], *, now: datetime, occasion: str) -> None:
    whole = {pk for pk, each in news.items() if each.everything or each.refold}
    moved, nearer = find_moved({pk: each for pk, each in news.items() if pk not in whole})
    if nearer:
        # No hit has moved, but '2 of 3 so far' has.
        Enrollment.objects.filter(pk__among=nearer).update(revision=F("revision") + 1)
    news = {pk: news[pk] for pk in whole | moved}
    if not news:
        return
    enrollments = load(news)
    stored: dict[int, dict] = {pk: {} for pk in news}
    for hit in Hit.objects.filter(enrollment__among=list(news)):
        stored[hit.enrollment_id][hit.rung, hit.epoch, hit.signal] = Found(hit.hit_at, tuple(hit.evidence))
    concluded = think(enrollments, news=news, stored=stored)
    told = keep_promises(concluded, now=now)
    if told:
        # The promise is a fact now: fold with it what it concerns, so that replay says the same.
        again = {c.enrollment.pk: c for c in think([c.enrollment for c in concluded if c.enrollment.pk in told])}
        concluded = [again.get(c.enrollment.pk, c) for c in concluded]
    _write_hits(concluded, stored)
    revised = _write_progress(concluded, news, now=now, occasion=occasion)
    # What colleagues have done shows on a team step also before it is reached.
    together = {each.enrollment.pk for each in concluded if any(map(_is_quorum, each.rules.signals))}
    if together - revised:
        Enrollment.objects.filter(pk__among=together - revised).update(revision=F("revision") + 1)
    start_next((each.enrollment, each.standings) for each in concluded)
    _conclude_some({pk: News(refold=True) for pk in told - news.keys()}, now=now, occasion=occasion)


def _is_quorum(rule: SignalRule) -> bool:
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
            if _is_quorum(rule) or at == old:
                moved.add(pk)  # facts of one instant are told apart by their ids: look at the whole
                break
            if old is None or at < old:
                candidate = make_candidate(rule.signal, climber)
                asked.append((pk, old, candidate))
    found = find_hits([c for _, _, c in asked], _name_ids(c for _, _, c in asked)) if asked else {}
    moved |= {pk for pk, old, candidate in asked if candidate in found and (old is None or found[candidate].at < old)}
    nearer = {pk for pk, _, candidate in asked if getattr(candidate.signal, "threshold", 1) > 1}
    return moved, nearer - moved


def keep_promises(concluded: list[Concluded], *, now: datetime) -> set[int]:
    """Append `cairn:kept` for each announced rung that the fold no longer reaches; returns the ids of the enrollments that
    these facts may concern: all of that person on that ladder, for the moment that was announced may lie in another by now.

    A reopening takes a reach back on purpose, and a move to another version decides for itself what it carries.
    """
    announced = Progress.objects.filter(
        enrollment__among=[c.enrollment for c in concluded], told=Progress.State.REACHED
    )
    by_id = {c.enrollment.pk: c for c in concluded}
    seats: dict[int, set[int]] = {}
    for row in announced:
        found = by_id[row.enrollment_id]
        standing = found.standings.get(row.key)
        same_rung = row.rung_id == found.rules.rung_ids.get(row.key)
        if standing is None or standing.reached_at is not None or not same_rung or _is_reopened(found, row):
            continue
        cairn_acts.append_now(
            verb="kept",
            seat=found.enrollment.seat,
            ladder=found.rules.ladder_key,
            at=now,
            rung=row.key,
            moment=row.reached_at,
        )
        seats.setdefault(found.enrollment.ladder_id, set()).add(found.enrollment.seat_id)
    return {
        pk
        for ladder, mine in seats.items()
        for pk in Enrollment.objects.filter(ladder=ladder, seat__among=mine).values_list("pk", flat=True)
    }


def _is_reopened(found: Concluded, row: Progress) -> bool:
    return any(at >= row.reached_at for at in reopenings(found.acts, row.key))


def load(ids: Iterable[int]) -> list[Enrollment]:
    return list(Enrollment.objects.filter(pk__among=ids).select_related("seat__person", "seat__account", "ladder"))


def think(
    enrollments: list[Enrollment],
    *,
    news: dict[int, News] | None = None,
    stored: dict | None = None,
    trial: VersionRules | None = None,
    moves: Mapping[int, Act] | None = None,
) -> list[Concluded]:
    """Judge and fold, writing nothing. Without `news` every signal is judged from the events alone.

    With `trial` everybody is judged by those rules instead of their version's; `moves` are acts to add, by enrollment id.
    """
    workspace_id = current_workspace_id()
    rules = {v: trial or version_rules(v, workspace_id) for v in {e.version_id for e in enrollments}}
    people = {e.seat.person_id for e in enrollments}
    all_acts = cairn_acts.read(people)
    acts = {e.pk: acts_of(all_acts, e) for e in enrollments}
    for pk, act in (moves or {}).items():
        acts[pk].append(act)
    hits = judge(enrollments, rules, acts, news, stored)
    roles = seat_roles(
        {e.seat.person_id for e in enrollments if any(r.tracks for r in rules[e.version_id].rules.rungs)}
    )
    days = _active_days([e for e in enrollments if rules[e.version_id].rules.per_day])
    concluded = []
    for enrollment in enrollments:
        known = Known(
            enrolled_at=enrollment.enrolled_at,
            hits=hits[enrollment.pk],
            acts=acts[enrollment.pk],
            roles=[(at, role) for at, role in roles_of(roles, enrollment.seat) if _is_before_end(enrollment, at)],
            active_days=days.get(enrollment.pk, ()),
        )
        version = rules[enrollment.version_id]
        concluded.append(
            Concluded(enrollment, version, acts[enrollment.pk], hits[enrollment.pk], fold(version.rules, known))
        )
    return concluded


def _is_before_end(enrollment: Enrollment, at: datetime) -> bool:
    return enrollment.ended_at is None or at <= enrollment.ended_at


def acts_of(acts: dict, enrollment: Enrollment) -> list[Act]:
    """The acts about one enrollment: its ladder, its account or none named, and its own span of time.

    A promise belongs where its moment lies, though it is written down later: perhaps when the enrollment is long over.
    """
    seat, mine = enrollment.seat, []
    for ladder, account, act in acts.get(seat.person_id, []):
        at = act.moment if act.verb in cairn_acts.WORDS else act.at
        if (
            ladder == enrollment.ladder.key
            and account in (None, seat.account_id)
            and (at >= enrollment.enrolled_at or (enrollment.ordinal == 1 and act.verb != "moved_to_version"))
            and _is_before_end(enrollment, at)
        ):
            mine.append(act)
    return mine


# --- judging signals ----------------------------------------------------------------------------


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


def _active_days(enrollments: list[Enrollment]) -> dict[int, tuple[datetime, ...]]:
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


# --- writing --------------------------------------------------------------------------------------


def _write_hits(changed: list[Concluded], stored: dict) -> None:
    fresh, gone = [], []
    for concluded in changed:
        pk = concluded.enrollment.pk
        for key, found in concluded.hits.items():
            if stored[pk].get(key) != found:
                rung, epoch, signal = key
                own = {
                    "workspace_id": current_workspace_id(),
                    "enrollment_id": pk,
                    "rung": rung,
                    "epoch": epoch,
                    "signal": signal,
                }
                fresh.append(Hit(**own, hit_at=found.at, evidence=list(found.evidence)))
        gone += [(pk, key) for key in stored[pk] if key not in concluded.hits]
    write_hits(fresh)
    for pk, (rung, epoch, signal) in gone:
        Hit.objects.filter(enrollment=pk, rung=rung, epoch=epoch, signal=signal).delete()


FOLDED = ("on_track", "opened_at", "due_at", "missed_at", "reached_at", "skipped_at", "how", "by")


def _write_progress(changed: list[Concluded], news: dict[int, News], *, now: datetime, occasion: str) -> set[int]:
    """Write what differs; returns the ids of the enrollments that were revised."""
    present: dict[int, dict[str, Progress]] = {c.enrollment.pk: {} for c in changed}
    for row in Progress.objects.filter(enrollment__among=list(present)):
        present[row.enrollment_id][row.key] = row
    written, changes, revised = [], [], []
    for concluded in changed:
        rows, touched = present[concluded.enrollment.pk], False
        for key, standing in concluded.standings.items():
            row = rows.get(key)
            is_new = row is None
            if is_new:
                own = {"workspace_id": current_workspace_id(), "enrollment": concluded.enrollment, "key": key}
                row = Progress(**own, rung_id=concluded.rules.rung_ids[key])
            if not lay(row, standing, concluded.rules.rung_ids[key], now) and not is_new:
                continue
            touched = True
            changes += _changes(concluded.enrollment, row, now, occasion)
            written.append(row)
        orphans = [row.pk for key, row in rows.items() if key not in concluded.standings]
        if orphans:
            Progress.objects.filter(pk__among=orphans).delete()
        if touched or news[concluded.enrollment.pk].everything:
            revised.append(concluded)
    write_progress(written)
    _revise(revised, now)
    announce(changes, now=now)
    return {each.enrollment.pk for each in revised}


def lay(row: Progress, standing: Standing, rung_id: int, now: datetime) -> bool:
    """Lay a standing over its row; True when anything changed."""
    evidence = list(standing.evidence)
    same = (
        row.rung_id == rung_id
        and row.evidence == evidence
        and all(getattr(row, f) == getattr(standing, f) for f in FOLDED)
    )
    if same:
        return False
    if row.reached_at != standing.reached_at:
        row.decided_at = now if standing.reached_at else None
    for name in FOLDED:
        setattr(row, name, getattr(standing, name))
    row.rung_id, row.evidence = rung_id, evidence
    return True


def _changes(enrollment: Enrollment, row: Progress, now: datetime, occasion: str) -> list[Change]:
    """What has come to pass and was not yet announced; notes on the row that it now is."""
    state, changes = row.state(now), []
    if state != row.told:
        verb = {"open": "opened", "locked": "locked"}.get(state, state)
        if row.told in ("reached", "skipped") and state in ("open", "locked"):
            verb = "reopened"
        at = {"reached": row.reached_at, "skipped": row.skipped_at}.get(state, row.opened_at)
        changes.append(Change(enrollment, row.key, verb, at, _occasion(at, now, occasion)))
        row.told = state
    overdue = row.is_overdue(now)
    if overdue != row.overdue_told:
        if overdue:
            changes.append(
                Change(enrollment, row.key, "overdue", row.due_shown, _occasion(row.due_shown, now, occasion))
            )
        row.overdue_told = overdue
    missed = row.missed_at is not None and row.missed_at <= now and state in ("open", "locked")
    if missed != row.missed_told:
        if missed:
            changes.append(
                Change(enrollment, row.key, "missed", row.missed_at, _occasion(row.missed_at, now, occasion))
            )
        row.missed_told = missed
    return changes


def _occasion(at: datetime | None, now: datetime, occasion: str) -> str:
    return "late" if occasion == "live" and at is not None and now - at > timedelta(hours=24) else occasion


def _revise(revised: list[Concluded], now: datetime) -> None:
    """Note the next moment at which each answer may change by time alone, and that it has changed now."""
    revise({c.enrollment.pk: _next_change(c.standings.values(), now) for c in revised})


def _next_change(places: Iterable, now: datetime) -> datetime | None:
    """The next moment ahead at which a rung that is not done opens, is due or closes."""
    return min(
        (
            at
            for place in places
            if place.reached_at is None and place.skipped_at is None
            for at in (place.opened_at, place.due_at, place.missed_at)
            if at is not None and at > now
        ),
        default=None,
    )


def sweep(ids: Iterable[int], *, now: datetime) -> None:
    """Write the transitions of moments that have come to pass, and nothing else: the fold is not asked again."""
    rows: dict[int, list[Progress]] = {}
    for row in Progress.objects.filter(enrollment__among=list(ids)):
        rows.setdefault(row.enrollment_id, []).append(row)
    changes, next_changes = [], {}
    for enrollment in load(ids):
        mine = rows.get(enrollment.pk, [])
        changes += [change for row in mine for change in _changes(enrollment, row, now, "live")]
        next_changes[enrollment.pk] = _next_change(mine, now)
    write_progress([row for mine in rows.values() for row in mine])
    revise(next_changes)
    announce(changes, now=now)
