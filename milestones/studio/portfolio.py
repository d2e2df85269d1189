"""The list of accounts: who they are, how many people, how far each role is."""

from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Case, Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Lower, NullIf

from milestones.models import Progress
from milestones.studio.days import Calendar, Moment
from milestones.studio.roles import RoleProgress, progress_by_role
from onboarding.tracking.models import Account, Seat

SORTS = ("name", "people", "progress", "seen")


@dataclass(frozen=True)
class AccountRow:
    pk: int
    name: str
    external_id: str
    industry: str
    plan: str
    people: int
    roles: list[RoleProgress]
    last_seen: Moment
    is_test: bool = False


def find_accounts(*, q: str = "", sort: str = "name") -> QuerySet[Account]:
    """Accounts whose name or external id contains `q`; `sort` is one of SORTS, with a leading "-" downwards."""
    people = (
        Seat.objects.filter(account=OuterRef("pk"), left_at=None, person__is_test=False).order_by().values("account")
    )
    found = Account.objects.annotate(
        people=Coalesce(Subquery(people.annotate(n=Count("pk")).values("n")), 0),
        said=Lower(Case(When(name="", then=F("external_id")), default=F("name"))),
    )
    if q:
        found = found.filter(Q(name__icontains=q) | Q(external_id__icontains=q))
    key, is_down = sort.removeprefix("-"), sort.startswith("-")
    if key == "progress":
        found = found.annotate(progress=_share_reached())
    column = F({"people": "people", "progress": "progress", "seen": "last_seen_at"}.get(key, "said"))
    return found.order_by(column.desc(nulls_last=True) if is_down else column.asc(nulls_last=True), "said", "pk")


def _share_reached() -> Subquery:
    """The share of rungs reached, 0 to 1; None for an account whose people are on no ladder."""
    rungs = Progress.objects.filter(
        enrollment__seat__account=OuterRef("pk"),
        enrollment__seat__left_at=None,
        enrollment__seat__person__is_test=False,
        enrollment__ended_at=None,
        on_track=True,
    )
    reached = Cast(Count("pk", filter=Q(reached_at__isnull=False)), FloatField())
    total = Count("pk", filter=Q(reached_at__isnull=False) | Q(skipped_at=None))
    shares = rungs.order_by().values("enrollment__seat__account").annotate(share=reached / NullIf(total, Value(0)))
    return Subquery(shares.values("share"))


def account_rows(page: Page, calendar: Calendar) -> list[AccountRow]:
    accounts = list(page)
    roles = progress_by_role(account.pk for account in accounts)
    return [
        AccountRow(
            pk=account.pk,
            name=str(account),
            external_id=account.external_id,
            industry=trait(account.traits, "industry"),
            plan=trait(account.traits, "plan"),
            people=account.people,
            roles=roles.get(account.pk, []),
            last_seen=calendar.day(account.last_seen_at),
            is_test=account.is_test,
        )
        for account in accounts
    ]


def trait(traits: dict, key: str) -> str:
    """A trait as text; "" where it is not known."""
    value = traits.get(key)
    return "" if value in (None, "", [], {}) else str(value)[:120].replace("_", " ").capitalize()
