"""What the ladder builder shows of a draft: its phases and rungs, the library beside them, what to look at again."""

from dataclasses import dataclass, field

from django.db.models import Count, Q

from milestones.criteria import CriteriaError, EventSignal, in_words, parse
from milestones.drafting.comparing import changed_rungs
from milestones.drafting.edits import content_of, keys, title_of
from milestones.drafting.measure import is_climbed_by, phase_loads, roles_of, warnings
from milestones.drafting.readiness import Obstacle, obstacles
from milestones.drafting.saving import can_undo
from milestones.models import Enrollment, Feature, Ladder, Milestone, Rung, Version
from milestones.studio.days import Calendar, Moment
from milestones.studio.ladder_view import due_in_words
from milestones.studio.roles import role_label, usual_roles
from milestones.studio.splits import counted
from onboarding.tracking.counting import real

SHELF = 60  # milestones of the library shown beside the ladder; the search finds the others


@dataclass(frozen=True)
class DraftRung:
    """One rung as its card shows it. `position` is its place in its phase."""

    number: int
    position: int
    key: str
    title: str
    criteria: str
    events: list[str]
    tracks: list[str]
    requires: list[str]
    unlocks: list[str]
    due: str
    effort: int | None
    is_quick_win: bool
    is_first_value: bool
    is_changed: bool
    is_first: bool
    is_last: bool
    is_current: bool
    is_on: bool  # on the track that was picked
    obstacles: int


@dataclass(frozen=True)
class DraftPhase:
    number: int
    name: str
    load: str
    is_heavy: bool
    is_first: bool
    is_last: bool
    rungs: list[DraftRung]


@dataclass(frozen=True)
class Shelved:
    """A milestone of the library that is not on the ladder."""

    key: str
    title: str
    note: str


@dataclass(frozen=True)
class DraftView:
    version: Version
    ladder: Ladder
    name: str
    live: str
    saved: str
    phases: list[DraftPhase]
    shelf: list[Shelved]
    shelf_left: int
    roles: list[tuple[str, str, int]]  # (key, label, rungs on its track)
    role: str
    warnings: list[str]
    obstacles: list[Obstacle]
    undo: str
    redo: str
    rung: str
    q: str
    goes_live: Moment | None = None
    total: int = 0
    titles: dict[str, str] = field(default_factory=dict)


def all_roles(document: dict) -> list[str]:
    """The roles that a track may name: those people have, the usual ones, and those the ladder names already."""
    return list(dict.fromkeys([*usual_roles(), *filter(None, roles_of(document))]))


def look_at(version: Version, calendar: Calendar, *, rung: str = "", role: str = "", q: str = "") -> DraftView:
    """The draft as the builder shows it, with one rung picked and, perhaps, one role's track."""
    document, ladder = version.document, version.ladder
    placed = keys(document)
    rung = rung if rung in placed else ""
    wrong, tracks = obstacles(document), [each for each in roles_of(document) if each]
    role = role if role in tracks else ""
    undo, redo = can_undo(version)
    shelf, left = _shelf(placed, q)
    everything = [each for phase in document["phases"] for each in phase["rungs"]]
    return DraftView(
        version=version,
        ladder=ladder,
        name=document["name"],
        live=_live(ladder),
        saved=_saved(version, calendar),
        phases=_phases(document, ladder, wrong, rung=rung, role=role),
        shelf=shelf,
        shelf_left=left,
        roles=[(each, role_label(each), sum(is_climbed_by(one, each) for one in everything)) for each in tracks],
        role=role,
        warnings=list(warnings(document, role_label)),
        obstacles=wrong,
        undo=undo,
        redo=redo,
        rung=rung,
        q=q,
        goes_live=calendar.time(version.publish_at),
        total=len(placed),
        titles={key: title_of(document, key) for key in placed},
    )


def _live(ladder: Ladder) -> str:
    if ladder.live is None:
        return "Not published yet"
    people = Enrollment.objects.filter(real("seat"), ladder=ladder, ended_at=None).count()
    return f"Version {ladder.live.number} is live for {counted(people, 'enrollment')}"


def _saved(version: Version, calendar: Calendar) -> str:
    last = version.edits.defer("document").order_by("-number").first()
    return f"Saved {calendar.time(last.at).words} by {last.actor}" if last else ""


def _phases(document: dict, ladder: Ladder, wrong: list[Obstacle], *, rung: str, role: str) -> list[DraftPhase]:
    changed = changed_rungs(ladder.live.document, document) if ladder.live else set()
    names = dict(Feature.objects.values_list("key", "name"))
    titles = {key: title_of(document, key) for key in keys(document)}
    number, phases, last = 0, [], len(document["phases"]) - 1
    for place, (phase, load) in enumerate(zip(document["phases"], phase_loads(document), strict=True)):
        cards = []
        for position, placement in enumerate(phase["rungs"]):
            number += 1
            key, content = placement["milestone"], content_of(document, placement["milestone"])
            said, events = _criteria(content, titles)
            cards.append(
                DraftRung(
                    number=number,
                    position=position,
                    key=key,
                    title=content["title"],
                    criteria=said,
                    events=events,
                    tracks=[role_label(each) for each in placement.get("tracks", [])],
                    requires=[titles.get(each, each) for each in placement.get("requires", [])],
                    unlocks=[names.get(each, each) for each in content.get("unlocks", [])],
                    due=due_in_words(placement.get("due")),
                    effort=content.get("effort_minutes"),
                    is_quick_win=bool(content.get("quick_win")),
                    is_first_value=placement.get("first_value", False),
                    is_changed=key in changed,
                    is_first=number == 1,
                    is_last=number == len(titles) and place == last,
                    is_current=key == rung,
                    is_on=not role or is_climbed_by(placement, role),
                    obstacles=sum(each.rung == key for each in wrong),
                )
            )
        phases.append(
            DraftPhase(
                place, phase["name"], _load(load), load.minutes > 60 or load.steps > 7, not place, place == last, cards
            )
        )
    return phases


def _criteria(content: dict, titles: dict[str, str]) -> tuple[str, list[str]]:
    """(the criteria in words, the events they read)"""
    try:
        criteria = parse(content.get("criteria"))
    except CriteriaError:
        return "", []
    events = [signal.event for signal in criteria.signals if isinstance(signal, EventSignal)]
    return in_words(criteria, titles), list(dict.fromkeys(events))


def _load(load) -> str:
    if not load.steps:
        return ""
    minutes = f", about {load.minutes} min" if load.minutes else ""
    whose = f" for {role_label(load.role).lower()}s" if load.role else ""
    return f"{counted(load.steps, 'step')}{minutes}{whose}"


def _shelf(placed: list[str], q: str) -> tuple[list[Shelved], int]:
    """Milestones that can be added, with how long they take and where they are used; and how many more there are."""
    found = Milestone.objects.filter(archived_at=None).exclude(key__in=placed)
    if q:
        found = found.filter(Q(title__icontains=q) | Q(key__icontains=q))
    uses = dict(
        Rung.objects.filter(version__in=Ladder.objects.exclude(live=None).values("live"))
        .values_list("milestone_id")
        .annotate(uses=Count("pk"))
    )
    rows = list(found.order_by("title", "key")[: SHELF + 1])
    shelf = []
    for row in rows[:SHELF]:
        minutes, used = row.content.get("effort_minutes"), uses.get(row.pk, 0)
        where = f"in {counted(used, 'ladder')}" if used else "not in use"
        shelf.append(
            Shelved(row.key, row.title, f"{minutes} min, {where}" if minutes else where[0].upper() + where[1:])
        )
    return shelf, max(found.count() - SHELF, 0) if len(rows) > SHELF else 0
