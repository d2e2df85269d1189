"""How things stand for deliveries that are due: everything that deciding reads, a few questions for a thousand of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from milestones.languages import zone_for
from milestones.models import Enrollment, Progress, Rating, UsualTime
from milestones.segments import people_of
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Channel, Delivery, Nudge, Preference, Undeliverable
from playbooks.nudging.deciding import DAY, HOUR, WEEK, Case, Spent, monday_after
from playbooks.nudging.triggers import Held, Stand, held

Trigger = Nudge.Trigger
State = Delivery.State
ATTENTION = {
    Channel.IN_APP,
    Channel.EMAIL,
    Channel.WEBHOOK,
    Channel.SESSION,
}  # what asks for the person's attention; the rest goes to the team
UNDER_WAY = timedelta(minutes=10)  # at most, between claimed and sent
OF_THE_LADDER = {Trigger.FINISHED, Trigger.INACTIVE, Trigger.WEEKLY}  # of no step
A_TURN = 1_000  # deliveries are decided at once
LOOKED = ("seat__person", "seat__account", "ladder")


@dataclass(frozen=True)
class Known:
    """What was read for some deliveries at once, by the keys that they are looked up by."""

    workspace: Workspace
    nudges: dict[int, Nudge]
    enrollments: dict[int, Enrollment]
    progress: dict[tuple[int, str], Progress]
    ends: dict[int, list[datetime | None]]  # of an enrollment: when each step of its track was reached, or left out
    reached: dict[int, list[datetime]]
    usual: dict[tuple[int, str, str], float]
    preferences: dict[int, Preference]
    undeliverable: dict[str, str]
    segments: dict[int, frozenset[int]]
    ratings: dict[tuple[int, str, int], Rating]


def know(deliveries: Sequence[Delivery]) -> Known:
    nudges = Nudge.objects.filter(pk__in={each.nudge_id for each in deliveries})
    nudges = {each.pk: each for each in nudges.select_related("template", "segment", "ladder")}
    wanted = {each.enrollment_id for each in deliveries}
    rows = Enrollment.objects.filter(pk__among=wanted).select_related(*LOOKED)
    enrollments = {each.pk: each for each in rows}
    people = {each.seat.person_id for each in enrollments.values()}
    emails = {each.seat.person.email.lower() for each in enrollments.values()} - {""}
    return Known(
        workspace=Workspace.objects.get(pk=current_workspace_id()),
        nudges=nudges,
        enrollments=enrollments,
        progress=_progress(deliveries),
        **_steps({each.enrollment_id for each in deliveries if not each.rung}),
        usual=_usual({each.ladder_id for each in nudges.values()}),
        preferences={each.person_id: each for each in Preference.objects.filter(person_id__among=people)},
        undeliverable=dict(Undeliverable.objects.filter(email__in=emails).values_list("email", "why")),
        segments=_segments(nudges, people),
        ratings=_ratings(nudges, people),
    )


def _progress(deliveries: Sequence[Delivery]) -> dict[tuple[int, str], Progress]:
    about = [each for each in deliveries if each.rung]
    if not about:
        return {}
    rows = Progress.objects.filter(
        enrollment_id__among={each.enrollment_id for each in about}, key__in={each.rung for each in about}
    )
    return {(row.enrollment_id, row.key): row for row in rows}


def _steps(enrollments: set[int]) -> dict[str, dict[int, list]]:
    """`ends` and `reached` of Known."""
    ends: dict[int, list] = defaultdict(list)
    reached: dict[int, list] = defaultdict(list)
    if enrollments:
        rows = Progress.objects.filter(enrollment_id__among=enrollments, on_track=True)
        for enrollment, at, skipped in rows.values_list("enrollment_id", "reached_at", "skipped_at"):
            ends[enrollment].append(at or skipped)
            reached[enrollment] += [at] if at else []
    return {"ends": ends, "reached": reached}


def _usual(ladders: set[int]) -> dict[tuple[int, str, str], float]:
    """(ladder, rung, role) → in how many days nine of ten who do it have done it."""
    rows = UsualTime.objects.filter(ladder__in=ladders, high__isnull=False)
    return {(row.ladder_id, row.rung, row.role): row.high for row in rows}


def _segments(nudges: dict[int, Nudge], people: set[int]) -> dict[int, frozenset[int]]:
    segments = {each.segment_id: each.segment for each in nudges.values() if each.segment_id}
    return {
        pk: frozenset(people_of(segment).filter(pk__among=people).values_list("pk", flat=True))
        for pk, segment in segments.items()
    }


def _ratings(nudges: dict[int, Nudge], people: set[int]) -> dict[tuple[int, str, int], Rating]:
    ladders = {each.ladder_id for each in nudges.values() if each.trigger == Trigger.LOW_RATING}
    if not ladders:
        return {}
    rows = Rating.objects.filter(ladder__in=ladders, person_id__among=people)
    return {(row.ladder_id, row.rung, row.person_id): row for row in rows}


def case_of(each: Delivery, known: Known, *, now: datetime) -> Case:
    """The delivery as things stand."""
    nudge, enrollment = known.nudges[each.nudge_id], known.enrollments.get(each.enrollment_id)
    over = _is_over(each, nudge, enrollment, known)
    if over:
        return Case(None, known.workspace.zone, over=over)
    person = enrollment.seat.person
    stands = _held(each, nudge, enrollment, known, now)
    if stands.since and stands.since <= now and not _is_meant(nudge, enrollment, known):
        stands = Held(over="not_meant")  # asked when it holds: until then somebody may become one of those
    preference = known.preferences.get(person.pk)
    return Case(
        due=stands.since,
        zone=zone_for(known.workspace, person.traits),
        over=stands.over,
        kept="" if nudge.is_on else "switched_off",
        barred=_barred(each.channel, person.email, preference, known),
        paused_until=preference.paused_until if preference else None,
        hour=nudge.hour,
        patience=timedelta(days=nudge.patience),
        planned_at=each.planned_at,
        is_for_person=each.channel in ATTENTION,
    )


def _is_over(each: Delivery, nudge: Nudge, enrollment: Enrollment | None, known: Known) -> str:
    """Why nobody wants it any more, whatever its trigger says; "" where somebody may."""
    if nudge.archived_at:
        return "removed"
    if enrollment is None or enrollment.ended_at is not None or enrollment.seat.left_at is not None:
        return "gone"
    if enrollment.ladder_id != nudge.ladder_id or (each.rung and nudge.rung not in ("", each.rung)):
        return "changed"
    if bool(each.rung) == (nudge.trigger in OF_THE_LADDER):
        return "changed"  # it was about a step and is about the whole ladder by now, or the other way round
    if each.rung:
        row = known.progress.get((each.enrollment_id, each.rung))
        if row is None or not row.on_track:
            return "off_track"
    return ""


def _is_meant(nudge: Nudge, enrollment: Enrollment, known: Known) -> bool:
    if nudge.roles and enrollment.seat.role not in nudge.roles:
        return False
    return not nudge.segment_id or enrollment.seat.person_id in known.segments[nudge.segment_id]


def _held(each: Delivery, nudge: Nudge, enrollment: Enrollment, known: Known, now: datetime) -> Held:
    row = known.progress.get((each.enrollment_id, each.rung))
    seat = enrollment.seat
    usual = (known.usual.get((enrollment.ladder_id, each.rung, role)) for role in (seat.role, ""))
    rating = known.ratings.get((enrollment.ladder_id, each.rung, seat.person_id))
    ends = known.ends.get(each.enrollment_id, [])
    zone = zone_for(known.workspace, seat.person.traits)
    stand = Stand(
        opened_at=row.opened_at if row else None,
        reached_at=row.reached_at if row else None,
        skipped_at=row.skipped_at if row else None,
        due_at=row.due_shown if row else None,
        finished_at=max(ends) if ends and all(ends) else None,
        last_seen_at=seat.person.last_seen_at,
        usual=next((days for days in usual if days is not None), None),
        rated=(rating.stars, rating.at) if rating else None,
        monday=monday_after(each.after or each.planned_at, zone),
        reached=known.reached.get(each.enrollment_id, ()),
    )
    return held(nudge.trigger, nudge.days, stand, now=now, after=each.after, stars=nudge.stars)


def _barred(channel: str, email: str, preference: Preference | None, known: Known) -> str:
    if channel == Channel.IN_APP:
        return "opted_out" if preference and preference.no_in_app else ""
    if channel == Channel.SESSION:
        return "opted_out" if preference and preference.no_email and preference.no_in_app else ""
    if channel != Channel.EMAIL:
        return ""
    if preference and preference.no_email:
        return "opted_out"
    return known.undeliverable.get(email.lower(), "") if email else "no_address"


class Ledger:
    """Whose attention was spent when, of late; what is claimed while deciding counts at once."""

    def __init__(self, people: set[int], accounts: set[int], *, now: datetime, most: int, but: int | None = None):
        """`most`: messages that the whole workspace may send in an hour, and `but` a delivery that does not count."""
        self._person: dict[int, list[datetime]] = defaultdict(list)
        self._account: dict[int, list[datetime]] = defaultdict(list)
        self._workspace: list[datetime] = []
        spent = Delivery.objects.filter(
            channel__in=ATTENTION, state__in=(State.CLAIMED, State.SENDING, State.SENT, State.UNKNOWN)
        ).exclude(pk=but)
        # What was claimed before the window may have been sent in it.
        mine = Q(person_id__among=people, claimed_at__gt=now - WEEK - UNDER_WAY)
        theirs = Q(account_id__among=accounts, claimed_at__gt=now - DAY - UNDER_WAY)
        for found, key, kept in ((mine, "person_id", self._person), (theirs, "account_id", self._account)):
            for who, claimed, sent in spent.filter(found).values_list(key, "claimed_at", "sent_at"):
                kept[who].append(sent or claimed)
        lately = spent.filter(claimed_at__gt=now - HOUR - UNDER_WAY)
        if lately[: most + 1].count() + A_TURN >= most:  # far from its end the whole hour need not be read
            for claimed, sent in lately.order_by("-claimed_at").values_list("claimed_at", "sent_at")[: most + A_TURN]:
                self._workspace.append(sent or claimed)
        for each in (*self._person.values(), *self._account.values(), self._workspace):
            each.sort()

    def spent_on(self, person: int, account: int | None) -> Spent:
        return Spent(self._person.get(person, ()), self._account.get(account, ()) if account else (), self._workspace)

    def spend(self, person: int, account: int | None, at: datetime) -> None:
        self._person[person].append(at)
        if account:
            self._account[account].append(at)
        self._workspace.append(at)
