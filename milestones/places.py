"""Where people stand: their seats with the enrollments on them, read in one statement for thousands of people. Raw SQL."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from onboarding.tenancy.database.arrays import integers
from onboarding.tenancy.scope import current_workspace_id


class Place(NamedTuple):
    """One seat with one of its enrollments; the seat alone where it has none."""

    person: int
    seat: int
    account: int | None
    role: str
    role_since: int | None  # µs of the person's latest role fact
    is_known: bool  # the vendor has an id of its own for the person
    enrollment: int | None
    ladder: int | None
    version: int | None
    ordinal: int | None
    enrolled_at: datetime | None


def read_places(people: Iterable[int]) -> list[Place]:
    """The places of these people (ids), in no order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select s.person_id, s.id, s.account_id, s.role, (p.trait_times #>> '{role,1}')::bigint, p.external_id is not null,
                      e.id, e.ladder_id, e.version_id, e.ordinal, e.enrolled_at
               from tracking_seat s
               join tracking_person p on p.workspace_id = s.workspace_id and p.id = s.person_id
               left join milestones_enrollment e on e.workspace_id = s.workspace_id and e.seat_id = s.id
               where s.workspace_id = %s and s.person_id = any(%s::bigint[])""",
            [current_workspace_id(), integers(people)],
        )
        return [Place(*row) for row in cursor.fetchall()]
