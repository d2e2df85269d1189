"""Liquid rendered by a child process that is killed when it takes too long (RELIABILITY.md attack 16)."""

import json
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

CHILD = Path(__file__).with_name("liquid_child.py")
PATIENCE = 10  # seconds of a clock on the wall, on a machine that is busy with other things
MOST_SENT = 400_000  # bytes
RENDERS = 1_000  # of one child, before a fresh one takes over


class UnsayableError(ValueError):
    """A text cannot be said to this person: `kind` is missing, broken or endless; `name` the text; `said` what is wrong."""

    def __init__(self, kind: str, name: str = "", said: str = ""):
        super().__init__(said or kind)
        self.kind, self.name, self.said = kind, name, said


class Renderer:
    """One child, started when it is needed. Threads take turns."""

    def __init__(self):
        self._child: subprocess.Popen | None = None
        self._left = 0
        self._turn = threading.Lock()

    def render(
        self, texts: Mapping[str, str], known: Mapping, *, other: Mapping | None = None, by_other: str = ""
    ) -> dict[str, str]:
        """name → rendered text, by what is known; the text named `by_other` by the other values. Raises UnsayableError."""
        return self._answer({"texts": dict(texts), "known": known, "other": other, "by_other": by_other})["texts"]

    def look(self, source: str) -> dict[str, list[str]]:
        """{"names": what a text names, "filters": those that there are not}. Raises UnsayableError where it is broken."""
        return self._answer({"source": source})

    def _answer(self, asked: Mapping) -> dict:
        line = json.dumps(asked).encode()
        if len(line) > MOST_SENT:
            raise UnsayableError("endless", said="It is too long.")
        with self._turn:
            answer = self._asked(line)
        if "error" in answer:
            raise UnsayableError(answer["error"], answer["name"], answer["said"])
        return answer

    def _asked(self, line: bytes) -> dict:
        child = self._started()
        try:
            child.stdin.write(line + b"\n")
            child.stdin.flush()
            ready, _, _ = select.select([child.stdout], [], [], PATIENCE)
            said = child.stdout.readline() if ready else b""
        except OSError:
            said = b""
        if not said.endswith(b"\n"):
            self.close()
            raise UnsayableError("endless", said="It takes too long or too much to fill in.")
        self._left -= 1
        return json.loads(said)

    def _started(self) -> subprocess.Popen:
        if self._child is None or self._child.poll() is not None or self._left <= 0:
            self.close()
            command = [sys.executable, "-I", str(CHILD)]
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._left = RENDERS
        return self._child

    def close(self) -> None:
        """End the child, whatever it is at."""
        if self._child is not None:
            self._child.kill()
            self._child.stdin.close()
            self._child.stdout.close()
            self._child.wait()
            self._child = None


renderer = Renderer()
