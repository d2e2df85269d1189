"""The person's own pages of a session: asked for from their checklist, and by its link: choose a time, move it, cancel it."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from milestones.checklist.actions import words_of
from milestones.checklist.hosted import in_their_language
from milestones.languages import reading
from milestones.models import Progress
from milestones.translated import translated
from onboarding import clock
from onboarding.tenancy.access import LINK, open_to
from onboarding.tenancy.files import address_of
from onboarding.tenancy.link_pages import private
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Preference, Session
from playbooks.sessions.booking import (
    SessionRefusedError,
    State,
    ask,
    book,
    cancel,
    coach_of,
    free_times,
    is_open,
    may_hold,
    title_of,
)
from playbooks.sessions.calendars import entry
from playbooks.sessions.letters import said
from playbooks.sessions.links import link_to

DAYS_SHOWN = 7


@csrf_exempt  # the token in the path is the right, and the door checks Origin
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
@in_their_language
def session_ask(request, token, key):
    """From the checklist: say what it should be about, and on to the times."""
    enrollment = request.link.enrollment
    rows = Progress.objects.filter(enrollment=enrollment, key=key, on_track=True).select_related("rung")
    row = rows.first()
    if row is None:
        raise Http404
    notice = ""
    if request.method == "POST":
        try:
            session = ask(enrollment, key, wish=words_of(request.POST.get("wish", "")[:1000]))
        except SessionRefusedError as error:
            notice = str(error)
        else:
            return private(redirect(link_to(session)))
    context = {
        "title": translated(row.rung.content)["title"],
        "back": f"/c/{token}/",
        "notice": notice,
        "wish": request.POST.get("wish", ""),
    }
    return _page(request, "session_ask.html", enrollment.seat.person, **context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
def session_choose(request, token):
    """POST `at` books or moves, `do=cancel` cancels."""
    session, notice = request.coaching, ""
    with reading(request.workspace_shown, session.person):
        if request.method == "POST":
            try:
                if request.POST.get("do") == "cancel":
                    cancel(session)
                else:
                    book(session, _moment(request.POST.get("at", "")))
            except SessionRefusedError as error:
                notice = str(error)
            else:
                return private(redirect(request.path))
        coach = coach_of(session)
        choosing = is_open(session) and (session.state != State.BOOKED or "move" in request.GET or notice)
        context = {
            "session": session,
            "token": token,
            "title": title_of(session),
            "coach": str(coach.member.user) if coach else request.workspace_shown.name,
            "when": said(session),
            "zone": timezone.get_current_timezone_name().replace("_", " "),
            "days": _days(session) if choosing and coach and may_hold(coach) else [],
            "is_open": is_open(session),
            "is_booked": session.state == State.BOOKED,
            "is_over": bool(session.starts_at and session.starts_at < clock.now()),
            "choosing": choosing,
            "notice": notice,
        }
        return _page(request, "session.html", session.person, status=409 if notice else 200, **context)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise SessionRefusedError(_("Choose one of the times."))
    return at


def _days(session: Session) -> list[tuple[datetime, list[datetime]]]:
    """The free times by day, where the person is."""
    found: dict = {}
    for at in free_times(session.coach, but=session if session.state == State.BOOKED else None):
        there = timezone.localtime(at)
        found.setdefault(there.date(), []).append(there)
    return list(found.items())[:DAYS_SHOWN]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
def session_stop(request, token):
    """No more mails that were not asked for; by a mail program's own button, or by the one of this page."""
    person = request.coaching.person
    with reading(request.workspace_shown, person):
        if request.method == "POST":
            said = {"no_email": True, "changed_at": clock.now()}
            own = {"workspace_id": current_workspace_id(), "person_id": person.pk}
            Preference.objects.update_or_create(**own, defaults=said)
        return _page(request, "session_stop.html", person, is_done=request.method == "POST")


@require_safe
@open_to(LINK)
def session_calendar(request, token):
    """The booked session as a file for a calendar."""
    session = request.coaching
    if session.state != State.BOOKED or session.starts_at is None:
        raise Http404
    with reading(request.workspace_shown, session.person):
        coach = str(session.coach.member.user) if session.coach else request.workspace_shown.name
        title = _("Session with %(coach)s: %(step)s") % {"coach": coach, "step": title_of(session)}
        email = session.coach.member.user.email if session.coach else "noreply@invalid"
        file = entry(session, title=title, organizer=(coach, email), address=link_to(session))
    answer = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="session.ics"'
    return private(answer)


def _page(request, name: str, person, *, status: int = 200, **context):
    context |= {
        "workspace": request.workspace_shown,
        "logo_url": address_of(request.workspace_shown.logo),
        "person": person,
    }
    return private(render(request, f"playbooks/guests/{name}", context, status=status))
