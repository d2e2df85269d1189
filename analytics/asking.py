"""What a page is asked: which ladder, who began when, of which role and segment, as of which day. It all stands in the address."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Min, Sum

from analytics.conditions import ACCOUNT, PERSON, Condition, read_conditions
from analytics.models import MatrixRow
from analytics.rollups.basis import counting_rules
from milestones.models import Ladder
from onboarding import clock
from onboarding.tracking.models import Role

USUAL, SHORT = 90, 14
PERIODS = {
    "30": "Last 30 days",
    "60": "Last 60 days",
    "90": "Last 90 days",
    "180": "Last 180 days",
    "365": "Last 365 days",
}
EARLIEST, LONGEST = date(2000, 1, 1), 3660
OFFERED = 30  # values of a segment, those that most people have


@dataclass(frozen=True)
class Span:
    """Days, both ends in it."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "Span":
        """The span of the same length just before."""
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


@dataclass(frozen=True)
class Asked:
    """`until` is the last day that is counted, complete; `span` the days on which those began whom the page is about."""

    ladder: Ladder
    span: Span
    until: date
    role: str = ""
    segment: int = 0  # from 1, in the order of the counting rules
    value: str = ""
    trait: str = ""  # the segment's name
    period: str = ""  # as it was chosen: days, or "" where both days were given
    is_usual: bool = True
    where: tuple[Condition, ...] = ()

    def before(self, *, as_it_stood: bool = False) -> "Asked":
        """The same of those who began in the time before, by now or as it stood then."""
        until = self.until - timedelta(days=self.span.days) if as_it_stood else self.until
        return replace(self, span=self.span.before(), until=until)

    def query(self, **other) -> str:
        """The address's query that asks the same, with some of it otherwise."""
        said = {
            "ladder": self.ladder.key,
            "period": self.period,
            "from": "" if self.period else self.span.first.isoformat(),
            "to": "" if self.period else self.span.last.isoformat(),
            "role": self.role,
            "segment": f"{self.trait}:{self.value}" if self.segment else "",
        }
        if self.where and "where" not in other:
            said["where"] = [str(condition) for condition in self.where]
        return urlencode({key: value for key, value in (said | other).items() if value}, doseq=True)

    def key(self) -> str:
        """The question in one canonical line, for keeping its answer."""
        return json.dumps(self.said(), sort_keys=True, ensure_ascii=False)

    def said(self) -> dict:
        """The question as plain values; read_question reads it."""
        return {
            "ladder": self.ladder.pk,
            "first": self.span.first.isoformat(),
            "last": self.span.last.isoformat(),
            "until": self.until.isoformat(),
            "role": self.role,
            "segment": self.segment,
            "value": self.value,
            "where": [str(condition) for condition in self.where],
        }


def read_question(said: dict) -> Asked:
    """The question that Asked.said said."""
    first, last, until = (date.fromisoformat(said[name]) for name in ("first", "last", "until"))
    ladder, where = Ladder.objects.get(pk=said["ladder"]), read_conditions(said["where"])
    return Asked(ladder, Span(first, last), until, said["role"], said["segment"], said["value"], where=where)


def read_asked(said, timezone, *, of_people: bool = True) -> Asked | None:
    """The question in a query; what cannot be read falls back to what is usual. None while no ladder was ever published.

    Without `of_people` nobody is asked for by a trait of their own, and no account by a trait that it is not counted by: an executive
    reads of many, not of one.
    """
    ladders = Ladder.objects.exclude(first_published_at=None).order_by("position", "id")
    where = read_conditions(said.getlist("where") if hasattr(said, "getlist") else said.get("where", ()))
    where = tuple(condition for condition in where if of_people or tells_of_many(condition.of, condition.name))
    said = {
        key: str(said.get(key, ""))[:200].replace("\x00", "")
        for key in ("ladder", "period", "from", "to", "role", "segment")
    }
    ladder = ladders.filter(key=said["ladder"]).first() or ladders.first()
    if ladder is None:
        return None
    until = yesterday(timezone)
    span, period, is_usual = _span(said, ladder, until)
    role = said.get("role", "")
    role = role if role in dict(roles_of(ladder)) else ""
    trait, segment, value = _segment(said["segment"], ladder)
    return Asked(ladder, span, until, role, segment, value, trait, period, is_usual and not where, where)


def tells_of_many(of: str, name: str) -> bool:
    """Whether a dimension or a condition tells nothing of one customer's people: a trait may be a name, or an address."""
    return of != PERSON and (of != ACCOUNT or name in counting_rules().segments)


def yesterday(timezone) -> date:
    """The last day that is over, on the workspace's calendar."""
    return clock.now().astimezone(timezone).date() - timedelta(days=1)


def _span(said, ladder: Ladder, until: date) -> tuple[Span, str, bool]:
    period = said.get("period", "")
    if period in PERIODS:
        return _last(int(period), until), period, False
    first, last = _day(said.get("from")), _day(said.get("to"))
    if first and last and EARLIEST <= first <= min(last, until) and (last - first).days <= LONGEST:
        return Span(first, min(last, until)), "", False
    days = _usual_days(ladder, until)
    return _last(days, until), str(days) if str(days) in PERIODS else "", True


def _last(days: int, until: date) -> Span:
    return Span(until - timedelta(days=days - 1), until)


def _usual_days(ladder: Ladder, until: date) -> int:
    """Ninety, or half of what there is where that is shorter: so that there is a time before to compare with."""
    first = began(ladder).aggregate(first=Min("cohort"))["first"]
    if first is None:
        return USUAL
    history = (until - first).days + 1
    return next((days for days in (USUAL, 60, 30) if history >= 2 * days), SHORT)


def _day(text) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _segment(text: str, ladder: Ladder) -> tuple[str, int, str]:
    """(the trait, its place among the segments, the value), or nothing where no account on the ladder is of it."""
    trait, _, value = text.partition(":")
    segments = counting_rules().segments
    if trait in segments and value:
        place = segments.index(trait) + 1
        if MatrixRow.objects.filter(ladder_id=ladder.pk, segment=place, value=value[:100], measure="done").exists():
            return trait, place, value[:100]
    return "", 0, ""


def began(ladder: Ladder):
    """The rows that say who began when on the ladder."""
    return MatrixRow.objects.filter(ladder_id=ladder.pk, segment=0, value="", measure="done")


def roles_of(ladder: Ladder) -> list[tuple[str, str]]:
    """(key, name) of the roles that people on the ladder have, in the workspace's order."""
    names = dict(Role.objects.order_by("position").values_list("key", "name"))
    found = set(began(ladder).exclude(role="").values_list("role", flat=True).distinct())
    known = [(key, name) for key, name in names.items() if key in found]
    return known + sorted((key, key.replace("_", " ").capitalize()) for key in found - names.keys())


def segments_of(ladder: Ladder) -> list[tuple[str, str, list[str]]]:
    """(trait, what it is called, values) of each segment that the workspace counts by; of many values those that most have."""
    rows = MatrixRow.objects.filter(ladder_id=ladder.pk, measure="done", segment__gt=0).exclude(value="")
    values: dict[int, list[str]] = {}
    for segment, value in (
        rows.values_list("segment", "value")
        .annotate(n=Sum("eligible"))
        .order_by("-n", "value")
        .values_list("segment", "value")
    ):
        if len(values.setdefault(segment, [])) < OFFERED:
            values[segment].append(value)
    named = [(n, trait) for n, trait in enumerate(counting_rules().segments, start=1) if n in values]
    return [(trait, trait.replace("_", " ").capitalize(), sorted(values[n], key=str.lower)) for n, trait in named]
