"""Nothing that we start outlives us: by Ctrl-C, SIGTERM, an error or kill -9."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from onboarding.embedded import children

ROOT = Path(__file__).resolve().parents[2]
# A parent like dev.py: a polite child, a child that ignores SIGTERM, and one with a child of its own in its group.
PARENT = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from onboarding.embedded import children

    folder = Path(sys.argv[1])
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    nested = (
        "import signal, subprocess, sys, time;"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "signal.signal(signal.SIGTERM, lambda *_: (inner.terminate(), sys.exit()));"
        "print('up', flush=True); inner.wait()"
    )
    programs = {"polite": "import time; print('up', flush=True); time.sleep(600)", "nested": nested}
    if "stubborn" in sys.argv:
        programs["stubborn"] = stubborn
    family = [children.start(name, [sys.executable, "-c", text], log=folder / name) for name, text in programs.items()]
    def ready():
        return all("up" in (folder / name).read_text() for name in programs)
    try:
        with children.interruptible():
            try:
                children.wait_until(ready, seconds=30, watching=family, what="The children")
                print("ready", flush=True)
                children.watch(family)
            finally:
                children.stop(family, seconds=1)
    except KeyboardInterrupt:
        sys.exit(130)
    """
)


def start_parent(folder: Path, *words: str) -> tuple[subprocess.Popen, list[psutil.Process]]:
    """The parent once all its children are up, and every process below it."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), *words], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout.readline() == "ready\n"
    return parent, psutil.Process(parent.pid).children(recursive=True)


def assert_all_gone(family: list[psutil.Process], seconds: float = 10) -> None:
    _, alive = psutil.wait_procs(family, timeout=seconds)
    for process in alive:
        process.kill()
    assert alive == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_parent_stops_every_child_also_the_stubborn_one(tmp_path, how):
    parent, family = start_parent(tmp_path, "stubborn")
    assert len(family) == 4
    parent.send_signal(how)
    assert parent.wait(timeout=20) == 130
    assert_all_gone(family)


def test_a_second_ctrl_c_does_not_cut_the_cleaning_up_short(tmp_path):
    parent, family = start_parent(tmp_path, "stubborn")
    parent.send_signal(signal.SIGINT)
    one_is_gone = lambda: not all(psutil.pid_exists(process.pid) for process in family)  # noqa: E731
    children.wait_until(one_is_gone, seconds=10, watching=[], what="The first end")
    parent.send_signal(signal.SIGINT)
    assert parent.wait(timeout=20) == 130
    assert_all_gone(family)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_kill_9_of_the_parent_stops_every_child(tmp_path):
    parent, family = start_parent(tmp_path)
    assert len(family) == 3
    parent.kill()
    parent.wait()
    assert_all_gone(family)


def test_a_child_that_dies_is_named_with_the_end_of_its_log(tmp_path):
    child = children.start("worker", [sys.executable, "-c", "raise SystemExit('out of stones')"], log=tmp_path / "log")
    with pytest.raises(children.ChildEnded, match=r"(?s)worker ended with code 1.*out of stones"):
        children.watch([child])


def test_waiting_ends_when_the_watched_child_does(tmp_path):
    child = children.start("web", [sys.executable, "-c", ""], log=tmp_path / "log")
    began = time.monotonic()
    with pytest.raises(children.ChildEnded, match="web"):
        children.wait_until(lambda: False, seconds=60, watching=[child], what="web")
    assert time.monotonic() - began < 30


def test_waiting_too_long_says_for_what(tmp_path):
    with pytest.raises(TimeoutError, match="The bell not ready"):
        children.wait_until(lambda: False, seconds=0.1, watching=[], what="The bell")


def test_a_step_answers_its_exit_code_and_leaves_nothing(tmp_path):
    started = tmp_path / "pid"
    program = f"import os, pathlib; pathlib.Path({str(started)!r}).write_text(str(os.getpid())); raise SystemExit(3)"
    assert children.run([sys.executable, "-c", program], env=dict(os.environ)) == 3
    assert not psutil.pid_exists(int(started.read_text()))
