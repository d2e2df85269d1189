"""What a page is asked: which ladder, who began when, of which role and segment, as of which day. It all stands in the address."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Min

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
LONGEST = 3660


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
    period: str = ""  # as it was chosen: days, or "" where both days were given
    is_usual: bool = True

    def without_role(self) -> "Asked":
        return replace(self, role="")

    def before(self) -> "Asked":
        return replace(self, span=self.span.before())

    def query(self, **other) -> str:
        """The address's query that asks the same, with some of it otherwise."""
        said = {
            "ladder": self.ladder.key,
            "period": self.period,
            "from": "" if self.period else self.span.first.isoformat(),
            "to": "" if self.period else self.span.last.isoformat(),
            "role": self.role,
            "segment": f"{self.segment}:{self.value}" if self.segment else "",
        }
        return urlencode({key: value for key, value in (said | other).items() if value})

    def key(self) -> str:
        """The question in one canonical line, for keeping its answer."""
        parts = (self.ladder.pk, self.span.first, self.span.last, self.until, self.role, self.segment, self.value)
        return "|".join(map(str, parts))


def read_asked(said, timezone) -> Asked | None:
    """The question in a query; what cannot be read falls back to what is usual. None while no ladder was ever published."""
    ladders = Ladder.objects.exclude(first_published_at=None).order_by("position", "id")
    ladder = ladders.filter(key=said.get("ladder", "")).first() or ladders.first()
    if ladder is None:
        return None
    until = yesterday(timezone)
    span, period, is_usual = _span(said, ladder, until)
    role = said.get("role", "")
    role = role if role in dict(roles_of(ladder)) else ""
    segment, value = _segment(said.get("segment", ""))
    return Asked(ladder, span, until, role, segment, value, period, is_usual)


def yesterday(timezone) -> date:
    """The last day that is over, on the workspace's calendar."""
    return clock.now().astimezone(timezone).date() - timedelta(days=1)


def _span(said, ladder: Ladder, until: date) -> tuple[Span, str, bool]:
    period = said.get("period", "")
    if period in PERIODS:
        return _last(int(period), until), period, False
    first, last = _day(said.get("from")), _day(said.get("to"))
    if first and last and first <= last and (last - first).days <= LONGEST:
        return Span(first, last), "", False
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


def _segment(text: str) -> tuple[int, str]:
    number, colon, value = text.partition(":")
    if colon and number.isdecimal() and 1 <= int(number) <= len(counting_rules().segments) and value:
        return int(number), value[:100]
    return 0, ""


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
    """(number, name, values) of each segment that the workspace counts by."""
    rows = MatrixRow.objects.filter(ladder_id=ladder.pk, measure="done", segment__gt=0).exclude(value="")
    values: dict[int, set[str]] = {}
    for segment, value in rows.values_list("segment", "value").distinct():
        values.setdefault(segment, set()).add(value)
    names = counting_rules().segments
    return [
        (str(n), name.replace("_", " ").capitalize(), sorted(values[n], key=str.lower))
        for n, name in enumerate(names, start=1)
        if n in values
    ]
