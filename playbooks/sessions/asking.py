"""Sessions where the person is: asked for at a step of theirs, and shown in the widget as a card that leads to their times."""

from django.utils.translation import gettext as _

from milestones.languages import reading
from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.models import Workspace
from onboarding.tracking.models import Person
from playbooks.models import Channel, Session
from playbooks.sending import attention, is_stopped, wants_quiet
from playbooks.sessions.booking import State, ask, cancel, open_of, title_of
from playbooks.sessions.letters import said
from playbooks.sessions.links import link_to


def ask_at(person: Person, rung: str, *, ladder: str = "", account: str | None = None) -> Session | None:
    """Ask for a session about a step that is on the person's way now; None where there is no such step."""
    rows = Enrollment.objects.filter(seat__person=person, seat__left_at=None, ended_at=None)
    rows = rows.filter(progress__key=rung, progress__on_track=True)
    rows = rows.filter(ladder__key=ladder) if ladder else rows
    rows = rows.filter(seat__account__external_id=account) if account is not None else rows
    enrollment = (
        rows.select_related("seat__person", "seat__account__manager", "ladder").order_by("-enrolled_at").first()
    )
    return ask(enrollment, rung) if enrollment else None


def cards_for(person: Person, workspace: Workspace) -> list[dict]:
    """What the widget shows of the person's open sessions: one that waits for a time, or the next that is booked."""
    now = clock.now()
    if is_stopped(attention(), "in_app"):
        return []
    shown = [
        each for each in open_of(person) if not each.card_closed_at and not (each.starts_at and each.starts_at < now)
    ]
    if wants_quiet(person.pk, Channel.IN_APP):
        shown = [each for each in shown if each.is_asked or each.state == State.BOOKED]
    if not shown:
        return []
    fresh = Workspace.objects.get(pk=workspace.pk)
    with reading(fresh, person) as language:
        return [_card(shown[0], language)]


def _card(session: Session, language: str) -> dict:
    coach = str(session.coach.member.user) if session.coach else ""
    if session.state == State.BOOKED:
        title, text, button = (
            _("Your session: %(when)s") % {"when": said(session)},
            title_of(session),
            _("Change or cancel it"),
        )
    else:
        title = _("A session about “%(step)s”?") % {"step": title_of(session)}
        text = _("%(minutes)s minutes with %(coach)s.") % {"minutes": session.minutes, "coach": coach}
        button = _("Choose a time")
        if session.said:
            title, text = session.said["subject"], session.said["text"]
    step, link = session.rung or None, link_to(session)
    words = {"title": title, "text": text, "button": button, "link": link}
    return {"id": session.card, "shape": "card", "step": step, "language": language, **words}


def close_card(person: Person, card: str, deed: str) -> bool:
    """The person closed the card: an offer is declined by it, what is booked stays."""
    session = Session.objects.filter(person=person, card=card).first()
    if session is None:
        return False
    if deed == "dismissed":
        Session.objects.filter(pk=session.pk).update(card_closed_at=clock.now())
        if session.state == State.OFFERED:
            cancel(session)
    return True
