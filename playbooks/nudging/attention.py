"""The workspace's attention budget, and the switch that stops what is sent."""

from milestones.models import TransitionCounter
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Handover
from playbooks.models import Attention, Channel, Delivery
from playbooks.nudging.deciding import Limits
from playbooks.sending import is_stopped

State = Delivery.State


def kept_attention() -> Attention:
    """The same as a row, made now where there was none: it begins at the present end of what has happened."""
    last = TransitionCounter.objects.values_list("last", flat=True).first() or 0
    handover = Handover.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    begins = {"number": last, "handover": handover}
    return Attention.objects.get_or_create(workspace_id=current_workspace_id(), defaults=begins)[0]


def limits_for(rules: Attention, channel: str) -> Limits:
    """The rules as deciding reads them."""
    return Limits(
        quiet_from=rules.quiet_from,
        quiet_until=rules.quiet_until,
        weekends_quiet=rules.weekends_quiet,
        spacing=rules.spacing,
        person_day=rules.person_day,
        person_week=rules.person_week,
        account_day=rules.account_day,
        workspace_hour=rules.workspace_hour,
        is_stopped=is_stopped(rules, channel),
    )


def stop(what: str, *, member: Member) -> None:
    """Stop the messages in the product, or everything; "" lets go again. What was held is looked at anew."""
    rules = kept_attention()
    before, now = rules.stop, clock.now()
    rules.stop, rules.stopped_at, rules.stopped_by = what, now if what else None, member if what else None
    rules.save(update_fields=["stop", "stopped_at", "stopped_by"])
    let_go("stopped")
    said = Attention.Stop(what or before).label
    record(member=member, verb="stopped sending" if what else "let sending go on", subject=said)


def let_go_what_may(rules: Attention) -> None:
    """Look anew at what is held for a reason that is gone: it may have been held in the very moment of letting go."""
    if rules.stop == Attention.Stop.NOTHING:
        let_go("stopped")
    elif rules.stop == Attention.Stop.IN_APP:
        let_go("stopped", channel__in=[each for each in Channel.values if each != Channel.IN_APP])
    let_go("switched_off", nudge__is_on=True)


def let_go(reason: str, **of) -> None:
    """Look anew at what was held for that reason until somebody lets go."""
    Delivery.objects.filter(state=State.WAITING, due_at=None, reason=reason, **of).update(due_at=clock.now())
