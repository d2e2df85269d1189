"""Asking a server as fast as it answers, with as little of the client in the figure as Python allows: bare sockets."""

import socket
import threading
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import psutil

from bench.figures import Rate


def request(method: str, path: str, *, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of one HTTP/1.1 request; `_` in a header's name stands for `-`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Caller:
    """One kept connection."""

    def __init__(self, url: str):
        place = urlsplit(url)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Send a request and read its whole answer: (status, head and body)."""
        self.socket.sendall(sent)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next((int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")), 0)
        missing = length - len(body)
        while missing > 0:
            more = self._more()
            answer += more
            missing -= len(more)
        return int(answer[9:12]), answer

    def _more(self) -> bytes:
        more = self.socket.recv(262_144)
        if not more:
            raise ConnectionError("the server hung up")
        return more

    def close(self) -> None:
        self.socket.close()


def rate(url: str, requests: Sequence[bytes], *, status: int, threads: int = 8, weight: int = 1) -> Rate:
    """Send all of these by so many threads; `weight` is what one request counts for. AssertionError on another status."""
    waiting, wrong = list(requests), []

    def work(caller: Caller) -> None:
        while waiting and not wrong:
            try:
                sent = waiting.pop()
            except IndexError:
                return
            got, answer = caller.ask(sent)
            if got != status:
                wrong.append(answer[:500])

    callers = [Caller(url) for _ in range(threads)]
    workers = [threading.Thread(target=work, args=(caller,)) for caller in callers]
    with Stopwatch() as watch:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    for caller in callers:
        caller.close()
    assert not wrong, wrong[0]
    return watch.rate(len(requests) * weight)


class Stopwatch:
    """Wall time, and the CPU time of everything on the machine meanwhile."""

    def __enter__(self):
        self.busy, self.began = _busy(), time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds, self.cpu = time.perf_counter() - self.began, _busy() - self.busy

    def rate(self, count: int) -> Rate:
        return Rate(count / self.seconds, self.cpu / count * 1000)


def _busy() -> float:
    times = psutil.cpu_times()
    return times.user + times.system
