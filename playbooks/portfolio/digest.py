"""Monday's mail to each member who looks after accounts: what changed in the week, where to start, what is due."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse

from milestones.models import AccountHealth, HealthChange, Pace
from milestones.studio.days import Calendar
from onboarding.tenancy.models import Access, Member, Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account
from playbooks.models import Digest, Task
from playbooks.portfolio.first import Start, starts
from playbooks.portfolio.rows import whys
from playbooks.portfolio.summing import lede, sum_up

HOUR, WEEK, SHOWN = time(8), timedelta(days=7), 10
WORSE_FIRST = list(Pace.values)


@dataclass(frozen=True)
class Line:
    """One account, or one task, and what is to be said of it; `address` is whole."""

    name: str
    text: str
    address: str


@dataclass(frozen=True)
class Letter:
    subject: str
    lede: str
    worse: list[Line]
    better: list[Line]
    begin: list[Line]
    due: list[Line]
    tasks: list[Line]
    address: str

    @property
    def parts(self) -> list[tuple[str, list[Line]]]:
        told = [
            ("Start here", self.begin),
            ("Worse than a week ago", self.worse),
            ("Better than a week ago", self.better),
        ]
        return [
            (name, lines) for name, lines in [*told, ("Due this week", self.due), ("Your tasks", self.tasks)] if lines
        ]


def monday_of(now: datetime, workspace: Workspace) -> date | None:
    """The Monday whose mail is due now: from eight o'clock on where the workspace is, until the day is over."""
    here = now.astimezone(workspace.zone)
    return here.date() if here.isoweekday() == 1 and here.time() >= HOUR else None


def due_members(now: datetime) -> list[Member]:
    """Who is to get it and has not: those who look after an account, and did not stop it."""
    workspace = Workspace.objects.get(pk=current_workspace_id())
    monday = monday_of(now, workspace)
    if monday is None:
        return []
    over = Digest.objects.filter(Q(is_wanted=False) | Q(last_on__gte=monday)).values("member")
    keepers = Account.objects.filter(is_test=False, manager__isnull=False).values("manager")
    rows = Member.objects.filter(pk__in=keepers).exclude(pk__in=over).exclude(access=Access.EXECUTIVE)
    return list(rows.select_related("user").order_by("pk"))


def claim(member: Member, now: datetime) -> bool:
    """Whether this process may send it: marked before it is handed over, so that no mail goes twice."""
    monday = monday_of(now, Workspace.objects.get(pk=current_workspace_id()))
    own = {"workspace_id": current_workspace_id(), "member": member}
    digest, _ = Digest.objects.get_or_create(**own)
    fresh = Digest.objects.filter(pk=digest.pk, is_wanted=True).filter(Q(last_on=None) | Q(last_on__lt=monday))
    return monday is not None and bool(fresh.update(last_on=monday))


def give_back(member: Member) -> None:
    """The server did not take it: it may go later on the same day."""
    Digest.objects.filter(member=member).update(last_on=None)


def is_wanted(member: Member) -> bool:
    return not Digest.objects.filter(member=member, is_wanted=False).exists()


def want(member: Member, *, wanted: bool) -> None:
    own = {"workspace_id": current_workspace_id(), "member": member}
    Digest.objects.update_or_create(**own, defaults={"is_wanted": wanted})


def write(member: Member, now: datetime) -> Letter:
    """What the mail says."""
    workspace = Workspace.objects.get(pk=current_workspace_id())
    calendar = Calendar(now, workspace.zone)
    mine = AccountHealth.objects.filter(account__manager=member, account__is_test=False).select_related("account")
    summed = sum_up(mine, now, workspace.zone)
    first = starts(mine, workspace.slug, calendar)
    worse, better = _changes(mine, workspace, calendar)
    return Letter(
        subject=f"Your week: {_subject(summed.paces)}",
        lede=lede(summed.paces, is_mine=True),
        worse=worse,
        better=better,
        begin=[_begin(start, workspace) for start in first],
        due=_due(mine, workspace, calendar),
        tasks=_tasks(member, workspace, calendar),
        address=f"{settings.CAIRN_BASE_URL}{reverse('account-list', args=[workspace.slug])}?owner=mine",
    )


def _subject(paces) -> str:
    worry = paces.get(Pace.STALLED, 0) + paces.get(Pace.AT_RISK, 0)
    if not worry:
        return "all on track" if paces.get(Pace.ON_TRACK) else "nobody is under way"
    return f"{worry} account{'' if worry == 1 else 's'} need{'s' if worry == 1 else ''} you"


def _page(workspace: Workspace, account: int) -> str:
    return settings.CAIRN_BASE_URL + reverse("account-detail", args=[workspace.slug, account])


def _begin(start: Start, workspace: Workspace) -> Line:
    return Line(str(start.health.account), start.why.words, _page(workspace, start.health.account_id))


def _changes(mine, workspace: Workspace, calendar: Calendar) -> tuple[list[Line], list[Line]]:
    """Against what each was a week ago, not step by step: what went away and came back is no news."""
    rows = HealthChange.objects.filter(account__in=mine.values("account"), at__gt=calendar.now - WEEK).order_by(
        "at", "pk"
    )
    was: dict[int, str] = {}
    for row in rows:
        was.setdefault(row.account_id, row.was)
    worse, better = [], []
    for health in mine.filter(account__in=list(was)).order_by("weight", "account_id"):
        before = WORSE_FIRST.index(was[health.account_id])
        if before == health.weight:
            continue
        why = whys(health.findings[:1], calendar)
        text = f"From {Pace(was[health.account_id]).label.lower()} to {Pace(health.pace).label.lower()}."
        text += f" {why[0].words}" if why else ""
        line = Line(str(health.account), text, _page(workspace, health.account_id))
        (worse if health.weight < before else better).append(line)
    return worse[:SHOWN], better[:SHOWN]


def _due(mine, workspace: Workspace, calendar: Calendar) -> list[Line]:
    rows = mine.filter(due_at__gt=calendar.now, due_at__lte=calendar.now + WEEK).order_by("due_at")[:SHOWN]
    return [
        Line(str(row.account), f"{row.next_title}, {calendar.due(row.due_at).words}.", _page(workspace, row.account_id))
        for row in rows
    ]


def _tasks(member: Member, workspace: Workspace, calendar: Calendar) -> list[Line]:
    until = (calendar.now + WEEK).astimezone(calendar.zone).date()
    rows = Task.objects.filter(owner=member, done_at=None).filter(Q(due_on=None) | Q(due_on__lte=until))
    rows = rows.select_related("account").order_by(F("due_on").asc(nulls_last=True), "pk")[:SHOWN]
    address = settings.CAIRN_BASE_URL + reverse("task-list", args=[workspace.slug])
    return [
        Line(row.title, ", ".join(filter(None, (str(row.account or ""), _until(row, calendar)))), address)
        for row in rows
    ]


def _until(task: Task, calendar: Calendar) -> str:
    if task.due_on is None:
        return ""
    late = task.due_on < calendar.now.astimezone(calendar.zone).date()
    return f"{'was due' if late else 'due'} {task.due_on.day} {task.due_on:%b}"


def mail(member: Member, letter: Letter) -> EmailMultiAlternatives:
    """The mail: tables and inlined styles, and the same as plain text."""
    import css_inline

    workspace = Workspace.objects.get(pk=current_workspace_id())
    html = css_inline.inline(
        render_to_string("playbooks/email/digest.html", {"letter": letter, "workspace": workspace})
    )
    parts = [letter.lede]
    for name, lines in letter.parts:
        parts.append("\n".join([name.upper(), *(f"- {line.name}: {line.text}\n  {line.address}" for line in lines)]))
    parts.append(f"Your accounts: {letter.address}\nThere you can stop this mail, too.")
    message = EmailMultiAlternatives(
        subject=f"{workspace.name}: {letter.subject}"[:200], body="\n\n".join(parts) + "\n", to=[member.user.email]
    )
    message.attach_alternative(html, "text/html")
    return message
