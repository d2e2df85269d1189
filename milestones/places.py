"""Where people stand: their seats with the enrollments on them, read in one statement for thousands of people. Raw SQL."""

from collections.abc import Mapping
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
    enrollment: int | None
    ladder: int | None
    version: int | None
    is_before: bool | None  # it is the first on its ladder, and began no later than the moment asked about


def read_places(people: Mapping[int, int]) -> list[Place]:
    """The places of these people (id → a moment in µs to compare with), in no order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select s.person_id, s.id, s.account_id, s.role, e.id, e.ladder_id, e.version_id,
                      e.ordinal = 1 and e.enrolled_at <= u.at
               from (select person, 'epoch'::timestamptz + us * interval '1 microsecond' as at
                     from unnest(%s::bigint[], %s::bigint[]) as u (person, us)) u
               join tracking_seat s on s.workspace_id = %s and s.person_id = u.person
               left join milestones_enrollment e on e.workspace_id = s.workspace_id and e.seat_id = s.id""",
            [integers(people), integers(people.values()), current_workspace_id()],
        )
        return list(map(Place._make, cursor.fetchall()))
