"""Which accounts a portfolio shows, and in what order."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Case, Count, ExpressionWrapper, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Lower, NullIf

from milestones.health.measuring import keep
from milestones.models import AccountHealth, Pace, Reason
from onboarding import clock
from onboarding.tenancy.models import Member
from onboarding.tracking.models import Account

SORTS = ("name", "progress", "health", "next", "value", "seen")
MINE, NOBODY = "mine", "nobody"
MEASURED_AT_ONCE = 50  # by a page, which should not be waited for


@dataclass(frozen=True)
class Wanted:
    """What a portfolio is narrowed to; what is empty narrows nothing. `owner` is "mine", "nobody" or a member's id."""

    q: str = ""
    pace: str = ""
    reason: str = ""
    phase: str = ""
    ladder: str = ""
    owner: str = ""
    sort: str = "health"

    @property
    def is_of_all_owned(self) -> bool:
        """Whether all that somebody looks after is found, but for the choice of a pace."""
        return not (self.q or self.reason or self.phase or self.ladder)

    @property
    def is_narrow(self) -> bool:
        return bool(self.q or self.pace or self.reason or self.phase or self.ladder or self.owner)

    def query(self, **instead: str) -> str:
        """Its address's query, with some of it said otherwise."""
        said = {name: getattr(self, name) for name in self.__dataclass_fields__} | instead
        usual = Wanted.__dataclass_fields__
        return urlencode({name: value for name, value in said.items() if value and value != usual[name].default})


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """Of an address or a form; what makes no sense is left out."""
    pace, reason, sort, owner = (query.get(name, "") for name in ("pace", "reason", "sort", "owner"))
    is_owner = owner in (MINE, NOBODY) or (owner.isdecimal() and len(owner) < 18)
    return Wanted(
        q=query.get("q", "").replace("\x00", "").strip()[:200],
        pace=pace if pace in Pace.values else "",
        reason=reason if reason in Reason.values else "",
        phase=query.get("phase", "").replace("\x00", "")[:200],
        ladder=query.get("ladder", "").replace("\x00", "")[:100],
        owner=owner if is_owner else "",
        sort=sort if sort.removeprefix("-") in SORTS else "health",
    )


def measure_missing() -> None:
    """Of the newest accounts those that nobody has measured yet; the worker measures all others."""
    newest = list(Account.objects.filter(is_test=False).order_by("-pk").values_list("pk", flat=True)[:MEASURED_AT_ONCE])
    known = set(AccountHealth.objects.filter(account__in=newest).values_list("account_id", flat=True))
    keep([pk for pk in newest if pk not in known], clock.now())


def owned(wanted: Wanted, member: Member) -> QuerySet[AccountHealth]:
    """Those of whom the portfolio speaks at all: everybody's, or those that one member looks after."""
    tests = Account.objects.filter(is_test=True).values("pk")  # they are few, and an index knows them
    rows = AccountHealth.objects.exclude(account__in=tests)
    if wanted.owner == MINE:
        return rows.filter(account__manager=member)
    if wanted.owner == NOBODY:
        return rows.filter(account__manager=None)
    return rows.filter(account__manager=int(wanted.owner)) if wanted.owner else rows


def found(wanted: Wanted, member: Member, *, any_pace: bool = False) -> QuerySet[AccountHealth]:
    """The accounts that are shown, in order. `any_pace`: for the counts beside the choice of one."""
    rows = owned(wanted, member)
    if wanted.q:
        rows = rows.filter(Q(account__name__icontains=wanted.q) | Q(account__external_id__icontains=wanted.q))
    same = {"reason": wanted.reason, "phase": wanted.phase, "ladder__key": wanted.ladder}
    same |= {} if any_pace else {"pace": wanted.pace}
    rows = rows.filter(**{name: value for name, value in same.items() if value})
    return _in_order(rows, wanted.sort)


def _in_order(rows: QuerySet[AccountHealth], sort: str) -> QuerySet[AccountHealth]:
    key, is_down = sort.removeprefix("-"), sort.startswith("-")
    share = ExpressionWrapper(Cast("reached", FloatField()) / NullIf(F("total"), Value(0)), output_field=FloatField())
    rows = rows.annotate(
        said=Lower(Case(When(account__name="", then=F("account__external_id")), default=F("account__name"))),
        share=share,
        took=F("value_at") - F("began_at"),
    )
    column = F(
        {"progress": "share", "health": "weight", "next": "due_at", "value": "took", "seen": "last_seen_at"}.get(
            key, "said"
        )
    )
    first = column.desc(nulls_last=True) if is_down else column.asc(nulls_last=True)
    return rows.order_by(first, "-held", "said", "account_id")


def paces(wanted: Wanted, member: Member) -> dict[str, int]:
    """pace → how many of the accounts found otherwise have it."""
    counts = found(wanted, member, any_pace=True).order_by().values_list("pace").annotate(Count("pk"))
    return dict(counts)


def phases() -> list[str]:
    """The phases in which any account is, in the order of their names."""
    return list(
        AccountHealth.objects.exclude(phase="").order_by("phase").values_list("phase", flat=True).distinct()[:60]
    )
