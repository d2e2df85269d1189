"""Why a rung is not reached: how far each signal has come, and the nearest events that did not count, with the reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from milestones import acts as cairn_acts
from milestones.climbing import Act, reopenings, window_end
from milestones.concluding import acts_of
from milestones.criteria import EventSignal, parse
from milestones.criteria.language import Cond
from milestones.criteria.words import cond_in_words
from milestones.evaluation import look_closely
from milestones.models import Enrollment, Progress
from onboarding.tracking.models import EventName, RefusedEvent

LOOKED_AT, SHOWN = 20, 5


@dataclass(frozen=True)
class NearMiss:
    """An event that did not count, and why."""

    at: datetime
    name: str
    reason: str
    event_id: int | None = None


@dataclass(frozen=True)
class Gap:
    """What one signal still lacks."""

    sentence: str
    current: float
    target: float
    met: bool
    near: tuple[NearMiss, ...] = ()

    @property
    def missing(self) -> str:
        if self.met:
            return ""
        return f"{self.target - self.current:g} more" if self.target > 1 else "not yet"


def explain(enrollment: Enrollment, row: Progress, signals: list[dict]) -> list[Gap]:
    """The gaps of one rung; `signals` are its entries of the checklist's document, which know how far each has come."""
    criteria = parse(row.rung.content["criteria"])
    acts = acts_of(cairn_acts.read({enrollment.seat.person_id}), enrollment)
    gaps = []
    for signal, told in zip(criteria.signals, signals, strict=True):
        near: tuple[NearMiss, ...] = ()
        if isinstance(signal, EventSignal) and not told["met"]:
            near = tuple(_near_misses(signal, enrollment, row.key, acts))[:SHOWN]
        gaps.append(Gap(told["sentence"], told["current"], told["target"], told["met"], near))
    return gaps


def _near_misses(signal: EventSignal, enrollment: Enrollment, key: str, acts: list[Act]) -> list[NearMiss]:
    name_id = EventName.objects.filter(name=signal.event).values_list("id", flat=True).first()
    found = _repeats(signal, enrollment)
    if name_id is None:
        return found
    rows = look_closely(signal, person_id=enrollment.seat.person_id, name_id=name_id, most=LOOKED_AT)
    newest = rows[0][1] if rows else None
    for event_id, at, trusted, account, properties, met in rows:
        reason = (
            _reason_by_source(signal, trusted)
            or _reason_by_account(enrollment, account)
            or _reason_by_time(signal, enrollment, key, acts, at, newest)
            or _reason_by_property(signal.where, properties, met)
        )
        if reason:
            found.append(NearMiss(at, signal.event, reason, event_id))
    return sorted(found, key=lambda miss: miss.at, reverse=True)


def _reason_by_source(signal: EventSignal, trusted: bool) -> str:
    return (
        "It was sent with a browser key, which cannot complete a step." if signal.trusted_only and not trusted else ""
    )


def _reason_by_account(enrollment: Enrollment, account: int | None) -> str:
    return "It was for another account." if account not in (None, enrollment.seat.account_id) else ""


def _reason_by_time(signal, enrollment, key, acts, at, newest) -> str:
    marks = reopenings(acts, key)
    if marks and at <= marks[-1]:
        return "It came before the step was reopened."
    until = window_end(signal, enrollment.enrolled_at, acts, key)
    if (until or enrollment.ordinal > 1) and at < enrollment.enrolled_at:
        return "It came before enrollment."
    if until and at > until:
        return f"It came after the {signal.days:g} days from enrollment had passed."
    if signal.days and not signal.of_enrollment and newest - at > timedelta(days=signal.days):
        return f"It lies more than {signal.days:g} days before the latest one."
    return ""


def _reason_by_property(where: tuple[Cond, ...], properties: dict, met: list[bool]) -> str:
    for cond, holds in zip(where, met, strict=True):
        if not holds:
            return f"It needs {cond_in_words(cond)}, but it was {_shown(_value(properties, cond.path))}."
    return ""


def _value(properties, path):
    for key in path:
        properties = properties.get(key) if isinstance(properties, dict) else None
    return properties


def _shown(value) -> str:
    if value is None:
        return "not there"
    return f"“{value}”"[:120] if isinstance(value, str) else str(value)[:120]


def _repeats(signal: EventSignal, enrollment: Enrollment) -> list[NearMiss]:
    rows = RefusedEvent.objects.filter(
        user_id=enrollment.seat.person.external_id or "", name=signal.event, code__in=("duplicate", "conflict")
    ).order_by("-received_at")[:SHOWN]
    return [NearMiss(row.received_at, row.name, row.message) for row in rows]
