"""Child processes that never outlive us, however we end: by Ctrl-C, SIGTERM, an error or kill -9."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Child:
    """A process in a group of its own, named for messages; `log` holds what it wrote."""

    name: str
    process: subprocess.Popen
    log: Path


class ChildEnded(Exception):
    """A child that should have gone on ended; the text names it and shows the end of its log."""

    def __init__(self, child: Child):
        super().__init__(
            f"{child.name} ended with code {child.process.returncode}. The end of {child.log}:\n{end_of(child.log)}"
        )


def dying_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """A preexec_fn that asks the kernel to send `death_signal` to the child when the thread that started it ends.

    Start long-lived children from the main thread, therefore. None where the kernel has no such service.
    """
    if _libc is None:
        return None
    parent = os.getpid()

    def ask_the_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return ask_the_kernel


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    **options,
) -> Child:
    """Start a child in its own process group (so a terminal's Ctrl-C reaches only us), its output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=dying_with_parent(death_signal),
            **options,
        )
    return Child(name, process, log)


def run(command: Sequence[str | Path], *, env: Mapping[str, str], foreground: bool = False, **options) -> int:
    """Run a step to its end and return its exit code; when we are interrupted it is stopped first.

    In the foreground it may read the terminal and gets the terminal's Ctrl-C itself; otherwise it has its own group.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        env=env,
        process_group=None if foreground else 0,
        preexec_fn=dying_with_parent(signal.SIGTERM),
        **options,
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        if foreground:  # it heard the same Ctrl-C and may be writing its summary
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
        raise
    finally:
        _end([process], signal.SIGTERM, seconds=10, groups=not foreground)


def stop(children: Iterable[Child], *, seconds: float = 10) -> None:
    """Ask all to end, wait up to `seconds` for all of them together, then kill what is left of their groups."""
    _end([child.process for child in children], signal.SIGTERM, seconds=seconds, groups=True)


def _end(processes: list[subprocess.Popen], ask: signal.Signals, *, seconds: float, groups: bool) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(ask)
    deadline = time.monotonic() + seconds
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.0, deadline - time.monotonic()))
        if groups:  # the group may outlive its leader: a server's own workers
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
        process.wait()


def watch(children: Sequence[Child]) -> None:
    """Sleep until a child ends, then raise ChildEnded."""
    while True:
        check(children)
        time.sleep(0.2)


def check(children: Iterable[Child]) -> None:
    """Raise ChildEnded for the first child that is no longer running."""
    for child in children:
        if child.process.poll() is not None:
            raise ChildEnded(child)


def wait_until(ready: Callable[[], bool], *, seconds: float, watching: Sequence[Child], what: str) -> None:
    """Wait until `ready()`; ChildEnded when a watched child ends first, TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        check(watching)
        if time.monotonic() > deadline:
            logs = "\n".join(f"The end of {child.log}:\n{end_of(child.log)}" for child in watching)
            raise TimeoutError(f"{what} not ready after {seconds:.0f} s.\n{logs}")
        time.sleep(0.02)


def end_of(log: Path, lines: int = 25) -> str:
    """The last lines of a log, indented for a message."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (empty)"


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Inside, SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt once; later ones are ignored while we clean up.

    SIGINT is set too, because a shell starts background jobs with it ignored.
    """
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(number, _frame) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt(signal.Signals(number).name)

    before = {each: signal.signal(each, interrupt) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
