"""From facts to conclusions: judge the signals, fold the enrollments, keep what was promised, write it down."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from milestones import acts as cairn_acts
from milestones.climbing import Act, Found, Known, fold, reopenings
from milestones.enrolling import roles_of, seat_roles
from milestones.judging import News, active_days, find_moved, is_quorum, judge, load
from milestones.models import Enrollment, Hit, Progress
from milestones.next_ladders import start_next
from milestones.recording import Concluded, record_hits, record_progress
from milestones.rules import VersionRules, version_rules
from onboarding.tenancy.scope import current_workspace_id

AT_A_TIME = 500


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
    record_hits(concluded, stored)
    revised = record_progress(concluded, news, now=now, occasion=occasion)
    # What colleagues have done shows on a team step also before it is reached.
    together = {each.enrollment.pk for each in concluded if any(map(is_quorum, each.rules.signals))}
    if together - revised:
        Enrollment.objects.filter(pk__among=together - revised).update(revision=F("revision") + 1)
    start_next((each.enrollment, each.standings) for each in concluded)
    _conclude_some({pk: News(refold=True) for pk in told - news.keys()}, now=now, occasion=occasion)


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
    days = active_days([e for e in enrollments if rules[e.version_id].rules.per_day])
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
