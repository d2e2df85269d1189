"""Pages: the list of people, one person, and what a member does about their enrollments."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from milestones.checklist.actions import ActionRefusedError
from milestones.models import Enrollment, Ladder
from milestones.studio import member_actions
from milestones.studio.account_story import traits_shown
from milestones.studio.asked import whole_number
from milestones.studio.heard import heard_of
from milestones.studio.person_climb import enrollments_of, view_climbs
from milestones.studio.person_story import headline, identities_of, recent_events
from milestones.studio.rendering import address_of_pages, calendar_of, page_of, show
from milestones.studio.roles import known_roles, role_label
from milestones.studio.roster import Wanted, find_people, person_rows
from milestones.studio.rung_forms import VERBS, EnrollForm, TrackForm, UnenrollForm, carry_out, form_for, offered
from milestones.studio.splits import headline as split_headline
from milestones.studio.splits import split
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tracking.models import Account, Person


@require_safe
@open_to(Access.MANAGER)
def person_list(request, slug):
    """`?q=` finds by name, e-mail or id; `?role=`, `?ladder=`, `?account=` narrow; `?anonymous=1` shows visitors too."""
    wanted = _wanted(request.GET)
    page = page_of(request, find_people(wanted))
    known = Person.objects.filter(external_id__isnull=False)
    context = {
        "nav_current": "person-list",
        "headline": split_headline(split(known.filter(is_test=False), "seat__person"), one="person", many="people"),
        "rows": person_rows(page, calendar_of(request), wanted),
        "left_out": known.filter(is_test=True).count(),
        "page": page,
        "pages_query": address_of_pages(request),
        "wanted": wanted,
        "account": Account.objects.filter(pk=wanted.account).first() if wanted.account else None,
        "roles": known_roles(),
        "ladders": Ladder.objects.exclude(live=None).order_by("position", "id"),
    }
    return show(request, "person_list.html", context)


def _wanted(query) -> Wanted:
    return Wanted(
        q=query.get("q", "").replace("\0", "").strip()[:200],
        role=query.get("role", "").replace("\0", "")[:60],
        ladder=query.get("ladder", "").replace("\0", "")[:100],
        account=whole_number(query.get("account")),
        anonymous=query.get("anonymous") == "1",
    )


@require_safe
@open_to(Access.MANAGER)
def person_detail(request, slug, pk):
    """Every rung with its evidence or its why-not."""
    return _show_person(request, get_object_or_404(Person, pk=pk))


def _show_person(request, person: Person, *, enrollment=None, sent=None, link="", forms=None):
    """`sent` is a refused form of that enrollment, `link` a fresh link to its checklist, `forms` refused ones by name."""
    calendar = calendar_of(request)
    climbs = view_climbs(enrollments_of(person), calendar)
    shown = []
    for climb in climbs:
        mine = sent if enrollment and climb.enrollment.pk == enrollment.pk else None
        offers = {rung.key: offered(climb.enrollment, rung, mine) for rung in climb.rungs} if not climb.ended else {}
        phases = [(name, [(rung, offers.get(rung.key, [])) for rung in rungs]) for name, rungs in climb.phases]
        fresh = link if enrollment and climb.enrollment.pk == enrollment.pk else ""
        mine = forms if enrollment and climb.enrollment.pk == enrollment.pk else None
        shown.append({"climb": climb, "phases": phases, "link": fresh, **_change_forms(climb.enrollment, mine or {})})
    seats = list(person.seats.select_related("account").order_by("left_at", "since", "pk"))
    context = {
        "nav_current": "person-list",
        "person": person,
        "headline": headline(person, climbs),
        "climbs": shown,
        "seats": [(seat, role_label(seat.role) if seat.role else "", calendar.date(seat.since)) for seat in seats],
        "first_seen": calendar.date(person.first_seen_at),
        "last_seen": calendar.time(person.last_seen_at),
        "events": recent_events(person, calendar),
        "identities": identities_of(person),
        "traits": traits_shown(person.traits),
        "heard": heard_of(person, calendar),
        "enroll_form": (forms or {}).get("enroll") or EnrollForm(ladders=_open_ladders(person)),
    }
    return show(request, "person_detail.html", context)


def _open_ladders(person: Person) -> list[Ladder]:
    """The published ladders that the person is not on at present."""
    on = Enrollment.objects.filter(seat__person=person, ended_at=None).values("ladder")
    return list(Ladder.objects.exclude(live=None).exclude(pk__in=on).order_by("position", "id"))


def _tracks(enrollment: Enrollment) -> list[tuple[str, str]]:
    """(key, label) of the roles that any rung of the version names."""
    named = {role for tracks in enrollment.version.rungs.values_list("tracks", flat=True) for role in tracks}
    return [(role, role_label(role)) for role in sorted(named)]


def _change_forms(enrollment: Enrollment, sent: dict) -> dict:
    roles = _tracks(enrollment)
    prefix = f"{enrollment.pk}-%s"
    return {
        "track_form": (sent.get("track") or TrackForm(roles=roles, auto_id=f"track-{prefix}")) if roles else None,
        "leave_form": sent.get("leave") or UnenrollForm(auto_id=f"leave-{prefix}"),
    }


@require_POST
@open_to(Access.MANAGER)
def person_enroll(request, slug, pk):
    """Put the person on a ladder, with the seat they hold."""
    person = get_object_or_404(Person, pk=pk)
    form = EnrollForm(request.POST, ladders=_open_ladders(person))
    if form.is_valid():
        seat = person.seats.select_related("person", "account").filter(left_at=None).order_by("-since", "-pk").first()
        ladder = Ladder.objects.get(key=form.cleaned_data["ladder"])
        try:
            if seat is None:
                raise ActionRefusedError("This person holds no seat any more.")
            shows = member_actions.enroll(seat, ladder, member=request.member, note=form.cleaned_data["note"])
        except ActionRefusedError as error:
            form.add_error("ladder", str(error))
        else:
            return _to_person(request, person.pk, f"On “{ladder.name}” from now on." if shows else "")
    return _show_person(request, person, forms={"enroll": form})


@require_POST
@open_to(Access.MANAGER)
def enrollment_leave(request, slug, pk, enrollment):
    climb = _find(pk, enrollment)
    form = UnenrollForm(request.POST, auto_id=f"leave-{climb.pk}-%s")
    if not form.is_valid():
        return _show_person(request, climb.seat.person, enrollment=climb, forms={"leave": form})
    shows = member_actions.unenroll(climb, member=request.member, reason=form.cleaned_data["reason"])
    return _back(request, climb, f"No longer on “{climb.ladder.name}”." if shows else "")


@require_POST
@open_to(Access.MANAGER)
def enrollment_track(request, slug, pk, enrollment):
    climb = _find(pk, enrollment)
    form = TrackForm(request.POST, roles=_tracks(climb), auto_id=f"track-{climb.pk}-%s")
    if not form.is_valid():
        return _show_person(request, climb.seat.person, enrollment=climb, forms={"track": form})
    said = form.cleaned_data
    shows = member_actions.set_track(climb, member=request.member, role=said["role"], note=said["note"])
    return _back(request, climb, f"On the {role_label(said['role']).lower()} track from now on." if shows else "")


def _find(pk: int, enrollment: int) -> Enrollment:
    rows = Enrollment.objects.select_related("ladder", "version", "seat__person", "seat__account")
    return get_object_or_404(rows, pk=enrollment, seat__person=pk, ended_at=None)


@require_POST
@open_to(Access.MANAGER)
def rung_act(request, slug, pk, enrollment, key, verb):
    """Confirm, skip, extend or reopen one rung; a refusal is shown at the form's field."""
    if verb not in VERBS:
        raise Http404
    climb, verb = _find(pk, enrollment), VERBS[verb]
    form = form_for(verb, climb.pk, key, request.POST)
    shows = carry_out(verb, form, climb, key, member=request.member, zone=request.workspace.zone)
    if shows is None:
        return _show_person(request, climb.seat.person, enrollment=climb, sent=(key, verb.key, form))
    return _back(request, climb, f"{verb.done}." if shows else "", anchor=f"#rung-{climb.pk}-{key}")


@require_POST
@open_to(Access.MANAGER)
def help_answered(request, slug, pk, enrollment, key):
    """Somebody of the team has answered a call for help."""
    climb, note = _find(pk, enrollment), request.POST.get("note", "").replace("\0", "").strip()[:500]
    shows = member_actions.answer_help(climb, key, member=request.member, note=note)
    messages.success(request, "Answered." if shows else "Saved; it will show in a moment.")
    if request.POST.get("from") == "account" and climb.seat.account_id:
        return redirect("account-detail", slug=slug, pk=climb.seat.account_id)
    return redirect("person-detail", slug=slug, pk=pk)


@require_POST
@open_to(Access.MANAGER)
def congratulated(request, slug, pk, enrollment, key):
    """Somebody of the team has said a word about what was reached."""
    climb = _find(pk, enrollment)
    try:
        shows = member_actions.congratulate(climb, key, member=request.member)
    except ActionRefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Noted." if shows else "Saved; it will show in a moment.")
    if request.POST.get("from") == "account" and climb.seat.account_id:
        return redirect("account-detail", slug=slug, pk=climb.seat.account_id)
    return redirect("person-detail", slug=slug, pk=pk)


@require_POST
@open_to(Access.MANAGER)
def enrollment_pause(request, slug, pk, enrollment):
    climb, note = _find(pk, enrollment), request.POST.get("note", "").strip()[:500]
    shows = member_actions.pause(climb, member=request.member, note=note)
    return _back(request, climb, "Paused. Due dates wait until you resume." if shows else "")


@require_POST
@open_to(Access.MANAGER)
def enrollment_resume(request, slug, pk, enrollment):
    climb = _find(pk, enrollment)
    shows = member_actions.resume(climb, member=request.member)
    return _back(request, climb, "Resumed. Due dates have moved by the length of the pause." if shows else "")


@require_POST
@open_to(Access.MANAGER)
def enrollment_link(request, slug, pk, enrollment):
    """Make a link to the person's checklist. It is shown in the answer itself: nothing keeps it to show it again."""
    climb = _find(pk, enrollment)
    token = member_actions.link(climb, member=request.member)
    address = settings.CAIRN_BASE_URL + reverse("checklist", args=[token])
    return _show_person(request, climb.seat.person, enrollment=climb, link=address)


def _back(request, climb: Enrollment, said: str, anchor: str = ""):
    """To the person's page, with what happened; `said` is empty when it will only show in a moment."""
    return _to_person(request, climb.seat.person_id, said, anchor)


def _to_person(request, person: int, said: str, anchor: str = ""):
    if said:
        messages.success(request, said)
    else:
        messages.info(request, "Saved, updating. It will show in a moment.")
    address = reverse("person-detail", args=[request.workspace.slug, person])
    return redirect(f"{address}{anchor}")
