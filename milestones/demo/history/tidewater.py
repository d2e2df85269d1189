"""Tidewater Payroll's customers, day by day: somebody runs the payroll every second Friday, the others log hours and read payslips."""

import random
from dataclasses import dataclass, field

from milestones.demo.history.days import HOUR, LAST, MINUTE, Day
from milestones.demo.history.names import Names
from milestones.demo.history.outbox import Outbox
from milestones.demo.history.people import Person, Step, address, fate, journey, zeal_of

INDUSTRIES = ("food", "retail", "construction", "hospitality", "healthcare", "education")
FRIDAY, WEDNESDAY = 4, 2
SETTING_UP = (
    Step("import_employees", 0.95, 1.5),
    Step("verify_bank", 0.9, 2),
    Step("test_payroll", 0.85, 2),
)


@dataclass(slots=True)
class Employer:
    """A customer. `ready` once its first pay run can be approved; `runs` counts those that were."""

    key: str
    name: str
    industry: str
    size: int
    signed_on: int
    zeal: float
    people: list[Person] = field(default_factory=list)
    mailboxes: set[str] = field(default_factory=set)
    ready: bool = False
    runs: int = 0

    def traits(self) -> dict:
        return {
            "name": self.name,
            "plan": "starter" if self.size < 20 else "plus",
            "industry": self.industry,
            "size": self.size,
            "mrr": 39 + 6 * self.size,
            "region": "Americas",
        }


class Tidewater:
    """Employers sign, set up and pay. `live` adds a day's events to the outbox; every event names its account."""

    def __init__(self, rng: random.Random, outbox: Outbox, *, accounts: int):
        self.rng, self.outbox, self.names = rng, outbox, Names(rng)
        crest = Employer("crest", "Crest Bakery", "food", 14, 6, 0.85)
        others = [self._employer(place, accounts) for place in range(1, accounts)]
        self.coming = sorted([crest, *others], key=lambda each: each.signed_on, reverse=True)
        self.open: list[Employer] = []
        self.people = 1000

    def _employer(self, place: int, accounts: int) -> Employer:
        industry = self.rng.choice(INDUSTRIES)
        name = self.names.company(industry)
        key = name.lower().replace("& ", "").replace(" ", "-")
        size = round(min(60, max(8, self.rng.gauss(25, 8))))
        zeal = 0.12 if self.rng.random() < 0.12 else self.rng.uniform(0.45, 0.95)
        return Employer(key, name, industry, size, 3 + int(place * (LAST - 48) / accounts), zeal)

    def live(self, day: Day) -> None:
        while self.coming and self.coming[-1].signed_on <= day.number and day.is_workday:
            employer = self.coming.pop()
            self.open.append(employer)
            self._sign(employer, day)
        for employer in self.open:
            for person in employer.people:
                if person.joined_on < day.number and person.is_in(self.rng, day, 1.0):
                    self._come(employer, person, day)
            if employer.ready and day.number // 7 % 2 == 0 and day.weekday == WEDNESDAY:
                self._pay(employer, day)

    def look_in(self, day: Day, until: int) -> None:
        """However quiet the hour, somebody has just been there."""
        at_work = [person for employer in self.open for person in employer.people if person.fate == "steady"]
        for at in range(until - 4 * MINUTE, max(day.midnight, until - 150 * MINUTE), -11 * MINUTE):
            self.outbox.track(self.rng.choice(at_work), at, "Schedule Viewed", {"week": "this"})

    def _sign(self, employer: Employer, day: Day) -> None:
        owner = self._join(employer, "owner", day, day.midnight + 10 * HOUR)
        self.outbox.group(owner, day.midnight + 10 * HOUR + 400, employer.key, employer.traits())
        if employer.size > 18:
            self._join(employer, "payroll_manager", day, day.midnight + 13 * HOUR)

    def _join(self, employer: Employer, role: str, day: Day, at: int) -> Person:
        if employer.key == "crest" and role == "owner":
            user, name, email = "rosa", "Rosa Keller", "rosa@crest.example"
        else:
            self.people += 1
            user, name = f"e_{self.people}", self.names.person()
            email = address(name, f"{employer.key.replace('-', '')}.example", employer.mailboxes)
        zeal = zeal_of(self.rng, employer.zeal)
        person = Person(user, name, email, role, zeal, context={"groupId": employer.key}, joined_on=day.number)
        person.comes = 1.18 if role == "employee" else 1.1
        if role == "employee":
            person.fate = fate(self.rng, "employee", zeal)
        if role == "owner":
            person.journeys = [journey(self.rng, SETTING_UP, max(zeal, employer.zeal))]
        employer.people.append(person)
        self.outbox.identify(person, at, {"name": name, "email": email, "role": role})
        return person

    def _come(self, employer: Employer, person: Person, day: Day) -> None:
        at = person.begins(self.rng, day)
        if person.role == "employee":
            self.outbox.track(person, at, "Time Entry Logged", {"hours": self.rng.choice((4, 6, 8, 8, 8))})
            if self.rng.random() < 0.5:
                self.outbox.track(person, at + 3 * MINUTE, "Schedule Viewed", {"week": "this"})
            person.steps_done += 1
            if person.fate == "lost" and person.steps_done > 3:
                person.fate = "absent"
            return
        self.outbox.track(person, at, "Signed In", {"method": "password"})
        self.outbox.page(person, at + MINUTE, "People", "/people")
        if self.rng.random() < 0.6:
            self.outbox.track(person, at + 4 * MINUTE, "Hours Approved", {"entries": self.rng.randrange(1, 40)})
        for ahead in person.journeys:
            if ahead and self.rng.random() * ahead[0].visits < 1:
                getattr(self, f"_{ahead[0].deed}")(employer, person, day, at + 6 * MINUTE)
                ahead.pop(0)
                employer.ready = not ahead and len(employer.people) > 2 and employer.zeal > 0.2

    def _import_employees(self, employer: Employer, owner: Person, day: Day, at: int) -> None:
        coming = employer.size - len(employer.people)
        for rows in (coming // 2, coming - coming // 2):
            self.outbox.track(owner, at, "Employees Imported", {"rows": rows, "file": "csv"})
            at += 5 * MINUTE
        for place in range(coming):
            self._join(employer, "employee", day, at + (place + 1) * MINUTE)

    def _verify_bank(self, employer: Employer, owner: Person, day: Day, at: int) -> None:
        self.outbox.group(owner, at, employer.key, {"bank": "pending"})
        self.outbox.group(owner, at + 2 * HOUR, employer.key, {"bank": "verified"})

    def _test_payroll(self, employer: Employer, owner: Person, day: Day, at: int) -> None:
        for errors in (self.rng.randrange(1, 6), 0):
            self.outbox.track(owner, at, "Payroll Tested", {"errors": errors, "people": employer.size})
            at += 40 * MINUTE

    def _pay(self, employer: Employer, day: Day) -> None:
        """Approved on a Wednesday; on the same evening the payslips are there."""
        employer.runs += 1
        at = day.midnight + 11 * HOUR + self.rng.randrange(HOUR)
        minutes = max(6, int(self.rng.gauss(55 / employer.runs, 6)))
        payer = next((each for each in employer.people if each.role == "payroll_manager"), employer.people[0])
        self.outbox.track(payer, at, "Payroll Approved", {"minutes": minutes, "people": employer.size})
        for person in employer.people:
            if person.role != "employee" or person.fate == "absent":
                continue
            if self.rng.random() < 0.35 + 0.5 * person.zeal:
                seen_at = at + self.rng.randrange(6 * HOUR, 11 * HOUR)
                self.outbox.track(person, seen_at, "Payslip Viewed", {"device": self.rng.choice(("phone", "web"))})
            if employer.runs == 2 and self.rng.random() < person.zeal:
                self.outbox.identify(person, at + 9 * HOUR, {"pay_method": self.rng.choice(METHODS)})


METHODS = ("direct_deposit", "direct_deposit", "split_deposit", "cheque")
