"""The mails of a session: to the person in their language, with the entry for their calendar; to the coach."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from html import escape

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from milestones.languages import reading
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Channel, Coach, Session, Undeliverable
from playbooks.sending import attention, is_address, is_stopped, wants_quiet
from playbooks.sessions.booking import open_now, title_of
from playbooks.sessions.calendars import entry
from playbooks.sessions.links import link_to
from playbooks.wording.composing import Message
from playbooks.wording.letters import as_page, as_plain, sender

AGAIN, TRIES = timedelta(minutes=10), 8  # each wait twice as long as the one before: almost two days in all


@dataclass(frozen=True)
class Told:
    """What is to be mailed about a session, and which telling it is. `former` had it in their calendar and holds it no more.

    `until` is when somebody else takes it up, if nobody says what became of it by then; None of an offer.
    """

    session: Session
    kind: str
    former: Coach | None = None
    until: datetime | None = None


def _waiting():
    due = Q(tell_at=None) | Q(tell_at__lte=clock.now())
    rows = Session.objects.select_for_update(skip_locked=True, of=("self",)).filter(due).exclude(to_tell="")
    return rows.select_related("person", "coach__member__user", "enrollment__ladder").order_by("pk").first()


def claim_next() -> Told | None:
    """The next session of the open workspace of which something is to be told; taken, so that nobody else tells it meanwhile.

    An offer, which nobody has asked for, goes out at most once, also where a worker dies over it. What was booked, moved or
    cancelled is tried until it went out, at most nine times: calendars know an entry again. While sending is stopped nothing
    is taken: it waits.
    """
    if is_stopped(attention(), Channel.EMAIL):
        return None
    session = _waiting()
    if session is None:
        return None
    is_once = session.to_tell == "offered" or session.tell_tries >= TRIES
    until = None if is_once else clock.now() + AGAIN
    former = Coach.objects.filter(pk=session.told_to).exclude(pk=session.coach_id)
    told = Told(session, session.to_tell, former.select_related("member__user").first(), until)
    taken = _done(told) if is_once else {"tell_at": until}
    Session.objects.filter(pk=session.pk).update(**taken, tell_tries=F("tell_tries") + 1)
    return told


def _done(told: Told) -> dict:
    holds = told.session.coach_id if told.kind in ("booked", "moved") else told.session.told_to
    return {"to_tell": "", "tell_at": None, "told_at": clock.now(), "told_to": holds, "told_readers": []}


def _still(told: Told) -> QuerySet[Session]:
    """Its session, unless there is a newer word to tell of it."""
    rows = Session.objects.filter(pk=told.session.pk)
    return rows.filter(to_tell=told.kind, tell_at=told.until) if told.until else rows.filter(to_tell="")


def settle(told: Told) -> None:
    """It was handed over, or never will be."""
    if told.until:
        _still(told).update(**_done(told))


def give_back(told: Told, readers: Sequence[str] = ()) -> None:
    """The server did not take a mail: once more later, a few times, without those who were told already (`readers`); a newer word goes
    before, and what is over is not offered.
    """
    rows = _still(told).filter(tell_tries__lte=TRIES)
    rows = rows if told.kind == "cancelled" else rows.filter(open_now())
    wait = AGAIN * 2**told.session.tell_tries
    marks = told.session.told_readers + [_mark(told, reader) for reader in readers]
    if not rows.update(to_tell=told.kind, tell_at=clock.now() + wait, told_readers=marks):
        settle(told)


def name_mail(told: Told, provider_id: str) -> None:
    """What the mail service calls the person's mail, by which it says afterwards that it came back, or was unwanted."""
    Session.objects.filter(pk=told.session.pk).update(provider_id=provider_id[:200])


def put_off_next() -> None:
    """It could not be written, for a fault of ours: it must not stand in the way of the others."""
    session = _waiting()
    if session is None:
        return
    said = {"tell_at": clock.now() + AGAIN * 2**session.tell_tries, "tell_tries": session.tell_tries + 1}
    Session.objects.filter(pk=session.pk).update(**said, **({"to_tell": ""} if session.tell_tries >= TRIES else {}))


def letters(told: Told) -> dict[str, EmailMultiAlternatives]:
    """Who is still to be told → their mail: the person where they can be written to, and the coach of what they should have in their
    calendar, or should not have any more.
    """
    session, workspace = told.session, Workspace.objects.get(pk=current_workspace_id())
    found = {}
    if _may_write_to(session, told.kind):
        with reading(workspace, session.person) as language:
            found["person"] = _to_person(told, workspace, language)
    if told.kind != "offered" and session.coach:
        with timezone.override(workspace.zone):
            found["coach"] = _to_coach(told, workspace)
    if told.former:
        with timezone.override(workspace.zone):
            found["former"] = _to_former(told, workspace)
    return {reader: mail for reader, mail in found.items() if _mark(told, reader) not in session.told_readers}


def _mark(told: Told, reader: str) -> str:
    """That somebody was told of this word; a newer one has another kind, or another place in the calendar's order."""
    return f"{told.kind} {told.session.sequence} {reader}"


def _may_write_to(session: Session, kind: str) -> bool:
    """An offer is a message that nobody has asked for; what was booked is their own."""
    email = session.person.email
    if not is_address(email):
        return False
    if Undeliverable.objects.filter(email__iexact=email).exists():
        return False
    return kind != "offered" or not wants_quiet(session.person_id, Channel.EMAIL)


def _to_person(told: Told, workspace: Workspace, language: str) -> EmailMultiAlternatives:
    session, rules = told.session, attention()
    coach = str(session.coach.member.user) if session.coach else workspace.name
    about = title_of(session)
    when = said(session)
    subject, text = {
        "offered": (
            _("A session about “%(step)s”?") % {"step": about},
            _(
                "%(coach)s offers you %(minutes)s minutes to get through it together. Choose a time that suits you, or say that you do not need it."
            )
            % {"coach": coach, "minutes": session.minutes},
        ),
        "booked": (_("Your session: %(when)s") % {"when": when}, _with(coach, about, session)),
        "moved": (_("Your session is now %(when)s") % {"when": when}, _with(coach, about, session)),
        "cancelled": (_("Your session of %(when)s is cancelled") % {"when": when}, session.outcome),
    }[told.kind]
    if told.kind == "offered" and session.said:
        subject, text = session.said["subject"], session.said["text"]
    button = {"offered": _("Choose a time"), "cancelled": ""}.get(told.kind, _("Change or cancel it"))
    link = link_to(session)
    html = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
    message = Message(subject, html, text, button, link if button else "", language)
    mail = EmailMultiAlternatives(
        subject=subject[:150],
        body=as_plain(message, workspace, rules, ""),
        from_email=sender(workspace, rules),
        to=[session.person.email],
        reply_to=[session.coach.member.user.email] if session.coach else None,
        headers=_one_click(session) if told.kind == "offered" else None,
    )
    mail.attach_alternative(as_page(message, workspace, rules, ""), "text/html")
    if told.kind != "offered":
        _attach(mail, told, _("Session with %(coach)s: %(step)s") % {"coach": coach, "step": about}, workspace)
    return mail


def _one_click(session: Session) -> dict[str, str]:
    """An offer was not asked for: a mail program's own button ends such mails (RFC 8058)."""
    return {"List-Unsubscribe": f"<{link_to(session)}stop/>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _with(coach: str, about: str, session: Session) -> str:
    text = _("%(minutes)s minutes with %(coach)s about “%(step)s”.") % {
        "minutes": session.minutes,
        "coach": coach,
        "step": about,
    }
    place = session.coach.place if session.coach else ""
    return f"{text}\n{place}" if place else text


def said(session: Session) -> str:
    """When it is, where the reader is: "Tuesday 3 December, 14:00 (CET)"."""
    at = timezone.localtime(session.starts_at) if session.starts_at else None
    return f"{formats.date_format(at, 'l j F, H:i')} ({at:%Z})" if at else ""


def _to_coach(told: Told, workspace: Workspace) -> EmailMultiAlternatives:
    session = told.session
    about, who = title_of(session), f"{session.person}{f' ({session.account})' if session.account else ''}"
    word = {"booked": "Booked", "moved": "Moved", "cancelled": "Cancelled"}[told.kind]
    address = settings.CAIRN_BASE_URL + reverse("session-detail", args=[workspace.slug, session.pk])
    lines = [
        f"{word}: {said(session)}",
        f"With {who}, about “{about}”.",
        *([session.wish] if session.wish else []),
        address,
    ]
    mail = EmailMultiAlternatives(
        subject=_subject(f"{word}: session with {session.person}, {said(session)}"),
        body="\n\n".join(lines) + "\n",
        to=[session.coach.member.user.email],
    )
    _attach(mail, told, f"Session with {who}: {about}", workspace)
    return mail


def _subject(text: str) -> str:
    """Of one line, whatever somebody is called."""
    return " ".join(text.split())[:150]


def _to_former(told: Told, workspace: Workspace) -> EmailMultiAlternatives:
    """Out of the calendar of who held it before."""
    session = told.session
    by = f"{session.coach.member.user} holds it now." if session.coach else "Nobody holds it for now."
    mail = EmailMultiAlternatives(
        subject=_subject(f"Handed over: session with {session.person}, {said(session)}"),
        body=f"It is not yours any more. {by}\n",
        to=[told.former.member.user.email],
    )
    _attach(mail, replace(told, kind="cancelled"), f"Session with {session.person}: {title_of(session)}", workspace)
    return mail


def _attach(mail: EmailMultiAlternatives, told: Told, title: str, workspace: Workspace) -> None:
    if told.session.starts_at is None:
        return
    organizer = (workspace.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    is_cancelled = told.kind == "cancelled"
    file = entry(
        told.session, title=title, organizer=organizer, address=link_to(told.session), is_cancelled=is_cancelled
    )
    method = "CANCEL" if is_cancelled else "REQUEST"
    mail.attach("session.ics", file.decode(), f'text/calendar; charset="utf-8"; method={method}')
