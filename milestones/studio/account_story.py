"""One account: how far its people are by role, who first saw value, what happened lately."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from milestones.models import Ladder, Progress, Transition
from milestones.studio.days import Calendar, Moment
from milestones.studio.roles import RoleProgress, progress_by_role
from milestones.studio.splits import Split, headline, split
from milestones.studio.titles import rung_titles
from onboarding.tracking.models import Account, Person, Seat

TOLD = {
    "reached": "reached",
    "skipped": "skipped",
    "reopened": "starts again on",
    "overdue": "is late with",
    "missed": "missed the window of",
    "moved": "moved to a new version of",
    "ended": "left",
}
LOOKED_AT, SHOWN = 60, 12
TITLE = F("rung__content__title")


@dataclass(frozen=True)
class FirstValue:
    """The earliest rung marked as first value that anybody of the account reached; `day` counts from the first enrollment."""

    person: str
    title: str
    day: int
    when: Moment


@dataclass(frozen=True)
class RoleStory:
    progress: RoleProgress
    split: Split
    next: str  # the rung that most of them are at
    at_it: int

    @property
    def sentence(self) -> str:
        parts = [
            (self.split.finished, "finished"),
            (self.split.under_way, "under way"),
            (self.split.not_begun, "not begun"),
        ]
        said = ", ".join(f"{count} {words}" for count, words in parts if count)
        return f"{said[0].upper()}{said[1:]}." if said else ""


@dataclass(frozen=True)
class Happening:
    who: str
    person_id: int | None
    did: str
    title: str
    status: str
    is_late: bool
    when: Moment


@dataclass(frozen=True)
class AccountStory:
    split: Split
    first_value: FirstValue | None
    has_first_value: bool
    roles: list[RoleStory]

    @property
    def headline(self) -> str:
        return headline(self.split, one="person", many="people")

    @property
    def value_sentence(self) -> str:
        if self.first_value:
            return f"First value came on day {self.first_value.day}, by {self.first_value.person}."
        return "Nobody has reached first value yet." if self.has_first_value else ""


def tell(account: Account, calendar: Calendar) -> AccountStory:
    """What the account's page says about its people's progress."""
    people = Person.objects.filter(
        seats__account=account, seats__left_at=None, external_id__isnull=False, is_test=False
    )
    roles = progress_by_role([account.pk]).get(account.pk, [])
    standings = _standings(account, calendar)
    return AccountStory(
        split=split(people, "seat__person"),
        first_value=_first_value(account, calendar),
        has_first_value=_running(account).filter(rung__first_value=True).exists(),
        roles=[_role_story(role, standings.get(role.key, [])) for role in roles],
    )


def _running(account: Account):
    return Progress.objects.filter(
        enrollment__seat__account=account,
        enrollment__seat__left_at=None,
        enrollment__seat__person__is_test=False,
        enrollment__ended_at=None,
        on_track=True,
    )


def _standings(account: Account, calendar: Calendar) -> dict[str, list[tuple[bool, str | None]]]:
    """role → for each person: whether they have begun, and the title of the rung they are at (None: nothing is left)."""
    rows = _running(account).order_by("enrollment__ladder__position", "rung__position")
    rows = rows.values_list(
        "enrollment__seat__role", "enrollment__seat__person", "reached_at", "skipped_at", "opened_at", TITLE
    )
    climbs: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for role, person, reached_at, skipped_at, opened_at, title in rows:
        row = Progress(reached_at=reached_at, skipped_at=skipped_at, opened_at=opened_at)
        climbs.setdefault((role, person), []).append((row.state(calendar.now), title))
    found: dict[str, list] = {}
    for (role, _person), rungs in climbs.items():
        left = [(state, title) for state, title in rungs if state in ("open", "locked")]
        at = next((title for state, title in left if state == "open"), "") if left else None
        found.setdefault(role, []).append((any(state == "reached" for state, _ in rungs), at))
    return found


def _role_story(role: RoleProgress, standings: list[tuple[bool, str | None]]) -> RoleStory:
    finished = sum(at is None for _, at in standings)
    under_way = sum(begun and at is not None for begun, at in standings)
    split_ = Split(under_way=under_way, not_begun=len(standings) - finished - under_way, finished=finished)
    at = [title for _, title in standings if title]
    common = max(dict.fromkeys(at), key=at.count, default="")
    return RoleStory(role, split_, common, at.count(common) if common else 0)


def _first_value(account: Account, calendar: Calendar) -> FirstValue | None:
    reached = Progress.objects.filter(
        enrollment__seat__account=account,
        enrollment__seat__person__is_test=False,
        rung__first_value=True,
        on_track=True,
        reached_at__isnull=False,
    )
    row = reached.select_related("enrollment__seat__person", "rung").order_by("reached_at").first()
    if row is None:
        return None
    starts = Progress.objects.filter(enrollment__seat__account=account).order_by("enrollment__enrolled_at")
    start = starts.values_list("enrollment__enrolled_at", flat=True).first()
    day = max((row.reached_at.astimezone(calendar.zone).date() - start.astimezone(calendar.zone).date()).days, 0) + 1
    return FirstValue(str(row.enrollment.seat.person), row.rung.title, day, calendar.day(row.reached_at))


def happenings(account: Account, calendar: Calendar) -> list[Happening]:
    """The latest changes of progress at the account, newest first."""
    people = Seat.objects.filter(account=account).values("person_id")
    told = Transition.objects.filter(account_id=account.pk, person_id__in=people, change__in=TOLD, at__isnull=False)
    rows = sorted(told.order_by("-number")[:LOOKED_AT], key=lambda row: (row.at, row.number), reverse=True)[:SHOWN]
    titles = titles_of(rows)
    names = Person.objects.in_bulk({row.person_id for row in rows})
    return [
        Happening(
            who=str(names.get(row.person_id, "Somebody")),
            person_id=row.person_id if row.person_id in names else None,
            did=TOLD[row.change],
            title=titles[row.ladder, row.rung],
            status={"reopened": "open", "missed": "at_risk"}.get(row.change, row.change),
            is_late=row.change == "overdue",
            when=calendar.time(row.at),
        )
        for row in rows
    ]


def titles_of(rows: Iterable[Transition]) -> dict[tuple[str, str], str]:
    """(ladder key, rung key) → what a change was about: the rung's title, or the ladder's name where it names no rung."""
    places = {(row.ladder, row.rung) for row in rows}
    ladders = dict(Ladder.objects.filter(key__in={ladder for ladder, _ in places}).values_list("key", "name"))
    known = rung_titles(places)
    return {(ladder, rung): known.get((ladder, rung)) or rung or ladders.get(ladder, ladder) for ladder, rung in places}


def trait(traits: dict, key: str) -> str:
    """A trait as text; "" where it is not known."""
    value = traits.get(key)
    return "" if value in (None, "", [], {}) else str(value)[:120].replace("_", " ").capitalize()


def traits_shown(traits: dict, *, most: int = 30) -> list[tuple[str, str]]:
    """(label, value) of the traits that are known, in the order of their names; the name itself stands above."""
    shown = [(key, value) for key, value in sorted(traits.items()) if key != "name" and value not in (None, "")]
    return [(key.replace("_", " ").capitalize(), _said(value)) for key, value in shown[:most]]


def _said(value) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)[:200]
    return str(value)[:200]
