"""Team steps: who of an account has done their part of a quorum, and who is missing."""

from collections.abc import Iterable
from datetime import datetime

from milestones.climbing import Act
from milestones.criteria import EventSignal
from milestones.evaluation import Candidate, find_hits
from milestones.judging import climber_of, make_candidate, seat_spans
from milestones.models import Enrollment
from milestones.quorum import Standing, standing_of_people, standing_of_share
from milestones.signals_in_sql import event_name
from onboarding.tracking.models import EventName

MOST_SEATS = 500  # of an account; beyond that a list of names helps nobody


def is_team(signal) -> bool:
    """Whether a signal asks for so many people, or a share of a role."""
    return isinstance(signal, EventSignal) and signal.by in ("people", "role")


def standings(
    enrollment: Enrollment, asked: Iterable[tuple[str, int, EventSignal]], *, acts: list[Act], now: datetime
) -> dict[tuple[str, int], Standing]:
    """(rung, signal index) → how far the account is, for team signals (rung, index, signal)."""
    asked = list(asked)
    if not asked or enrollment.seat.account_id is None:
        return {}
    seats = seat_spans({enrollment.seat.account_id}).get(enrollment.seat.account_id, [])
    if len(seats) > MOST_SEATS:
        return {}
    climber, questions = climber_of(enrollment), {}
    for rung, index, signal in asked:
        whole = make_candidate(signal, climber, acts=acts, key=rung)
        questions[rung, index, signal] = {
            seat.person_id: Candidate(signal, seat.person_id, climber.account_id, whole.since, whole.after, whole.until)
            for seat in seats
        }
    every = [candidate for people in questions.values() for candidate in people.values()]
    names = {event_name(candidate.signal) for candidate in every}
    found = find_hits(every, dict(EventName.objects.filter(name__among=names).values_list("name", "id")))
    told = {}
    for (rung, index, signal), people in questions.items():
        met = {person: found[candidate] for person, candidate in people.items() if candidate in found}
        if signal.by == "people":
            told[rung, index] = standing_of_people(seats, met, people=signal.people, at=now)
        else:
            told[rung, index] = standing_of_share(
                seats, met, role=signal.role, share=signal.share, at_least=signal.people, at=now
            )
    return told
