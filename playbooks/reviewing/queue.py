"""The queue of matters: raised once while it is so, gone by itself when it is not, settled by a member with a word."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Matter

REST = timedelta(days=30)  # what was settled is not raised again so soon


def tell(kind: str, found: Mapping[str, dict], *, now: datetime) -> int:
    """All that is so of one kind at `now`: about what → its evidence (with ladder and rung, where it has one).

    New ones are raised, known ones get the newest figures, and those that are not so any more go. Returns how many are new.
    """
    open_ones = {each.about: each for each in Matter.objects.filter(kind=kind, settled_at=None)}
    for about, matter in open_ones.items():
        if about in found:
            Matter.objects.filter(pk=matter.pk).update(evidence=_figures(found[about]), seen_at=now)
        else:
            Matter.objects.filter(pk=matter.pk, settled_at=None).update(settled_at=now)
    lately = Matter.objects.filter(kind=kind, settled_at__gt=now - REST).exclude(settled_by=None)
    rest = set(lately.values_list("about", flat=True))
    fresh = [about for about in found if about not in open_ones and about not in rest]
    return sum(_raise(kind, about, found[about], now) for about in fresh)


def _figures(said: dict) -> dict:
    return {name: value for name, value in said.items() if name not in ("ladder", "rung")}


def _raise(kind: str, about: str, said: dict, now: datetime) -> bool:
    place = {name: said.get(name, "") for name in ("ladder", "rung")}
    try:
        with transaction.atomic():
            Matter.objects.create(
                workspace_id=current_workspace_id(),
                kind=kind,
                about=about[:300],
                evidence=_figures(said),
                raised_at=now,
                seen_at=now,
                **place,
            )
    except IntegrityError:
        return False  # another worker has raised it
    return True


def settle(matter: Matter, *, member: Member, outcome: str) -> bool:
    """Somebody has looked; whether it was open."""
    done = Matter.objects.filter(pk=matter.pk, settled_at=None)
    if not done.update(settled_at=clock.now(), settled_by=member, outcome=outcome):
        return False
    record(member=member, verb="settled a matter of review", subject=matter.about, detail={"outcome": outcome[:200]})
    return True
