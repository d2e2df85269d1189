"""The vendor's customers: when they sign, how large they are, how well it goes, who comes when, and who leaves."""

import math
import random
from dataclasses import dataclass, field
from statistics import NormalDist

from milestones.demo.history.days import LAST
from milestones.demo.history.names import TAILS, Names
from milestones.demo.history.people import Person

# How well it goes at a company, between 0 and 1, for the shares of companies up to: those who never found the time, middling
# ones, good ones, champions.
ZEAL = ((0.18, 0.14), (0.5, 0.44), (0.72, 0.84), (0.95, 1.0))
SIZES = NormalDist(3.0, 0.55)  # of the logarithm of a company's people
PLANS = {"starter": 19, "pro": 29, "enterprise": 45}  # a seat's monthly price
REGIONS = ("EMEA", "EMEA", "EMEA", "Americas", "Americas", "APAC")
IN_SHIFTS = {"logistics", "healthcare", "retail", "manufacturing", "food", "hospitality", "energy", "public transport"}


@dataclass(slots=True)
class Company:
    """A customer. Days are numbers of the calendar; None: never. `arrivals` is (day, role), earliest first."""

    key: str
    name: str
    industry: str
    plan: str
    size: int
    region: str
    zeal: float
    signed_on: int
    arrivals: list[tuple[int, str]]
    trial_ends_on: int | None = None
    buys: str = ""  # the plan after the trial; nothing: it leaves
    leaves_on: int | None = None
    floor_zeal: float | None = None  # how well it goes among operators, where that differs
    gone: bool = False
    calls_left: int = 0  # calls that its own system still makes to the API
    source_connected: bool = False
    people: list[Person] = field(default_factory=list)

    @property
    def domain(self) -> str:
        return f"{self.key.replace('-', '')}.example"

    @property
    def mrr(self) -> int:
        return PLANS.get(self.plan, 0) * self.size

    def traits(self) -> dict:
        known = {"name": self.name, "plan": self.plan, "industry": self.industry, "size": self.size}
        return known | {"mrr": self.mrr, "region": self.region}

    def zeal_for(self, role: str) -> float:
        return self.floor_zeal if role == "operator" and self.floor_zeal is not None else self.zeal

    def fades(self, day: int) -> float:
        """How much of the usual interest is left on a day: it goes before they do."""
        if self.leaves_on is None:
            return 1.0
        return min(1.0, max(0.15, (self.leaves_on - day) / 21))


def plan_companies(rng: random.Random, names: Names, accounts: int) -> list[Company]:
    """The customers to come. Sizes, zeal and days are drawn evenly over their range, so that few accounts are like many."""
    drawn = zip(_spread(rng, accounts), _spread(rng, accounts), _spread(rng, accounts), strict=True)
    return [_company(rng, names, sizes, zeals, days) for sizes, zeals, days in drawn]


def _spread(rng: random.Random, count: int) -> list[float]:
    """Numbers between 0 and 1, one in each of as many equal parts, shuffled."""
    places = [(place + rng.random()) / count for place in range(count)]
    rng.shuffle(places)
    return places


def _company(rng: random.Random, names: Names, sizes: float, zeals: float, days: float) -> Company:
    industry = rng.choice(list(TAILS))
    name = names.company(industry)
    size = round(min(90, max(5, math.exp(SIZES.inv_cdf(min(0.999, max(0.001, sizes)))))))
    zeal = next(value for value, upto in ZEAL if zeals < upto)
    signed_on = int((LAST - 3) * ((1 + 3 * days) ** 0.5 - 1))  # growth: twice as many a week at the end as at first
    plan = rng.choices(list(PLANS), (3, 5, 2) if size < 30 else (0, 5, 4))[0]
    trial, buys, trial_ends_on, leaves_on = rng.random() < 0.55, "", None, None
    if trial:
        plan, buys, trial_ends_on = "trial", plan, signed_on + rng.choice((14, 21, 30))
        if rng.random() > 0.45 + 0.6 * zeal:
            buys, leaves_on = "", trial_ends_on
    if leaves_on is None and rng.random() < 0.2 * (1 - zeal):
        leaves_on = signed_on + rng.randrange(35, 100)
    return Company(
        key=name.lower().replace("& ", "").replace(" ", "-"),
        name=name,
        industry=industry,
        plan=plan,
        size=size,
        region=rng.choice(REGIONS),
        zeal=zeal,
        floor_zeal=zeal * rng.choice((1, 1, 1, 0.45)),
        signed_on=signed_on,
        arrivals=_arrivals(rng, size, signed_on),
        trial_ends_on=trial_ends_on,
        buys=buys,
        leaves_on=leaves_on,
    )


def _arrivals(rng: random.Random, size: int, signed_on: int) -> list[tuple[int, str]]:
    """Who comes when: an administrator signs, power users follow in the first two weeks, operators in the first six, then few."""
    administrators = 1 + (size > 20) + (size > 60)
    power_users = max(1, round(size * rng.uniform(0.18, 0.3)))
    coming = [(signed_on, "administrator")]
    coming += [(signed_on + rng.randrange(1, 6), "administrator") for _ in range(administrators - 1)]
    coming += [(signed_on + int(rng.triangular(1, 14, 2)), "power_user") for _ in range(power_users)]
    coming += [
        (signed_on + int(rng.triangular(2, 42, 6)), "operator") for _ in range(size - administrators - power_users)
    ]
    return sorted(coming)
