"""What happens to a session: asked, offered, booked, moved, cancelled, held. Who books first has the time."""

import secrets
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from milestones.checklist.stored import forget_all
from milestones.models import Enrollment, Rung
from milestones.translated import translated
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
WANTED = (State.ASKED, State.OFFERED)
MOST_OPEN = 3  # of one person
MOST_A_DAY = 10  # asked for by one person, whatever became of them
MOVES = 10


class SessionRefusedError(ValueError):
    """What a session does not allow, and why; said to whoever asked."""


def open_now() -> Q:
    """What is wanted, or booked and ahead: one whose time is past only waits for a word on what came of it."""
    return Q(state__in=WANTED) | Q(state=State.BOOKED, starts_at__gt=clock.now())


def is_open(session: Session) -> bool:
    is_ahead = session.starts_at is not None and session.starts_at > clock.now()
    return session.state in WANTED or (session.state == State.BOOKED and is_ahead)


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


def coach_of(session: Session) -> Coach | None:
    """Who holds it; of one that waits for a time and whose coach has gone, somebody else from now on."""
    if session.state in WANTED and (session.coach is None or not may_hold(session.coach)):
        session.coach = coach_for(session.account)
        Session.objects.filter(pk=session.pk).update(coach=session.coach)
    return session.coach


def may_hold(coach: Coach) -> bool:
    return coach.is_open and coach.member.access != Access.EXECUTIVE


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


@receiver(pre_delete, sender=Coach)
def let_go_of(instance: Coach, **_) -> None:
    """A coach goes with their member: what they had booked is cancelled and told, what waits for a time is another's."""
    if current_workspace_id():
        for session in Session.objects.filter(open_now(), coach=instance, state=State.BOOKED):
            cancel(session, by_us=True)


@receiver(post_delete, sender=Coach)
def offer_none_of_who_is_gone(**_) -> None:
    if current_workspace_id():
        refresh_offer()


# --- asked for, offered -----------------------------------------------------------------------


def ask(enrollment: Enrollment, rung: str, *, wish: str = "") -> Session:
    """The person wants one about a step; the open one about the same step where there is one already."""
    return _open_one(enrollment, rung) or _make(enrollment, rung, State.ASKED, wish=wish)


def offer(
    enrollment: Enrollment, rung: str, *, member: Member | None = None, wish: str = "", said: dict | None = None
) -> Session:
    """A member offers one, or a nudge does in its own words (`said`: subject, text); the person is told by mail and in the product."""
    session = _open_one(enrollment, rung)
    if session is None:
        session = _make(enrollment, rung, State.OFFERED, wish=wish, member=member, said=said)
        if member:
            record(member=member, verb="offered a session to", subject=str(enrollment.seat.person))
    return session


def _open_one(enrollment: Enrollment, rung: str) -> Session | None:
    mine = Session.objects.filter(open_now(), person=enrollment.seat.person_id, rung=rung)
    return mine.select_related("coach__member__user").order_by("-pk").first()


@transaction.atomic
def _make(
    enrollment: Enrollment, rung: str, state: str, *, wish: str, member: Member | None = None, said: dict | None = None
) -> Session:
    person, account = enrollment.seat.person, enrollment.seat.account
    Person.objects.select_for_update().get(pk=person.pk)
    meanwhile = _open_one(enrollment, rung)
    if meanwhile:
        return meanwhile  # a second click
    if Session.objects.filter(open_now(), person=person).count() >= MOST_OPEN:
        raise SessionRefusedError(_("You have three open sessions already."))
    lately = Session.objects.filter(person=person, is_asked=True, made_at__gt=clock.now() - timedelta(days=1))
    if state == State.ASKED and lately.count() >= MOST_A_DAY:
        raise SessionRefusedError(_("You have asked for many sessions today. Try again tomorrow."))
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
        is_asked=state == State.ASKED,
        said=said,
        minutes=coach.minutes,
        to_tell="offered" if state == State.OFFERED else "",
    )
    if state == State.ASKED:
        _notify(session, f"{person} asks for a session about “{title_of(session)}”.")
    return session


def title_of(session: Session) -> str:
    """What it is about, in the reader's language: the step's title, the ladder's name, or nothing in particular."""
    if session.rung:
        rungs = Rung.objects.filter(version__ladder__key=session.ladder, key=session.rung).order_by("-version__number")
        content = rungs.values_list("content", flat=True).first()
        return translated(content)["title"] if content else session.rung
    return session.enrollment.ladder.name if session.enrollment else ""


def _notify(session: Session, text: str) -> None:
    workspace = Workspace.objects.get(pk=current_workspace_id())
    if session.coach:
        notify(session.coach.member, text, reverse("session-detail", args=[workspace.slug, session.pk]))


# --- booked, moved, cancelled -----------------------------------------------------------------


@transaction.atomic
def book(session: Session, at: datetime) -> Session:
    """Take a free time, or move to another one. Raises SessionRefusedError where it is not free any more."""
    coach = Coach.objects.select_for_update(of=("self",)).select_related("member").filter(pk=session.coach_id).first()
    fresh = Session.objects.select_for_update().get(pk=session.pk)
    if coach is None or not may_hold(coach):
        raise SessionRefusedError(_("Nobody holds this session any more."))
    if not is_open(fresh):
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
    fresh.to_tell, fresh.tell_at, fresh.tell_tries = "moved" if moves else "booked", None, 0
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
def cancel(session: Session, *, member: Member | None = None, why: str = "", by_us: bool = False) -> None:
    """By the person, by a member, or because its coach goes; whoever had it in their calendar is told.

    The person cannot cancel what is past: a member may, where it was never held.
    """
    fresh = Session.objects.select_for_update().get(pk=session.pk)
    if not (is_open(fresh) or (member and fresh.state == State.BOOKED)):
        return
    was_booked = fresh.state == State.BOOKED
    fresh.state = State.CANCELLED if was_booked or member or by_us else State.DECLINED
    fresh.ended_at, fresh.outcome = clock.now(), why[:2000]
    fresh.sequence += was_booked
    fresh.to_tell, fresh.tell_at, fresh.tell_tries = "cancelled" if was_booked else "", None, 0
    fresh.save()
    if member:
        record(member=member, verb="cancelled a session with", subject=str(fresh.person), detail={"why": why[:200]})
    elif not by_us:
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


def give_sessions(giver: Member, taker: Member) -> None:
    """What waits for a time, and what is ahead, becomes another's; a time that is theirs already is cancelled and told."""
    coach = Coach.objects.filter(member=taker).first()
    for session in Session.objects.filter(open_now(), coach__member=giver).select_related("coach"):
        if session.state != State.BOOKED:
            Session.objects.filter(pk=session.pk).update(coach=coach if coach and may_hold(coach) else None)
        elif coach is None or _clashes(session, coach):
            cancel(session, by_us=True)
        else:
            said = {"to_tell": "moved", "tell_at": None, "tell_tries": 0, "sequence": session.sequence + 1}
            Session.objects.filter(pk=session.pk).update(coach=coach, **said)


def _clashes(session: Session, coach: Coach) -> bool:
    """Whether the coach has another session at that time already."""
    until = session.starts_at + timedelta(minutes=session.minutes)
    others = Session.objects.filter(coach=coach, state=State.BOOKED, starts_at__lt=until)
    return any(each.starts_at + timedelta(minutes=each.minutes) > session.starts_at for each in others)


def open_of(person: Person) -> list[Session]:
    """The person's open sessions, what is booked first."""
    mine = Session.objects.filter(open_now(), person=person).select_related("coach__member__user", "enrollment__ladder")
    return list(mine.order_by("starts_at", "-pk"))
