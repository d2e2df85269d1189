"""Ring the drain's bell. Losing a ring loses nothing: beat rings again every second, and the work lives in PostgreSQL."""

import logging
import time
from functools import lru_cache

from django.core.cache import cache
from django.utils.module_loading import import_string

MARK_SECONDS = 1
DRAIN = "milestones.drain"
_silent_until = 0.0
log = logging.getLogger(__name__)


def ring(workspace_id: int) -> None:
    """Ask for a drain of this workspace soon; rings while one is already on its way are swallowed by a short mark."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
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
    _queue().send_task(DRAIN, [workspace_id], expires=30, retry=False)


@lru_cache(maxsize=1)
def _queue():
    """The building's queue, named by string: floors do not import the building."""
    return import_string("onboarding.celery.app")
