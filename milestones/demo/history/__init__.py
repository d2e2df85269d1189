"""What the vendors' customers did: a seeded stream of events, as each vendor's back end would have sent them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from milestones.demo.history.days import days
from milestones.demo.history.northwind import Northwind
from milestones.demo.history.outbox import Outbox
from milestones.demo.history.tidewater import Tidewater
from milestones.demo.vendors import NORTHWIND, TIDEWATER, Vendor

WORLDS = {NORTHWIND.slug: (Northwind, 34), TIDEWATER.slug: (Tidewater, 6)}  # with the accounts of the smallest size
TIMES = {"small": 1, "medium": 10, "large": 50}
QUIET = timedelta(hours=1)  # the newest event is about this old, so that what a visitor does now is the newest by far


def history(vendor: Vendor, *, size: str, now: datetime) -> Iterator[dict]:
    """120 days of events in the tracking API's shape, in the order in which they were sent.

    That is the order of their timestamps but for a few that were sent hours late; a few are sent twice. The same vendor, size
    and `now` (aware) give the same events. One day is held in memory at a time, and who the people are. `size` is small,
    medium or large: about 60,000, 600,000 and 3,000,000 events for both vendors together.
    """
    make, accounts = WORLDS[vendor.slug]
    rng = random.Random(f"{vendor.slug} {size}")
    outbox = Outbox(vendor.slug, rng)
    world = make(rng, outbox, accounts=accounts * TIMES[size])
    until = int((now - QUIET).timestamp() * 1000)
    for day in days(vendor.timezone, until):
        world.live(day)
        if day.is_last:
            world.look_in(day, until)
        yield from outbox.sent_before(min(day.ends_at, until))
