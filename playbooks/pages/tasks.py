"""Page: what there is to do about accounts, by whom."""

from django import forms
from django.contrib import messages
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access, Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account
from onboarding.tracking.pages.managers import managers
from playbooks.models import Task
from playbooks.pages.showing import page_of, show

OFFERED = 200  # accounts
WHOSE = {"mine": "Mine", "everybody": "Everybody’s", "done": "Done"}


class AccountField(forms.CharField):
    """An account by its id or its name: there may be too many to choose from a list."""

    widget = forms.TextInput(attrs={"list": "known-accounts", "autocomplete": "off"})

    def clean(self, value) -> Account | None:
        text = super().clean(value)
        if not text:
            return None
        accounts = Account.objects.filter(is_test=False)
        found = list(accounts.filter(external_id=text) or accounts.filter(name__iexact=text)[:2])
        if not found:
            raise forms.ValidationError(f"No account has “{text}” as its id or its name.")
        if len(found) > 1:
            raise forms.ValidationError(f"Several accounts are called “{text}”. Write the id of one.")
        return found[0]

    def prepare_value(self, value):
        return value.external_id if isinstance(value, Account) else value


class TaskForm(forms.Form):
    title = forms.CharField(
        label="What is to be done", max_length=200, error_messages={"required": "Say what is to be done."}
    )
    account = AccountField(label="Account", required=False, max_length=300, help_text="Its id, or its name.")
    owner = forms.ModelChoiceField(queryset=Member.objects.none(), label="By", required=False, empty_label="Nobody yet")
    due_on = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label="Notes", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data=None, *, initial: dict | None = None):
        super().__init__(data, initial=initial, auto_id="task-%s")
        self.fields["owner"].queryset = Member.objects.filter(pk__in=[each.pk for each in managers()]).select_related(
            "user"
        )


def known_accounts(member: Member) -> list[Account]:
    """Those that are offered while one types: the member's own, else the first by name."""
    accounts = Account.objects.filter(is_test=False).order_by("name", "external_id")
    return list(accounts.filter(manager=member)[:OFFERED]) or list(accounts[:OFFERED])


def open_tasks():
    """What is to be done, the most urgent first."""
    tasks = Task.objects.filter(done_at=None).select_related("account", "owner__user", "delivery__nudge")
    return tasks.order_by(F("due_on").asc(nulls_last=True), "pk")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def task_list(request, slug):
    """`?whose=` mine, everybody or done; POST writes one down."""
    form = TaskForm(request.POST if request.method == "POST" else None, initial={"owner": request.member.pk})
    if request.method == "POST" and form.is_valid():
        made = {"workspace_id": current_workspace_id(), "made_at": clock.now(), "made_by": request.member}
        Task.objects.create(**made, **form.cleaned_data)
        messages.success(request, "It is on the list.")
        return redirect(request.get_full_path())
    whose = request.GET.get("whose", "mine")
    whose = whose if whose in WHOSE else "mine"
    if whose == "done":
        done = Task.objects.exclude(done_at=None).select_related("account", "owner__user", "delivery__nudge")
        tasks = done.order_by("-done_at")
    else:
        tasks = open_tasks().filter(owner=request.member) if whose == "mine" else open_tasks()
    today = clock.now().astimezone(request.workspace.zone).date()
    context = {
        "nav_current": "task-list",
        "page": page_of(request, tasks),
        "form": form,
        "whose": whose,
        "choices": WHOSE.items(),
        "known_accounts": known_accounts(request.member),
        "today": today,
        "mine": Task.objects.filter(owner=request.member, done_at=None).count(),
    }
    return show(request, "task_list.html", context)


@require_POST
@open_to(Access.MANAGER)
def task_act(request, slug, pk, verb):
    """Done, or open again; or taken over by oneself."""
    task, now = get_object_or_404(Task, pk=pk), clock.now()
    if verb == "done":
        Task.objects.filter(pk=pk, done_at=None).update(done_at=now, done_by=request.member)
    elif verb == "open":
        Task.objects.filter(pk=pk).update(done_at=None, done_by=None)
    elif verb == "take":
        Task.objects.filter(pk=pk).update(owner=request.member)
    said = {"done": f"Done: {task}", "open": f"Open again: {task}", "take": f"Yours now: {task}"}
    messages.success(request, said.get(verb, "Nothing was changed."))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/"):
        return redirect(back)
    return redirect("task-list", slug=slug)
