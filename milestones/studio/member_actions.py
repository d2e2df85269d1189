"""What a member does about somebody's progress: written as a fact, drained at once if the workspace is free, audited.

Each verb answers True when the effect already shows, False when it is saved and will show in a moment. What is not possible
raises ActionRefusedError with the reason.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import QuerySet

from milestones import acts
from milestones.checklist.actions import ActionRefusedError, answer
from milestones.checklist.actions import confirm as confirm_rung
from milestones.checklist.actions import congratulate as note_congratulation
from milestones.checklist.links import make_link
from milestones.climbing import Act, Known, fold, reopenings
from milestones.concluding import think
from milestones.criteria import TraitSignal
from milestones.draining import drain_here
from milestones.evaluation import Candidate, find_hits
from milestones.models import Enrollment, Ladder, Progress
from milestones.onto_ladders import refuse_unless_open, takes_once
from milestones.rules import version_rules
from milestones.signals_in_sql import event_name
from milestones.studio.person_climb import paused_since
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, EventName, Seat

MOST_AT_ONCE = 500


def confirm(enrollment: Enrollment, key: str, *, member: Member, note: str = "") -> bool:
    """A manager's word reaches any rung."""
    _refuse_if_over(enrollment)
    shows = confirm_rung(enrollment, key, by="manager", actor=str(member.user), note=note)
    _record(member, "confirmed a rung", enrollment, rung=key, note=note)
    return shows


def skip(enrollment: Enrollment, key: str, *, member: Member, note: str = "") -> bool:
    """Take a rung off the person's way; it no longer counts."""
    row = _row(enrollment, key)
    if row.reached_at is not None:
        raise ActionRefusedError("This rung is reached already, and reached counts for more than skipped.")
    if row.skipped_at is not None:
        return True
    return _act("skipped", "skipped a rung", enrollment, member=member, rung=key, note=note)


def reopen(enrollment: Enrollment, key: str, *, member: Member, reason: str) -> bool:
    """Start a rung again from now: what happened before no longer counts for it."""
    row = _row(enrollment, key)
    if row.reached_at is None and row.skipped_at is None:
        raise ActionRefusedError("This rung is open already.")
    if _is_reached_at_once(enrollment, key, clock.now()):
        raise ActionRefusedError(
            "It would be reached again at once: what its rule asks for still holds, whatever happens from now on."
        )
    return _act("reopened", "reopened a rung", enrollment, member=member, rung=key, note=reason)


def extend(enrollment: Enrollment, key: str, *, member: Member, until: date, zone) -> bool:
    """Give until the end of a day in the workspace's zone; a window counted from enrollment closes no earlier either."""
    row, end = _row(enrollment, key), datetime.combine(until, time(23, 59, 59), tzinfo=zone)
    if row.reached_at is not None or row.skipped_at is not None:
        raise ActionRefusedError("This rung is done; there is nothing to extend.")
    if end <= clock.now():
        raise ActionRefusedError("That day is over. Choose a day that is still to come.")
    if row.due_shown is not None and end <= row.due_shown:
        raise ActionRefusedError(f"It is due on {row.due_shown.astimezone(zone):%-d %B} anyway. Choose a later day.")
    return _act("extended", "extended a rung", enrollment, member=member, rung=key, moment=end)


def answer_help(enrollment: Enrollment, key: str, *, member: Member, note: str = "") -> bool:
    """Note that a call for help has been answered."""
    shows = answer(enrollment, key, actor=str(member.user), note=note)
    _record(member, "answered a call for help", enrollment, rung=key, note=note)
    return shows


def congratulate(enrollment: Enrollment, key: str, *, member: Member) -> bool:
    """Note that somebody of the team has congratulated a person."""
    shows = note_congratulation(enrollment, key, actor=str(member.user))
    _record(member, "congratulated somebody", enrollment, rung=key)
    return shows


def pause(enrollment: Enrollment, *, member: Member, note: str = "") -> bool:
    """Stop the clock: due dates wait until the enrollment is resumed."""
    if paused_since(enrollment):
        return True
    return _act("paused", "paused an enrollment", enrollment, member=member, note=note)


def resume(enrollment: Enrollment, *, member: Member) -> bool:
    """Let the clock run again; due dates move by the length of the pause."""
    if not paused_since(enrollment):
        return True
    return _act("resumed", "resumed an enrollment", enrollment, member=member)


def enroll(seat: Seat, ladder: Ladder, *, member: Member, note: str = "") -> bool:
    """Put somebody on a ladder by hand, from now on; once they have been on it before, they begin anew."""
    refuse_unless_open(ladder, seat)
    if seat.person.external_id is None:
        raise ActionRefusedError(
            "Only an anonymous id is known of this person. They can be enrolled once your product identifies them."
        )
    if seat.left_at is not None:
        raise ActionRefusedError("This person has left the account.")
    if Enrollment.objects.filter(seat=seat, ladder=ladder, ended_at=None).exists():
        raise ActionRefusedError(f"{seat.person} is on this ladder already.")
    acts.write(verb="enrolled", seat=seat, ladder=ladder.key, by="manager", actor=str(member.user), note=note)
    detail = {"ladder": ladder.key, "note": note}
    record(member=member, verb="enrolled a person", subject=str(seat.person), detail=detail)
    return drain_here()


def enroll_account(
    account: Account, ladder: Ladder, *, member: Member, note: str = "", at_once: bool = True
) -> tuple[int, bool]:
    """Put everybody of an account who is not on the ladder yet on it; (how many, whether it shows already).

    `at_once` False leaves it to the worker: of many accounts, nothing else would be drained meanwhile.
    """
    if ladder.live_id is None:
        raise ActionRefusedError("This ladder is not published yet.")
    on_it = _on_it(ladder).values("seat")
    seats = Seat.objects.filter(account=account, left_at=None, person__external_id__isnull=False).exclude(pk__in=on_it)
    waiting = list(seats.select_related("person", "account")[:MOST_AT_ONCE])
    if not waiting:
        raise ActionRefusedError("Everybody of this account is on this ladder already.")
    said = {"by": "manager", "actor": str(member.user), "note": note}
    acts.write_many(verb="enrolled", ladder=ladder.key, said=[(seat, said) for seat in waiting])
    detail = {"ladder": ladder.key, "people": len(waiting), "note": note}
    record(member=member, verb="enrolled an account", subject=str(account), detail=detail)
    return len(waiting), at_once and drain_here()


@dataclass(frozen=True)
class Listed:
    """What became of a list of external ids."""

    put_on: int
    already: list[str]
    unknown: list[str]
    shows: bool


def enroll_listed(ladder: Ladder, external_ids: list[str], *, member: Member, note: str = "") -> Listed:
    """Put the people of a list on a ladder, each with the seat they took last."""
    if ladder.live_id is None:
        raise ActionRefusedError("This ladder is not published yet.")
    wanted = list(dict.fromkeys(external_ids))
    seats = Seat.objects.filter(person__external_id__in=wanted, left_at=None).select_related("person", "account")
    latest = {seat.person.external_id: seat for seat in seats.order_by("since", "pk")}
    on_it = set(_on_it(ladder).filter(seat__in=latest.values()).values_list("seat", flat=True))
    already = [each for each in wanted if each in latest and latest[each].pk in on_it]
    fresh = [latest[each] for each in wanted if each in latest and latest[each].pk not in on_it]
    shows = enroll_seats(ladder, fresh, member=member, note=note)
    return Listed(len(fresh), already, [each for each in wanted if each not in latest], shows)


def enroll_seats(ladder: Ladder, seats: list[Seat], *, member: Member, note: str) -> bool:
    """Put several on a ladder; `ladder` is published, and none of them is on it."""
    if not seats:
        return True
    said = {"by": "manager", "actor": str(member.user), "note": note}
    acts.write_many(verb="enrolled", ladder=ladder.key, said=[(seat, said) for seat in seats])
    detail = {"people": len(seats), "note": note}
    record(member=member, verb="enrolled a list of people", subject=ladder.name, detail=detail)
    return drain_here()


def may_be_put_on(ladder: Ladder, seats: QuerySet[Seat], *, each: bool) -> QuerySet[Seat]:
    """Those of these seats that may be put on the ladder: of each person the one they took last, or `each` of them.

    Left out is who is on the ladder, or was where it takes people once.
    """
    on_it = _on_it(ladder)
    if each:
        return seats.exclude(pk__in=on_it.values("seat")).order_by("person", "pk")
    free = seats.exclude(person__in=on_it.values("seat__person"))
    return free.order_by("person", "-since", "-pk").distinct("person")


def _on_it(ladder: Ladder):
    """The enrollments because of which somebody is not put on a ladder now: those under way, or all where it takes people once."""
    own = Enrollment.objects.filter(ladder=ladder)
    return own if takes_once(ladder) else own.filter(ended_at=None)


def unenroll(enrollment: Enrollment, *, member: Member, reason: str) -> bool:
    """Take somebody off a ladder. What they have reached stays on record; nothing counts from here on."""
    return _act("unenrolled", "took a person off a ladder", enrollment, member=member, note=reason)


def set_track(enrollment: Enrollment, *, member: Member, role: str, note: str = "") -> bool:
    """Let somebody climb another role's track, until the product says another role."""
    return _act("track_set", "changed a track", enrollment, member=member, role=role, note=note)


def link(enrollment: Enrollment, *, member: Member) -> str:
    """A new token for the person's hosted checklist; it is shown once."""
    _refuse_if_over(enrollment)
    token = make_link(enrollment)
    _record(member, "copied a checklist link", enrollment)
    return token


def _refuse_if_over(enrollment: Enrollment) -> None:
    if enrollment.ended_at is not None:
        raise ActionRefusedError("This enrollment has ended; nothing about it can change any more.")


def _row(enrollment: Enrollment, key: str) -> Progress:
    _refuse_if_over(enrollment)
    row = Progress.objects.select_related("rung").filter(enrollment=enrollment, key=key).first()
    if row is None:
        raise ActionRefusedError("There is no such rung on this ladder.")
    return row


def _act(fact: str, verb: str, enrollment: Enrollment, *, member: Member, **said) -> bool:
    _refuse_if_over(enrollment)
    actor = str(member.user)
    acts.write(verb=fact, seat=enrollment.seat, ladder=enrollment.ladder.key, by="manager", actor=actor, **said)
    _record(member, verb, enrollment, **{key: str(value) for key, value in said.items() if value})
    return drain_here()


def _record(member: Member, verb: str, enrollment: Enrollment, **detail) -> None:
    detail = {"ladder": enrollment.ladder.key, "enrollment": enrollment.pk, **detail}
    record(member=member, verb=verb, subject=str(enrollment.seat.person), detail=detail)


def _is_reached_at_once(enrollment: Enrollment, key: str, at: datetime) -> bool:
    """Fold with the reopening added: no event can lie after it yet, so only traits and other rungs can still hold."""
    [concluded] = think([enrollment])
    reopened = [*concluded.acts, Act(at=at, verb="reopened", rung=key)]
    epoch = len(reopenings(reopened, key))
    traits = {
        (key, epoch, rule.index): _candidate(enrollment, rule.signal, at)
        for rule in version_rules(enrollment.version_id, current_workspace_id()).signals
        if rule.rung == key and isinstance(rule.signal, TraitSignal)
    }
    names = {event_name(candidate.signal) for candidate in traits.values()}
    found = (
        find_hits(list(traits.values()), dict(EventName.objects.filter(name__in=names).values_list("name", "id")))
        if traits
        else {}
    )
    hits = {place: found[candidate] for place, candidate in traits.items() if candidate in found}
    # Roles and days of activity decide what opens when, not whether a rung is reached.
    known = Known(enrolled_at=enrollment.enrolled_at, hits={**concluded.hits, **hits}, acts=reopened)
    return fold(concluded.rules.rules, known)[key].reached_at is not None


def _candidate(enrollment: Enrollment, signal: TraitSignal, at: datetime) -> Candidate:
    seat = enrollment.seat
    if signal.of == "account":
        first_seen = seat.account.first_seen_at if seat.account else seat.person.first_seen_at
        return Candidate(signal, None, seat.account_id, after=at, first_seen=first_seen)
    return Candidate(signal, seat.person_id, None, after=at, first_seen=seat.person.first_seen_at)
