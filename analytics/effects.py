"""What nudges and sessions go with: how many reach the step within so many days after, beside those who were to get one and did not.

Not an experiment: who gets a message, or comes to a session, differs from who does not. The figures are the registry's
`nudge_effect` and `session_effect`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analytics.statistics.estimates import Difference, Estimate, share, share_difference
from milestones.models import Progress
from playbooks.models import Delivery, Nudge, Session

NUDGED, COACHED = timedelta(days=7), timedelta(days=14)
# Why a message was wanted and not sent that says nothing of what the person was about to do.
NOT_GOT = ("opted_out", "no_address", "bounced", "complained", "refused", "too_late", "missing", "no_text", "broken")
ABOUT_A_STEP = ("opened", "stalled", "due_soon", "overdue")
LATEST = 50_000  # rows of each side that are looked at

Told = tuple[int, str, datetime, int | None]  # enrollment, rung, since when, account


@dataclass(frozen=True)
class Effect:
    """The share that reached the step in time of those who got it, of those who did not, and what lies between."""

    got: Estimate
    other: Estimate
    between: Difference | None
    days: int


def nudge_effect(now: datetime, nudge: Nudge | None = None) -> Effect:
    """Of one nudge, or of all that are about a step that is open."""
    rows = Delivery.objects.filter(nudge__trigger__in=ABOUT_A_STEP).exclude(rung="")
    rows = rows.filter(nudge=nudge) if nudge else rows
    sent = rows.filter(state=Delivery.State.SENT, sent_at__lte=now - NUDGED).order_by("-sent_at")
    other = rows.filter(state=Delivery.State.DROPPED, reason__in=NOT_GOT, settled_at__lte=now - NUDGED).order_by(
        "-settled_at"
    )
    return _effect(
        sent.values_list("enrollment_id", "rung", "sent_at", "account_id")[:LATEST],
        other.values_list("enrollment_id", "rung", "settled_at", "account_id")[:LATEST],
        NUDGED,
    )


def session_effect(now: datetime) -> Effect:
    """Of sessions about a step: those who came, beside those who asked for one or were offered one and had none."""
    rows = Session.objects.exclude(rung="").filter(enrollment__isnull=False)
    held = rows.filter(state=Session.State.HELD, starts_at__lte=now - COACHED)
    other = rows.exclude(state__in=(Session.State.HELD, Session.State.BOOKED)).filter(made_at__lte=now - COACHED)
    return _effect(
        held.values_list("enrollment_id", "rung", "starts_at", "account_id")[:LATEST],
        other.values_list("enrollment_id", "rung", "made_at", "account_id")[:LATEST],
        COACHED,
    )


def _effect(got: Iterable[Told], other: Iterable[Told], span: timedelta) -> Effect:
    got, other = _once(got), _once(other)
    other = {place: told for place, told in other.items() if place not in got}
    got, other = list(got.values()), list(other.values())
    reached = _reached([*got, *other])
    accounts = sorted({account if account is not None else -enrollment for enrollment, _, _, account in [*got, *other]})
    place = {account: number for number, account in enumerate(accounts)}
    one, two = _by_account(got, reached, place, span), _by_account(other, reached, place, span)
    return Effect(share(*one), share(*two), share_difference(*one, *two), span.days)


def _once(told: Iterable[Told]) -> dict[tuple[int, str], Told]:
    """Each person and step once, by the first time."""
    found: dict[tuple[int, str], Told] = {}
    for each in sorted(told, key=lambda each: each[2]):
        found.setdefault((each[0], each[1]), each)
    return found


def _reached(told: list[Told]) -> dict[tuple[int, str], datetime]:
    rows = Progress.objects.filter(
        enrollment_id__among={enrollment for enrollment, *_ in told}, key__in={rung for _, rung, *_ in told}
    ).exclude(reached_at=None)
    return {(enrollment, key): at for enrollment, key, at in rows.values_list("enrollment_id", "key", "reached_at")}


def _by_account(
    told: list[Told], reached: dict, place: dict[int, int], span: timedelta
) -> tuple[np.ndarray, np.ndarray]:
    """(how many reached it in time, of how many) for each account; who had it before is not counted."""
    part, whole = np.zeros(len(place)), np.zeros(len(place))
    for enrollment, rung, since, account in told:
        at = reached.get((enrollment, rung))
        if at is not None and at <= since:
            continue
        where = place[account if account is not None else -enrollment]
        whole[where] += 1
        part[where] += at is not None and at <= since + span
    return part, whole
