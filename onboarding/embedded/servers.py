"""The database and the broker that a command works with: the ones the environment names, else embedded ones."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from onboarding.embedded import children, postgres, sockets, valkey

NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
RUNTIME, OWNER, DATABASE = "cairn_runtime", "cairn_owner", "cairn"


class ServersIncomplete(Exception):
    """Some of the three addresses are set and some are not."""


@dataclass(frozen=True)
class Servers:
    """`urls` are environment variables for Cairn; `watched` the children whose end means that nothing works."""

    urls: Mapping[str, str]
    superuser_url: str | None
    watched: tuple[children.Child, ...]


def external() -> Servers | None:
    """The user's own servers when all three addresses are set, None when none is; ServersIncomplete otherwise."""
    given = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    if not given:
        return None
    if missing := [name for name in NAMES if name not in given]:
        raise ServersIncomplete(
            f"{' and '.join(given)} set, but not {' and '.join(missing)}. Set all three to use servers of your own "
            "(DATABASE_SUPERUSER_URL too, once, if their roles are to be made), or none to use the embedded ones."
        )
    return Servers(given, os.environ.get("DATABASE_SUPERUSER_URL"), ())


@contextlib.contextmanager
def running(state: Path, *, durable: bool) -> Iterator[Servers]:
    """Servers to work with; embedded ones are started here and stopped at the end."""
    if servers := external():
        yield servers
        return
    database = broker = None
    try:
        database = postgres.start(state, durable=durable)
        broker = valkey.start(state)
        urls = {
            "DATABASE_URL": database.url(RUNTIME, DATABASE),
            "DATABASE_OWNER_URL": database.url(OWNER, DATABASE),
            "REDIS_URL": broker.url,
        }
        yield Servers(urls, database.superuser_url(), (database.child, broker.child))
    finally:
        if broker:
            broker.stop()
        if database:
            database.stop()
        sockets.remove(state, "valkey")
        sockets.remove(state, "postgres")


@contextlib.contextmanager
def temporary_state() -> Iterator[Path]:
    """A state folder that is gone afterwards, open enough for the user that PostgreSQL runs as."""
    state = Path(tempfile.mkdtemp(prefix="cairn-state-"))
    state.chmod(0o711)
    try:
        yield state
    finally:
        postgres.remove(state)
        sockets.remove(state, "valkey")
        shutil.rmtree(state, ignore_errors=True)
