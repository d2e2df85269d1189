"""What one round measures, always in the same order, so that a noisy minute meets all figures alike."""

import base64
import json
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import jwt

from analytics.lookups import workspaces_to_keep
from analytics.models import Keeping
from analytics.rollups.keeping import is_behind, keep, make_anew
from bench import copying, world
from bench.figures import Rate
from bench.requests import Caller, Stopwatch, rate, request
from milestones.draining import drain
from onboarding import clock
from onboarding.tenancy.keys import add_signing_secret
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.decoding import Fact
from onboarding.tracking.ingestion import append
from onboarding.tracking.models import InboxRow, Source
from onboarding.tracking.sources import add_key

BATCH = 100
EVENTS = 60_000
NOTHING_ASKED = 3_000  # requests of the view that does nothing
COUNTED = 4  # events that are followed to the roll-ups, a round
TIMED = 8  # events that are followed to the widget, a round


@dataclass
class Vendor:
    """One workspace of the bench, with what a vendor holds to talk to it."""

    workspace: Workspace
    source: Source
    write_key: str
    secret: str
    people: int
    watched: list[str] = field(default_factory=list)

    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.write_key}:".encode()).decode()

    def token(self, person: str) -> str:
        now = clock.now()
        claims = {"sub": person, "aud": self.workspace.public_id, "iat": now, "exp": now + timedelta(hours=12)}
        return jwt.encode(claims, self.secret, algorithm="HS256")


def open_vendor(name: str, people: int, *, done: int) -> Vendor:
    workspace = world.make_workspace(name)
    source = world.populate(workspace, people, done=done)
    make_anew(workspace.pk)
    with workspace_scope(workspace.pk):
        _, secret = add_signing_secret()
        return Vendor(workspace, source, add_key(source=source), secret, people)


def warm_up(live, vendor: Vendor) -> None:
    """Modules are loaded, connections made and plans kept before anything is timed."""
    rate(live.url, _batches(vendor, world.facts(20_000, vendor.people, 0)), status=200, weight=BATCH)
    _widget(live, vendor, range(300))
    while _waiting(vendor):
        time.sleep(0.05)


def one_round(
    live, steady: Vendor, nothing: Vendor, *, seed: int, asking: Sequence[int]
) -> tuple[dict[str, float], dict[str, Rate]]:
    """(each figure by its key, each rate behind them); `live` is the running web server, worker and beat.

    `asking`: the people whose widget asks in this round, no one in two rounds.
    """
    chance, rates, figures = random.Random(seed), {}, {}
    _hold(live)
    copied = world.facts(EVENTS, steady.people, seed)
    with Stopwatch() as watch:
        unit = copying.copy_rate(copied)
    rates["copy"] = Rate(unit, watch.cpu / EVENTS * 1000)
    rates["accept"] = rate(
        live.url, _batches(steady, world.facts(EVENTS, steady.people, seed)), status=200, weight=BATCH
    )
    rates["drain_steady"] = _drained(steady, EVENTS)
    rates["keep"] = _kept(steady, EVENTS)
    _queue(nothing, world.facts(EVENTS, nothing.people, seed))
    rates["drain_nothing"] = _drained(nothing, EVENTS)
    _let_go(live)
    rates["end_to_end"] = _end_to_end(live, steady, world.facts(EVENTS, steady.people, seed + 1))
    figures |= {key: made.each_second / unit for key, made in rates.items() if key not in ("copy", "keep")}
    figures["kept_up"] = (rates["drain_steady"].cpu_a_thousand + rates["keep"].cpu_a_thousand) / rates[
        "drain_steady"
    ].cpu_a_thousand
    figures["latency"] = _latency(live, steady, chance)
    figures["fresh"] = _freshness(live, steady, chance)
    rates |= _widget(live, steady, asking)
    for key in ("widget_changed", "widget_same"):
        figures[key] = rates[key].each_second / rates["no_op"].each_second
    return figures, rates


def _batches(vendor: Vendor, facts: list[Fact]) -> list[bytes]:
    """The facts as requests of the tracking API."""
    made = []
    for start in range(0, len(facts), BATCH):
        batch = [
            {
                "type": "track",
                "messageId": fact.message_id,
                "userId": fact.user_id,
                "event": fact.name,
                "timestamp": world.as_text(fact.occurred_at),
                "properties": json.loads(fact.properties),
                "context": {"library": {"name": "bench", "version": "1"}},
            }
            for fact in facts[start : start + BATCH]
        ]
        body = json.dumps({"batch": batch, "sentAt": world.as_text(facts[start].occurred_at)}).encode()
        made.append(
            request("POST", "/v1/batch", body=body, Authorization=vendor.basic(), Content_Type="application/json")
        )
    return made


def _queue(vendor: Vendor, facts: list[Fact]) -> None:
    now = int(clock.now().timestamp() * 1_000_000)
    with workspace_scope(vendor.workspace.pk):
        for start in range(0, len(facts), BATCH):
            append(facts[start : start + BATCH], source_id=vendor.source.pk, received_at=now)


def _drained(vendor: Vendor, count: int) -> Rate:
    with Stopwatch() as watch:
        while drain(vendor.workspace.pk):
            pass
    assert not _waiting(vendor), "something was left in the inbox"
    return watch.rate(count)


def _kept(vendor: Vendor, count: int) -> Rate:
    """The roll-ups reading on over what was drained, as the worker would beside it."""
    with Stopwatch() as watch:
        while keep(vendor.workspace.pk):
            pass
    with workspace_scope(vendor.workspace.pk):
        assert not is_behind(), "the roll-ups did not follow"
    return watch.rate(count)


def _waiting(vendor: Vendor) -> int:
    with workspace_scope(vendor.workspace.pk):
        return InboxRow.objects.count()


def _end_to_end(live, vendor: Vendor, facts: list[Fact]) -> Rate:
    requests = _batches(vendor, facts)
    with Stopwatch() as watch:
        rate(live.url, requests, status=200, weight=BATCH)
        while _waiting(vendor):
            time.sleep(0.05)
    return watch.rate(len(facts))


def _latency(live, vendor: Vendor, chance: random.Random) -> float:
    """p95 of the seconds from an event's 200 to changed widget data, with nothing else going on."""
    caller, taken = Caller(live.url), []
    for _ in range(TIMED):
        person = chance.randrange(vendor.people)
        ask, before = _checklist(caller, vendor, f"p{person}")
        # The last rung of the person's ladder is open for everybody in the steady world.
        number = (person % world.LADDERS) * world.RUNGS + world.RUNGS - 1
        fact = world.fact(name=f"event {number % world.NAMES}", user_id=f"p{person}", properties={"amount": 9})
        [sent] = _batches(vendor, [fact])
        assert caller.ask(sent)[0] == 200
        began = time.perf_counter()
        while caller.ask(ask)[1].partition(b"\r\n\r\n")[2] == before:
            assert time.perf_counter() - began < 20, "the checklist never moved"
            time.sleep(0.01)
        taken.append(time.perf_counter() - began)
        time.sleep(chance.uniform(0.1, 0.6))  # out of step with the bell
    caller.close()
    return sorted(taken)[min(round(0.95 * len(taken)), len(taken) - 1)]


def _freshness(live, vendor: Vendor, chance: random.Random) -> float:
    """The longest of a few times from an event's 200 until the roll-ups have counted it, with nothing else going on."""
    caller, taken = Caller(live.url), []
    began = time.perf_counter()
    while vendor.workspace.pk in workspaces_to_keep():
        assert time.perf_counter() - began < 600, "the roll-ups never caught up with the round's events"
        time.sleep(0.1)
    for _ in range(COUNTED):
        before = _counted(vendor)
        fact = world.fact(name="event 1", user_id=f"p{chance.randrange(vendor.people)}", properties={})
        [sent] = _batches(vendor, [fact])
        assert caller.ask(sent)[0] == 200
        began = time.perf_counter()
        while _counted(vendor) == before:
            assert time.perf_counter() - began < 60, "the roll-ups never moved"
            time.sleep(0.02)
        taken.append(time.perf_counter() - began)
        time.sleep(chance.uniform(0.1, 1.9))  # out of step with the look
    caller.close()
    return max(taken)


def _counted(vendor: Vendor) -> int | None:
    """The last event that the roll-ups have counted."""
    with workspace_scope(vendor.workspace.pk):
        return Keeping.objects.values_list("event", flat=True).first()


def _checklist(caller: Caller, vendor: Vendor, person: str) -> tuple[bytes, bytes]:
    """(the request for the person's widget data, the answer's body)"""
    ask = request("GET", "/widget/v1/checklist", Authorization=f"Bearer {vendor.token(person)}")
    status, answer = caller.ask(ask)
    assert status == 200, answer[:500]
    return ask, answer.partition(b"\r\n\r\n")[2]


def deal(people: int, rounds: int) -> list[Sequence[int]]:
    """Everybody, in no order, once: those whose widget asks in each of the rounds."""
    mixed = list(range(people))
    random.Random(1).shuffle(mixed)
    return [mixed[number::rounds] for number in range(rounds)]


def _widget(live, vendor: Vendor, people: Sequence[int]) -> dict[str, Rate]:
    """Widget data, each time of somebody else, whole and as 304, beside a view that does nothing."""
    tokens = [f"Bearer {vendor.token(f'p{number}')}" for number in people]
    whole = [request("GET", "/widget/v1/checklist", Authorization=token) for token in tokens]
    rate(live.url, whole, status=200)  # each is made once, before anything is timed
    caller, same = Caller(live.url), []
    for ask, token in zip(whole, tokens, strict=True):
        answer = caller.ask(ask)[1]
        tag = next(line[6:] for line in answer.decode().split("\r\n") if line.lower().startswith("etag: "))
        same.append(request("GET", "/widget/v1/checklist", Authorization=token, If_None_Match=tag))
    caller.close()
    return {
        "no_op": rate(live.url, [request("GET", "/healthz")] * NOTHING_ASKED, status=200),
        "widget_changed": rate(live.url, whole, status=200),
        "widget_same": rate(live.url, same, status=304),
    }


def _hold(live) -> None:
    """Keep worker and beat from draining; only when nothing waits, so that no lock is held meanwhile."""
    for name in ("beat", "worker"):
        live.kill(name, signal.SIGSTOP)


def _let_go(live) -> None:
    for name in ("worker", "beat"):
        live.kill(name, signal.SIGCONT)
