"""Page of an account: its answers, the link by which the customer answers, and the ladder that the answers ask for."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from milestones.account_links import live_links, make_link, revoke
from milestones.answer_form import AnswerForm
from milestones.answering import (
    TooOftenError,
    answer,
    bases,
    keep_goals,
    latest,
    pending,
    put_into_draft,
    questions_for,
    recommendation,
    tailor,
)
from milestones.discovery import Recommendation, difference, in_words
from milestones.models import AccountLink, Answers, Ladder, Question, TailoredLadder
from milestones.studio.rendering import calendar_of, show
from milestones.studio.roles import role_label, usual_roles
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tracking.models import Account

KIND = AccountLink.Kind.DISCOVERY


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def account_discovery(request, slug, pk):
    """What is known of the account; POST keeps what the manager heard."""
    account = get_object_or_404(Account, pk=pk)
    form = None
    if request.method == "POST":
        before = latest(account)
        form = AnswerForm(
            request.POST, questions=questions_for(), answers=before.answers if before else {}, is_guest=False
        )
        if form.is_valid():
            try:
                kept = answer(account, form.answers(), by=str(request.member.user), by_customer=False)
            except TooOftenError as error:
                form.add_error(None, str(error))
                return _page(request, account, form=form)
            if kept:
                record(member=request.member, verb="wrote down the answers of", subject=str(account))
            messages.success(request, "Saved." if kept else "Nothing was different.")
            return redirect("account-discovery", slug=slug, pk=pk)
    return _page(request, account, form=form)


def _page(request, account: Account, *, form=None, link: str = "", chosen: str = ""):
    calendar, questions = calendar_of(request), questions_for()
    rounds = list(Answers.objects.filter(account=account).order_by("-number")[:2])
    now = rounds[0] if rounds else None
    tailored = TailoredLadder.objects.filter(account=account).select_related("ladder", "base__live").first()
    offered = bases()
    base = tailored.base if tailored else _chosen(offered, request.GET.get("base", ""))
    made, differs = None, None
    if now and base and base.live:
        made, differs = (
            pending(tailored, now.answers) if tailored else (recommendation(base.live.document, now.answers), None)
        )
    context = {
        "nav_current": "account-list",
        "account": account,
        "questions": questions,
        "form": form or AnswerForm(questions=questions, answers=now.answers if now else {}, is_guest=False),
        "answers": now,
        "answered": calendar.time(now.answered_at) if now else None,
        "changes": _changes(questions, rounds),
        "links": [(each, calendar.date(each.expires_at), _role(each.role)) for each in live_links(account, KIND)],
        "link": link,
        "roles": [("", "All questions"), *((role, role_label(role)) for role in usual_roles())],
        "bases": offered,
        "base": base,
        "tailored": tailored,
        "made": made,
        "phases": _phases(made) if made else [],
        "differs": differs,
        # What the earlier answers had asked for and these do not, and the other way round.
        "shifted": _shifted(base, rounds, made) if made and len(rounds) > 1 and not tailored else None,
    }
    return show(request, "account_discovery.html", context)


def _shifted(base: Ladder, rounds: list[Answers], made: Recommendation):
    return difference(recommendation(base.live.document, rounds[1].answers).document, made)


def _chosen(offered: list[Ladder], key: str) -> Ladder | None:
    return next((each for each in offered if each.key == key), offered[0] if offered else None)


def _role(key: str) -> str:
    return role_label(key) if key else "All questions"


def _phases(made: Recommendation) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    titles = {each["key"]: each["title"] for each in made.document["milestones"]}
    return [
        (
            phase["name"],
            [(titles[rung["milestone"]], made.reasons.get(rung["milestone"], [])) for rung in phase["rungs"]],
        )
        for phase in made.document["phases"]
    ]


def _changes(questions: list[Question], rounds: list[Answers]) -> list[tuple[str, str, str]]:
    """(question, before, now) of what the last answers changed."""
    if len(rounds) < 2:
        return []
    now, before = rounds[0].answers, rounds[1].answers
    return [
        (each.text, _said(before.get(each.key)), _said(now.get(each.key)))
        for each in questions
        if now.get(each.key) != before.get(each.key)
    ]


def _said(value) -> str:
    if value in (None, "", []):
        return "nothing"
    return in_words(value)


@require_POST
@open_to(Access.MANAGER)
def discovery_link(request, slug, pk):
    """Make the customer's link, shown once; or let all of them stop working."""
    account = get_object_or_404(Account, pk=pk)
    if request.POST.get("do") == "revoke":
        revoke(account, KIND)
        record(member=request.member, verb="revoked the question links of", subject=str(account))
        messages.success(request, "The links no longer open.")
        return redirect("account-discovery", slug=slug, pk=pk)
    role = request.POST.get("role", "")[:60]
    role = role if role in usual_roles() else ""
    token = make_link(account, kind=KIND, role=role)
    record(member=request.member, verb="made a question link for", subject=str(account), detail={"role": role})
    return _page(request, account, link=f"{settings.CAIRN_BASE_URL}/d/{token}/")


@require_POST
@open_to(Access.MANAGER)
def discovery_ladder(request, slug, pk):
    """Make the account's own ladder of its answers, or put what they ask for now into its draft."""
    account = get_object_or_404(Account, pk=pk)
    answers, tailored = latest(account), TailoredLadder.objects.filter(account=account).select_related("ladder").first()
    if answers is None:
        messages.error(request, "Nothing has been answered yet.")
        return redirect("account-discovery", slug=slug, pk=pk)
    if tailored:
        tailored.account = account
        put_into_draft(tailored, answers, member=request.member)
    else:
        base = next((each for each in bases() if each.key == request.POST.get("base")), None)
        if base is None:
            messages.error(request, "Choose the published ladder to start from.")
            return redirect("account-discovery", slug=slug, pk=pk)
        tailored = tailor(account, base, answers, member=request.member)
    messages.success(request, "It is a draft: look at it, publish it, then put the account’s people on it.")
    return redirect("ladder-draft", slug=slug, key=tailored.ladder.key)


@require_POST
@open_to(Access.MANAGER)
def discovery_goals(request, slug, pk):
    """Take the goals that the answers set into the account's plan."""
    account = get_object_or_404(Account, pk=pk)
    answers, base = latest(account), _chosen(bases(), request.POST.get("base", ""))
    if answers and base:
        count = keep_goals(account, recommendation(base.live.document, answers.answers), member=request.member)
        messages.success(request, f"{count} new in the plan." if count else "They are all in the plan already.")
    return redirect("account-plan", slug=slug, pk=pk)
