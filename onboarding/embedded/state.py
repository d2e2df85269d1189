"""The state folder: held by one dev.py at a time; where secrets are made once and kept for their owner's eyes."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from onboarding.embedded import postgres, sockets


class StateInUse(Exception):
    """Another dev.py runs on this state folder."""


@contextlib.contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the state folder; the lock goes with the process, so kill -9 leaves none behind."""
    state.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        state.chmod(state.stat().st_mode | 0o011)  # the user that PostgreSQL runs as must pass through, and no more
    with (state / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StateInUse(
                f"Another dev.py (process {lock.read().strip() or 'unknown'}) runs on {state}. "
                "Stop it first, or set CAIRN_STATE to another folder."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_locked(state: Path) -> bool:
    """Whether a dev.py runs on this state now."""
    if not (state / "lock").exists():
        return False
    with (state / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def clear(state: Path) -> None:
    """Delete all but the lock, which is held; nothing may be running."""
    postgres.remove(state)
    sockets.remove(state, "valkey")
    for entry in state.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()


def secret_keys(state: Path) -> dict[str, str]:
    """Django's key and the key that encrypts signing secrets: made once per state, kept for its owner's eyes."""
    path = state / "secrets.json"
    if not path.exists():
        write_private(
            path,
            {
                "CAIRN_SECRET_KEY": secrets.token_urlsafe(48),
                "CAIRN_SECRET_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            },
        )
    return json.loads(path.read_text())


def write_private(path: Path, content: dict) -> None:
    """Write JSON that is 0600 from its first byte and never half there."""
    making = path.with_name(f"{path.name}.making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
    making.rename(path)
