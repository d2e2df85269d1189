"""Pages: who wants a session, what is ahead, what came of those that were held; and when a member holds any."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from milestones.checklist.actions import words_of
from milestones.models import Enrollment, Progress
from milestones.studio.days import Calendar
from milestones.studio.titles import rung_titles
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tenancy.models.workspaces import check_timezone
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, Person
from playbooks.models import Coach, Session
from playbooks.pages.showing import page_of, show
from playbooks.sessions.booking import (
    SessionRefusedError,
    State,
    cancel,
    close,
    coach_of,
    coaches,
    free_times,
    offer,
    refresh_offer,
    title_of,
)
from playbooks.sessions.links import link_to
from playbooks.sessions.slots import Hours

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PEOPLE, PAST = 200, 20


def _rows(request):
    """Sessions with what they are about; `?whose=all` those of everybody."""
    rows = Session.objects.select_related("person", "account", "coach__member__user", "enrollment__ladder")
    return rows if request.GET.get("whose") == "all" else rows.filter(coach__member=request.member)


@require_safe
@open_to(Access.MANAGER)
def session_list(request, slug):
    """`?whose=all` everybody's, else the member's own."""
    rows, now = _rows(request), clock.now()
    calendar = Calendar(now, request.workspace.zone)
    past = rows.filter(state__in=(State.HELD, State.MISSED, State.CANCELLED, State.DECLINED)).order_by(
        "-ended_at", "-pk"
    )
    page = page_of(request, past, PAST)
    mine = Coach.objects.filter(member=request.member).first()
    context = {
        "nav_current": "session-list",
        "whose": "all" if request.GET.get("whose") == "all" else "mine",
        "whose_query": "whose=all" if request.GET.get("whose") == "all" else "",
        "wanted": _told(rows.filter(state__in=(State.ASKED, State.OFFERED)).order_by("-pk")[:PEOPLE], calendar),
        "ahead": _told(rows.filter(state=State.BOOKED, starts_at__gte=now).order_by("starts_at")[:PEOPLE], calendar),
        "to_note": _told(rows.filter(state=State.BOOKED, starts_at__lt=now).order_by("starts_at")[:PEOPLE], calendar),
        "past": _told(page, calendar),
        "page": page,
        "hours": mine,
        "is_anybody_open": bool(coaches()),
    }
    return show(request, "session_list.html", context)


def _told(sessions, calendar: Calendar) -> list[dict]:
    sessions = list(sessions)
    titles = rung_titles((each.ladder, each.rung) for each in sessions)
    return [
        {
            "session": each,
            "title": titles.get((each.ladder, each.rung)) or each.rung,
            "when": calendar.time(each.starts_at),
            "made": calendar.day(each.made_at),
        }
        for each in sessions
    ]


class OfferForm(forms.Form):
    """To whom, about what: the people of an account who climb, each with their open steps."""

    person = forms.ChoiceField(label="To whom, about which step", error_messages={"required": "Choose somebody."})
    wish = forms.CharField(
        label="What it should be about",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For you and your team.",
    )

    def __init__(self, *args, choices, **options):
        super().__init__(*args, auto_id="offer-%s", **options)
        self.fields["person"].choices = choices


def _choices(account: Account | None, person: Person | None) -> list[tuple[str, str]]:
    """(enrollment and step, in words), those who have been at their step for longest first."""
    rows = Progress.objects.filter(
        enrollment__ended_at=None,
        enrollment__seat__left_at=None,
        enrollment__seat__person__is_test=False,
        on_track=True,
        reached_at=None,
        skipped_at=None,
        opened_at__lte=clock.now(),
    )
    rows = rows.filter(enrollment__seat__person=person) if person else rows.filter(enrollment__seat__account=account)
    rows = rows.select_related("enrollment__seat__person", "rung").order_by("opened_at", "pk")[:PEOPLE]
    return [(f"{row.enrollment_id}/{row.key}", f"{row.enrollment.seat.person}: {row.rung.title}") for row in rows]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def session_new(request, slug):
    """`?account=` or `?person=`: offer one of them a session; POST sends the offer."""
    account = _named(Account, request.GET.get("account"))
    person = _named(Person, request.GET.get("person"))
    choices = _choices(account, person) if account or person else []
    form = OfferForm(request.POST if request.method == "POST" else None, choices=choices)
    if request.method == "POST" and form.is_valid():
        pk, _, key = form.cleaned_data["person"].partition("/")
        rows = Enrollment.objects.select_related("seat__person", "seat__account__manager", "ladder")
        try:
            session = offer(rows.get(pk=pk), key, member=request.member, wish=form.cleaned_data["wish"])
        except SessionRefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{session.person} is told, by mail and in your product, and can choose a time.")
            return redirect("session-detail", slug=slug, pk=session.pk)
    context = {
        "nav_current": "session-list",
        "form": form,
        "account": account,
        "person": person,
        "choices": choices,
        "is_anybody_open": bool(coaches()),
    }
    return show(request, "session_new.html", context)


def _named(model, asked: str | None):
    if not asked:
        return None
    return get_object_or_404(model, pk=int(asked) if asked.isdecimal() and len(asked) < 18 else 0)


class OutcomeForm(forms.Form):
    came = forms.ChoiceField(
        label="Did they come?",
        choices=[("yes", "They came"), ("no", "They did not come")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether they came."},
    )
    outcome = forms.CharField(
        label="What came of it", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def session_detail(request, slug, pk):
    """One session; POST notes what came of it."""
    rows = Session.objects.select_related("person", "account", "coach__member__user", "enrollment__ladder")
    session = get_object_or_404(rows, pk=pk)
    initial = {"outcome": session.outcome}
    if session.state in (State.HELD, State.MISSED):
        initial["came"] = "yes" if session.state == State.HELD else "no"
    form = OutcomeForm(request.POST if request.method == "POST" else None, initial=initial, auto_id="outcome-%s")
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            close(session, came=said["came"] == "yes", outcome=said["outcome"], member=request.member)
        except SessionRefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Noted.")
            return redirect("session-detail", slug=slug, pk=pk)
    calendar = Calendar(clock.now(), request.workspace.zone)
    context = {
        "nav_current": "session-list",
        "session": session,
        "title": title_of(session),
        "when": calendar.time(session.starts_at),
        "made": calendar.time(session.made_at),
        "form": form,
        "link": link_to(session),
        "is_open": session.state in (State.ASKED, State.OFFERED, State.BOOKED),
        "coach": coach_of(session),
        "is_past": bool(session.starts_at and session.starts_at <= clock.now()),
    }
    return show(request, "session_detail.html", context)


@require_POST
@open_to(Access.MANAGER)
def session_cancel(request, slug, pk):
    session = get_object_or_404(Session, pk=pk)
    cancel(session, member=request.member, why=words_of(request.POST.get("why", "")[:2000]))
    messages.success(request, f"Cancelled. {session.person} is told, where a time was booked.")
    return redirect("session-detail", slug=slug, pk=pk)


class HoursForm(forms.Form):
    """When and where a member holds sessions; one block a day in the morning, one in the afternoon."""

    is_open = forms.BooleanField(label="I hold sessions", required=False)
    place = forms.CharField(
        label="Where",
        required=False,
        max_length=300,
        help_text="The address of your video room, or how you meet. It stands in the invitation.",
    )
    minutes = forms.IntegerField(label="How long, in minutes", min_value=10, max_value=180)
    gap = forms.IntegerField(label="Minutes between two", min_value=0, max_value=120)
    notice = forms.IntegerField(label="Not sooner than, in hours", min_value=0, max_value=336)
    days = forms.IntegerField(label="At most so many days ahead", min_value=1, max_value=60)
    timezone = forms.CharField(
        label="Time zone", required=False, max_length=60, help_text="Such as Europe/Berlin; empty: the workspace’s."
    )
    away_from = forms.DateField(
        label="Away from", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    away_until = forms.DateField(
        label="Until and with", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, **options):
        super().__init__(*args, auto_id="hours-%s", **options)
        for day in range(1, 8):
            for part in ("a", "b"):
                for end in ("from", "until"):
                    widget = forms.TimeInput(attrs={"type": "time", "class": "input input-sm"}, format="%H:%M")
                    self.fields[f"d{day}{part}_{end}"] = forms.TimeField(required=False, widget=widget)

    def clean_timezone(self):
        name = self.cleaned_data["timezone"].strip()
        if name:
            try:
                check_timezone(name)
            except ValidationError as error:
                raise forms.ValidationError(error.messages) from None
        return name

    def clean(self):
        said = super().clean()
        for day in range(1, 8):
            for part in ("a", "b"):
                begins, ends = said.get(f"d{day}{part}_from"), said.get(f"d{day}{part}_until")
                if bool(begins) != bool(ends):
                    self.add_error(None, f"{WEEK[day - 1]}: say from when until when, or leave both empty.")
                elif begins and begins >= ends:
                    self.add_error(None, f"{WEEK[day - 1]}: {ends:%H:%M} is not after {begins:%H:%M}.")
        first, last = said.get("away_from"), said.get("away_until")
        if last and not first:
            self.add_error("away_from", "Say from when.")
        elif first and last and last < first:
            self.add_error("away_until", "That is before the first day.")
        return said

    def weekly(self) -> list[list]:
        said = self.cleaned_data
        return [
            [day, f"{said[f'd{day}{part}_from']:%H:%M}", f"{said[f'd{day}{part}_until']:%H:%M}"]
            for day in range(1, 8)
            for part in ("a", "b")
            if said.get(f"d{day}{part}_from")
        ]

    @property
    def week(self) -> list[tuple[str, list]]:
        """(the day's name, its four fields)."""
        names = [(day, part, end) for day in range(1, 8) for part in ("a", "b") for end in ("from", "until")]
        days: dict[int, list] = {}
        for day, part, end in names:
            days.setdefault(day, []).append(self[f"d{day}{part}_{end}"])
        return [(WEEK[day - 1], fields) for day, fields in days.items()]


USUAL = Hours((), None)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def session_hours(request, slug):
    """When the member holds sessions."""
    mine = Coach.objects.filter(member=request.member).first()
    form = HoursForm(request.POST if request.method == "POST" else None, initial=_initial(mine))
    if request.method == "POST" and form.is_valid():
        names = ("is_open", "place", "minutes", "gap", "notice", "days", "timezone", "away_from", "away_until")
        said = {name: form.cleaned_data[name] for name in names} | {"hours": form.weekly()}
        own = {"workspace_id": current_workspace_id(), "member": request.member}
        coach, _ = Coach.objects.update_or_create(**own, defaults=said)
        refresh_offer()
        count = len(free_times(coach)) if coach.is_open else 0
        messages.success(
            request, f"Saved: {count} free times ahead." if coach.is_open else "Saved. You hold none for now."
        )
        return redirect("session-list", slug=slug)
    return show(request, "session_hours.html", {"nav_current": "session-list", "form": form})


def _initial(coach: Coach | None) -> dict:
    if coach is None:
        return {"is_open": True, "minutes": USUAL.minutes, "gap": USUAL.gap, "notice": 12, "days": USUAL.days}
    names = ("is_open", "place", "minutes", "gap", "notice", "days", "timezone", "away_from", "away_until")
    said, seen = {name: getattr(coach, name) for name in names}, {}
    for day, begins, ends in coach.hours:
        part = "b" if day in seen else "a"
        seen[day] = True
        said |= {f"d{day}{part}_from": begins, f"d{day}{part}_until": ends}
    return said
