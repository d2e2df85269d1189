"""Page of an account: its success plan. What both sides agreed on, what became of it, and its goals with their measures."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from milestones.account_links import live_links, make_link, revoke
from milestones.answering import free_goal_key
from milestones.goals import LARGEST, Distance, distance, note_value
from milestones.models import AccountLink, Goal, Kickoff
from milestones.plans import (
    PlanRefusedError,
    agree_ours,
    close,
    closed_reality,
    milestone_choices,
    milestone_titles,
    open_kickoff,
    reality,
    stamp,
    write_kickoff,
)
from milestones.studio.criteria_page import known_events
from milestones.studio.rendering import calendar_of, show
from milestones.studio.rung_form import area
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account

KIND, MOST_GOALS = AccountLink.Kind.KICKOFF, 50
BOUNDS = {"min_value": -LARGEST, "max_value": LARGEST}
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class KickoffForm(GuardedForm):
    done = forms.CharField(
        label="Done looks like",
        max_length=2000,
        widget=area(3),
        error_messages={"required": "Say what will be true, in the customer’s words."},
        help_text="What will be true at the end of the first phase, in the customer’s words.",
    )
    done_on = forms.DateField(label="By", widget=DAY, error_messages={"required": "Agree on a day."})
    milestones = forms.MultipleChoiceField(
        label="We will know it by these milestones",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Reached by anybody of the account. What was agreed is compared with them at the end.",
    )

    def __init__(self, data=None, *, account: Account, kickoff: Kickoff | None):
        # The wish has no field, but who writes shall have seen it.
        initial = (
            {name: getattr(kickoff, name) for name in ("done", "done_on", "milestones", "wish")} if kickoff else {}
        )
        super().__init__(data, initial=initial, auto_id="kickoff-%s")
        offered = dict(milestone_choices(account))
        gone = [key for key in (kickoff.milestones if kickoff else []) if key not in offered]
        self.fields["milestones"].choices = [*offered.items(), *milestone_titles(account, gone).items()]

    def kickoff_said(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("done", "done_on", "milestones")}

    def clean_done_on(self):
        day = self.cleaned_data["done_on"]
        if not clock.now().date() - timedelta(days=366) < day < clock.now().date() + timedelta(days=3660):
            raise forms.ValidationError("Choose a day within the next ten years.")
        return day


class GoalForm(forms.Form):
    title = forms.CharField(
        label="The goal", max_length=200, error_messages={"required": "Say what should become better."}
    )
    unit = forms.CharField(required=False, max_length=40, help_text="Hours a week, %, EUR.")
    is_money = forms.BooleanField(label="It is money", required=False)
    baseline = forms.FloatField(label="Where it stands", required=False, **BOUNDS)
    target = forms.FloatField(label="Where it should get", required=False, **BOUNDS)
    due_on = forms.DateField(label="By", required=False, widget=DAY)
    source = forms.ChoiceField(
        label="Its value comes from", choices=Goal.Source.choices, initial=Goal.Source.HAND, widget=forms.RadioSelect
    )
    event = forms.CharField(
        label="The event", required=False, max_length=200, widget=forms.TextInput(attrs={"list": "known-events"})
    )
    property = forms.CharField(label="Its property", required=False, max_length=200)
    how = forms.ChoiceField(label="Counted as", required=False, choices=Goal.How.choices)
    assumptions = forms.CharField(
        required=False, max_length=500, widget=area(2), help_text="What the number rests on, for whoever reads it."
    )

    def clean(self):
        said = super().clean()
        if said.get("source") == Goal.Source.EVENT:
            for name, message in (
                ("event", "Name the event."),
                ("property", "Name the property that holds the number."),
            ):
                if not said.get(name, "").strip():
                    self.add_error(name, message)
        if said.get("baseline") is not None and said.get("baseline") == said.get("target"):
            self.add_error("target", "That is where it stands already.")
        said["how"] = said.get("how") or Goal.How.LATEST
        return said


class ValueForm(forms.Form):
    value = forms.FloatField(label="Value now", error_messages={"required": "Write the number."}, **BOUNDS)


class AssumeForm(forms.Form):
    """What a goal rests on, as it may be corrected later."""

    baseline = forms.FloatField(label="Where it stood", required=False, **BOUNDS)
    target = forms.FloatField(label="Where it should get", required=False, **BOUNDS)
    assumptions = forms.CharField(required=False, max_length=500)

    def clean(self):
        said = super().clean()
        if said.get("baseline") is not None and said.get("baseline") == said.get("target"):
            self.add_error("target", "That is where it stood already.")
        return said


@dataclass(frozen=True)
class GoalRow:
    """A goal as the page shows it."""

    goal: Goal
    distance: Distance
    at: object

    @property
    def now(self) -> str:
        value = self.distance.current.value
        return "" if value is None else self.goal.said(value)

    @property
    def way(self) -> str:
        """From where to where."""
        way = self.goal.way()
        return f", {way}" if way else ""

    @property
    def width(self) -> int:
        return max(0, min(self.distance.percent or 0, 100))


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def account_plan(request, slug, pk):
    """The plan; POST writes the kickoff."""
    account = get_object_or_404(Account, pk=pk)
    form = None
    if request.method == "POST":
        form = KickoffForm(request.POST, account=account, kickoff=open_kickoff(account))
        if form.is_valid():
            try:
                write_kickoff(account, member=request.member, **form.kickoff_said())
            except PlanRefusedError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Saved. Agree on it here, and send the customer their link.")
                return redirect("account-plan", slug=slug, pk=pk)
    return _page(request, account, kickoff_form=form)


def _page(request, account: Account, *, kickoff_form=None, goal_form=None, link: str = ""):
    calendar, open_one = calendar_of(request), open_kickoff(account)
    goals = list(Goal.objects.filter(account=account).order_by("pk"))
    rows = [GoalRow(goal, found := distance(goal), calendar.time(found.current.at)) for goal in goals]
    before = list(Kickoff.objects.filter(account=account).exclude(closed_at=None).order_by("-number"))
    context = {
        "nav_current": "account-list",
        "account": account,
        "kickoff": open_one,
        "kickoff_seen": stamp(open_one) if open_one else "",
        "is_late": bool(open_one) and open_one.done_on < clock.now().astimezone(calendar.zone).date(),
        "reality": reality(open_one, calendar.zone) if open_one else None,
        "closed": [(each, closed_reality(each)) for each in before],
        "form": kickoff_form or KickoffForm(account=account, kickoff=open_one),
        "link": link,
        "links": [calendar.date(each.expires_at) for each in live_links(account, KIND)],
        "rows": rows,
        "goal_form": goal_form or GoalForm(auto_id="goal-%s"),
        "events": known_events(),
    }
    return show(request, "account_plan.html", context)


@require_POST
@open_to(Access.MANAGER)
def kickoff_act(request, slug, pk, verb):
    """Agree for our side, or close it with what was true: of what the form had `seen`."""
    kickoff, seen = open_kickoff(get_object_or_404(Account, pk=pk)), request.POST.get("seen", "")
    if verb not in ("agree", "close"):
        raise Http404
    try:
        if kickoff is None:
            raise PlanRefusedError("This is closed already.")
        if verb == "agree":
            agree_ours(kickoff, member=request.member, seen=seen)
        else:
            close(kickoff, member=request.member, zone=request.workspace.zone, seen=seen)
    except PlanRefusedError as error:
        messages.error(request, str(error))
    else:
        done = "Agreed for your side." if verb == "agree" else "Closed, with what was true beside what was agreed."
        messages.success(request, done)
    return redirect("account-plan", slug=slug, pk=pk)


@require_POST
@open_to(Access.MANAGER)
def kickoff_link(request, slug, pk):
    """Make the customer's link, shown once; or let all of them stop working."""
    account = get_object_or_404(Account, pk=pk)
    if request.POST.get("do") == "revoke":
        revoke(account, KIND)
        record(member=request.member, verb="revoked the kickoff links of", subject=str(account))
        messages.success(request, "The links no longer open.")
        return redirect("account-plan", slug=slug, pk=pk)
    if open_kickoff(account) is None:
        raise Http404
    token = make_link(account, kind=KIND)
    record(member=request.member, verb="made a kickoff link for", subject=str(account))
    return _page(request, account, link=f"{settings.CAIRN_BASE_URL}/k/{token}/")


@require_POST
@open_to(Access.MANAGER)
def goal_add(request, slug, pk):
    """Set a goal."""
    account = get_object_or_404(Account, pk=pk)
    form = GoalForm(request.POST, auto_id="goal-%s")
    if not form.is_valid():
        return _page(request, account, goal_form=form)
    if Goal.objects.filter(account=account).count() >= MOST_GOALS:
        form.add_error(None, f"At most {MOST_GOALS} goals.")
        return _page(request, account, goal_form=form)
    key = free_goal_key(account, form.cleaned_data["title"])
    own = {"workspace_id": current_workspace_id(), "account": account, "key": key, "created_at": clock.now()}
    goal = Goal.objects.create(**own, **form.cleaned_data)
    record(member=request.member, verb="set a goal for", subject=str(account), detail={"goal": goal.title})
    return redirect("account-plan", slug=slug, pk=pk)


@require_POST
@open_to(Access.MANAGER)
def goal_edit(request, slug, pk, key, verb):
    """Write down a goal's value, correct what it rests on, or remove it."""
    goal = get_object_or_404(Goal.objects.select_related("account"), account=pk, key=key)
    if verb == "remove":
        goal.delete()
        record(member=request.member, verb="removed a goal of", subject=str(goal.account), detail={"goal": goal.title})
    elif verb == "value":
        form = ValueForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"“{goal}”: write the value as a number.")
        else:
            note_value(goal, form.cleaned_data["value"], by=str(request.member.user))
            messages.success(request, "Saved.")
    elif verb == "assume":
        _assume(request, goal)
    else:
        raise Http404
    return redirect("account-plan", slug=slug, pk=pk)


def _assume(request, goal: Goal) -> None:
    form = AssumeForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"“{goal}”: {next(iter(form.errors.values()))[0]}")
        return
    before = {name: getattr(goal, name) for name in form.cleaned_data}
    Goal.objects.filter(pk=goal.pk).update(**form.cleaned_data)
    detail = {"goal": goal.title, "before": before}
    record(member=request.member, verb="changed what a goal rests on, of", subject=str(goal.account), detail=detail)
    messages.success(request, "Saved. Every number that rests on it follows.")
