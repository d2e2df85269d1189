"""Pages: the list of accounts, and one account."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from milestones.checklist.actions import ActionRefusedError
from milestones.models import Ladder
from milestones.studio import member_actions
from milestones.studio.account_story import happenings, tell, traits_shown
from milestones.studio.heard import heard_at
from milestones.studio.portfolio import SORTS, account_rows, find_accounts, trait
from milestones.studio.rendering import address_of_pages, calendar_of, page_of, show
from milestones.studio.roster import Wanted, find_people, person_rows
from milestones.studio.rung_forms import EnrollForm
from milestones.studio.splits import counted, headline, split
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tracking.models import Account
from onboarding.tracking.pages.managers import managers

PEOPLE_SHOWN = 10


@require_safe
@open_to(Access.MANAGER)
def account_list(request, slug):
    """`?q=` finds by name or id, `?sort=` orders by one of SORTS, "-" before it downwards."""
    q, sort = request.GET.get("q", "").strip()[:200], request.GET.get("sort", "name")
    sort = sort if sort.removeprefix("-") in SORTS else "name"
    page = page_of(request, find_accounts(q=q, sort=sort))
    context = {
        "nav_current": "account-list",
        "headline": headline(
            split(Account.objects.filter(is_test=False), "seat__account"), one="account", many="accounts"
        ),
        "rows": account_rows(page, calendar_of(request)),
        "left_out": Account.objects.filter(is_test=True).count(),
        "page": page,
        "pages_query": address_of_pages(request),
        "q": q,
        "sort": sort,
    }
    return show(request, "account_list.html", context)


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


def _published() -> list[Ladder]:
    return list(Ladder.objects.exclude(live=None).order_by("position", "id"))


def _show_account(request, account: Account, enroll_form: EnrollForm | None = None):
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
