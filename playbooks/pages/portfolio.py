"""Pages: the portfolio, and what a member does about several of its accounts at once."""

import csv
from collections.abc import Mapping
from itertools import chain

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from milestones.models import AccountHealth, Ladder, Pace, Reason
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.csv_cells import harmless
from onboarding.tenancy.models import Access
from onboarding.tenancy.saved_views import remove_view, save_view, views
from onboarding.tracking.models import Account
from onboarding.tracking.pages.managers import managers
from playbooks.models import PortfolioView
from playbooks.pages.showing import page_of, show
from playbooks.portfolio import bulk, digest
from playbooks.portfolio.finding import MINE, NOBODY, Wanted, found, measure_missing, owned, paces, phases, read_wanted
from playbooks.portfolio.first import starts
from playbooks.portfolio.rows import rows_of
from playbooks.portfolio.summing import lede, sum_up

A_PAGE, A_TURN = 25, 500
BESIDE = ("account__manager__user", "ladder")  # what a row shows beside its own
PICKED = "picked"  # what was chosen before it was refused, and what was said: field → its name in the address
SAID = {"title": "title", "due_on": "due_on", "all": "all", "manager": "to", "ladder": "onto"}
SHOWN = (Pace.STALLED, Pace.AT_RISK, Pace.ON_TRACK, Pace.FINISHED, Pace.IDLE)


@require_safe
@open_to(Access.MANAGER)
def account_list(request, slug):
    """`?q=&pace=&reason=&phase=&ladder=&owner=&sort=` narrow and order; `format=csv` is the same as a file."""
    measure_missing()
    wanted, calendar = read_wanted(request.GET), Calendar(clock.now(), request.workspace.zone)
    rows = found(wanted, request.member)
    if request.GET.get("format") == "csv":
        return _file(list(rows.select_related(*BESIDE)), calendar)
    mine = owned(wanted, request.member)
    summed = sum_up(mine, calendar.now, calendar.zone)
    counts = summed.paces if wanted.is_of_all_owned else paces(wanted, request.member)
    total = counts.get(wanted.pace, 0) if wanted.pace else sum(counts.values())
    # Sorted without their long columns, which are read of those that are shown.
    page = page_of(request, rows.values_list("account_id", flat=True), A_PAGE, total)
    shown = AccountHealth.objects.filter(account__in=list(page)).select_related(*BESIDE)
    healths = {each.account_id: each for each in shown}
    query = request.GET.copy()
    for name in ("page", PICKED, *SAID.values()):
        query.pop(name, None)
    context = {
        "nav_current": "account-list",
        "wanted": wanted,
        "lede": lede(summed.paces, is_mine=wanted.owner == MINE),
        "summed": summed,
        "starts": starts(mine, slug, calendar),
        "paces": _paces(wanted, counts),
        "phases": phases(),
        "ladders": Ladder.objects.exclude(live=None).order_by("position", "id"),
        "reasons": Reason.choices,
        "managers": managers(),
        "page": page,
        "rows": rows_of([healths[pk] for pk in page if pk in healths], calendar),
        "pages_query": query.urlencode(),
        "views": views(request, PortfolioView, query),
        "query": wanted.query(),
        "picked": set(request.GET.getlist(PICKED)[:A_PAGE]),
        "said": {field: request.GET.get(name, "")[:200] for field, name in SAID.items()},
        "sorts": _sorts(wanted),
        **Account.objects.aggregate(
            nobodys=Count("pk", filter=Q(is_test=False, manager=None)), left_out=Count("pk", filter=Q(is_test=True))
        ),
        "most": bulk.MOST,
        "gets_digest": digest.is_wanted(request.member),
    }
    return show(request, "portfolio.html", context)


def _paces(wanted: Wanted, counts: Mapping[str, int]) -> list[tuple[str, str, int, str, bool]]:
    """(key, label, how many, query, is chosen) of the choices; those that nobody has are left out."""
    shown = [("", "All", sum(counts.values()))]
    shown += [(pace, pace.label, counts.get(pace, 0)) for pace in SHOWN if counts.get(pace) or wanted.pace == pace]
    return [(key, label, count, wanted.query(pace=key), wanted.pace == key) for key, label, count in shown]


HEADS = (
    ("name", "Customer", "", False),
    ("progress", "Progress", "-", False),
    ("health", "Health, and why", "", False),
    ("next", "Next milestone", "", False),
    ("value", "Days to value", "", True),
    ("seen", "Last seen", "-", True),
)


def _sorts(wanted: Wanted) -> list[dict]:
    """The heads of the table: the query that each leads to, and how it is sorted now."""
    heads = []
    for key, label, first, is_number in HEADS:
        now = {key: "ascending", f"-{key}": "descending"}.get(wanted.sort, "")
        then = {"ascending": f"-{key}", "descending": key}.get(now, f"{first}{key}")
        heads.append({"label": label, "query": wanted.query(sort=then), "sorted": now, "is_number": is_number})
    return heads


def _file(found: list[AccountHealth], calendar: Calendar) -> HttpResponse:
    """The portfolio as a file for a spreadsheet: every account that is found."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="accounts.csv"'
    lines = csv.writer(answer)
    heads = ["Account", "Id", "Looked after by", "Pace", "Reason", "Why", "Ladder", "Reached", "Of", "Phase", "Next"]
    lines.writerow([*heads, "Due", "Day of first value", "Day", "People", "Here this week", "Last seen"])
    turns = (found[start : start + A_TURN] for start in range(0, len(found), A_TURN))
    for row in chain.from_iterable(rows_of(turn, calendar) for turn in turns):
        health = row.health
        said = [row.name, health.account.external_id, row.owner, row.label, health.get_reason_display()]
        said += [" ".join(why.words for why in row.whys), health.ladder.name if health.ladder else ""]
        said += [health.reached, health.total, health.phase, health.next_title]
        said += [_day(health.due_at, calendar), row.days, row.day, health.people, health.active]
        lines.writerow(
            [harmless("" if cell is None else cell) for cell in [*said, _day(health.last_seen_at, calendar)]]
        )
    return answer


def _day(at, calendar: Calendar) -> str:
    return at.astimezone(calendar.zone).date().isoformat() if at else ""


class BulkForm(forms.Form):
    """What to do about which accounts; only what the verb asks for is read."""

    verb = forms.ChoiceField(choices=[("assign", ""), ("enroll", ""), ("task", "")])
    manager = forms.CharField(required=False, max_length=20)
    ladder = forms.SlugField(required=False, max_length=100)
    note = forms.CharField(required=False, max_length=500)
    title = forms.CharField(required=False, max_length=200)
    due_on = forms.DateField(required=False)


@require_POST
@open_to(Access.MANAGER)
def account_bulk(request, slug):
    """`pk` of the accounts, or `all=1` for all that `query` finds; `verb` says what happens to them.

    What cannot be done leads back to the page with all that was chosen and said.
    """
    form, accounts, is_done = BulkForm(request.POST), _chosen(request), False
    if not accounts:
        messages.error(request, "Choose some accounts first.")
    elif len(accounts) > bulk.MOST:
        messages.error(request, f"At most {bulk.MOST} accounts at once; these are more. Narrow the list first.")
    elif not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
    else:
        act = {"assign": _assign, "enroll": _enroll, "task": _task}[form.cleaned_data["verb"]]
        is_done = act(request, accounts, form.cleaned_data)
    return redirect(_back(request, slug, is_done=is_done))


def _back(request, slug: str, *, is_done: bool) -> str:
    said = QueryDict(request.POST.get("query", "")[:1500], mutable=True)
    if not is_done:
        said.update({name: request.POST[field][:200] for field, name in SAID.items() if request.POST.get(field)})
        said.setlist(PICKED, [pk for pk in request.POST.getlist("pk")[:A_PAGE] if pk.isdecimal() and len(pk) < 18])
    return f"{reverse('account-list', args=[slug])}?{said.urlencode()}"


def _chosen(request) -> list[int]:
    if request.POST.get("all") == "1":
        wanted = read_wanted(QueryDict(request.POST.get("query", "")[:1500]))
        return list(found(wanted, request.member).values_list("account_id", flat=True)[: bulk.MOST + 1])
    asked = [int(pk) for pk in request.POST.getlist("pk")[: bulk.MOST + 1] if pk.isdecimal() and len(pk) < 18]
    return list(Account.objects.filter(pk__in=asked, is_test=False).values_list("pk", flat=True))


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"


def _assign(request, accounts: list[int], said: dict) -> bool:
    manager = None
    if said["manager"] != NOBODY:
        pk = int(said["manager"]) if said["manager"].isdecimal() else 0
        manager = next((each for each in managers() if each.pk == pk), None)
        if manager is None:
            messages.error(request, "Choose somebody of your team.")
            return False
    link = f"{reverse('account-list', args=[request.workspace.slug])}?owner=mine"
    count = bulk.assign(accounts, manager, member=request.member, link=link)
    name = str(manager.user) if manager else "Nobody"
    messages.success(request, f"{name} looks after {_accounts(len(accounts))}{'' if count else ', as before'}.")
    return True


def _enroll(request, accounts: list[int], said: dict) -> bool:
    ladder = Ladder.objects.exclude(live=None).filter(key=said["ladder"]).first()
    if ladder is None:
        messages.error(request, "Choose a ladder that is published.")
        return False
    people, refused = bulk.enroll(accounts, ladder, note=said["note"], member=request.member)
    told = f"{people:,} {'person is' if people == 1 else 'people are'} put on “{ladder.name}”; it shows in a moment."
    if refused:
        told += f" Nobody could be of {', '.join(refused[:5])}{' and others' if len(refused) > 5 else ''}."
    (messages.success if people else messages.error)(request, told)
    return bool(people)


def _task(request, accounts: list[int], said: dict) -> bool:
    if not said["title"].strip():
        messages.error(request, "Say what is to be done.")
        return False
    count = bulk.write_tasks(accounts, title=said["title"], due_on=said["due_on"], member=request.member)
    messages.success(request, f"{count:,} task{'' if count == 1 else 's'} written, for whoever looks after each.")
    return True


@require_POST
@open_to(Access.MANAGER)
def portfolio_view_save(request, slug):
    return save_view(request, PortfolioView, "account-list")


@require_POST
@open_to(Access.MANAGER)
def portfolio_view_remove(request, slug, pk):
    return remove_view(request, PortfolioView, pk, "account-list")


@require_POST
@open_to(Access.MANAGER)
def digest_choose(request, slug):
    """Whether the member wants Monday's mail."""
    wanted = request.POST.get("wanted") == "1"
    digest.want(request.member, wanted=wanted)
    messages.success(request, "You get a mail each Monday." if wanted else "No mail on Mondays any more.")
    return redirect("account-list", slug=slug)
