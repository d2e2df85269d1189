"""`python3 dev.py demo` as a user runs it: twice, over again, killed, and beside another one."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg2
import pytest

from onboarding.embedded import servers

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demo:
    """One dev.py demo after another on one state folder and port, in an environment like a new shell's."""

    def __init__(self, state: Path):
        self.state = state
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        ours = ("CAIRN_", "DATABASE_", "REDIS_", "DJANGO_", "PYTEST_")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.env |= {"CAIRN_STATE": str(state), "PORT": str(self.port)}

    def command(self, *words: str, **env: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "dev.py", *words],
            cwd=ROOT,
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self, *words: str) -> None:
        """Return once the address has been announced; what was printed until then is in the message if it is not."""
        self.process = subprocess.Popen(
            [sys.executable, "dev.py", "demo", *words],
            cwd=ROOT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Ctrl-C stops them all" in line:
                return
        raise AssertionError("".join(said))

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def owner(self):
        urls = json.loads((self.state / "environment.json").read_text())
        connection = psycopg2.connect(urls["DATABASE_OWNER_URL"])
        connection.autocommit = True
        return connection

    def status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status


@pytest.fixture
def demo():
    with servers.temporary_state() as folder:
        running = Demo(folder)
        yield running
        if running.process and running.process.poll() is None:
            running.process.send_signal(signal.SIGINT)
            running.process.wait(timeout=60)


def assert_all_gone(family: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(family, timeout=20)
    left = [process.cmdline() for process in alive if process.is_running()]
    for process in alive:
        process.kill()
    assert left == []


def test_the_demo_keeps_its_data_until_it_is_reset_and_never_leaves_a_process(demo):
    demo.start()
    assert demo.status("/healthz") == 200
    first = json.loads((demo.state / "demo.json").read_text())
    with demo.owner().cursor() as cursor:
        cursor.execute("create table left_by_a_test as select 7 as stones")

    again = demo.command("demo", PORT=str(free_port()))
    assert again.returncode == 1
    assert f"process {demo.process.pid}" in again.stderr
    assert demo.command("manage", "migrate", "--check").returncode == 0

    family = demo.family()
    assert len(family) > 8  # postmaster and its own, valkey, web and its two workers, worker, beat
    demo.process.kill()
    demo.process.wait()
    assert_all_gone(family)

    demo.start()
    second = json.loads((demo.state / "demo.json").read_text())
    assert second["public_id"] == first["public_id"]
    with demo.owner().cursor() as cursor:
        cursor.execute("select stones from left_by_a_test")
        assert cursor.fetchone() == (7,)
    family = demo.family()
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(timeout=60) == 130
    assert_all_gone(family)
    assert demo.command("manage", "check").returncode == 1

    demo.start("--reset")
    third = json.loads((demo.state / "demo.json").read_text())
    assert third["public_id"] != first["public_id"]
    with demo.owner().cursor() as cursor:
        cursor.execute("select to_regclass('left_by_a_test')")
        assert cursor.fetchone() == (None,)
    family = demo.family()
    (worker,) = [process for process in family if "worker" in process.cmdline() and "celery" in process.cmdline()]
    worker.kill()
    last_words = demo.process.stdout.read()
    assert demo.process.wait(timeout=60) == 1
    assert "worker ended with code -9" in last_words
    assert_all_gone(family)


def test_a_port_in_use_is_said_before_anything_starts(demo):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", demo.port))
        taken.listen()
        refused = demo.command("demo")
    assert refused.returncode == 1
    assert f"Port {demo.port} is in use" in refused.stderr
    assert [entry.name for entry in demo.state.iterdir()] == ["lock"]


def test_one_address_without_the_others_is_an_error_that_names_them(demo):
    refused = demo.command("demo", DATABASE_URL="postgresql://cairn_runtime@/cairn")
    assert refused.returncode == 1
    assert "DATABASE_OWNER_URL and REDIS_URL" in refused.stderr
