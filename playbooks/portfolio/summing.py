"""What a portfolio comes to: how many are doing how, how soon they reach value, what is due, what it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, FloatField, Q, QuerySet, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, TruncDate

from milestones.models import AccountHealth, Pace
from milestones.survival import Spell, product_limit

UNDER_WAY = (Pace.STALLED, Pace.AT_RISK, Pace.ON_TRACK)
ENOUGH = 5
AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,6})?$"
WORTH = "mrr"  # the trait that says what an account pays a month


@dataclass(frozen=True)
class Totals:
    """`due` counts the accounts whose next milestone is due within a week. `median` is the day by which half of them reach
    value, None where half of them are not known to; `worth` None where no trait says it.
    """

    paces: Mapping[str, int]
    reached_value: int
    median: int | None
    due: int
    late_accounts: int
    worth: float | None
    stalled_worth: float

    @property
    def under_way(self) -> int:
        return sum(self.paces.get(pace, 0) for pace in UNDER_WAY)

    @property
    def total(self) -> int:
        return sum(self.paces.values())

    @property
    def split(self) -> str:
        """ "9 on track, 2 at risk, 3 stalled." """
        told = [(self.paces.get(pace, 0), pace.label.lower()) for pace in reversed(UNDER_WAY)]
        return f"{', '.join(f'{count} {word}' for count, word in told if count)}." if self.under_way else "None."


def sum_up(rows: QuerySet[AccountHealth], now: datetime, zone: ZoneInfo) -> Totals:
    rows = rows.order_by()
    under_way = rows.filter(pace__in=UNDER_WAY)
    spells = _spells(rows, now, zone)
    is_due = Q(due_at__gt=now, due_at__lte=now + timedelta(days=7))
    counts = under_way.aggregate(due=Count("pk", filter=is_due), late=Count("pk", filter=Q(late__gt=0)))
    amount = Cast(KeyTextTransform(WORTH, "account__traits"), FloatField())
    paid = under_way.annotate(text=KeyTextTransform(WORTH, "account__traits")).filter(text__regex=AMOUNT)
    worth = paid.aggregate(all=Sum(amount), stalled=Sum(amount, filter=Q(pace=Pace.STALLED)))
    reached = sum(spell.count for spell in spells if spell.is_over)
    return Totals(
        paces=dict(rows.values_list("pace").annotate(Count("pk"))),
        reached_value=reached,
        median=product_limit(spells).time_of(0.5) if reached >= ENOUGH else None,
        due=counts["due"],
        late_accounts=counts["late"],
        worth=worth["all"],
        stalled_worth=worth["stalled"] or 0,
    )


def _spells(rows: QuerySet[AccountHealth], now: datetime, zone: ZoneInfo) -> list[Spell]:
    """Until first value, the day of beginning being day 1, as in the rows of the portfolio."""
    began = TruncDate("began_at", tzinfo=zone)
    ended = TruncDate(Coalesce("value_at", Value(now)), tzinfo=zone)
    days = rows.exclude(began_at=None).annotate(took=ended - began, is_over=Q(value_at__isnull=False))
    counts = days.values_list("took", "is_over").annotate(Count("pk"))
    return [Spell(max(took.days, 0) + 1, is_over, count) for took, is_over, count in counts]


def lede(paces: Mapping[str, int], *, is_mine: bool) -> str:
    """One sentence for the head of the page."""
    under_way = sum(paces.get(pace, 0) for pace in UNDER_WAY)
    on_track, total = paces.get(Pace.ON_TRACK, 0), sum(paces.values())
    whose = "your" if is_mine else "the"
    if not total:
        return "You look after no account yet." if is_mine else "No account is known yet."
    if not under_way:
        return f"Nobody of {whose} {total:,} account{'s' if total != 1 else ''} is under way."
    worry = under_way - on_track
    lead = (
        f"{on_track or 'None'} of {whose} {under_way:,} accounts under way {'is' if on_track <= 1 else 'are'} on track."
    )
    if not worry:
        return lead
    return f"{lead} {worry:,} need{'s' if worry == 1 else ''} a look this week."
