"""Cairn as a user runs it, for tests from outside: web, worker and beat as processes on a database of their own.

The fixture `live` starts one for the whole test process, with the demo's data. Whoever asks for it is put into one
group, so that with several test processes only one starts it (`--dist loadgroup`).
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import psutil
import psycopg2
import pytest
import redis

from onboarding.embedded import children, state
from tests.conftest import CACHES_OF_TESTS, clone, drop, with_number

ROOT = Path(__file__).resolve().parents[1]
DATABASES_OF_LIVE = 11  # of the broker's sixteen; the last is the simulated month's
Answer = TypeVar("Answer")


class Live:
    """A running Cairn. `url` without a slash at the end; `demo` is what demo.json holds; `env` what its processes see."""

    def __init__(self, env: Mapping[str, str], folder: Path, *, has_twins: bool = False):
        """`env` names database and broker, `folder` is the state: empty, or that of an earlier one to go on with.

        `has_twins`: a second worker and a second beat, "worker-2" and "beat-2".
        """
        self.has_twins = has_twins
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        outer = {name: value for name, value in os.environ.items() if name != "DATABASE_SUPERUSER_URL"}
        ours = {
            # As in the tests: plain file names, found where they lie, so nothing is collected or compressed first.
            "CAIRN_MODE": "test",
            "CAIRN_STATE": str(folder),
            "CAIRN_BASE_URL": self.url,
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
        self.env = state.secret_keys(folder) | outer | ours | dict(env)
        self._running: dict[str, children.Child] = {}

    @property
    def demo(self) -> dict:
        return json.loads((self.folder / "demo.json").read_text())

    def start(self) -> None:
        """Start what is not running and wait until the web server answers."""
        for name, command in self._commands().items():
            if name not in self._running:
                log = self.folder / "logs" / f"{name}.log"
                self._running[name] = children.start(name, command, log=log, env=self.env, cwd=ROOT)
        watching = list(self._running.values())
        children.wait_until(self.is_healthy, seconds=90, watching=watching, what="The web server")

    def stop(self) -> None:
        """Stop everything; start() goes on with the same data at the same address."""
        children.stop(self._running.values())
        self._running.clear()

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to 'web', 'worker' or 'beat' and all below it, and wait for their end (not for SIGSTOP, SIGCONT)."""
        family = self.processes(name)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(how)
        if how not in (signal.SIGSTOP, signal.SIGCONT):
            self._running.pop(name).process.wait(timeout=30)
            psutil.wait_procs(family, timeout=30)

    def restart(self, name: str) -> None:
        """Kill it if it still runs, start it again, and wait until the web server answers."""
        if name in self._running:
            self.kill(name)
        self.start()

    def processes(self, name: str) -> list[psutil.Process]:
        """The process of 'web', 'worker' or 'beat', and those it started (the web server's workers)."""
        leader = psutil.Process(self._running[name].process.pid)
        return [leader, *leader.children(recursive=True)]

    def logs(self) -> dict[str, str]:
        """What each process has said, by name."""
        return {path.stem: path.read_text(errors="replace") for path in sorted((self.folder / "logs").glob("*.log"))}

    def manage(self, *words: str, **env: str) -> None:
        """Run a command of manage.py in the same environment; AssertionError with its last words when it fails."""
        log = self.folder / "logs" / f"{words[0]}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as output:
            command, streams = [sys.executable, "manage.py", *words], {"stdout": output, "stderr": subprocess.STDOUT}
            code = children.run(command, env=self.env | env, cwd=ROOT, **streams)
        assert code == 0, f"manage.py {' '.join(words)} ended with code {code}:\n{children.end_of(log)}"

    def is_healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False

    def eventually(self, ask: Callable[[], Answer], what: str, *, seconds: float = 20) -> Answer:
        """Ask until the answer is truthy, and return it; fails after `seconds`, or at once when a process has ended."""
        found: list[Answer] = []

        def is_there() -> bool:
            found[:] = [ask()]
            return bool(found[0])

        deadline = time.monotonic() + seconds
        while not is_there():
            children.check(self._running.values())
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not after {seconds:.0f} s, but {found[0]!r}.\n{self._ends_of_logs()}")
            time.sleep(0.05)
        return found[0]

    def progress(self, person: str, *, vendor: Mapping | None = None) -> dict | None:
        """What the REST API says about a person, {"reached", "phases", …}, with `rungs` by key; None while unknown."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/people/{quote(person)}/progress/",
            headers={"Authorization": f"Bearer {(vendor or self.demo)['api_key']}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        return {**answer, "rungs": {rung["key"]: rung for phase in answer["phases"] for rung in phase["rungs"]}}

    def rows(self, sql: str, parameters: tuple = (), *, vendor: Mapping | None = None) -> list[tuple]:
        """What the database holds of a vendor (the demo's first), asked as the runtime role inside its scope."""
        opening = "select set_config('cairn.workspace', id::text, true) from tenancy_workspace where slug = %s"
        connection = psycopg2.connect(self.env["DATABASE_URL"])
        with contextlib.closing(connection), connection, connection.cursor() as cursor:
            cursor.execute(opening, [(vendor or self.demo)["workspace"]])
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def _commands(self) -> dict[str, list]:
        web = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "2"]
        web += ["--blocking-threads", "8", "--respawn-failed-workers", "--workers-kill-timeout", "5s"]
        worker = ["worker", "--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle"]
        beat = ["beat", "--schedule", self.folder / "beat-schedule", "--pidfile", ""]
        lines = {
            "worker": ["celery", "-A", "onboarding", *worker, "--loglevel", "WARNING"],
            "beat": ["celery", "-A", "onboarding", *beat, "--loglevel", "WARNING"],
            "web": ["granian", *web, "onboarding.wsgi:application"],
        }
        if self.has_twins:
            twin = ["beat", "--schedule", self.folder / "beat-schedule-2", "--pidfile", ""]
            lines["worker-2"] = lines["worker"]
            lines["beat-2"] = ["celery", "-A", "onboarding", *twin, "--loglevel", "WARNING"]
        return {name: [sys.executable, "-m", *line] for name, line in lines.items()}

    def _ends_of_logs(self) -> str:
        return "\n".join(f"{child.name}:\n{children.end_of(child.log)}" for child in self._running.values())


@contextlib.contextmanager
def serving(env: Mapping[str, str], folder: Path) -> Iterator[Live]:
    """A Cairn with the demo's data on the migrated database and the broker that `env` names; stopped at the end."""
    cairn = Live(env, folder)
    try:
        cairn.manage("seed_demo")
        cairn.start()
        yield cairn
    finally:
        cairn.stop()


@pytest.fixture(scope="session")
def live(migrated_database, tmp_path_factory) -> Iterator[Live]:
    """One running Cairn for all tests of this process; who breaks it mends it (start() starts what is not running)."""
    name = f"{migrated_database}_live_{os.getpid()}"
    env = {each: with_database(os.environ[each], name) for each in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    env["REDIS_URL"] = with_number(os.environ["REDIS_URL"], CACHES_OF_TESTS + os.getpid() % DATABASES_OF_LIVE)
    redis.Redis.from_url(env["REDIS_URL"]).flushdb()  # no bell of an earlier run
    clone(migrated_database, name)
    try:
        with serving(env, tmp_path_factory.mktemp("live")) as cairn:
            yield cairn
    finally:
        drop(name)  # waits for connections that are closing, and ends an autovacuum, which by force we may not


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    for item in items:
        if "live" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("live"))


def with_database(url: str, name: str) -> str:
    """The same server with another database; the part after `?` may name the socket's folder."""
    place, question, options = url.partition("?")
    return f"{place.rpartition('/')[0]}/{name}{question}{options}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
