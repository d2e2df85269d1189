"""Quorums: when enough people of an account have each met a signal. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from milestones.climbing import Found


@dataclass(frozen=True)
class SeatSpan:
    """A seat's presence at an account, with its roles over time in fact order."""

    person_id: int
    since: datetime
    left_at: datetime | None
    roles: tuple[tuple[datetime, str], ...] = ()

    def is_present(self, at: datetime) -> bool:
        return self.since <= at and (self.left_at is None or at < self.left_at)

    def role_at(self, at: datetime) -> str:
        return next((role for since, role in reversed(self.roles) if since <= at), "")


@dataclass(frozen=True)
class Standing:
    """How far a quorum is at a moment: the people who have met it, those present who have not, and how many it takes."""

    done: tuple[int, ...]
    missing: tuple[int, ...]
    needed: int


def standing_of_people(seats: Sequence[SeatSpan], met: Mapping[int, Found], *, people: int, at: datetime) -> Standing:
    """Of so many people at the account, leavers included."""
    during = [seat.person_id for seat in seats if seat.person_id in met and seat.is_present(met[seat.person_id].at)]
    during.sort(key=lambda person: _fact_order(met[person]))
    missing = [seat.person_id for seat in seats if seat.is_present(at) and seat.person_id not in met]
    return Standing(tuple(during), tuple(missing), people)


def standing_of_share(
    seats: Sequence[SeatSpan], met: Mapping[int, Found], *, role: str, share: float, at_least: int, at: datetime
) -> Standing:
    """Of a share of those who are present with the role at that moment."""
    present = [seat.person_id for seat in seats if seat.is_present(at) and seat.role_at(at) == role]
    done = sorted((person for person in present if person in met), key=lambda person: _fact_order(met[person]))
    missing = [person for person in present if person not in met]
    return Standing(tuple(done), tuple(missing), max(at_least, math.ceil(share * len(present) - 1e-9)))


def when_people(seats: Sequence[SeatSpan], met: Mapping[int, Found], *, people: int) -> Found | None:
    """The moment the k-th person met it while they had a seat, leavers included."""
    during = [seat.person_id for seat in seats if seat.person_id in met and seat.is_present(met[seat.person_id].at)]
    during.sort(key=lambda person: _fact_order(met[person]))
    if len(during) < people:
        return None
    deciding = during[:people]
    return Found(met[deciding[-1]].at, tuple(e for person in deciding for e in met[person].evidence))


def _fact_order(found: Found) -> tuple:
    """Hits of one instant stand in the order of the facts that decided them."""
    decided = found.evidence[-1] if found.evidence else {}
    return (found.at, decided.get("source", 0), decided.get("message_id", ""))


def when_share(
    seats: Sequence[SeatSpan], met: Mapping[int, Found], *, role: str, share: float, at_least: int
) -> Found | None:
    """The first moment at which at least ⌈share·n⌉, and at_least, of the n present seats with the role have met it.

    Judged at every moment a seat comes, leaves, changes role or meets it, after all facts of that instant.
    """
    moments = {seat.since for seat in seats} | {seat.left_at for seat in seats if seat.left_at}
    moments |= {at for seat in seats for at, _ in seat.roles} | {found.at for found in met.values()}
    for at in sorted(moments):
        present = [seat for seat in seats if seat.is_present(at) and seat.role_at(at) == role]
        done = [seat for seat in present if seat.person_id in met and met[seat.person_id].at <= at]
        done.sort(key=lambda seat: _fact_order(met[seat.person_id]))
        # The tolerance keeps ⌈0.3·10⌉ at 3: shares are decimal fractions that floats only come near.
        if present and len(done) >= max(at_least, math.ceil(share * len(present) - 1e-9)):
            return Found(at, tuple(e for seat in done for e in met[seat.person_id].evidence))
    return None
