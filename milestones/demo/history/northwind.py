"""Northwind Analytics' customers, day by day."""

import random

from milestones.demo.history import cast, habits
from milestones.demo.history.companies import IN_SHIFTS, Company, plan_companies
from milestones.demo.history.days import HOUR, MINUTE, Day
from milestones.demo.history.deeds import DEEDS, FIRST_VALUE, FURTHER
from milestones.demo.history.names import Names, locale_of
from milestones.demo.history.outbox import Outbox
from milestones.demo.history.people import Person, address, fate, journey, zeal_of
from milestones.demo.history.visits import Visit

CONSULTED = 0.14  # share of companies at which a consultant helps, who works for others too


class Northwind:
    """Companies sign, people come and climb, some leave. `live` adds a day's events to the outbox."""

    def __init__(self, rng: random.Random, outbox: Outbox, *, accounts: int):
        self.rng, self.outbox = rng, outbox
        self.names = Names(rng)
        planned = [*plan_companies(rng, self.names, accounts - 1), cast.harbor(rng)]
        self.coming = sorted(planned, key=lambda each: each.signed_on, reverse=True)
        self.open: list[Company] = []
        self.mailboxes: dict[str, set[str]] = {}
        self.consultant: Person | None = None
        self.people = 1000

    def live(self, day: Day) -> None:
        while self.coming and self.coming[-1].signed_on <= day.number:
            self.open.append(self.coming.pop())
        for at_work in self.open:
            self._one_day(at_work, day)
        self.open = [each for each in self.open if not each.gone]

    def look_in(self, day: Day, until: int) -> None:
        """However quiet the hour, somebody has just been there."""
        busy = [each for each in self.open if any(person.fate == "steady" for person in each.people)]
        for at in range(until - 4 * MINUTE, max(day.midnight, until - 150 * MINUTE), -7 * MINUTE):
            at_work = self.rng.choice(busy)
            person = self.rng.choice([each for each in at_work.people if each.fate == "steady"])
            visit = self._visit(at_work, person, at)
            visit.does("Dashboard Viewed", dashboard="d_0", seconds=40)

    def _one_day(self, at_work: Company, day: Day) -> None:
        if at_work.key == cast.KEY:
            cast.play(self.rng, self.outbox, at_work, day)
        if day.is_workday:
            while at_work.arrivals and at_work.arrivals[0][0] <= day.number:
                self._join(at_work, at_work.arrivals.pop(0)[1], day)
            if at_work.people:
                self._business(at_work, day)
        interest = at_work.fades(day.number)
        for person in at_work.people:
            if person.automations and day.is_workday:
                habits.run_automations(self._visit(at_work, person, day.midnight + 5 * HOUR), person)
            if person.joined_on < day.number and person.is_in(self.rng, day, interest):
                self._come(self._visit(at_work, person, person.begins(self.rng, day)), day)

    def _visit(self, at_work: Company, person: Person, at: int) -> Visit:
        return Visit(self.rng, self.outbox, at_work, person, at)

    def _come(self, visit: Visit, day: Day) -> None:
        person = visit.person
        if person.promoted_on is not None and person.promoted_on <= day.number:
            self._promote(visit)
        if person.shift == "office" or person.role != "operator":
            habits.ordinary_use(visit)
        if person.role == "operator":
            habits.shift(visit)
        for ahead in person.journeys:
            if ahead and self.rng.random() * ahead[0].visits < 1 and DEEDS[ahead[0].deed](visit):
                ahead.pop(0)
                person.steps_done += 1
        if person.fate == "lost" and person.steps_done:
            person.fate = "absent"

    def _promote(self, visit: Visit) -> None:
        visit.person.promoted_on, visit.person.role = None, "power_user"
        visit.tells(role="power_user")
        visit.person.journeys = self._journeys(visit.person)

    def _journeys(self, person: Person) -> list:
        return [journey(self.rng, steps[person.role], person.zeal) for steps in (FIRST_VALUE, FURTHER)]

    def _business(self, at_work: Company, day: Day) -> None:
        """What the company does as such: it buys, it leaves, it closes the month, its systems call."""
        founder = at_work.people[0]
        visit = self._visit(at_work, founder, day.midnight + 11 * HOUR + self.rng.randrange(5 * HOUR))
        if at_work.trial_ends_on is not None and at_work.trial_ends_on <= day.number and at_work.buys:
            at_work.plan, at_work.trial_ends_on = at_work.buys, None
            visit.does("Plan Upgraded", plan=at_work.plan, seats=at_work.size)
            visit.tells_of_account(plan=at_work.plan, mrr=at_work.mrr)
        if at_work.leaves_on is not None and at_work.leaves_on <= day.number:
            at_work.gone = True
            visit.does("Subscription Cancelled", reason=self.rng.choice(("no time", "price", "merged", "other tool")))
            visit.tells_of_account(churned_at=day.written, mrr=0)
        if at_work.calls_left > 0:
            calls = self.rng.randrange(3, 9)
            at_work.calls_left -= calls
            habits.call_api(self._visit(at_work, founder, day.midnight + 2 * HOUR), calls)
        if day.of_month == 1 and day.number - at_work.signed_on > 20:
            visit.does("Month Closed", missed_alerts=self.rng.choice((0, 0, 1, 2, 5)))

    def _join(self, at_work: Company, role: str, day: Day) -> None:
        """Somebody's first day: invited or found by oneself, identified, seated."""
        at = day.midnight + 9 * HOUR + self.rng.randrange(7 * HOUR)
        person = self._newcomer(at_work, role, day)
        founder = at_work.people[0] if at_work.people else None
        hosts = [
            each for each in at_work.people if each.role == "administrator" and each.steps_done and each.zeal > 0.3
        ]
        if hosts:
            host = hosts[0] if self.rng.random() < 0.6 else self.rng.choice(hosts)
            self.outbox.track(host, at - 40 * MINUTE, "Teammate Invited", {"role": role, "invited": person.id})
        at_work.people.append(person)
        anonymous = None
        if person.context is None and (founder is None or self.rng.random() < 0.12):
            anonymous = f"anon-{person.id}"
            for place, (name, path) in enumerate((("Pricing", "/pricing"), ("Sign up", "/sign-up"))):
                self.outbox.page_of_nobody(anonymous, at - (20 - 9 * place) * MINUTE, name, path)
        if person.alias:
            self.outbox.track(Guest(person.alias), at - 30 * MINUTE, "Invitation Opened", {"channel": "mail"})
            self.outbox.alias(person, at + 25 * MINUTE, person.alias)
        traits = {"name": person.name, "email": person.email, "role": role}
        if at_work.key != cast.KEY and (locale := locale_of(person.name)):
            traits["locale"] = locale
        self.outbox.identify(person, at, traits, anonymous_id=anonymous)
        self.outbox.group(person, at + 400, at_work.key, at_work.traits() if founder is None else {})

    def _newcomer(self, at_work: Company, role: str, day: Day) -> Person:
        if (
            role == "power_user"
            and at_work.key != cast.KEY
            and self.rng.random() < CONSULTED / max(1, at_work.size // 5)
        ):
            return self._consultant(at_work, day)
        self.people += 1
        name = self.names.person()
        mailboxes = self.mailboxes.setdefault(at_work.key, set())
        zeal = zeal_of(self.rng, at_work.zeal_for(role))
        person = Person(f"u_{self.people}", name, address(name, at_work.domain, mailboxes), role, zeal)
        person.fate = fate(self.rng, role, zeal) if at_work.people else "steady"
        person.joined_on = day.number
        person.comes = self.rng.uniform(0.55, 1.25) * (0.6 + 0.5 * zeal)
        if role == "operator" and at_work.industry in IN_SHIFTS:
            person.shift = self.rng.choices(("early", "late", "night"), (10, 7, 2))[0]
        if role == "operator" and self.rng.random() < 0.05:
            person.promoted_on = day.number + self.rng.randrange(20, 60)
        if self.rng.random() < 0.025 and at_work.people:
            person.alias = f"lead_{self.people}"
        person.journeys = self._journeys(person)
        return person

    def _consultant(self, at_work: Company, day: Day) -> Person:
        """The same consultant at two to four companies; every event then names the account."""
        if self.consultant is None or self.rng.random() < 0.35:
            self.people += 1
            name = self.names.person()
            email = address(name, "brightwater-advisory.example", self.mailboxes.setdefault("", set()))
            self.consultant = Person(f"u_{self.people}", name, email, "power_user", 0.8)
        known = self.consultant
        person = Person(known.id, known.name, known.email, "power_user", 0.8, context={"groupId": at_work.key})
        person.joined_on, person.journeys = day.number, self._journeys(known)
        return person


class Guest:
    """An older id of somebody, from before they signed up."""

    context = None

    def __init__(self, user_id: str):
        self.id = user_id
