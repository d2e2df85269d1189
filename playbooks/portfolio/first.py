"""Where to start: the accounts in which one act is likely to release the most progress, and what the act is."""

from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.urls import reverse

from milestones.health.judging import ORDER
from milestones.models import AccountHealth, Pace
from milestones.studio.days import Calendar
from playbooks.portfolio.rows import Why, whys

SHOWN = 3


@dataclass(frozen=True)
class Act:
    """What can be done: the words of the button, where it leads, and a line on what to do there."""

    label: str
    address: str
    hint: str


@dataclass(frozen=True)
class Start:
    health: AccountHealth
    why: Why
    act: Act


def starts(rows: QuerySet[AccountHealth], slug: str, calendar: Calendar, count: int = SHOWN) -> list[Start]:
    """The stalled and those at risk, by how many people wait there; of as many, those that are worse off first."""
    waiting = rows.filter(weight__lt=ORDER.index(Pace.ON_TRACK)).select_related("account")
    return [_start(each, slug, calendar) for each in waiting.order_by(F("held").desc(), "weight", "account_id")[:count]]


def _start(health: AccountHealth, slug: str, calendar: Calendar) -> Start:
    why = whys(health.findings[:1], calendar)[0]
    return Start(health, why, act_for(health, slug))


def act_for(health: AccountHealth, slug: str) -> Act:
    """What answers the weightiest reason."""
    kind, _, figures = health.findings[0]
    account = [slug, health.account_id]
    held = f"{health.held:,} {'person waits' if health.held == 1 else 'people wait'} at it."
    match kind:
        case "unanswered":
            return Act(
                "Answer", reverse("person-detail", args=[slug, figures["person"]]), "Their step is on their page."
            )
        case "wish" | "unagreed" | "unagreed_by_us" | "kickoff_late":
            return Act(
                "Open the plan", reverse("account-plan", args=account), "Agree on what done looks like, and by when."
            )
        case "slow" | "late" | "behind":
            address = f"{reverse('session-new', args=[slug])}?account={health.account_id}"
            return Act("Offer a session", address, "Get through it together with those who wait longest.")
        case "silent":
            return Act("Write a task", f"{reverse('account-activity', args=account)}#task-new", held)
    return Act("Open it", reverse("account-detail", args=account), held)
