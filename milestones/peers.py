"""Teams like yours: how far other accounts are on a rung, from real numbers only, and only from ten accounts on."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from milestones.models import Enrollment, Ladder, PeerTime, Progress
from milestones.survival import Spell, quantile
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.counting import real
from onboarding.tracking.models import Account

ENOUGH = 10  # accounts, below which nothing is said
FEW = 3  # accounts: a smaller number on either side could be somebody
ALIKE = ("industry", "size", "plan")  # the traits by which teams are alike, the most telling first
DAY = 86_400


@dataclass(frozen=True)
class _Team:
    began: datetime
    traits: dict[str, str]


def measure_peers(ladder: Ladder, now: datetime) -> int:
    """Measure anew how accounts of each industry, size and plan, and all together, do on each rung; returns how many are told."""
    teams, reached, asked = _teams(ladder, now), _reached(ladder), _asked(ladder)
    groups: dict[tuple[str, str], list[int]] = {("", ""): list(teams)}
    for account, team in teams.items():
        for trait, value in team.traits.items():
            groups.setdefault((trait, value), []).append(account)
    fresh = [
        row
        for (trait, value), accounts in groups.items()
        for rung, at in reached.items()
        if (
            row := _measured(
                ladder, rung, trait, value, [a for a in accounts if a in asked.get(rung, ())], teams, at, now
            )
        )
    ]
    PeerTime.objects.filter(ladder=ladder).delete()
    PeerTime.objects.bulk_create(fresh)
    return len(fresh)


def _teams(ladder: Ladder, now: datetime) -> dict[int, _Team]:
    """account id → since when its people climb, and what it is like; tests left out."""
    rows = Enrollment.objects.filter(real("seat"), ladder=ladder, seat__account__isnull=False, enrolled_at__lte=now)
    began = dict(rows.order_by().values_list("seat__account").annotate(Min("enrolled_at")))
    return {
        pk: _Team(
            began[pk], {trait: str(traits[trait])[:200] for trait in ALIKE if traits.get(trait) not in (None, "")}
        )
        for pk, traits in Account.objects.filter(pk__among=list(began)).values_list("pk", "traits")
    }


def _reached(ladder: Ladder) -> dict[str, dict[int, datetime]]:
    """rung → account id → when the first of its people reached it."""
    rows = Progress.objects.filter(
        real("enrollment__seat"), enrollment__ladder=ladder, enrollment__seat__account__isnull=False
    )
    first = (
        rows.exclude(reached_at=None)
        .order_by()
        .values_list("key", "enrollment__seat__account")
        .annotate(Min("reached_at"))
    )
    found: dict[str, dict[int, datetime]] = {}
    for key, account, at in first:
        found.setdefault(key, {})[account] = at
    return found


def _asked(ladder: Ladder) -> dict[str, set[int]]:
    """rung → the accounts of which somebody has it on their track."""
    rows = Progress.objects.filter(real("enrollment__seat"), enrollment__ladder=ladder, on_track=True)
    found: dict[str, set[int]] = {}
    for key, account in rows.order_by().values_list("key", "enrollment__seat__account").distinct():
        if account:
            found.setdefault(key, set()).add(account)
    return found


def _measured(ladder, rung, trait, value, accounts, teams, at, now) -> PeerTime | None:
    done = [account for account in accounts if account in at]
    if len(accounts) < ENOUGH or min(len(done), len(accounts) - len(done)) < FEW:
        return None
    spells = [
        Spell(max(((at.get(each) or now) - teams[each].began).total_seconds(), 0) / DAY, each in at)
        for each in accounts
    ]
    return PeerTime(
        workspace_id=current_workspace_id(),
        ladder=ladder,
        rung=rung,
        trait=trait,
        value=value,
        accounts=len(accounts),
        reached=len(done),
        middle=quantile(spells, 0.5),
        measured_at=now,
    )


def peers_of(ladder_id: int, account: Account | None) -> dict[str, PeerTime]:
    """rung → the teams most like this one that something can be said of; of all teams where there is none."""
    traits = account.traits if account else {}
    mine = [(trait, str(traits[trait])) for trait in ALIKE if traits.get(trait) not in (None, "")] + [("", "")]
    found: dict[str, PeerTime] = {}
    for row in PeerTime.objects.filter(ladder=ladder_id, value__in=[value for _, value in mine]):
        if (row.trait, row.value) in mine:
            best = found.get(row.rung)
            if best is None or mine.index((row.trait, row.value)) < mine.index((best.trait, best.value)):
                found[row.rung] = row
    return found
