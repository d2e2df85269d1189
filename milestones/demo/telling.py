"""How far the sample data has come, for whoever waits in front of a terminal."""

import sys
from datetime import datetime

from onboarding import clock

WIDTH = 24


class Told:
    """A bar that fills as the vendor's days go by; one line at the end where nobody watches."""

    def __init__(self, name: str):
        self.name, self.events, self.began, self.first = name, 0, clock.now(), None

    def sent(self, events: int, *, until: str) -> None:
        """So many more events were sent; `until` is the last one's timestamp."""
        at = datetime.fromisoformat(until)
        self.first = self.first or at
        self.events += events
        if sys.stderr.isatty():
            span = (self.began - self.first).total_seconds()
            self._draw((at - self.first).total_seconds() / span if span > 0 else 1)

    def end(self) -> None:
        if sys.stderr.isatty():
            self._draw(1)
        seconds = (clock.now() - self.began).total_seconds()
        print(f"\r  {self.name}: {self.events:,} events in {seconds:.0f} s{' ' * WIDTH}", file=sys.stderr, flush=True)

    def _draw(self, share: float) -> None:
        full = round(WIDTH * min(max(share, 0), 1))
        bar = "█" * full + "░" * (WIDTH - full)
        print(f"\r  {self.name} {bar} {self.events:,} events", end="", file=sys.stderr, flush=True)


class Untold(Told):
    """The same, in silence."""

    def sent(self, events: int, *, until: str) -> None:
        pass

    def end(self) -> None:
        pass
