"""A world through the real pipeline: posted to the tracking API, written by Cairn itself, drained, and read back."""

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from unittest import mock

from django.db import transaction

from milestones import acts
from milestones.models import Enrollment, Progress
from onboarding.tenancy.models import User
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.workspaces import open_workspace
from onboarding.tracking.models import Account, Event, EventName, Identity, InboxRow
from onboarding.tracking.sources import cairn_source
from tests.ladders import publish_ladder
from tests.properties.worlds import NOW, SOURCES, World
from tests.reference.enrolling import Version
from tests.reference.facts import Fact
from tests.senders import Sender, drain_all

_numbers = itertools.count(1)
KINDS = {"$identify": "identify", "$group": "group", "$alias": "alias"}
MANAGER = "alice@acme.example"


@dataclass(frozen=True)
class Stored:
    """What the product stored for one rung."""

    on_track: bool
    opened_at: datetime | None
    due_at: datetime | None
    missed_at: datetime | None
    reached_at: datetime | None
    skipped_at: datetime | None
    how: str
    evidence: list


@dataclass(frozen=True)
class Outcome:
    enrolled_at: datetime
    ended_at: datetime | None
    version: int
    places: dict


@contextmanager
def undone():
    """Everything written inside is rolled back. Looks to Django like a test case's own transaction."""
    block = transaction.atomic()
    block._from_testcase = True  # the product's transactions are durable, which nothing else may enclose
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def at(moment: datetime):
    with mock.patch("onboarding.clock.now", return_value=moment):
        yield


class Vendor:
    """A fresh workspace with its sources, made in the world's order."""

    def __init__(self, client, world: World):
        self.client, self.world = client, world
        owner = User.objects.filter(email=MANAGER).first() or User.objects.create_user(MANAGER, None, name="Alice")
        self.workspace = open_workspace(name=f"World {next(_numbers)}", owner=owner, timezone=world.zone)
        self.senders, self.ids = {}, {}
        for index in world.source_order:
            if SOURCES[index] == "cairn":
                with workspace_scope(self.workspace.pk):
                    self.ids[index] = cairn_source().pk
            else:
                self.senders[index] = Sender(client, self.workspace, SOURCES[index])
                self.ids[index] = self.senders[index].source.pk
        self.facts = [replace(fact, source=self.ids[fact.source], message_id=_message_id(fact)) for fact in world.facts]

    def publish(self) -> None:
        for ladder in self.world.ladders:
            for version in ladder.versions:
                with at(version.published_at):
                    publish_ladder(self.workspace, version.document)

    def send(self, batch) -> None:
        """One batch: a request for each source, then a drain."""
        with at(NOW):
            for index, sender in self.senders.items():
                events = [as_sent(self.world.facts[n]) for n in batch if self.world.facts[n].source == index]
                if events:
                    response = sender.post(events)
                    assert response.status_code == 200, response.content
            with workspace_scope(self.workspace.pk):
                for n in batch:
                    if self.world.facts[n].source_kind == "cairn":
                        _write(self.world.facts[n])
            drain_all(self.workspace)
            with workspace_scope(self.workspace.pk):
                left = InboxRow.objects.first()
                if left:
                    raise RuntimeError(f"facts were left in the inbox: {left.parked_reason or 'see the log'}")

    def versions(self) -> dict[str, list[Version]]:
        return {
            ladder.key: [Version(v.number, v.published_at, v.document) for v in ladder.versions]
            for ladder in self.world.ladders
        }

    def kept(self) -> list[Fact]:
        """The promises that this order of arrival made Cairn keep, as facts."""
        with workspace_scope(self.workspace.pk):
            names = EventName.objects.filter(name="cairn:kept").values_list("id", flat=True)
            accounts = dict(Account.objects.values_list("id", "external_id"))
            return [
                Fact(
                    event.source_id,
                    "cairn",
                    event.message_id,
                    event.occurred_at,
                    "cairn:kept",
                    user=event.user_id,
                    account=accounts.get(event.account_id),
                    properties=event.properties,
                )
                for event in Event.objects.filter(name_id__in=list(names))
            ]

    def stored(self) -> dict[tuple, Outcome]:
        """{(person, account, ladder, ordinal): Outcome} as the product stored it."""
        with workspace_scope(self.workspace.pk):
            users: dict[int, set] = {}
            for person, value in Identity.objects.filter(kind="user").values_list("person_id", "value"):
                users.setdefault(person, set()).add(value)
            known = {}
            for e in Enrollment.objects.select_related("seat__account", "ladder", "version"):
                account = e.seat.account.external_id if e.seat.account else None
                key = (frozenset(users.get(e.seat.person_id, ())), account, e.ladder.key, e.ordinal)
                places = {row.key: _place(row) for row in Progress.objects.filter(enrollment=e)}
                known[key] = Outcome(e.enrolled_at, e.ended_at, e.version.number, places)
            return known


def _place(row: Progress) -> Stored:
    return Stored(
        row.on_track, row.opened_at, row.due_at, row.missed_at, row.reached_at, row.skipped_at, row.how, row.evidence
    )


def _message_id(fact: Fact) -> str:
    return f"cairn-{fact.message_id}" if fact.source_kind == "cairn" else fact.message_id


def as_sent(fact: Fact) -> dict:
    """The fact as an SDK would send it."""
    event = {"type": KINDS.get(fact.name, "track"), "messageId": fact.message_id, "timestamp": fact.at.isoformat()}
    if event["type"] == "track":
        event["event"] = fact.name
    event["traits" if event["type"] in ("identify", "group") else "properties"] = fact.properties
    named = {"userId": fact.user, "anonymousId": fact.anonymous, "previousId": fact.previous}
    named |= {"groupId": fact.account} if event["type"] == "group" else {}
    event |= {key: value for key, value in named.items() if value is not None}
    if fact.account and event["type"] != "group":
        event["context"] = {"groupId": fact.account}
    return event


def _write(fact: Fact) -> None:
    """Write an act the way the product does, with the world's message id."""
    account = SimpleNamespace(external_id=fact.account) if fact.account else None
    seat = SimpleNamespace(person=SimpleNamespace(external_id=fact.user), account=account)
    said = {key: value for key, value in fact.properties.items() if key != "ladder"}
    with mock.patch("milestones.acts.secrets.token_hex", return_value=fact.message_id):
        acts.write(verb=fact.verb, seat=seat, ladder=fact.properties["ladder"], at=fact.at, **said)
