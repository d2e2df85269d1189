"""Web and worker are killed with work in flight, PostgreSQL crashes, Valkey forgets: no acknowledged event is lost or counted twice."""

import base64
import contextlib
import http.client
import itertools
import json
import os
import random
import threading
import time
from dataclasses import dataclass, field

import psycopg2
import pytest
import redis

from onboarding.embedded import postgres, servers, valkey
from tests.live import Live

pytestmark = pytest.mark.slow
KILLS = 20  # of each, web and worker
EVENTS = 20_000
BATCH, SENDERS, PEOPLE = 40, 3, 150
AGAIN = 0.1  # share of the batches that are sent a second time
EVENT_NAMES = (
    "Data Source Connected",
    "Dashboard Published",
    "Dashboard Shared",
    "Alert Acknowledged",
    "Report Scheduled",
)
DRAINING = "select count(*) from pg_locks where locktype = 'advisory' and classid = 7210 and granted"


@dataclass
class Vendor:
    """Sends numbered events as an SDK does: the same batch until it is acknowledged, and now and then once more."""

    port: int
    key: str
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    in_flight: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)
    failures: list[BaseException] = field(default_factory=list)

    def work(self, sender: int) -> None:
        chance = random.Random(sender)
        try:
            for number in itertools.count():
                batch = [self._event(f"{sender}-{number}-{place}", chance) for place in range(BATCH)]
                self._deliver(batch)
                if chance.random() < AGAIN:
                    self._deliver(batch)
                if self.is_over.is_set() and len(self.acknowledged) >= EVENTS:
                    return
                time.sleep(chance.uniform(0, 0.2))
        except BaseException as failure:
            self.failures.append(failure)

    def _event(self, number: str, chance: random.Random) -> dict:
        event = {"type": "track", "messageId": number, "userId": f"fault-{chance.randrange(PEOPLE)}"}
        return {**event, "event": chance.choice(EVENT_NAMES), "properties": {"charts": chance.randrange(4)}}

    def _deliver(self, batch: list[dict]) -> None:
        ids = {event["messageId"] for event in batch}
        self.sent |= ids
        deadline = time.monotonic() + 120
        while self._post(batch) != 200:
            assert time.monotonic() < deadline, "a batch was not taken within two minutes"
            time.sleep(0.1)
        self.acknowledged |= ids

    def _post(self, batch: list[dict]) -> int | None:
        credentials = base64.b64encode(f"{self.key}:".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        self.in_flight += 1
        try:
            connection.request(
                "POST", "/v1/batch", json.dumps({"batch": batch}), {"Authorization": f"Basic {credentials}"}
            )
            status = connection.getresponse().status
            self.statuses.add(status)
            return status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            self.in_flight -= 1
            connection.close()


@contextlib.contextmanager
def installation():
    """(a running Cairn with the demo's data, its database server's state folder, its broker)"""
    with servers.temporary_state() as folder:
        database, broker = postgres.start(folder, durable=True), valkey.start(folder)
        env = {
            "DATABASE_URL": database.url(servers.RUNTIME, servers.DATABASE),
            "DATABASE_OWNER_URL": database.url(servers.OWNER, servers.DATABASE),
            "REDIS_URL": broker.url,
        }
        place = folder / "cairn"
        place.mkdir()
        cairn = Live(env, place)
        cairn.database, cairn.broker_url = database, broker.url
        try:
            cairn.manage("prepare_database", DATABASE_SUPERUSER_URL=database.superuser_url())
            for step in ("migrate", "seed_demo"):
                cairn.manage(step)
            cairn.start()
            yield cairn, folder
        finally:
            cairn.stop()
            broker.stop()
            cairn.database.stop()


def kill_in_flight(cairn: Live, name: str, is_busy) -> None:
    """Wait until there is work in flight, kill -9, and bring it back."""
    deadline = time.monotonic() + 60
    while not is_busy():
        assert time.monotonic() < deadline, f"{name} had nothing in flight for a minute"
    cairn.kill(name)
    cairn.start()


def crash_database(cairn: Live, folder) -> None:
    cairn.database.stop("immediate")
    cairn.database = postgres.start(folder, durable=True)


def is_draining(cairn: Live):
    """A look at whether a drain holds its lock, on a connection that is made anew after a crash."""
    known = []

    def look() -> bool:
        if not known:
            known.append(psycopg2.connect(cairn.database.superuser_url()))
            known[0].autocommit = True
        try:
            with known[0].cursor() as cursor:
                cursor.execute(DRAINING)
                return cursor.fetchone()[0] > 0
        except psycopg2.Error:
            known.clear()
            return False

    return look


def broken(cairn: Live) -> str:
    """What the web server said about answers that were neither taken nor put off."""
    lines = cairn.logs()["web"].splitlines()
    return "\n".join(
        line
        for at, line in enumerate(lines)
        if any("Internal Server Error" in x for x in lines[max(at - 90, 0) : at + 1])
    )


def test_kills_crashes_and_floods_lose_and_double_nothing():
    with installation() as (cairn, folder):
        vendor = Vendor(cairn.port, cairn.demo["write_key"])
        senders = [threading.Thread(target=vendor.work, args=(number,)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        log = []
        try:
            draining = is_draining(cairn)
            for number in range(KILLS):
                kill_in_flight(cairn, "worker", draining)
                kill_in_flight(cairn, "web", lambda: vendor.in_flight > 0)
                log.append(f"kill {number + 1} of worker and web, {len(vendor.acknowledged):,} events acknowledged")
                if number in (5, 12):
                    crash_database(cairn, folder)
                    log.append("PostgreSQL stopped at once and started again")
                if number in (8, 15):
                    redis.Redis.from_url(cairn.broker_url).flushall()
                    log.append("Valkey flushed")
        finally:
            vendor.is_over.set()
            for sender in senders:
                sender.join(timeout=180)
        print("\n".join(log))
        assert vendor.failures == []
        assert len(vendor.acknowledged) >= EVENTS
        assert vendor.statuses <= {200, 503}, broken(cairn)

        cairn.eventually(
            lambda: cairn.rows("select count(*) from tracking_inboxrow") == [(0,)], "an empty inbox", seconds=120
        )
        stored = [
            message
            for (message,) in cairn.rows(
                "select e.message_id from tracking_event e join tracking_person p on p.id = e.person_id where p.external_id like 'fault-%%'"
            )
        ]
        print(f"{len(vendor.sent):,} sent, {len(vendor.acknowledged):,} acknowledged, {len(stored):,} stored")
        assert len(stored) == len(set(stored))
        assert vendor.acknowledged <= set(stored) <= vendor.sent
        cairn.manage("replay", "--check", "--workspace", cairn.demo["workspace"])
        assert os.path.getsize(cairn.folder / "logs" / "replay.log")
