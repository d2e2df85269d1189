"""Harbor Logistics and the people everybody in the demo knows. Their days are counted back from today."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from milestones.demo.history.companies import Company
from milestones.demo.history.days import HOUR, LAST, Day
from milestones.demo.history.outbox import Outbox
from milestones.demo.history.people import Person
from milestones.demo.history.visits import Visit

KEY = "harbor"
FRIDAY, MONDAY = 4, 0
SIGNED = 45  # days ago


@dataclass(frozen=True)
class Scene:
    """What one of them did so many days ago (on the Friday before, if that was a weekend), from that hour on."""

    ago: int
    hour: float
    who: str
    what: Callable[[Visit], None]


def harbor(rng: random.Random) -> Company:
    start = LAST - 42
    coming = [(start + 1, "administrator")]
    coming += [(start + rng.randrange(1, 8), "power_user") for _ in range(8)]
    coming += [(start + int(rng.triangular(2, 32, 5)), "operator") for _ in range(38)]
    return Company(
        key=KEY,
        name="Harbor Logistics",
        industry="logistics",
        plan="pro",
        size=52,
        region="EMEA",
        zeal=0.86,
        floor_zeal=0.4,
        signed_on=LAST - SIGNED,
        arrivals=sorted(coming),
    )


def play(rng: random.Random, outbox: Outbox, at_work: Company, day: Day) -> None:
    """The scenes of that day."""
    if not day.is_workday:
        return
    ago = LAST - day.number
    today = range(ago, ago - 3, -1) if day.weekday == FRIDAY else (ago,)
    for scene in SCENES:
        if scene.ago in today:
            person = next((each for each in at_work.people if each.id == scene.who), None) or _newcomer(scene.who, day)
            scene.what(Visit(rng, outbox, at_work, person, day.midnight + int(scene.hour * HOUR)))
    for person in at_work.people:
        if person.role == "operator" and person.shift in ("late", "night"):
            person.fate = "absent"  # they share two tablets, and nobody has shown them how to sign in
        if person.id == "dana" and day.weekday == MONDAY:
            visit = Visit(rng, outbox, at_work, person, day.midnight + 8 * HOUR)
            visit.does("Report Opened", report="r_0", channel="mail")


def _newcomer(who: str, day: Day) -> Person:
    name, role, fate = CAST[who]
    person = Person(who, name, f"{who}@harbor.example", role, 0.9, fate=fate, comes=1.2, joined_on=day.number)
    if who == "kofi":
        person.shift = "early"
    return person


def _joins(visit: Visit) -> None:
    person, at_work = visit.person, visit.company
    visit.tells(name=person.name, email=person.email, role=person.role)
    visit.tells_of_account(**(at_work.traits() if not at_work.people else {}))
    at_work.people.append(person)


def _connects_warehouse(visit: Visit) -> None:
    visit.does("Data Source Connected", kind="warehouse", tables=12)
    visit.company.source_connected = True
    visit.person.steps_done += 1


def _connects_spreadsheet(visit: Visit) -> None:
    visit.opens("Sources", "/sources")
    visit.does("Data Source Connected", kind="spreadsheet", tables=1)


def _sets_rule(visit: Visit) -> None:
    visit.does("Access Rule Set", scope="site")


def _signs_review(visit: Visit) -> None:
    visit.does("Access Review Signed", verdict="agreed")


def _publishes_dispatch(visit: Visit) -> None:
    visit.does("Dashboard Published", dashboard="Dispatch overview", charts=6)


def _begins_dashboard(visit: Visit) -> None:
    visit.does("Dashboard Created", template="logistics")


def _publishes_own(visit: Visit) -> None:
    visit.does("Dashboard Published", dashboard="Late loads", charts=4)
    visit.does("Dashboard Shared", recipient="hannah", audience="self")


def _takes_to_the_board(visit: Visit) -> None:
    visit.person.does.add("board")


def _takes_alerts(visit: Visit) -> None:
    visit.person.does |= {"alerts", "notes"}


CAST = {
    "dana": ("Dana Whitfield", "viewer", "absent"),
    "luis": ("Luis Ortega", "administrator", "steady"),
    "hannah": ("Hannah Bergström", "power_user", "steady"),
    "kofi": ("Kofi Mensah", "operator", "steady"),
    "petra": ("Petra Lindqvist", "operator", "absent"),
}
SCENES = (
    Scene(43, 9, "luis", _joins),
    Scene(43, 9.5, "dana", _joins),
    Scene(42, 10, "luis", _connects_warehouse),
    Scene(41, 9, "luis", _sets_rule),
    Scene(41, 11, "kofi", _joins),
    Scene(40, 15, "luis", _signs_review),
    Scene(39, 6.2, "kofi", _takes_to_the_board),
    Scene(37, 10, "luis", _publishes_dispatch),
    Scene(36, 14, "petra", _joins),
    Scene(29, 7, "kofi", _takes_alerts),
    Scene(8, 9, "hannah", _joins),
    Scene(7, 9.3, "hannah", _connects_spreadsheet),
    Scene(3, 16, "hannah", _begins_dashboard),
    Scene(2, 9.1, "hannah", _publishes_own),
)
