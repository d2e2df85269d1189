"""What a member says of an account that no event tells: that it is blocked, or waits as agreed."""

from datetime import date

from django.db import transaction

from milestones.health.measuring import keep
from milestones.models import Standing
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account


def standing_of(account: Account) -> Standing | None:
    return Standing.objects.filter(account=account, ended_at=None).select_related("by__user").first()


@transaction.atomic
def say(account: Account, *, kind: str, note: str, until: date | None, member: Member) -> Standing:
    """From now on it is so; what was said before ends. The account's health follows at once."""
    Account.objects.select_for_update().get(pk=account.pk)
    now, said = clock.now(), {"note": note, "until": until, "by": member}
    made = Standing.objects.filter(account=account, ended_at=None, kind=kind).first()
    if made:  # the same, said anew: it is so since it was first said
        Standing.objects.filter(pk=made.pk).update(**said)
    else:
        Standing.objects.filter(account=account, ended_at=None).update(ended_at=now)
        own = {"workspace_id": current_workspace_id(), "account": account, "since": now}
        made = Standing.objects.create(**own, kind=kind, **said)
    record(member=member, verb=f"said “{made.get_kind_display()}” of", subject=str(account), detail={"why": note})
    keep([account.pk], now)
    return made


@transaction.atomic
def end(account: Account, *, member: Member) -> bool:
    """It is not so any more; whether anything was."""
    if not Standing.objects.filter(account=account, ended_at=None).update(ended_at=clock.now()):
        return False
    record(member=member, verb="said that nothing holds up", subject=str(account))
    keep([account.pk], clock.now())
    return True
