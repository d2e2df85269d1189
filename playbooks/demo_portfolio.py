"""What the demo's team knows of its accounts: what blocks some, notes, the views they open, and how each did in the last weeks."""

from datetime import datetime, time, timedelta

from milestones import acts
from milestones.health.measuring import keep, measure
from milestones.models import AccountHealth, Pace, Progress, Standing
from onboarding import clock
from onboarding.tenancy.models import Access, Member, Workspace
from onboarding.tracking.models import Account
from playbooks.models import AccountNote, PortfolioView

BACK, STEP = timedelta(days=21), timedelta(days=3)
DAY = timedelta(days=1)
BLOCKED = (
    ("blocked_by_them", "Their security review has to pass before anybody else may sign in", 9, 12),
    ("blocked_by_us", "The importer cannot read their old time zones; the fix is promised", 5, None),
    ("waiting", "They start after the stock-taking", 11, 20),
)
NOTES = (
    "Spoke with their operations lead. They measure us by **one thing**: no spreadsheet on a Monday.",
    "Night shift shares two tablets. A PIN would help more than a reminder.",
    "Their sponsor changed. The new one has not seen the kickoff yet; @maya will send it.",
    "They asked for a reference in the same trade. Offered two.",
    "The first report went to the whole board. They want it each week.",
    "Training is booked with the second team. After that the rest follows.",
    "Good call: the dashboard replaced the wall chart last Thursday.",
    "They will renew if dispatch gets its alerts. Nothing else matters to them.",
)
VIEWS = (
    ("Stalled, mine", "pace=stalled&owner=mine"),
    ("At risk in setup", "pace=at_risk&phase=Setup"),
    ("Waiting for them", "reason=blocked_by_them"),
)


def agree_new_dates(workspace: Workspace) -> None:
    """Of every third account that is late with its next step, a new day is agreed on. Drain after it."""
    now = clock.now()
    accounts = list(Account.objects.filter(is_test=False).order_by("pk").values_list("pk", flat=True))
    late = [
        (account, next(rung.key for rung in measured.case.rungs if rung.is_late))
        for account, measured in measure(accounts, now).items()
        if measured.health.pace != Pace.STALLED and any(rung.is_late for rung in measured.case.rungs)
    ]
    for place, (account, key) in enumerate(late[::3]):
        until = datetime.combine(
            now.astimezone(workspace.zone) + (2 + 2 * place) * DAY, time(23, 59, 59), workspace.zone
        )
        for row in _at_it(account, key, now):
            seat = row.enrollment.seat
            said = {"ladder": row.enrollment.ladder.key, "rung": key, "moment": until, "at": now - 2 * DAY}
            acts.write(seat=seat, verb="extended", by="manager", actor=str(seat.account.manager.user), **said)


def _at_it(account: int, key: str, now: datetime):
    rows = Progress.objects.filter(key=key, on_track=True, reached_at=None, skipped_at=None, opened_at__lte=now)
    rows = rows.filter(enrollment__seat__account=account, enrollment__seat__left_at=None, enrollment__ended_at=None)
    seats = "enrollment__seat__account__manager__user"
    rows = rows.exclude(enrollment__seat__account__manager=None)
    return rows.select_related(seats, "enrollment__seat__person", "enrollment__ladder")


def write_portfolio(workspace: Workspace) -> None:
    """To be called inside the workspace's scope, when all else of the demo is there."""
    now = clock.now()
    accounts = list(Account.objects.filter(is_test=False).order_by("pk").values_list("pk", flat=True))
    _live_some_weeks(accounts, now)
    keep(accounts, now)
    _say_what_blocks(workspace, now)
    _write_notes(workspace, now)
    keep(accounts, now)
    maker = Member.objects.filter(access=Access.MANAGER).order_by("pk").first()
    for name, query in VIEWS:
        PortfolioView.objects.create(workspace=workspace, name=name, query=query, made_by=maker, made_at=now - BACK)


def _live_some_weeks(accounts: list[int], now: datetime) -> None:
    at = now - BACK
    while at < now:
        keep(accounts, at)
        at += STEP


def _say_what_blocks(workspace: Workspace, now: datetime) -> None:
    """Of accounts that stand still anyway, each somebody's word."""
    troubled = AccountHealth.objects.filter(pace__in=(Pace.STALLED, Pace.AT_RISK)).select_related("account")
    for health, (kind, note, ago, days) in zip(troubled.order_by("people", "account_id")[1:], BLOCKED, strict=False):
        until = (now + days * DAY).date() if days else None
        own = {"workspace": workspace, "account": health.account, "by_id": health.account.manager_id}
        Standing.objects.create(**own, kind=kind, note=note, since=now - ago * DAY, until=until)


def _write_notes(workspace: Workspace, now: datetime) -> None:
    liveliest = (
        AccountHealth.objects.exclude(pace=Pace.IDLE).order_by("-people", "account_id").select_related("account")
    )
    for place, health in enumerate(liveliest[: len(NOTES)]):
        own = {"workspace": workspace, "account": health.account, "by_id": health.account.manager_id}
        at = now - (2 * place + 1) * DAY - timedelta(hours=3 + place)
        AccountNote.objects.create(**own, text=NOTES[place], at=at, is_pinned=place == 0)
