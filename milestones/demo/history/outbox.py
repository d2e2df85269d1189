"""What the vendor's back end sends: events in the tracking API's shape, a few of them late, a few of them twice."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from milestones.demo.history.days import HOUR, MINUTE

LATE, TWICE = 0.004, 0.002  # shares of events


class Sender(Protocol):
    """Who an event is about. `context` names the account, or is None where the person has one account only."""

    id: str
    context: dict | None


class Outbox:
    """Events wait here until they are sent. Moments are ms since the epoch; an event's number breaks ties between equal ones."""

    def __init__(self, slug: str, rng: random.Random):
        self.rng, self.prefix = rng, f"{slug}-"
        self.count = 0
        self.waiting: list[tuple[int, int, dict]] = []

    def identify(self, who: Sender, at: int, traits: dict, *, anonymous_id: str | None = None) -> None:
        event = {"traits": traits} | ({"anonymousId": anonymous_id} if anonymous_id else {})
        self._send("identify", who, at, event)

    def group(self, who: Sender, at: int, account: str, traits: dict) -> None:
        self._send("group", who, at, {"groupId": account, "traits": traits})

    def alias(self, who: Sender, at: int, previous_id: str) -> None:
        self._send("alias", who, at, {"previousId": previous_id})

    def track(self, who: Sender, at: int, name: str, properties: dict) -> None:
        event = self._send("track", who, at, {"event": name, "properties": properties})
        self._mishap(at, event)

    def page(self, who: Sender, at: int, name: str, path: str) -> None:
        event = self._send("page", who, at, {"name": name, "properties": {"path": path}})
        self._mishap(at, event)

    def page_of_nobody(self, anonymous_id: str, at: int, name: str, path: str) -> None:
        """Somebody who has not signed up yet."""
        event = {"anonymousId": anonymous_id, "name": name, "properties": {"path": path}}
        self._wait(at, {"type": "page", "messageId": self._message_id(), **event, "timestamp": _written(at)})

    def sent_before(self, moment: int) -> Iterator[dict]:
        """What is sent before that moment, oldest first; the rest goes on waiting."""
        self.waiting.sort(key=lambda each: each[:2])
        ready = 0
        for sent_at, _, event in self.waiting:
            if sent_at >= moment:
                break
            ready += 1
            yield event
        del self.waiting[:ready]

    def _send(self, kind: str, who: Sender, at: int, content: dict) -> dict:
        event = {"type": kind, "messageId": self._message_id(), "userId": who.id, **content, "timestamp": _written(at)}
        if who.context:
            event["context"] = who.context
        self._wait(at, event)
        return event

    def _mishap(self, at: int, event: dict) -> None:
        """A tablet without reception sends hours later; a sender that got no answer sends again."""
        luck = self.rng.random()
        if luck < LATE:
            self.waiting[-1] = (at + self.rng.randrange(HOUR, 60 * HOUR), self.count, event)
        elif luck > 1 - TWICE:
            self._wait(at + self.rng.randrange(MINUTE, 90 * MINUTE), event)

    def _message_id(self) -> str:
        self.count += 1
        return f"{self.prefix}{self.count:07d}"

    def _wait(self, sent_at: int, event: dict) -> None:
        self.waiting.append((sent_at, self.count, event))


def _written(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
