"""Roles as they are said, and how far the people of each have come."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from milestones.models import Progress
from onboarding.tracking.models import Seat
from onboarding.tracking.roles import role_name as role_label
from onboarding.tracking.roles import roles


def known_roles() -> list[tuple[str, str]]:
    """(key, label) of the roles that anybody has."""
    keys = Seat.objects.exclude(role="").order_by("role").values_list("role", flat=True).distinct()
    return [(key, role_label(key)) for key in keys]


def usual_roles() -> list[str]:
    """The keys of the workspace's roles in order, and of those that anybody else has."""
    return list(dict.fromkeys([*(role.key for role in roles()), *(role for role, _ in known_roles())]))


@dataclass(frozen=True)
class RoleProgress:
    """The rungs on the tracks of an account's people of one role, summed: `reached` of `total`, skipped ones left out."""

    key: str
    people: int
    reached: int
    total: int

    @property
    def label(self) -> str:
        return role_label(self.key)

    @property
    def percent(self) -> int:
        return round(100 * self.reached / self.total) if self.total else 0


def progress_by_role(accounts: Iterable[int]) -> dict[int, list[RoleProgress]]:
    """account id → its roles, the largest first; one query for all of them."""
    rows = Progress.objects.filter(
        enrollment__seat__account__in=list(accounts),
        enrollment__seat__left_at=None,
        enrollment__seat__person__is_test=False,
        enrollment__ended_at=None,
        on_track=True,
    )
    counts = rows.values_list("enrollment__seat__account_id", "enrollment__seat__role").annotate(
        people=Count("enrollment__seat__person_id", distinct=True),
        reached=Count("pk", filter=Q(reached_at__isnull=False)),
        total=Count("pk", filter=Q(reached_at__isnull=False) | Q(skipped_at=None)),
    )
    found: dict[int, list[RoleProgress]] = {}
    for account, *counted in counts.order_by("-people", "enrollment__seat__role"):
        found.setdefault(account, []).append(RoleProgress(*counted))
    return found
