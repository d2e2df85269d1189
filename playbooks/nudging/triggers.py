"""When a nudge's trigger holds for somebody, and when it does not hold any more. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.models import Nudge

Trigger = Nudge.Trigger
WEEK = timedelta(days=7)
PACE_UNKNOWN = 7.0  # days: where too few have done a step to say what is usual


@dataclass(frozen=True)
class Stand:
    """Where somebody stands with the step that a nudge is about; moments may lie ahead. `usual`: in how many days nine
    of ten who do it have done it. `finished_at` is of the whole ladder, `rated` (stars, when) the latest word on the step,
    `monday` the next one to speak of a week, `reached` when the steps of the ladder were.
    """

    opened_at: datetime | None = None
    reached_at: datetime | None = None
    skipped_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    last_seen_at: datetime | None = None
    usual: float | None = None
    rated: tuple[int, datetime] | None = None
    monday: datetime | None = None
    reached: Sequence[datetime] = ()


@dataclass(frozen=True)
class Held:
    """Since when a trigger holds, or will; None while that cannot be told. `over`: why it will not any more."""

    since: datetime | None = None
    over: str = ""


def held(
    trigger: str, days: float, stand: Stand, *, now: datetime, after: datetime | None = None, stars: int = 2
) -> Held:
    """`days` on from the trigger's moment. `after`: of being away, the last visit that was spoken of already."""
    span = timedelta(days=days)
    match trigger:
        case Trigger.REACHED:
            return Held(stand.reached_at + span) if stand.reached_at else Held(over="reopened")
        case Trigger.FINISHED:
            return Held(stand.finished_at + span) if stand.finished_at else Held(over="reopened")
        case Trigger.WEEKLY:
            return _of_the_week(stand, now)
        case Trigger.LOW_RATING:
            if stand.rated is None or stand.rated[0] > stars:
                return Held(over="better_now")
            return Held(stand.rated[1] + span)
        case Trigger.INACTIVE:
            if stand.finished_at and stand.finished_at <= now:
                return Held(over="finished")
            if after is not None and (stand.last_seen_at is None or stand.last_seen_at <= after):
                return Held()
            return Held(stand.last_seen_at + span if stand.last_seen_at else None)
    return _while_open(trigger, span, stand, now)


def _of_the_week(stand: Stand, now: datetime) -> Held:
    """On Mondays, of the seven days behind: what has changed in them, or nothing is said."""
    if stand.finished_at and stand.finished_at <= now - WEEK:
        return Held(over="finished")
    if stand.monday and stand.monday <= now and not any(now - WEEK < at <= now for at in stand.reached):
        return Held(over="nothing_new")
    return Held(stand.monday)


def _while_open(trigger: str, span: timedelta, stand: Stand, now: datetime) -> Held:
    if stand.reached_at and stand.reached_at <= now:
        return Held(over="reached")
    if stand.skipped_at and stand.skipped_at <= now:
        return Held(over="skipped")
    if stand.opened_at is None:
        return Held()
    match trigger:
        case Trigger.OPENED:
            return Held(stand.opened_at + span)
        case Trigger.STALLED:
            usual = PACE_UNKNOWN if stand.usual is None else stand.usual
            return Held(stand.opened_at + timedelta(days=usual) + span)
        case Trigger.DUE_SOON:
            if stand.due_at is None:
                return Held()
            return Held(over="overdue") if stand.due_at <= now else Held(max(stand.opened_at, stand.due_at - span))
        case Trigger.OVERDUE:
            return Held(stand.due_at + span if stand.due_at else None)
    raise ValueError(f"no such trigger: {trigger}")
