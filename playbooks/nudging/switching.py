"""Switching a nudge on and off."""

from milestones.models import TransitionCounter
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from playbooks.models import Delivery, Nudge
from playbooks.nudging.attention import kept_attention, let_go


def switch_on(nudge: Nudge, *, member: Member | None) -> None:
    """From now on. What happened before is not spoken of; who stands in the middle of something is looked at, where the
    nudge asks how things stand. What waited when it was switched off is looked at anew.
    """
    if Nudge.objects.select_for_update().get(pk=nudge.pk).is_on:
        return  # somebody was first: what has happened since then counts
    rules, now = kept_attention(), clock.now()
    last = TransitionCounter.objects.values_list("last", flat=True).first() or 0
    if not Nudge.objects.filter(is_on=True).exists():
        rules.number = last  # nobody has read on meanwhile, and nobody wanted to
        rules.save(update_fields=["number"])
    nudge.is_on, nudge.since_number, nudge.since_at = True, last, now
    nudge.taken_up_to = 0 if nudge.is_about_now else None
    nudge.save(update_fields=["is_on", "since_number", "since_at", "taken_up_to"])
    let_go("switched_off", nudge=nudge)
    record(member=member, verb="switched on a nudge", subject=nudge.name)


def look_anew(nudge: Nudge) -> None:
    """A nudge that is on asks something else now: who stands there already is looked at, as when it is switched on."""
    nudge.taken_up_to = 0 if nudge.is_about_now else None
    nudge.save(update_fields=["taken_up_to"])


def reconsider(nudge: Nudge) -> None:
    """After a change: what waits is looked at now, and so is what an earlier change had left out, if it is not too late for it."""
    now = clock.now()
    Delivery.objects.filter(nudge=nudge, state=Delivery.State.WAITING, due_at__isnull=False).update(due_at=now)
    left_out = Delivery.objects.filter(nudge=nudge, state=Delivery.State.DROPPED, reason__in=("changed", "not_meant"))
    left_out.update(state=Delivery.State.WAITING, reason="", due_at=now, settled_at=None)


def switch_off(nudge: Nudge, *, member: Member | None) -> None:
    """What it has planned waits until it is switched on again."""
    Nudge.objects.filter(pk=nudge.pk).update(is_on=False, taken_up_to=None)
    record(member=member, verb="switched off a nudge", subject=nudge.name)
