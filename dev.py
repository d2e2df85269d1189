#!/usr/bin/env python3
"""Everything a developer runs, on a fresh machine: python3 dev.py demo | test | lint | bench | lock | manage.

Standard library only. It makes .venv from the hashed lock, runs itself again inside it, and starts what it needs.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where the user hears of it
    sys.exit(f"Cairn needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try python3.11 dev.py …")

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.txt"
STAMP = VENV / "cairn-stamp"


# --- The virtual environment -------------------------------------------------------------------
def enter_virtualenv() -> None:
    """Make or renew .venv when the lock or the Python version has changed, and go on inside it."""
    wanted = f"{sys.version.split()[0]} {hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n"
    with Path(__file__).open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two commands at once: the second finds it made
        if not STAMP.exists() or STAMP.read_text() != wanted:
            make_virtualenv()
            STAMP.write_text(wanted)
    if Path(sys.prefix).resolve() != VENV:
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(ROOT / "dev.py"), *sys.argv[1:]])


def make_virtualenv() -> None:
    """Install the lock: with uv on PATH, else with the uv that the lock itself names, else with pip."""
    print("· installing what requirements-dev.txt locks into .venv", flush=True)
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv")
    if virtualenv_version() != sys.version.split()[0]:
        by_uv, by_python = [uv, "venv", "--quiet", "--python", sys.executable], [sys.executable, "-m", "venv"]
        if subprocess.run([*(by_uv if uv else by_python), "--clear", VENV]).returncode:
            sys.exit("No virtual environment could be made. On Debian: apt-get install python3-venv (or install uv).")
    uv = uv or install_locked_uv()
    by_uv, by_pip = [uv, "pip", "install", "--python", VENV_PYTHON], [VENV_PYTHON, "-m", "pip", "install"]
    if subprocess.run([*(by_uv if uv else by_pip), "--quiet", "--require-hashes", "-r", LOCK]).returncode:
        sys.exit("The locked packages could not be installed: see above.")


def virtualenv_version() -> str | None:
    """The Python version that .venv was made for, by venv or by uv."""
    config = VENV / "pyvenv.cfg"
    found = re.search(r"^version(?:_info)? = ([\d.]+)", config.read_text(), re.M) if VENV_PYTHON.exists() else None
    return found[1] if found else None


def install_locked_uv() -> Path | None:
    """uv by pip, with its hashes from the lock; it installs the rest six times as fast as pip."""
    entry = re.search(r"^uv==.*(?:\n    --hash=.*)*", LOCK.read_text(), re.M)
    if not entry:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(entry[0] + "\n")
        file.flush()
        pip = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        done = subprocess.run([*pip, "-r", file.name])
    return VENV / "bin" / "uv" if done.returncode == 0 else None


# --- Commands ----------------------------------------------------------------------------------
def demo(arguments: list[str]) -> int:
    from onboarding.embedded import demo

    parser = argparse.ArgumentParser(prog="dev.py demo", description="Serve Cairn with sample data on 127.0.0.1:$PORT.")
    parser.add_argument("--reset", action="store_true", help="forget the data of earlier runs")
    parser.add_argument("--size", choices=["small", "medium", "large"], help="how much sample data (default small)")
    options = parser.parse_args(arguments)
    demo.run(ROOT, state_folder(), reset=options.reset, size=options.size)
    return 0


def test(arguments: list[str]) -> int:
    everything = "--all" in arguments
    arguments = [argument for argument in arguments if argument != "--all"]
    chromium = find_chromium()
    if not chromium:
        print(
            "! NO CHROMIUM: every test marked `browser` is SKIPPED. Install chromium or set CAIRN_CHROMIUM.",
            flush=True,
        )
        if os.environ.get("CI") == "true":
            return 1
    command = ["-m", "pytest", *([] if everything else ["-m", "not slow"])]
    if not any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments):
        command += ["-n", "2"]
    browser = {"CAIRN_CHROMIUM": chromium} if chromium else {}
    return on_temporary_servers([*command, *arguments], {"CAIRN_MODE": "test"} | browser, durable=False)


def bench(arguments: list[str]) -> int:
    return on_temporary_servers(["-m", "bench", *arguments], {"CAIRN_MODE": "demo"}, durable=True, steps=("migrate",))


def on_temporary_servers(command: list[str], env: dict[str, str], *, durable: bool, steps: tuple[str, ...] = ()) -> int:
    """Run Python with `command` on servers and a state folder that are gone afterwards; its exit code."""
    from onboarding.embedded import children, demo, servers, state

    with servers.temporary_state() as folder, servers.running(folder, durable=durable) as running:
        env = demo.inherited() | state.secret_keys(folder) | running.urls | {"CAIRN_STATE": str(folder)} | env
        demo.prepare(ROOT, env, running, steps=steps)
        return children.run([sys.executable, *command], env=env, foreground=True, cwd=ROOT)


def lint(arguments: list[str]) -> int:
    """Run every check, also after one has failed, and name those that did."""
    tools = VENV / "bin"
    # makemigrations would like to ask a database for its history; there is none here, and none is needed.
    no_database = "ignore:Got an error checking a consistent migration history:RuntimeWarning"
    nowhere = "postgresql://cairn@/cairn?host=/nonexistent"
    env = os.environ | {"CAIRN_MODE": "test", "DATABASE_URL": nowhere, "DATABASE_OWNER_URL": nowhere}
    checks = {
        "ruff check": [tools / "ruff", "check", "."],
        "ruff format": [tools / "ruff", "format", "--check", "."],
        "import contracts": [tools / "lint-imports"],
        "templates": [tools / "djlint", "--lint", "--profile", "django", "--quiet", "templates"],
        "migrations": [sys.executable, "-W", no_database, "manage.py", "makemigrations", "--check", "--dry-run"],
    }
    failed = []
    for name, command in checks.items():
        print(f"· {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=env).returncode:
            failed.append(name)
    print(f"✗ failed: {', '.join(failed)}" if failed else "✓ lint", flush=True)
    return 1 if failed else 0


def lock(arguments: list[str]) -> int:
    """Write both locks anew for every platform; `--upgrade` and other arguments go to uv."""
    uv = shutil.which("uv") or VENV / "bin" / "uv"
    for name in ("requirements", "requirements-dev"):
        command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
        command += ["--custom-compile-command", "python3 dev.py lock", f"{name}.in", "-o", f"{name}.txt"]
        if code := subprocess.run([*command, *arguments], cwd=ROOT).returncode:
            return code
    return 0


def manage(arguments: list[str]) -> int:
    """manage.py in the environment of the demo that is running."""
    from onboarding.embedded import children, demo

    env = demo.joined_environment(state_folder())
    return children.run([sys.executable, ROOT / "manage.py", *arguments], env=env, foreground=True)


def state_folder() -> Path:
    return Path(os.environ.get("CAIRN_STATE") or ROOT / ".cairn").resolve()


def find_chromium() -> str | None:
    """A Chromium for the browser tests; CAIRN_CHROMIUM names one elsewhere."""
    given = os.environ.get("CAIRN_CHROMIUM")
    names = [given] if given else ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


COMMANDS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "demo": (demo, "[--reset] [--size small|medium|large]   serve Cairn with sample data"),
    "test": (test, "[--all] [pytest's arguments]            run the tests; --all adds the slow ones"),
    "lint": (lint, "                                        style, import contracts, templates, migrations"),
    "bench": (bench, "[--check]                               measure; --check fails below the floors"),
    "lock": (lock, "[--upgrade]                             write requirements*.txt from requirements*.in"),
    "manage": (manage, "COMMAND …                               manage.py of the running demo"),
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(__doc__.split("\n\n")[0], *(f"  {name:<7}{usage}" for name, (_, usage) in COMMANDS.items()), sep="\n")
        return 0 if sys.argv[1:] in (["help"], ["-h"], ["--help"]) else 2
    enter_virtualenv()
    os.chdir(ROOT)
    from onboarding.embedded import children, demo, lent_user, postgres, servers, state, valkey

    expected = (
        children.ChildEnded, demo.DemoFailed, lent_user.NobodyToLend, postgres.PostgresUnavailable,
        servers.ServersIncomplete, state.StateInUse, valkey.ValkeyUnavailable, TimeoutError,
    )  # fmt: skip
    try:
        with children.interruptible():
            return COMMANDS[sys.argv[1]][0](sys.argv[2:])
    except expected as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\n· stopped", file=sys.stderr)
        sys.exit(130)
