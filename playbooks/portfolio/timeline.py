"""Everything that happened at an account, or with one person, from all that is kept, the latest first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from milestones.health.words import said as reason_in_words
from milestones.models import HealthChange, Kickoff, Pace, Standing, Transition
from milestones.studio.account_story import TOLD, titles_of
from milestones.studio.days import Calendar
from milestones.studio.splits import counted
from onboarding.tracking.models import Account, Person, Seat
from playbooks.models import AccountNote, Delivery, Session, Task

KINDS = {
    "progress": "Progress",
    "messages": "Messages",
    "notes": "Notes",
    "tasks": "Tasks",
    "health": "Health",
    "plan": "Plan",
    "sessions": "Sessions",
}
A_PAGE, MOST_AT_ONCE = 40, 5_000


@dataclass(frozen=True)
class Entry:
    """One thing. `status` picks its mark, `link` is the path of what it is about, `note` is a longer word of somebody."""

    at: datetime
    kind: str
    title: str
    text: str = ""
    status: str = "open"
    link: str = ""
    note: AccountNote | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Whose:
    """Of which account, or of which person, the timeline is."""

    slug: str
    calendar: Calendar
    account: Account | None = None
    person: Person | None = None

    def path(self, name: str, *rest) -> str:
        return reverse(name, args=[self.slug, *rest])

    def day(self, day) -> str:
        return f"{day.day} {day:%b}"


@dataclass(frozen=True)
class Page:
    """The entries of one page, and where the next one begins: a moment, and how many of that moment are behind; None at the end."""

    entries: list[Entry]
    older: tuple[datetime, int] | None


def timeline(whose: Whose, *, since: tuple[datetime, int] | None = None, kind: str = "") -> Page:
    """The latest entries, or those from where another page ended: many things may happen at one moment."""
    until, behind = since or (None, 0)
    behind = min(max(behind, 0), MOST_AT_ONCE)
    many = A_PAGE + 1 + behind
    sources = {key: source for key, source in SOURCES.items() if not kind or key == kind}
    found = [entry for source in sources.values() for entry in source(whose, Span(until, many))]
    found = sorted(found, key=lambda entry: entry.at, reverse=True)[behind:]
    shown = found[:A_PAGE]
    if len(found) <= A_PAGE:
        return Page(shown, None)
    last = shown[-1].at
    of_last = sum(entry.at == last for entry in shown) + (behind if last == until else 0)
    return Page(shown, (last, of_last))


@dataclass(frozen=True)
class Span:
    """Up to and with a moment (None: now), so many at most of each kind."""

    until: datetime | None
    many: int


def _before(rows, column: str, span: Span):
    rows = rows.filter(**{f"{column}__lte": span.until}) if span.until else rows.filter(**{f"{column}__isnull": False})
    return rows.order_by(f"-{column}", "-pk")[: span.many]


def _progress(whose: Whose, before: Span) -> Iterator[Entry]:
    if whose.person:
        rows = Transition.objects.filter(person_id=whose.person.pk)
    else:
        people = Seat.objects.filter(account=whose.account).values("person_id")
        rows = Transition.objects.filter(account_id=whose.account.pk, person_id__in=people)
    told = list(_before(rows.filter(change__in=TOLD), "at", before))
    titles = titles_of(told)
    names = Person.objects.in_bulk({row.person_id for row in told})
    for row in told:
        who = str(names.get(row.person_id, "Somebody"))
        title = titles[row.ladder, row.rung]
        status = {"reopened": "open", "missed": "at_risk"}.get(row.change, row.change)
        link = whose.path("person-detail", row.person_id) if row.person_id in names and not whose.person else ""
        yield Entry(row.at, "progress", f"{who} {TOLD[row.change]}", title, status, link)


def _messages(whose: Whose, before: Span) -> Iterator[Entry]:
    mine = {"person_id": whose.person.pk} if whose.person else {"account_id": whose.account.pk}
    rows = Delivery.objects.filter(**mine, state=Delivery.State.SENT).select_related("nudge")
    rows = list(_before(rows, "sent_at", before))
    names = Person.objects.in_bulk({row.person_id for row in rows})
    for row in rows:
        who = "" if whose.person else f" to {names.get(row.person_id, 'somebody')}"
        subject = (row.said or {}).get("subject") or str(row.nudge)
        yield Entry(
            row.sent_at,
            "messages",
            f"{row.get_channel_display()}{who}: {subject}",
            _became(row),
            "reached" if row.clicked_at else "open",
            whose.path("nudge-detail", row.nudge_id),
        )


def _became(row: Delivery) -> str:
    if row.bounced_at:
        return "The address does not take mail."
    if row.complained_at:
        return "Its owner called it unwanted."
    if row.clicked_at:
        return "Followed."
    if row.dismissed_at and row.reason:
        return "Taken back: its reason was gone."
    return "Closed." if row.dismissed_at else "Seen." if row.seen_at else ""


def _notes(whose: Whose, before: Span) -> Iterator[Entry]:
    if whose.account is None:
        return
    for row in _before(AccountNote.objects.filter(account=whose.account).select_related("by__user"), "at", before):
        yield Entry(
            row.at, "notes", f"{row.by.user if row.by else 'Somebody who has left'} noted", status="note", note=row
        )


def _tasks(whose: Whose, before: Span) -> Iterator[Entry]:
    mine = {"person_id": whose.person.pk} if whose.person else {"account": whose.account}
    tasks = Task.objects.filter(**mine).select_related("done_by__user", "made_by__user", "owner__user")
    link = whose.path("task-list")
    for row in _before(tasks, "done_at", before):
        by = f" by {row.done_by.user}" if row.done_by else ""
        yield Entry(row.done_at, "tasks", f"Done{by}: {row.title}", "", "reached", f"{link}?whose=done")
    for row in _before(tasks, "made_at", before):
        owner = f"For {row.owner.user}." if row.owner else "For nobody yet."
        yield Entry(row.made_at, "tasks", f"Task: {row.title}", owner, "open", f"{link}?whose=everybody")


def _health(whose: Whose, before: Span) -> Iterator[Entry]:
    if whose.account is None:
        return
    zone = whose.calendar.zone
    for row in _before(HealthChange.objects.filter(account=whose.account), "at", before):
        today = row.at.astimezone(zone).date()
        why = reason_in_words(row.finding[0], row.finding[2], zone=zone, today=today) if row.finding else ""
        title = f"From {Pace(row.was).label.lower()} to {Pace(row.pace).label.lower()}"
        yield Entry(row.at, "health", title, why, "reached" if row.pace == Pace.FINISHED else row.pace)
    said = Standing.objects.filter(account=whose.account).select_related("by__user")
    for row in _before(said, "since", before):
        by = f" said {row.by.user}" if row.by else ""
        yield Entry(
            row.since, "health", f"{row.get_kind_display()},{by}" if by else row.get_kind_display(), row.note, "stalled"
        )
    for row in _before(said, "ended_at", before):
        yield Entry(row.ended_at, "health", f"No longer: {row.get_kind_display().lower()}", row.note, "reached")


def _plan(whose: Whose, before: Span) -> Iterator[Entry]:
    if whose.account is None:
        return
    kickoffs, link = Kickoff.objects.filter(account=whose.account), whose.path("account-plan", whose.account.pk)
    for row in _before(kickoffs, "created_at", before):
        yield Entry(row.created_at, "plan", "Kickoff written", f"Done by {whose.day(row.done_on)}.", "open", link)
    for name, who in (("ours_at", "ours"), ("theirs_at", "theirs")):
        for row in _before(kickoffs, name, before):
            by = getattr(row, who)
            yield Entry(getattr(row, name), "plan", f"{by or 'Somebody'} agreed on the kickoff", "", "reached", link)
    for row in _before(kickoffs, "closed_at", before):
        met = [each for each in (row.outcome or {}).get("met", []) if each[2]]
        text = f"{len(met)} of {counted(len(row.outcome['met']), 'milestone')} reached." if row.outcome else ""
        yield Entry(row.closed_at, "plan", "Kickoff closed", text, "reached", link)


def _sessions(whose: Whose, before: Span) -> Iterator[Entry]:
    mine = {"person": whose.person} if whose.person else {"account": whose.account}
    rows = Session.objects.filter(**mine).select_related("person", "made_by__user")
    for row in _before(rows, "made_at", before):
        who = "" if whose.person else f" {'by' if row.is_asked else 'to'} {row.person}"
        title = f"Session {'asked for' if row.is_asked else 'offered'}{who}"
        yield Entry(row.made_at, "sessions", title, row.wish, "open", whose.path("session-detail", row.pk))
    for row in _before(rows.filter(state__in=(Session.State.HELD, Session.State.MISSED)), "starts_at", before):
        came = row.state == Session.State.HELD
        title = f"Session with {row.person}" if came else f"{row.person} did not come to the session"
        link = whose.path("session-detail", row.pk)
        yield Entry(row.starts_at, "sessions", title, row.outcome, "reached" if came else "skipped", link)


SOURCES: dict[str, Callable[[Whose, Span], Iterator[Entry]]] = {
    "progress": _progress,
    "messages": _messages,
    "notes": _notes,
    "tasks": _tasks,
    "health": _health,
    "plan": _plan,
    "sessions": _sessions,
}
