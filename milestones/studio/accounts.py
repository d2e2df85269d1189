"""Page: one account, and what a member says and does about it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from milestones.checklist.actions import ActionRefusedError
from milestones.health.standing import end, say, standing_of
from milestones.models import Ladder
from milestones.studio import member_actions
from milestones.studio.account_health import StandingForm, definition_of, goals_of, health_of
from milestones.studio.account_story import happenings, tell, trait, traits_shown
from milestones.studio.heard import heard_at
from milestones.studio.rendering import calendar_of, show
from milestones.studio.roster import Wanted, find_people, person_rows
from milestones.studio.rung_forms import EnrollForm
from milestones.studio.splits import counted
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tracking.models import Account
from onboarding.tracking.pages.managers import managers

PEOPLE_SHOWN = 10


@require_safe
@open_to(Access.MANAGER)
def account_detail(request, slug, pk):
    """Who the account is, how far each role is, and what happened lately."""
    return _show_account(request, get_object_or_404(Account, pk=pk))


@require_POST
@open_to(Access.MANAGER)
def account_enroll(request, slug, pk):
    """Put everybody of the account on a ladder."""
    account = get_object_or_404(Account, pk=pk)
    form = EnrollForm(request.POST, ladders=_published())
    if form.is_valid():
        ladder, note = Ladder.objects.get(key=form.cleaned_data["ladder"]), form.cleaned_data["note"]
        try:
            count, shows = member_actions.enroll_account(account, ladder, member=request.member, note=note)
        except ActionRefusedError as error:
            form.add_error("ladder", str(error))
        else:
            said = f"{counted(count, 'person', 'people')} of {account} {'is' if count == 1 else 'are'} put on “{ladder.name}”"
            messages.success(request, f"{said}." if shows else f"{said}; it will show in a moment.")
            return redirect("account-detail", slug=slug, pk=pk)
    return _show_account(request, account, enroll_form=form)


@require_POST
@open_to(Access.MANAGER)
def account_standing(request, slug, pk):
    """Say that it is blocked, or waits; `over=1` that it is not so any more."""
    account = get_object_or_404(Account, pk=pk)
    if request.POST.get("over") == "1":
        end(account, member=request.member)
        messages.success(request, "Nothing holds it up, then. Its pace is measured again.")
        return redirect("account-detail", slug=slug, pk=pk)
    form = StandingForm(request.POST, auto_id="standing-%s")
    if not form.is_valid():
        return _show_account(request, account, standing_form=form)
    say(account, member=request.member, **form.cleaned_data)
    messages.success(request, "Noted. Its health says so from now on.")
    return redirect("account-detail", slug=slug, pk=pk)


def _published() -> list[Ladder]:
    return list(Ladder.objects.exclude(live=None).order_by("position", "id"))


def _show_account(
    request, account: Account, enroll_form: EnrollForm | None = None, standing_form: StandingForm | None = None
):
    calendar = calendar_of(request)
    people = find_people(Wanted(account=account.pk))
    context = {
        "nav_current": "account-list",
        "account": account,
        "initials": _initials(account),
        "industry": trait(account.traits, "industry"),
        "plan": trait(account.traits, "plan"),
        "first_seen": calendar.date(account.first_seen_at),
        "last_seen": calendar.day(account.last_seen_at),
        "story": tell(account, calendar),
        "health": health_of(account, calendar),
        "standing": standing_of(account),
        "standing_form": standing_form or StandingForm(auto_id="standing-%s"),
        "goals": goals_of(account, calendar),
        "done": definition_of(account, calendar),
        "people_count": people.count(),
        "people": person_rows(people[:PEOPLE_SHOWN], calendar, Wanted(account=account.pk)),
        "happenings": happenings(account, calendar),
        "heard": heard_at(account, calendar),
        "traits": traits_shown(account.traits),
        "managers": managers(),
        "enroll_form": enroll_form or EnrollForm(ladders=_published()),
    }
    return show(request, "account_detail.html", context)


def _initials(account: Account) -> str:
    return "".join(word[0] for word in str(account).split()[:2]).upper()
