"""One person's visit to the product: what they do there happens minute by minute."""

import random
from dataclasses import dataclass

from milestones.demo.history.companies import Company
from milestones.demo.history.outbox import Outbox
from milestones.demo.history.people import Person


@dataclass(slots=True)
class Visit:
    """`at` is the moment reached so far, in ms since the epoch."""

    rng: random.Random
    outbox: Outbox
    company: Company
    person: Person
    at: int

    def does(self, name: str, **properties) -> None:
        self.outbox.track(self.person, self.at, name, properties)
        self.passes(20_000, 240_000)

    def opens(self, name: str, path: str) -> None:
        self.outbox.page(self.person, self.at, name, path)
        self.passes(4_000, 40_000)

    def tells(self, **traits) -> None:
        """A trait of the person becomes known."""
        self.outbox.identify(self.person, self.at, traits)
        self.passes(2_000, 9_000)

    def tells_of_account(self, **traits) -> None:
        self.outbox.group(self.person, self.at, self.company.key, traits)
        self.passes(2_000, 9_000)

    def passes(self, least: int, most: int) -> None:
        self.at += least + int(self.rng.random() * (most - least))

    def colleague(self) -> str:
        """Somebody else's id at the company, or a guest's address."""
        others = self.company.people
        other = others[int(self.rng.random() * len(others))]
        return other.id if other is not self.person else f"guest@{self.company.domain}"
