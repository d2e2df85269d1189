"""Facts as plain values, in the one order that counts."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Fact:
    """One stored fact. `name` is an event's name, `$identify`, `$group`, `$alias` or `cairn:<verb>`."""

    source: int
    source_kind: str  # server, browser or cairn
    message_id: str
    at: datetime
    name: str
    user: str | None = None
    anonymous: str | None = None
    account: str | None = None  # the account that the fact names
    previous: str | None = None  # $alias only
    properties: dict = field(default_factory=dict, hash=False)

    @property
    def order(self) -> tuple:
        """Facts are ordered by (occurred_at, source, message_id), never by arrival."""
        return (self.at, self.source, self.message_id)

    @property
    def is_trusted(self) -> bool:
        """Anyone can read a browser key off the page."""
        return self.source_kind != "browser"

    @property
    def verb(self) -> str | None:
        """What was done in Cairn, for Cairn's own facts."""
        return self.name.removeprefix("cairn:") if self.name.startswith("cairn:") else None

    @property
    def is_promise(self) -> bool:
        """What Cairn said of its own accord about what it had announced."""
        return self.verb in ("kept", "sealed")


def in_order(facts) -> list[Fact]:
    """Each fact once, in fact order; of one source's message id the first given counts."""
    once: dict[tuple, Fact] = {}
    for fact in facts:
        once.setdefault((fact.source, fact.message_id), fact)
    return sorted(once.values(), key=lambda fact: fact.order)
