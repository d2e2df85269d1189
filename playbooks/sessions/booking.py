"""What happens to a session: asked, offered, booked, moved, cancelled, held. Who books first has the time."""

import secrets
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from milestones.checklist.stored import forget_all
from milestones.models import Enrollment, Rung
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access, Member, Workspace
from onboarding.tenancy.notifications import notify
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, Person
from playbooks.models import Coach, Session
from playbooks.sessions.evidence import attended
from playbooks.sessions.slots import Hours, Taken, free

State = Session.State
OPEN = (State.ASKED, State.OFFERED, State.BOOKED)
MOST_OPEN = 3  # of one person
MOVES = 10


class SessionRefusedError(ValueError):
    """What a session does not allow, and why; said to whoever asked."""


# --- who, and when ----------------------------------------------------------------------------


def coaches() -> list[Coach]:
    """Those who hold sessions and have said when."""
    rows = Coach.objects.filter(is_open=True).exclude(hours=[]).exclude(member__access=Access.EXECUTIVE)
    return list(rows.select_related("member__user").order_by("pk"))


def coach_for(account: Account | None) -> Coach | None:
    """Who looks after the account, where they hold sessions; else who has the fewest ahead."""
    known = coaches()
    mine = next((each for each in known if account and each.member_id == account.manager_id), None)
    if mine or not known:
        return mine
    ahead = dict(
        Session.objects.filter(state=State.BOOKED, starts_at__gt=clock.now())
        .order_by()
        .values_list("coach")
        .annotate(Count("pk"))
    )
    return min(known, key=lambda each: (ahead.get(each.pk, 0), each.pk))


def hours_of(coach: Coach) -> Hours:
    workspace = Workspace.objects.get(pk=current_workspace_id())
    zone = ZoneInfo(coach.timezone) if coach.timezone else workspace.zone
    away = (coach.away_from, coach.away_until or coach.away_from) if coach.away_from else None
    return Hours(
        weekly=[(day, time.fromisoformat(begins), time.fromisoformat(ends)) for day, begins, ends in coach.hours],
        zone=zone,
        minutes=coach.minutes,
        gap=coach.gap,
        notice=timedelta(hours=coach.notice),
        days=coach.days,
        away=away,
    )


def free_times(coach: Coach, *, but: Session | None = None) -> list[datetime]:
    """The coach's free times; that of a session that is to be moved counts as free."""
    booked = Session.objects.filter(coach=coach, state=State.BOOKED, starts_at__isnull=False)
    booked = booked.exclude(pk=but.pk) if but else booked
    taken = [Taken(each.starts_at, each.starts_at + timedelta(minutes=each.minutes)) for each in booked]
    now_at = but.starts_at if but else None
    return [at for at in free(hours_of(coach), taken, clock.now()) if at != now_at]


def refresh_offer() -> None:
    """Whether checklists offer sessions follows from whether anybody holds any."""
    offers = bool(coaches())
    others = Workspace.objects.filter(pk=current_workspace_id()).exclude(offers_sessions=offers)
    if others.update(offers_sessions=offers):
        forget_all()


# --- asked for, offered -----------------------------------------------------------------------


def ask(enrollment: Enrollment, rung: str, *, wish: str = "") -> Session:
    """The person wants one about a step; the open one about the same step where there is one already."""
    return _open_one(enrollment, rung) or _make(enrollment, rung, State.ASKED, wish=wish)


def offer(enrollment: Enrollment, rung: str, *, member: Member, wish: str = "") -> Session:
    """A member offers one; the person is told by mail, and in the product."""
    session = _open_one(enrollment, rung)
    if session is None:
        session = _make(enrollment, rung, State.OFFERED, wish=wish, member=member)
        record(member=member, verb="offered a session to", subject=str(enrollment.seat.person))
    return session


def _open_one(enrollment: Enrollment, rung: str) -> Session | None:
    mine = Session.objects.filter(person=enrollment.seat.person_id, rung=rung, state__in=OPEN)
    return mine.select_related("coach__member__user").order_by("-pk").first()


@transaction.atomic
def _make(enrollment: Enrollment, rung: str, state: str, *, wish: str, member: Member | None = None) -> Session:
    person, account = enrollment.seat.person, enrollment.seat.account
    Person.objects.select_for_update().get(pk=person.pk)
    if Session.objects.filter(person=person, state__in=OPEN).count() >= MOST_OPEN:
        raise SessionRefusedError(_("You have three open sessions already."))
    coach = coach_for(account)
    if coach is None:
        raise SessionRefusedError(_("Nobody holds sessions at present."))
    session = Session.objects.create(
        workspace_id=current_workspace_id(),
        card=secrets.token_hex(8),
        nonce=secrets.token_hex(12),
        person=person,
        account=account,
        enrollment=enrollment,
        ladder=enrollment.ladder.key,
        rung=rung,
        coach=coach,
        state=state,
        wish=wish[:1000],
        made_at=clock.now(),
        made_by=member,
        minutes=coach.minutes,
        to_tell="offered" if state == State.OFFERED else "",
    )
    if state == State.ASKED:
        _notify(session, f"{person} asks for a session about “{title_of(session)}”.")
    return session


def title_of(session: Session) -> str:
    """What it is about: the step's title, the ladder's name, or nothing in particular."""
    if session.rung:
        rungs = Rung.objects.filter(version__ladder__key=session.ladder, key=session.rung).order_by("-version__number")
        title = rungs.values_list("content__title", flat=True).first()
        return title or session.rung
    return session.enrollment.ladder.name if session.enrollment else ""


def _notify(session: Session, text: str) -> None:
    workspace = Workspace.objects.get(pk=current_workspace_id())
    if session.coach:
        notify(session.coach.member, text, reverse("session-detail", args=[workspace.slug, session.pk]))


# --- booked, moved, cancelled -----------------------------------------------------------------


@transaction.atomic
def book(session: Session, at: datetime) -> Session:
    """Take a free time, or move to another one. Raises SessionRefusedError where it is not free any more."""
    coach = Coach.objects.select_for_update().filter(pk=session.coach_id).first()
    fresh = Session.objects.select_for_update().get(pk=session.pk)
    if coach is None or not coach.is_open:
        raise SessionRefusedError(_("Nobody holds this session any more."))
    if fresh.state not in OPEN:
        raise SessionRefusedError(_("This session is over, or was cancelled."))
    moves = fresh.state == State.BOOKED
    if moves and fresh.starts_at == at:
        return fresh
    if moves and fresh.sequence >= MOVES:
        raise SessionRefusedError(_("It was moved too often. Ask for another one."))
    if at not in free_times(coach, but=fresh):
        raise SessionRefusedError(_("This time was taken meanwhile. Choose another one."))
    fresh.state, fresh.starts_at, fresh.minutes = State.BOOKED, at, coach.minutes
    fresh.sequence += moves
    fresh.card_closed_at = None
    fresh.to_tell = "moved" if moves else "booked"
    try:
        with transaction.atomic():
            fresh.save()
    except IntegrityError:
        raise SessionRefusedError(_("This time was taken meanwhile. Choose another one.")) from None
    zone = hours_of(coach).zone
    when = f"{at.astimezone(zone):%A %-d %B, %H:%M}"
    _notify(fresh, f"{fresh.person} {'moved the session to' if moves else 'booked a session:'} {when}.")
    return fresh


@transaction.atomic
def cancel(session: Session, *, member: Member | None = None, why: str = "") -> None:
    """By the person, or by a member; whoever had it in their calendar is told."""
    fresh = Session.objects.select_for_update().get(pk=session.pk)
    if fresh.state not in OPEN:
        return
    was_booked = fresh.state == State.BOOKED
    fresh.state = State.CANCELLED if was_booked or member else State.DECLINED
    fresh.ended_at, fresh.outcome = clock.now(), why[:2000]
    fresh.sequence += was_booked
    fresh.to_tell = "cancelled" if was_booked else ""
    fresh.save()
    if member:
        record(member=member, verb="cancelled a session with", subject=str(fresh.person), detail={"why": why[:200]})
    else:
        _notify(fresh, f"{fresh.person} {'cancelled the session' if was_booked else 'does not want a session now'}.")


@transaction.atomic
def close(session: Session, *, came: bool, outcome: str, member: Member) -> None:
    """Note what came of it. That they came is a fact, which criteria may ask for."""
    fresh = Session.objects.select_for_update(of=("self",)).select_related("person", "account").get(pk=session.pk)
    if fresh.state not in (State.BOOKED, State.HELD, State.MISSED):
        raise SessionRefusedError("Only a session that was booked can have been held.")
    if fresh.starts_at and fresh.starts_at > clock.now():
        raise SessionRefusedError("It has not begun yet.")
    first = fresh.state != State.HELD and came
    fresh.state, fresh.outcome = State.HELD if came else State.MISSED, outcome[:2000]
    fresh.ended_at = fresh.ended_at or clock.now()
    fresh.save()
    if first:
        attended(fresh)
    record(member=member, verb="noted what came of a session with", subject=str(fresh.person))


def open_of(person: Person) -> list[Session]:
    """The person's open sessions, what is booked first."""
    mine = Session.objects.filter(person=person, state__in=OPEN).select_related(
        "coach__member__user", "enrollment__ladder"
    )
    return list(mine.order_by("starts_at", "-pk"))
