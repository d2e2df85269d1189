"""Short private folders for unix sockets, one per server and state; a restart keeps them, so URLs stay valid."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

LONGEST_FOLDER = 80  # a socket's whole path must fit in about 107 bytes


def folder(state: Path, name: str, *, owner: int | None = None) -> Path:
    """The 0700 folder of this state's `name` socket, owned by the user id `owner` (ours when None).

    The state folder holds a link to it. It is used again only if it is still what we made: a real folder,
    0700, owned by the same user; anyone may write to the temporary folder.
    """
    link = state / f"{name}-socket"
    owner = os.geteuid() if owner is None else owner
    if link.is_symlink():
        known = Path(os.readlink(link))
        if _is_private(known, owner):
            return known
        link.unlink()
    made = Path(tempfile.mkdtemp(prefix="cairn-", dir=_short_parent()))
    os.chown(made, owner, -1)
    link.symlink_to(made)
    return made


def remove(state: Path, name: str) -> None:
    """Remove the folder and the link to it."""
    link = state / f"{name}-socket"
    if link.is_symlink():
        shutil.rmtree(os.readlink(link), ignore_errors=True)
        link.unlink()


def _is_private(path: Path, owner: int) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700


def _short_parent() -> str:
    """The temporary folder, or /tmp where that is too deep or closed to the user a server runs as."""
    usual = tempfile.gettempdir()
    open_to_all = all(part.stat().st_mode & stat.S_IXOTH for part in (Path(usual), *Path(usual).parents))
    return usual if open_to_all and len(os.fsencode(usual)) <= LONGEST_FOLDER else "/tmp"
