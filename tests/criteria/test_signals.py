"""What a signal means: each case of signals/*.yaml, sent as events and read back as progress.

A case is a rung of one ladder and has people of its own, so a file is sent at once. It is sent a second time with
the second half of each case first, and has to end the same. `order_matters` leaves a case out of that: an order of arrival may announce a
rung that all facts together reach later or not at all, and that promise is kept (DESIGN.md section 1).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from milestones import acts
from milestones.models import Progress
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import InboxRow, Seat
from tests.criteria.offsets import moment
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all

FILES = sorted((Path(__file__).parent / "signals").glob("*.yaml"))


@dataclass(frozen=True)
class Case:
    """One case with its own rung, people, accounts and message ids, all named after its number."""

    number: int
    said: dict
    beginning: datetime

    def own(self, name: str) -> str:
        return f"{self.number}-{name}"

    def at(self, offset) -> datetime | None:
        return moment(offset, self.beginning)

    @property
    def milestones(self) -> list[dict]:
        earlier = [
            milestone(self.own(key), self.named(criteria)) for key, criteria in self.said.get("earlier", {}).items()
        ]
        return [*earlier, milestone(self.own("rung"), self.named(self.said["criteria"]))]

    def named(self, criteria: dict) -> dict:
        """The criteria with this case's own keys of milestones."""
        for kind in ("all", "any"):
            if kind in criteria:
                return {kind: [self.named(part) for part in criteria[kind]]}
        return {"milestone": self.own(criteria["milestone"])} if "milestone" in criteria else criteria

    @property
    def events(self) -> list[tuple]:
        """(source's kind, event) in the order of the file."""
        rows = [row for row in self.said["events"] if not row[2].startswith("cairn:")]
        return [self._event(place, *row) for place, row in enumerate(rows)]

    def _event(self, place: int, at, user: str, name: str, more: dict | None = None) -> tuple:
        more = more or {}
        event = {"messageId": self.own(more.get("as", f"event-{place:02}")), "userId": self.own(user)}
        event |= {"timestamp": self.at(at).isoformat()}
        kind = {"$identify": "identify", "$group": "group"}.get(name, "track")
        if kind == "track":
            event |= {"event": name, "properties": more.get("properties", {})}
        else:
            event |= {"traits": more.get("traits", {})}
        if "account" in more:
            account = self.own(more["account"])
            event |= {"groupId": account} if kind == "group" else {"context": {"groupId": account}}
        return more.get("from", "server"), {"type": kind, **event}

    @property
    def acts(self) -> list[tuple]:
        return [tuple(row) for row in self.said["events"] if row[2].startswith("cairn:")]

    def act(self, at, user: str, name: str, more: dict | None = None) -> None:
        """Write what somebody did in Cairn; needs the workspace's scope."""
        said = {"rung": "rung", **(more or {})}
        said["rung"] = self.own(said["rung"])
        if "moment" in said:
            said["moment"] = self.at(said["moment"])
        seat = Seat.objects.select_related("person", "account").filter(person__external_id=self.own(user)).first()
        acts.write(verb=name.removeprefix("cairn:"), seat=seat, ladder="path", at=self.at(at), **said)

    def problems(self, standings: dict) -> list[str]:
        """What came out otherwise; `standings` maps (rung, person, account or None) to the Progress."""
        wrong = []
        for who, expected in self.said["hits"].items():
            user, _, account = who.partition("@")
            found = [
                row
                for (rung, person, at), row in standings.items()
                if (rung, person) == (self.own("rung"), self.own(user)) and (not account or at == self.own(account))
            ]
            if len(found) != 1:
                wrong.append(f"{self.said['name']}: {who} has {len(found)} enrollments")
            elif found[0].reached_at != self.at(expected):
                wrong.append(f"{self.said['name']}: {who} at {found[0].reached_at}, not {self.at(expected)}")
            elif expected is not None and "decided_by" in self.said:
                wrong += self._wrong_evidence(found[0])
        return wrong

    def _wrong_evidence(self, row: Progress) -> list[str]:
        messages = [said.get("message_id") for said in row.evidence]
        expected = [self.own(self.said["decided_by"])]
        return [] if messages == expected else [f"{self.said['name']}: decided by {messages}, not {expected}"]


def read(path: Path) -> tuple[dict, list[Case]]:
    said = yaml.safe_load(path.read_text())
    settings, cases = (said["ladder"], said["cases"]) if isinstance(said, dict) else ({}, said)
    # Not a fixed day: a browser's events are taken for 30 days only.
    beginning = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=28)
    return settings, [Case(number, case, beginning) for number, case in enumerate(cases, start=1)]


class Stage:
    """A workspace with a ladder that holds the rungs of all cases, and its two senders."""

    def __init__(self, client, workspace, settings: dict, cases: list[Case]):
        self.workspace = workspace
        publish_ladder(workspace, ladder(*(m for case in cases for m in case.milestones), **settings))
        self.senders = {kind: Sender(client, workspace, kind) for kind in ("server", "browser")}

    def send(self, events: list[tuple]) -> None:
        for kind, sender in self.senders.items():
            own = [event for source, event in events if source == kind]
            if own:
                sender.send(*own)
        self.assert_all_was_taken()

    def act(self, cases: list[Case]) -> None:
        with workspace_scope(self.workspace.pk):
            for case in cases:
                for act in case.acts:
                    case.act(*act)
        drain_all(self.workspace)
        self.assert_all_was_taken()

    def assert_all_was_taken(self) -> None:
        with workspace_scope(self.workspace.pk):
            assert not InboxRow.objects.exists(), "the drain failed; its log says why"

    def problems(self, cases: list[Case]) -> list[str]:
        with workspace_scope(self.workspace.pk):
            # The latest enrollment of a seat comes last and stands.
            rows = Progress.objects.order_by("enrollment__ordinal").select_related(
                "enrollment__seat__person", "enrollment__seat__account"
            )
            standings = {}
            for row in rows:
                seat = row.enrollment.seat
                standings[row.key, seat.person.external_id, seat.account and seat.account.external_id] = row
        return [problem for case in cases for problem in case.problems(standings)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_signals_hit_when_they_should(client, acme, path):
    settings, cases = read(path)
    stage = Stage(client, acme, settings, cases)
    stage.send([event for case in cases for event in case.events])
    stage.act(cases)
    problems = stage.problems(cases)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_signals_hit_the_same_when_the_second_half_arrives_first(client, acme, path):
    settings, cases = read(path)
    cases = [case for case in cases if not case.said.get("order_matters")]
    stage = Stage(client, acme, settings, cases)
    stage.send([event for case in cases for event in case.events[len(case.events) // 2 :]])
    stage.send([event for case in cases for event in case.events[: len(case.events) // 2]])
    stage.act(cases)
    problems = stage.problems(cases)
    assert not problems, "\n".join(problems)


def test_every_case_has_its_own_name():
    for path in FILES:
        names = [case.said["name"] for case in read(path)[1]]
        assert sorted(names) == sorted(set(names))
