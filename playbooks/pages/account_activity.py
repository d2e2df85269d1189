"""Page of an account: everything that happened, the team's notes and its tasks. And the parts of both on other pages."""

from datetime import UTC, datetime

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tenancy.notifications import notify
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, Person
from playbooks.models import AccountNote, Task
from playbooks.pages.showing import show
from playbooks.pages.tasks import TaskForm, open_tasks
from playbooks.plays import mentioned
from playbooks.portfolio.timeline import KINDS, Whose, timeline

NOTES, SHOWN = 1_000, 3


class NoteForm(forms.Form):
    text = forms.CharField(
        label="A note",
        max_length=4_000,
        error_messages={"required": "Write something."},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For the team only. Markdown; @name tells somebody.",
    )
    is_pinned = forms.BooleanField(label="Keep it at the top", required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def account_activity(request, slug, pk):
    """`?kind=` one of KINDS alone, `?before=` a moment; POST writes a note."""
    account = get_object_or_404(Account, pk=pk)
    form = NoteForm(request.POST if request.method == "POST" else None, auto_id="note-%s")
    if request.method == "POST" and form.is_valid():
        if AccountNote.objects.filter(account=account).count() >= NOTES:
            form.add_error("text", f"There are {NOTES} notes about this account already. Remove some first.")
        else:
            _write(request, account, form.cleaned_data)
            return redirect("account-activity", slug=slug, pk=pk)
    return _page(
        request, account, form, TaskForm(initial={"account": account, "owner": account.manager_id or request.member.pk})
    )


def _page(request, account: Account, form: NoteForm, task_form: TaskForm):
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    whose = Whose(request.workspace.slug, Calendar(clock.now(), request.workspace.zone), account=account)
    page = timeline(whose, since=_place(request.GET.get("before", "")), kind=kind)
    context = {
        "nav_current": "account-list",
        "account": account,
        "form": form,
        "task_form": task_form,
        "tasks": open_tasks().filter(account=account),
        "pinned": AccountNote.objects.filter(account=account, is_pinned=True)
        .select_related("by__user")
        .order_by("-at"),
        "entries": [(entry, whose.calendar.time(entry.at)) for entry in page.entries],
        "older": f"{page.older[0].isoformat()}~{page.older[1]}" if page.older else "",
        "is_first": "before" not in request.GET,
        "kind": kind,
        "kinds": KINDS.items(),
        "today": clock.now().astimezone(request.workspace.zone).date(),
    }
    return show(request, "account_activity.html", context)


def _place(text: str) -> tuple[datetime, int] | None:
    """Where a page of the timeline begins: `<moment>~<how many of it are behind>`; what is no such place is the beginning."""
    moment, _, behind = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        at = at.astimezone(UTC) if at.tzinfo else at
    except (ValueError, OverflowError):
        return None
    return (at, int(behind) if behind.isdecimal() and len(behind) < 6 else 0) if at.tzinfo else None


def _write(request, account: Account, said: dict) -> None:
    AccountNote.objects.create(
        workspace_id=current_workspace_id(), account=account, at=clock.now(), by=request.member, **said
    )
    path = reverse("account-activity", args=[request.workspace.slug, account.pk])
    told = {each.pk: each for each in mentioned(said["text"])}
    if account.manager_id and account.manager_id not in told:
        told[account.manager_id] = account.manager
    for each in told.values():
        if each.pk != request.member.pk:
            notify(each, f"{request.member.user} about {account}: {said['text']}", path)
    messages.success(request, "Noted.")


@require_POST
@open_to(Access.MANAGER)
def account_task(request, slug, pk):
    """A task about this account."""
    account = get_object_or_404(Account, pk=pk)
    form = TaskForm(request.POST)
    if not form.is_valid():
        return _page(request, account, NoteForm(auto_id="note-%s"), form)
    said = form.cleaned_data | {"account": account}
    Task.objects.create(workspace_id=current_workspace_id(), made_at=clock.now(), made_by=request.member, **said)
    messages.success(request, "It is on the list.")
    return redirect("account-activity", slug=slug, pk=pk)


@require_POST
@open_to(Access.MANAGER)
def note_act(request, slug, pk, verb):
    """Pin it, let it go again, or remove it; only who wrote it, or an admin, removes it."""
    note = get_object_or_404(AccountNote, pk=pk)
    if verb == "remove" and (note.by_id == request.member.pk or request.member.may(Access.ADMIN)):
        note.delete()
        messages.success(request, "The note is removed.")
    elif verb == "remove":
        messages.error(request, "Only who wrote it, or an admin, may remove it.")
    elif verb in ("pin", "unpin"):
        AccountNote.objects.filter(pk=pk).update(is_pinned=verb == "pin")
    return redirect("account-activity", slug=slug, pk=note.account_id)


@require_safe
@open_to(Access.MANAGER)
def account_work(request, slug, pk):
    """The part of an account's page: what there is to do, and what was noted last."""
    account = get_object_or_404(Account, pk=pk)
    notes = AccountNote.objects.filter(account=account).select_related("by__user").order_by("-is_pinned", "-at")
    context = {
        "nav_current": "account-list",
        "account": account,
        "tasks": open_tasks().filter(account=account)[:SHOWN],
        "task_count": open_tasks().filter(account=account).count(),
        "notes": notes[:SHOWN],
        "today": clock.now().astimezone(request.workspace.zone).date(),
    }
    return show(request, "_account_work.html" if request.htmx else "account_work.html", context)


@require_safe
@open_to(Access.MANAGER)
def person_messages(request, slug, pk):
    """The part of a person's page: what was said to them, and what there is to do about them."""
    person = get_object_or_404(Person, pk=pk)
    whose = Whose(slug, Calendar(clock.now(), request.workspace.zone), person=person)
    entries = [each for kind in ("messages", "tasks", "sessions") for each in timeline(whose, kind=kind).entries]
    entries = sorted(entries, key=lambda entry: entry.at, reverse=True)[:20]
    context = {
        "nav_current": "person-list",
        "person": person,
        "entries": [(entry, whose.calendar.time(entry.at)) for entry in entries],
    }
    return show(request, "_person_messages.html" if request.htmx else "person_messages.html", context)
