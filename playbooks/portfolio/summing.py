"""What a portfolio comes to: how many are doing how, how soon they reach value, what is due, what it is worth."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, FloatField, Q, QuerySet, Sum, Value, When
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
    """All of it in one look at the rows, and one at what is paid: there may be tens of thousands."""
    groups = _groups(rows, now, zone)
    under_way = [group for group in groups if group["pace"] in UNDER_WAY]
    paces: Counter[str] = Counter()
    for group in groups:
        paces[group["pace"]] += group["count"]
    spells = [_spell(group) for group in groups if group["took"] is not None]
    reached = sum(spell.count for spell in spells if spell.is_over)
    worths = _worths(rows)
    return Totals(
        paces=dict(paces),
        reached_value=reached,
        median=product_limit(spells).time_of(0.5) if reached >= ENOUGH else None,
        due=sum(group["due"] for group in under_way),
        late_accounts=sum(group["are_late"] for group in under_way),
        worth=sum(worths.values()) if worths else None,
        stalled_worth=worths.get(Pace.STALLED, 0),
    )


def _groups(rows: QuerySet[AccountHealth], now: datetime, zone: ZoneInfo) -> list[dict]:
    """By pace, and by how many days first value has taken, or been waited for."""
    began = TruncDate("began_at", tzinfo=zone)
    ended = TruncDate(Coalesce("value_at", Value(now)), tzinfo=zone)
    is_due = Q(due_at__gt=now, due_at__lte=now + timedelta(days=7))
    days = rows.order_by().annotate(took=ended - began, is_over=Q(value_at__isnull=False))
    return list(
        days.values("pace", "took", "is_over").annotate(
            count=Count("account"), due=Count("account", filter=is_due), are_late=Count("account", filter=Q(late__gt=0))
        )
    )


def _worths(rows: QuerySet[AccountHealth]) -> dict[str, float]:
    """pace → what the accounts of that pace that are under way pay, of those of which it is known."""
    text = KeyTextTransform(WORTH, "account__traits")
    paying = rows.filter(pace__in=UNDER_WAY, account__traits__has_key=WORTH).annotate(text=text)
    amount = Case(When(text__regex=AMOUNT, then=Cast(text, FloatField())))
    found = paying.order_by().values_list("pace").annotate(worth=Sum(amount))
    return {pace: worth for pace, worth in found if worth is not None}


def _spell(group: dict) -> Spell:
    """Until first value, the day of beginning being day 1, as in the rows of the portfolio."""
    return Spell(max(group["took"].days, 0) + 1, group["is_over"], group["count"])


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
    if under_way == 1:
        return f"{whose.capitalize()} one account under way {'needs a look this week' if worry else 'is on track'}."
    lead = (
        f"{f'{on_track:,}' if on_track else 'None'} of {whose} {under_way:,} accounts under way"
        f" {'is' if on_track <= 1 else 'are'} on track."
    )
    if not worry:
        return lead
    return f"{lead} {worry:,} need{'s' if worry == 1 else ''} a look this week."
