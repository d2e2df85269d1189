"""The customers' people: who they are, when they come, how far they will go."""

import random
from dataclasses import dataclass, field

from milestones.demo.history.days import HOUR, Day
from milestones.demo.history.names import plain

OFFICE = (0.6, 0.64, 0.62, 0.58, 0.44, 0.025, 0.02)  # Monday to Sunday: how likely one comes on a day
ROTA = (0.7, 0.7, 0.7, 0.7, 0.68, 0.36, 0.3)
SHIFTS = {"early": 6, "late": 14, "night": 22}  # the hour at which they begin


@dataclass(slots=True)
class Step:
    """One thing a person may get to: the name of the deed, the share of people who ever do it, the visits it waits for."""

    deed: str
    share: float
    visits: float


@dataclass(slots=True)
class Person:
    """Somebody at a company. `context` names the account where a person has two; `journeys` are the steps still ahead."""

    id: str
    name: str
    email: str
    role: str
    zeal: float
    shift: str = "office"
    comes: float = 1.0  # to the usual rhythm
    fate: str = "steady"  # steady, seasonal, lost (gone after a step), absent (never starts)
    context: dict | None = None
    journeys: list[list[Step]] = field(default_factory=list)
    does: set[str] = field(default_factory=set)  # habits taken up: board, alerts, notes, checks, shares
    automations: int = 0
    steps_done: int = 0
    joined_on: int = 0
    promoted_on: int | None = None
    alias: str = ""  # an older id, still to be claimed

    def is_in(self, rng: random.Random, day: Day, interest: float) -> bool:
        if self.fate == "absent" or (self.fate == "seasonal" and day.of_month > 4 and day.left > 3):
            return False
        rhythm = OFFICE if self.shift == "office" else ROTA
        return rng.random() < rhythm[day.weekday] * self.comes * interest

    def begins(self, rng: random.Random, day: Day) -> int:
        """When they come on that day, in ms since the epoch."""
        if self.shift != "office":
            return day.midnight + int((SHIFTS[self.shift] + rng.gauss(0.2, 0.2)) * HOUR)
        hour = rng.uniform(18.5, 23) if rng.random() < 0.03 else rng.triangular(7.4, 17.6, 9.2)
        return day.midnight + int(hour * HOUR)


def fate(rng: random.Random, role: str, zeal: float) -> str:
    """Operators are the ones who never start; whoever tries it at a company without time is soon lost."""
    absent = {"administrator": 0.01, "power_user": 0.05, "operator": 0.12}.get(role, 0.08) * (1.6 - 1.55 * zeal)
    lost, luck = 0.15 * (1.5 - 1.45 * zeal), rng.random()
    if luck < absent:
        return "absent"
    if luck < absent + lost:
        return "lost"
    return "seasonal" if luck > 0.96 else "steady"


def zeal_of(rng: random.Random, company_zeal: float) -> float:
    return min(0.99, max(0.02, rng.gauss(company_zeal, 0.19 - 0.15 * company_zeal)))


def journey(rng: random.Random, steps: tuple[Step, ...], zeal: float) -> list[Step]:
    """The steps somebody will take, up to the one they never get to. The zealous get further than the shares say."""
    ahead = []
    for step in steps:
        if rng.random() > step.share ** (2 * (1 - zeal)):
            break
        ahead.append(step)
    return ahead


def address(name: str, domain: str, taken: set[str]) -> str:
    """An e-mail address that nobody else at that company has."""
    local = mailbox = plain(name)
    number = 2
    while mailbox in taken:
        mailbox, number = f"{local}{number}", number + 1
    taken.add(mailbox)
    return f"{mailbox}@{domain}"
