"""Ring the drain's bell. Losing a ring loses nothing: beat rings again every second, and the work lives in PostgreSQL."""

import logging
import time

from django.core.cache import cache

from onboarding.tenancy.jobs import queue

MARK_SECONDS = 1
APART = 0.05  # seconds between the rings of one web process; a burst's last request may wait for beat's bell
DRAIN = "milestones.drain"
_silent_until = 0.0
_rung: dict[int, float] = {}
log = logging.getLogger(__name__)


def ring(workspace_id: int, *, apart: float = 0) -> None:
    """Ask for a drain of this workspace soon; rings while one is already on its way are swallowed by a short mark.

    `apart` seconds after a ring of this process nothing is asked at all: a burst need not trouble the broker a request.
    """
    global _silent_until
    now = time.monotonic()
    if now < _silent_until or now < _rung.get(workspace_id, 0) + apart:
        return
    if len(_rung) > 10_000:
        _rung.clear()
    _rung[workspace_id] = now
    try:
        if cache.add(mark(workspace_id), 1, timeout=MARK_SECONDS):
            _send(workspace_id)
    except Exception as error:
        # The broker is away. Accepting goes on; don't make each request find out again.
        log.warning("the drain's bell is away: %s", type(error).__name__)
        _silent_until = time.monotonic() + 2


def mark(workspace_id: int) -> str:
    return f"bell:{workspace_id}"


def _send(workspace_id: int) -> None:
    queue().send_task(DRAIN, [workspace_id], expires=30, retry=False)
