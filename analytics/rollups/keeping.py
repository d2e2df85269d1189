"""Keeping the roll-ups: reading on from where they stand, at most a few seconds behind the drain."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from django.core.cache import cache
from django.db.models import Max, Sum

from analytics.models import Keeping
from analytics.rollups import climbs, matrices, usage
from analytics.rollups.basis import Basis, read_basis
from milestones.models import Transition
from onboarding import clock
from onboarding.tenancy.jobs import hand_over
from onboarding.tenancy.locks import take_time, take_turn
from onboarding.tenancy.scope import current_workspace_id, workspace_scope
from onboarding.tracking.models import Handover, IntakeDay

TRANSITIONS, HANDOVERS = 20_000, 2_000  # in one turn
LOCK = 7211


def keep(workspace_id: int) -> bool:
    """Count in what is new, one turn; True when there may be more. Nothing is done while somebody else keeps the workspace."""
    with workspace_scope(workspace_id):
        if not take_turn(LOCK):
            return False
        take_time()
        state = _state(workspace_id)
        basis, fingerprint = read_basis()
        if state.basis != fingerprint:
            _make_anew(state, basis, fingerprint)
            return False
        return _read_on(state, basis)


def _state(workspace_id: int) -> Keeping:
    """How far the roll-ups are, held for this transaction."""
    Keeping.objects.get_or_create(workspace_id=workspace_id)
    return Keeping.objects.select_for_update().get(workspace_id=workspace_id)


def make_anew(workspace_id: int) -> None:
    """All roll-ups of a workspace from nothing, whatever they were."""
    with workspace_scope(workspace_id):
        take_turn(LOCK, wait=True)
        take_time()
        state = _state(workspace_id)
        _make_anew(state, *read_basis())


def recount(workspace_id: int) -> int:
    """Look at every climb: what changed without a fact of its own, such as who is a test, is counted in now. Returns how many."""
    with suppress(Exception):
        cache.delete(_mark(workspace_id))  # from here on, a new wish is new work
    with workspace_scope(workspace_id):
        take_turn(LOCK, wait=True)
        take_time()
        state = _state(workspace_id)
        basis, fingerprint = read_basis()
        state.recounted_at = clock.now()
        if state.basis != fingerprint:
            _make_anew(state, basis, fingerprint)
            return 0
        climbs.prepare()
        changed = _settle(state, basis, everything=True)
        state.save()
        return changed


def differences(workspace_id: int) -> Iterator[str]:
    """Where the roll-ups are other than the facts say; writes nothing. What the drain has just written may still be on its way."""
    with workspace_scope(workspace_id):
        take_time()
        state = Keeping.objects.first()
        if state is None:
            return
        basis, fingerprint = read_basis()
        if state.basis != fingerprint:
            yield "the settings have changed since the roll-ups were made"
            return
        if days := usage.differing(basis, state.event):
            yield f"{days} days of people"
        climbs.prepare()
        if differ := climbs.compare(basis, everything=True):
            yield f"{differ} climbs"
        if differ := matrices.differing(basis):
            yield f"{differ} rows of matrices"


def _make_anew(state: Keeping, basis: Basis, fingerprint: str) -> None:
    take_time()
    state.taken, state.event, state.transition, state.handover = _newest()
    usage.roll_everything(basis, state.event)
    climbs.make_everything(basis)
    matrices.make_everything(basis)
    state.basis = fingerprint
    state.version += 1
    state.kept_at = state.recounted_at = clock.now()
    state.save()


def _newest() -> tuple[int, int, int, int]:
    """(facts taken in, last event, last transition, last handover). Read in this order: what comes in between is seen again."""
    taken = IntakeDay.objects.aggregate(taken=Sum("taken"))["taken"] or 0
    handover = Handover.objects.aggregate(last=Max("pk"))["last"] or 0
    transition = Transition.objects.aggregate(last=Max("number"))["last"] or 0
    return taken, usage.last_event(), transition, handover


def _read_on(state: Keeping, basis: Basis) -> bool:
    taken = IntakeDay.objects.aggregate(taken=Sum("taken"))["taken"] or 0
    climbs.prepare()
    until = usage.newest(state.event)
    handed = list(Handover.objects.filter(pk__gt=state.handover).order_by("pk")[:HANDOVERS])
    if until > state.event:
        usage.roll(basis, state.event, until)
        climbs.touch_using(basis)
        climbs.touch_accounts(basis, state.event, until)
    if handed:
        people = sorted({person for row in handed for person in (row.from_person_id, row.to_person_id)})
        usage.roll_anew(basis, people, until)
        climbs.touch_people(people)
    transitions = Transition.objects.filter(number__gt=state.transition).order_by("number")
    news = list(transitions.values_list("number", "enrollment_id")[:TRANSITIONS])
    climbs.touch({enrollment for _, enrollment in news})
    more = until > state.event or len(news) == TRANSITIONS or len(handed) == HANDOVERS
    weeks = climbs.lay_weeks(basis) if until > state.event else 0
    _settle(state, basis)
    if weeks:
        matrices.apply_weeks(basis)
        climbs.add_weeks()
        state.version += 1
    state.event = until
    state.handover = handed[-1].pk if handed else state.handover
    state.transition = news[-1][0] if news else state.transition
    if not more:
        state.taken = taken
    state.kept_at = clock.now()
    state.save()
    return more


def _settle(state: Keeping, basis: Basis, *, everything: bool = False) -> int:
    """Lay what is to be looked at beside what was counted, and move the matrices by the difference."""
    changed = climbs.compare(basis, everything=everything)
    if changed:
        matrices.apply(basis)
        climbs.replace()
        state.version += 1
    return changed


def ask_for_recount(workspace_id: int) -> None:
    """Have the worker recount soon; asked a hundred times before it begins, it is done once."""
    with suppress(Exception):  # the broker may be away: within the hour it is done anyway
        if cache.add(_mark(workspace_id), 1, timeout=60):
            hand_over("analytics.recount", workspace_id)


def _mark(workspace_id: int) -> str:
    return f"recount:{workspace_id}"


def is_recounted(since: datetime) -> bool:
    """Whether everything in the open workspace was looked at since then."""
    return Keeping.objects.filter(recounted_at__gte=since).exists()


def is_behind() -> bool:
    """Whether the open workspace has facts that are not counted in yet."""
    state = Keeping.objects.first()
    return state is None or state.taken != (IntakeDay.objects.aggregate(taken=Sum("taken"))["taken"] or 0)


def standing() -> Keeping | None:
    """How far the roll-ups of the open workspace are, None before the first time."""
    return Keeping.objects.filter(workspace_id=current_workspace_id()).exclude(kept_at=None).first()
