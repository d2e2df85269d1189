"""What of accounts, people and ladders the field of the top bar finds."""

from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from milestones.models import Ladder, Milestone
from milestones.studio.roster import Wanted, find_people
from onboarding.tenancy.search import Hit, Kind, searchable
from onboarding.tracking.models import Account


def accounts(words: str, slug: str, most: int) -> list[Hit]:
    named = Q(name__icontains=words) | Q(external_id__icontains=words)
    rows = Account.objects.filter(named).select_related("manager__user").order_by("-last_seen_at", "pk")[:most]
    return [
        Hit(str(row), str(row.manager.user) if row.manager else "", reverse("account-detail", args=[slug, row.pk]))
        for row in rows
    ]


def people(words: str, slug: str, most: int) -> list[Hit]:
    rows = find_people(Wanted(q=words))[:most]
    return [
        Hit(str(row), row.email or row.external_id or "", reverse("person-detail", args=[slug, row.pk])) for row in rows
    ]


def ladders(words: str, slug: str, most: int) -> list[Hit]:
    rows = Ladder.objects.filter(Q(name__icontains=words) | Q(key__icontains=words)).order_by("position", "pk")[:most]
    return [Hit(row.name, row.key, reverse("ladder-detail", args=[slug, row.key])) for row in rows]


def milestones(words: str, slug: str, most: int) -> list[Hit]:
    named = Q(title__icontains=words) | Q(key__icontains=words)
    rows = Milestone.objects.filter(named, archived_at=None).order_by("title", "pk")[:most]
    return [Hit(row.title, row.key, reverse("milestone-detail", args=[slug, row.key])) for row in rows]


def _list(name: str):
    """The address of a list that takes the same words."""
    return lambda words, slug: f"{reverse(name, args=[slug])}?{urlencode({'q': words})}"


searchable(
    Kind("Accounts", "accounts", accounts, _list("account-list")),
    Kind("People", "users", people, _list("person-list")),
    Kind("Ladders", "ladder", ladders),
    Kind("Milestones", "flag", milestones, _list("milestone-list")),
)
