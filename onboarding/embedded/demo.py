"""The demo: servers, database, sample data, then web, worker and beat until somebody stops it or one of them dies."""

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from onboarding.embedded import children, postgres, servers, state

PYTHON = sys.executable
CONCURRENCY = 4
OURS = ("CAIRN_", "DATABASE_", "REDIS_", "DEMO_", "PORT")  # how the names of our variables begin


class DemoFailed(Exception):
    """The demo cannot start; the text says why and what to do."""


def run(root: Path, folder: Path, *, reset: bool, size: str | None) -> None:
    """Serve until interrupted (KeyboardInterrupt) or a child dies (ChildEnded); nothing runs on afterwards.

    `root` is the checkout, `folder` the state. StateInUse, ServersIncomplete or DemoFailed before anything starts.
    """
    port = int(os.environ.get("PORT") or 8000)
    own_servers = servers.external()
    with state.locked(folder):
        _require_free(port, patience=30 if (folder / "environment.json").exists() else 0)
        if reset:
            _clear(folder)
        for log in (folder / "logs").glob("*.log"):
            log.unlink()
        _say("using your PostgreSQL and Redis" if own_servers else "starting PostgreSQL and Valkey")
        with servers.running(folder, durable=True) as running:
            env = _environment(folder, port, size) | running.urls
            with _joinable(folder, env), _stopping() as family:
                prepare(root, env, running, steps=("migrate",))
                _collect_static_files(root, env)
                _manage(root, env, "seed_demo")
                family += _start(root, folder, env, port)
                watched = [*running.watched, *family]
                children.wait_until(lambda: _healthy(port), seconds=90, watching=watched, what="The web server")
                _announce(folder, env["CAIRN_BASE_URL"])
                children.watch(watched)


@contextlib.contextmanager
def _joinable(folder: Path, env: dict[str, str]) -> Iterator[None]:
    """Leave our environment for `dev.py manage`; the file outlives us only if we are killed."""
    path = folder / "environment.json"
    state.write_private(path, {name: env[name] for name in sorted(env) if name.startswith(OURS)})
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def prepare(root: Path, env: dict[str, str], running: servers.Servers, *, steps: tuple[str, ...]) -> None:
    """Make roles and database (where we may), then run the named steps of manage.py; DemoFailed when one fails."""
    if running.superuser_url:
        _manage(root, env | {"DATABASE_SUPERUSER_URL": running.superuser_url}, "prepare_database")
    for step in steps:
        _manage(root, env, step)


def joined_environment(folder: Path) -> dict[str, str]:
    """The environment of the demo that runs on this state; DemoFailed when none does."""
    path = folder / "environment.json"
    if not state.is_locked(folder) or not path.exists():
        raise DemoFailed(f"No demo runs on {folder}. Start one in another terminal: python3 dev.py demo")
    return inherited() | json.loads(path.read_text())


def _manage(root: Path, env: dict[str, str], step: str) -> None:
    quiet = {"collectstatic": ["--noinput", "--verbosity", "0"], "migrate": ["--verbosity", "0"]}
    said = {
        "prepare_database": "roles and database",
        "migrate": "tables",
        "collectstatic": "static files",
        "seed_demo": "sample data",
    }
    _say(said[step])
    if code := children.run([PYTHON, root / "manage.py", step, *quiet.get(step, [])], env=env, cwd=root):
        raise DemoFailed(f"manage.py {step} ended with code {code}.")


def _collect_static_files(root: Path, env: dict[str, str]) -> None:
    """Only when they may have changed: compressing them takes longer than the rest of a second start."""
    sources = [path for path in sorted((root / "static").rglob("*")) if path.is_file()]
    facts = [f"{path.relative_to(root)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in sources]
    facts += [(root / name).read_text() for name in ("requirements-dev.txt", "onboarding/settings.py")]
    wanted = hashlib.sha256("\n".join(facts).encode()).hexdigest()
    stamp = Path(env["CAIRN_STATIC_ROOT"]) / ".made-from"
    if not stamp.exists() or stamp.read_text() != wanted:
        _manage(root, env, "collectstatic")
        stamp.write_text(wanted)


def _start(root: Path, folder: Path, env: dict[str, str], port: int) -> list[children.Child]:
    web = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    web += ["--blocking-threads", "16", "--respawn-failed-workers", "--workers-kill-timeout", "5s"]
    worker = ["worker", "--pool", "threads", "--concurrency", str(CONCURRENCY), "--without-gossip", "--without-mingle"]
    quiet = ["--loglevel", "WARNING"]
    # When dev.py is killed the web server must end its own workers; the others would wait for a broker that is gone
    # too, and lose nothing by being killed.
    death_signals = {"web": signal.SIGTERM, "worker": signal.SIGKILL, "beat": signal.SIGKILL}
    commands = {
        "worker": ["celery", "-A", "onboarding", *worker, *quiet],
        # Apart from the worker: `worker -B` forks a beat that kill -9 of the worker leaves behind.
        "beat": ["celery", "-A", "onboarding", "beat", "--schedule", folder / "beat-schedule", "--pidfile", "", *quiet],
        "web": ["granian", *web, "onboarding.wsgi:application"],
    }
    logs, place = folder / "logs", {"env": env, "cwd": root}
    return [
        children.start(name, [PYTHON, "-m", *line], log=logs / f"{name}.log", death_signal=death_signals[name], **place)
        for name, line in commands.items()
    ]


@contextlib.contextmanager
def _stopping() -> Iterator[list[children.Child]]:
    """A list of children that are stopped together at the end."""
    family: list[children.Child] = []
    try:
        yield family
    finally:
        children.stop(family)


def _environment(folder: Path, port: int, size: str | None) -> dict[str, str]:
    """What the children see; what the user has set wins, but the mode and the state are the demo's."""
    ours = state.secret_keys(folder) | {
        "CAIRN_BASE_URL": f"http://127.0.0.1:{port}",
        "CAIRN_STATIC_ROOT": str(folder / "static"),
        "DEMO_SIZE": "small",
        "PYTHONUNBUFFERED": "1",
    }
    fixed = {"CAIRN_MODE": "demo", "CAIRN_STATE": str(folder), "PORT": str(port)}
    return ours | inherited() | fixed | ({"DEMO_SIZE": size} if size else {})


def inherited() -> dict[str, str]:
    """Our own environment without the superuser's address, which only prepare_database gets."""
    return {name: value for name, value in os.environ.items() if name != "DATABASE_SUPERUSER_URL"}


def _clear(folder: Path) -> None:
    if servers.external():
        raise DemoFailed("--reset starts over on the embedded servers only: drop the database that DATABASE_URL names.")
    postgres.wait_for_the_last_one(folder)
    state.clear(folder)


def _require_free(port: int, *, patience: float) -> None:
    """Wait up to `patience` seconds (a killed demo's web server may still be ending), then DemoFailed."""
    try:
        children.wait_until(lambda: _is_free(port), seconds=patience, watching=[], what=f"Port {port}")
    except TimeoutError:
        raise DemoFailed(f"Port {port} is in use. Stop what listens there, or choose another: PORT=8001") from None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def _announce(folder: Path, address: str) -> None:
    facts = json.loads((folder / "demo.json").read_text())
    _say(f"Cairn is at {address}", mark="✓")
    for access, login in facts.get("logins", {}).items():
        print(f"    {access:<10} {login['email']:<32} {login['password']}")
    print(f"    {address}/sandbox/  a vendor's product with the checklist in it")
    print(f"    {address}/mailbox/  the mail that was sent")
    print(f"    {folder / 'demo.json'}  keys and tokens")
    print(f"    {folder / 'logs'}  what each process says. Ctrl-C stops them all.", flush=True)


def _say(text: str, mark: str = "·") -> None:
    print(f"{mark} {text}", flush=True)
