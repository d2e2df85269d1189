"""The user that root lends to PostgreSQL, which refuses to run as root; and what that user can reach."""

import contextlib
import os
import pwd
import subprocess
from pathlib import Path


class NobodyToLend(Exception):
    """We are root and the system has no unprivileged user; the text says so."""


def find() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root lends it another user; None means: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NobodyToLend("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody' to lend.")


def run_as(user: pwd.struct_passwd | None) -> dict:
    """Popen's arguments for running as `user`, in a folder that anyone may enter."""
    return {"cwd": "/"} | ({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {})


def can_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    command = ["/bin/sh", "-c", 'cd "$1" && ls . >/dev/null', "sh", str(folder)]
    return subprocess.run(command, capture_output=True, check=False, **run_as(user)).returncode == 0
