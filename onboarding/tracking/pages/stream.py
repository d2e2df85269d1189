"""The stream of what arrived, newest first: what was taken, refused, or had come before."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from onboarding.tracking.decoding.facts import Mark
from onboarding.tracking.models import Account, Event, EventName, Identity, Person, RefusedEvent, Source

PAGE = 50
REPEATED = {
    "duplicate": "Sent before, with the same content",
    "conflict": "Sent before, with other content; the first one counts",
}
KINDS = {"taken": "Taken", "refused": "Refused", "repeated": "Repeated"}
TYPES = ("track", "page", "screen", "identify", "group", "alias", "cairn")
LARGEST_ID = 2**63 - 1
MARKS = {
    Mark.CLOCK_UNCORRECTED: "The sender’s clock is more than a day off",
    Mark.FUTURE: "Dated ahead of its arrival, so moved back to it",
    Mark.GENERATED_ID: "Came without a message id",
}


@dataclass(frozen=True)
class Filters:
    """What the page was asked to show; unknown values fall back to everything."""

    kind: str = "taken"
    name: str = ""
    person: str = ""
    source: int | None = None
    before: int | None = None

    @classmethod
    def of(cls, query) -> "Filters":
        kind = query.get("kind", "taken")
        return cls(
            kind=kind if kind in KINDS else "taken",
            name=_text(query, "name"),
            person=_text(query, "person"),
            source=_number(query, "source"),
            before=_number(query, "before"),
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.name or self.person or self.source)

    def query(self, **changes) -> str:
        """The filters as a query string, with changes; empty ones are left out."""
        said = vars(replace(self, **changes))
        return urlencode({key: value for key, value in said.items() if value and (key, value) != ("kind", "taken")})


@dataclass(frozen=True)
class Line:
    """One event as it is shown."""

    id: int
    at: datetime
    received_at: datetime
    name: str
    source: Source | None
    who: str = ""
    person: Person | None = None
    account: str = ""
    note: str = ""  # why it was not taken
    code: str = ""
    marks: tuple[str, ...] = ()
    json: str = ""

    @property
    def is_repeated(self) -> bool:
        return self.code in REPEATED


def read(filters: Filters) -> tuple[list[Line], int | None]:
    """One page of lines, and the id to go on from, or None on the last page."""
    rows, describe = (_taken(filters), _taken_lines) if filters.kind == "taken" else (_refused(filters), _refused_lines)
    if filters.source:
        rows = rows.filter(source_id=filters.source)
    if filters.before:
        rows = rows.filter(id__lt=filters.before)
    found = list(rows.order_by("-id")[: PAGE + 1])
    shown = found[:PAGE]
    return describe(shown), shown[-1].id if len(found) > PAGE else None


def refused_lately(count: int = 5) -> list[Line]:
    """The latest that were refused, to stand beside what was taken."""
    return _refused_lines(list(RefusedEvent.objects.exclude(code__in=REPEATED).order_by("-id")[:count]))


def _taken(filters: Filters) -> QuerySet:
    rows = Event.objects.all()
    if filters.name:
        name = EventName.objects.filter(name=filters.name).first()
        if name is None:
            return Event.objects.none()
        # The moments between which it was seen keep the search out of other months' partitions.
        rows = rows.filter(name_id=name.pk, occurred_at__range=(name.first_seen_at, name.last_seen_at))
    if filters.person:
        people = Identity.objects.filter(value=filters.person).values_list("person_id", flat=True)
        rows = rows.filter(person_id__in=list(people))
    return rows


def _refused(filters: Filters) -> QuerySet:
    repeated = Q(code__in=REPEATED)
    rows = RefusedEvent.objects.filter(repeated if filters.kind == "repeated" else ~repeated)
    # What could not be read has no columns of its own, only its text as it came.
    if filters.name:
        rows = rows.filter(
            Q(name=filters.name) | Q(name="", event__contains=json.dumps(filters.name, ensure_ascii=False))
        )
    if filters.person:
        rows = rows.filter(
            Q(user_id=filters.person) | Q(user_id="", event__contains=json.dumps(filters.person, ensure_ascii=False))
        )
    return rows


def _taken_lines(events: list[Event]) -> list[Line]:
    names = EventName.objects.in_bulk({event.name_id for event in events})
    people = Person.objects.in_bulk({event.person_id for event in events})
    accounts = Account.objects.in_bulk({event.account_id for event in events if event.account_id})
    sources = Source.objects.in_bulk({event.source_id for event in events})
    return [
        Line(
            id=event.id,
            at=event.occurred_at,
            received_at=event.received_at,
            name=names[event.name_id].name,
            source=sources.get(event.source_id),
            who=str(people.get(event.person_id, "")),
            person=people.get(event.person_id),
            account=str(accounts.get(event.account_id, "")),
            marks=marks_in_words(event.marks),
            json=_as_json(event, names[event.name_id].name, accounts.get(event.account_id)),
        )
        for event in events
    ]


def _refused_lines(events: list[RefusedEvent]) -> list[Line]:
    sources = Source.objects.in_bulk({event.source_id for event in events})
    return [_refused_line(event, sources.get(event.source_id)) for event in events]


def _refused_line(event: RefusedEvent, source: Source | None) -> Line:
    try:
        sent = json.loads(event.event)
        laid_out = json.dumps(sent, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        sent, laid_out = None, event.event  # cut at 2,000 bytes, no JSON to begin with, or too deep to be laid out
    said = sent if isinstance(sent, dict) else {}
    return Line(
        id=event.id,
        at=event.received_at,
        received_at=event.received_at,
        name=event.name or str(said.get("event") or said.get("type") or "An event"),
        source=source,
        who=event.user_id or str(said.get("userId") or said.get("anonymousId") or ""),
        note=REPEATED.get(event.code, event.message),
        code=event.code,
        json=laid_out,
    )


def _as_json(event: Event, name: str, account: Account | None) -> str:
    said = {
        "messageId": event.message_id,
        "type": TYPES[event.kind],
        "event": name,
        "userId": event.user_id,
        "anonymousId": event.anonymous_id,
        "account": account.external_id if account else None,
        "occurredAt": event.occurred_at.isoformat(),
        "receivedAt": event.received_at.isoformat(),
        "properties": event.properties,
    }
    return json.dumps({key: value for key, value in said.items() if value is not None}, indent=2, ensure_ascii=False)


def marks_in_words(marks: int) -> tuple[str, ...]:
    return tuple(words for mark, words in MARKS.items() if marks & mark)


def _text(query, key: str) -> str:
    return query.get(key, "").replace("\0", "").strip()[:200]


def _number(query, key: str) -> int | None:
    text = query.get(key, "")
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text[:20]) <= LARGEST_ID else None
