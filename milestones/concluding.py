"""From facts to conclusions: judge the signals, fold the enrollments, write progress, evidence and numbered transitions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F

from milestones import acts as cairn_acts
from milestones.climbing import Act, Found, Known, Standing, fold, reopenings, window_end
from milestones.criteria import EventSignal
from milestones.enrolling import roles_of, seat_roles
from milestones.evaluation import Candidate, event_name, find_hits
from milestones.models import Enrollment, Hit, Progress
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
    """What is new for one enrollment: the earliest new fact of each event name; `everything` judges all signals anew."""

    names: dict[str, datetime] = field(default_factory=dict)
    everything: bool = False


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
    enrollments = load(news)
    stored: dict[int, dict] = {pk: {} for pk in news}
    for hit in Hit.objects.filter(enrollment__in=news):
        stored[hit.enrollment_id][hit.rung, hit.epoch, hit.signal] = Found(hit.hit_at, tuple(hit.evidence))
    concluded = think(enrollments, news=news, stored=stored)
    broken = keep_promises(concluded, now=now)
    if broken:
        # The promise is a fact now: fold those again with it, so that replay says the same.
        again = {c.enrollment.pk: c for c in think([c.enrollment for c in concluded if c.enrollment.pk in broken])}
        concluded = [again.get(c.enrollment.pk, c) for c in concluded]
    changed = [c for c in concluded if news[c.enrollment.pk].everything or c.hits != stored[c.enrollment.pk]]
    _write_hits(changed, stored)
    _write_progress(changed, now=now, occasion=occasion)


def keep_promises(concluded: list[Concluded], *, now: datetime) -> set[int]:
    """Append `cairn:kept` for each announced rung that the fold no longer reaches; returns those enrollments' ids.

    A reopening takes a reach back on purpose, and a move to another version decides for itself what it carries.
    """
    announced = Progress.objects.filter(enrollment__in=[c.enrollment for c in concluded], told=Progress.State.REACHED)
    by_id = {c.enrollment.pk: c for c in concluded}
    broken = set()
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
        broken.add(row.enrollment_id)
    return broken


def _is_reopened(found: Concluded, row: Progress) -> bool:
    return any(at >= row.reached_at for at in reopenings(found.acts, row.key))


def load(ids: Iterable[int]) -> list[Enrollment]:
    return list(Enrollment.objects.filter(pk__in=ids).select_related("seat__person", "seat__account", "ladder"))


def think(
    enrollments: list[Enrollment], *, news: dict[int, News] | None = None, stored: dict | None = None
) -> list[Concluded]:
    """Judge and fold, writing nothing. Without `news` every signal is judged from the events alone."""
    workspace_id = current_workspace_id()
    rules = {v: version_rules(v, workspace_id) for v in {e.version_id for e in enrollments}}
    people = {e.seat.person_id for e in enrollments}
    all_acts = cairn_acts.read(people)
    acts = {e.pk: acts_of(all_acts, e) for e in enrollments}
    hits = _judge(enrollments, rules, acts, news, stored)
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
            roles=roles_of(roles, enrollment.seat),
            active_days=days.get(enrollment.pk, ()),
        )
        version = rules[enrollment.version_id]
        concluded.append(
            Concluded(enrollment, version, acts[enrollment.pk], hits[enrollment.pk], fold(version.rules, known))
        )
    return concluded


def acts_of(acts: dict, enrollment: Enrollment) -> list[Act]:
    """The acts about one enrollment: its ladder, its account or none named, and its own span of time."""
    seat = enrollment.seat
    return [
        act
        for ladder, account, act in acts.get(seat.person_id, [])
        if ladder == enrollment.ladder.key
        and account in (None, seat.account_id)
        and (enrollment.ordinal == 1 or act.at >= enrollment.enrolled_at)
        and (enrollment.ended_at is None or act.at <= enrollment.ended_at)
    ]


# --- judging signals ----------------------------------------------------------------------------


def _judge(enrollments, rules, acts, news, stored) -> dict[int, dict]:
    """enrollment id → (rung, epoch, signal) → Found, taking over what is stored where nothing new can change it."""
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
                candidate = _candidate(enrollment, rule, after, acts[enrollment.pk])
                if isinstance(rule.signal, EventSignal) and rule.signal.by in ("people", "role"):
                    quorums.append((enrollment, key, candidate))
                else:
                    asked.append((enrollment.pk, key, candidate))
    if not asked and not quorums:
        return hits
    found = find_hits([c for _, _, c in asked], _name_ids(c for _, _, c in asked)) if asked else {}
    for pk, key, candidate in asked:
        if candidate in found:
            hits[pk][key] = _signed(found[candidate], key[2])
    for pk, key, hit in _judge_quorums(quorums):
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
    return old is None or at < old.at or not plain


def _candidate(enrollment: Enrollment, rule: SignalRule, after: datetime | None, acts: list[Act]) -> Candidate:
    signal, seat = rule.signal, enrollment.seat
    since = enrollment.enrolled_at if enrollment.ordinal > 1 else None
    until = None
    if isinstance(signal, EventSignal):
        until = window_end(signal, enrollment.enrolled_at, acts, rule.rung)
        if until is not None:
            since = enrollment.enrolled_at
        if until is not None and after is not None and after < enrollment.enrolled_at:
            after = None
    elif after is not None:
        since = None
    of_account = (signal.by == "account") if isinstance(signal, EventSignal) else signal.of == "account"
    first_seen = seat.account.first_seen_at if of_account and seat.account else seat.person.first_seen_at
    return Candidate(
        signal,
        # Judged once for all people of an account, and once for all accounts of a person, where the answer is the same.
        None if of_account else seat.person_id,
        None if not of_account and not isinstance(signal, EventSignal) else seat.account_id,
        since=since,
        after=after,
        until=until,
        first_seen=first_seen,
    )


def _signed(found: Found, index: int) -> Found:
    """Evidence that says which signal it is for."""
    return Found(found.at, tuple({"signal": index, **said} for said in found.evidence))


def _judge_quorums(quorums: list) -> list[tuple[int, tuple, Found]]:
    """Quorums need every colleague's own hit; equal questions of one account are asked once."""
    accounts = {c.account_id for _, _, c in quorums if c.account_id}
    if not accounts:
        return []
    spans = _seat_spans(accounts)
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
    asked = [(e.pk, key, answers.get((c.account_id, c.signal, c.since, c.after, c.until))) for e, key, c in quorums]
    return [(pk, key, hit) for pk, key, hit in asked if hit]


def _quorum(signal: EventSignal, seats: list[SeatSpan], met: dict[int, Found]) -> Found | None:
    if signal.by == "people":
        return when_people(seats, met, people=signal.people)
    return when_share(seats, met, role=signal.role, share=signal.share, at_least=signal.people)


def _seat_spans(accounts: set[int]) -> dict[int, list[SeatSpan]]:
    seats = list(Seat.objects.filter(account__in=accounts))
    roles = seat_roles({seat.person_id for seat in seats})
    spans: dict[int, list[SeatSpan]] = {}
    for seat in seats:
        span = SeatSpan(seat.person_id, seat.since, seat.left_at, tuple(roles_of(roles, seat)))
        spans.setdefault(seat.account_id, []).append(span)
    return spans


def _name_ids(candidates: Iterable[Candidate]) -> dict[str, int]:
    names = {event_name(candidate.signal) for candidate in candidates}
    return dict(EventName.objects.filter(name__in=names).values_list("name", "id"))


def _active_days(enrollments: list[Enrollment]) -> dict[int, tuple[datetime, ...]]:
    """The first fact of each local day with a fact of the person, since enrolled_at."""
    if not enrollments:
        return {}
    zone = Workspace.objects.get(pk=current_workspace_id()).zone
    days: dict[int, tuple] = {}
    for enrollment in enrollments:
        facts = Event.objects.filter(person_id=enrollment.seat.person_id, occurred_at__gte=enrollment.enrolled_at)
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
    Hit.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["workspace", "enrollment", "rung", "epoch", "signal"],
        update_fields=["hit_at", "evidence"],
    )
    for pk, (rung, epoch, signal) in gone:
        Hit.objects.filter(enrollment=pk, rung=rung, epoch=epoch, signal=signal).delete()


FOLDED = ("on_track", "opened_at", "due_at", "missed_at", "reached_at", "skipped_at", "how", "by")


def _write_progress(changed: list[Concluded], *, now: datetime, occasion: str) -> None:
    present: dict[int, dict[str, Progress]] = {c.enrollment.pk: {} for c in changed}
    for row in Progress.objects.filter(enrollment__in=list(present)):
        present[row.enrollment_id][row.key] = row
    fresh, moved, changes, revised = [], [], [], []
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
            (fresh if is_new else moved).append(row)
        orphans = [row.pk for key, row in rows.items() if key not in concluded.standings]
        if orphans:
            Progress.objects.filter(pk__in=orphans).delete()
        if touched:
            revised.append(concluded)
    Progress.objects.bulk_create(fresh)
    Progress.objects.bulk_update(
        moved, [*FOLDED, "rung", "evidence", "decided_at", "told", "overdue_told", "missed_told"]
    )
    _revise(revised, now)
    announce(changes, now=now)


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
    for concluded in revised:
        moments = [
            at
            for standing in concluded.standings.values()
            if standing.reached_at is None and standing.skipped_at is None
            for at in (standing.opened_at, standing.due_at, standing.missed_at)
            if at is not None and at > now
        ]
        Enrollment.objects.filter(pk=concluded.enrollment.pk).update(
            next_change_at=min(moments, default=None), revision=F("revision") + 1
        )


def sweep(ids: Iterable[int], *, now: datetime) -> None:
    """Write the transitions of moments that have come to pass, and nothing else: the fold is not asked again."""
    for enrollment in load(ids):
        rows = list(Progress.objects.filter(enrollment=enrollment))
        changes = [change for row in rows for change in _changes(enrollment, row, now, "live")]
        Progress.objects.bulk_update(rows, ["told", "overdue_told", "missed_told"])
        ahead = [
            at
            for row in rows
            if row.state(now) in ("open", "locked")
            for at in (row.opened_at, row.due_shown, row.missed_at)
            if at is not None and at > now
        ]
        Enrollment.objects.filter(pk=enrollment.pk).update(
            next_change_at=min(ahead, default=None), revision=F("revision") + 1
        )
        announce(changes, now=now)
