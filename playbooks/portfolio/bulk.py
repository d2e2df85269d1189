"""What a member does about several accounts at once, and handing over what somebody looked after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from milestones.checklist.actions import ActionRefusedError
from milestones.models import Ladder
from milestones.studio import member_actions
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.notifications import notify
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account
from playbooks.models import Play, Session, Task
from playbooks.sessions.booking import give_sessions, open_now

MOST = 500  # accounts at once


def assign(accounts: Sequence[int], manager: Member | None, *, member: Member, link: str) -> int:
    """From now on `manager` looks after these, or nobody does; how many it was not so of before."""
    rows = Account.objects.filter(pk__in=accounts)
    rows = rows.exclude(manager=manager) if manager else rows.exclude(manager=None)
    changed = [
        (each.pk, str(each), str(each.manager.user) if each.manager else "nobody")
        for each in rows.select_related("manager__user")
    ]
    Account.objects.filter(pk__in=[pk for pk, *_ in changed]).update(manager=manager)
    if changed:
        name = str(manager.user) if manager else "nobody"
        detail = {"manager": name, "before": [f"{said}: {before}" for _, said, before in changed[:100]]}
        record(member=member, verb="said who looks after", subject=_accounts(len(changed)), detail=detail)
        if manager and manager.pk != member.pk:
            notify(manager, f"{member.user} gave you {_accounts(len(changed))} to look after.", link)
    return len(changed)


def enroll(accounts: Sequence[int], ladder: Ladder, *, note: str, member: Member) -> tuple[int, list[str]]:
    """Put everybody of these on a ladder: how many people, and the accounts of which nobody could be."""
    people, refused = 0, []
    for account in Account.objects.filter(pk__in=accounts).order_by("pk"):
        try:
            count, _ = member_actions.enroll_account(account, ladder, member=member, note=note, at_once=False)
        except ActionRefusedError:
            refused.append(str(account))
        else:
            people += count
    return people, refused


def write_tasks(accounts: Sequence[int], *, title: str, due_on: date | None, member: Member) -> int:
    """One task for each account, for whoever looks after it."""
    rows = Account.objects.filter(pk__in=accounts)
    own = {"workspace_id": current_workspace_id(), "title": title, "due_on": due_on, "made_at": clock.now()}
    tasks = [Task(account=each, owner_id=each.manager_id or member.pk, made_by=member, **own) for each in rows]
    return len(Task.objects.bulk_create(tasks))


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Held:
    """What a member looks after: counts."""

    accounts: int
    tasks: int
    pages: int
    sessions: int = 0

    @property
    def is_any(self) -> bool:
        return bool(self.accounts or self.tasks or self.pages or self.sessions)


def held_by(member: Member) -> Held:
    return Held(
        Account.objects.filter(manager=member).count(),
        Task.objects.filter(owner=member, done_at=None).count(),
        Play.objects.filter(owner=member).count(),
        Session.objects.filter(open_now(), coach__member=member).count(),
    )


@transaction.atomic
def hand_over_all(giver: Member, taker: Member, *, member: Member, link: str) -> Held:
    """Accounts, open tasks and pages of the playbook of one member become another's."""
    held = held_by(giver)
    Account.objects.filter(manager=giver).update(manager=taker)
    Task.objects.filter(owner=giver, done_at=None).update(owner=taker)
    Play.objects.filter(owner=giver).update(owner=taker)
    give_sessions(giver, taker)
    detail = {
        "to": str(taker.user),
        "accounts": held.accounts,
        "tasks": held.tasks,
        "pages": held.pages,
        "sessions": held.sessions,
    }
    record(member=member, verb="handed over what was looked after by", subject=str(giver.user), detail=detail)
    if taker.pk != member.pk and held.is_any:
        notify(taker, f"What {giver.user} looked after is yours now: {_accounts(held.accounts)}.", link)
    return held
