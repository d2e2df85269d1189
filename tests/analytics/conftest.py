"""Sixty people of ten accounts on a ladder of three steps, as several tests tell of them."""

from datetime import timedelta

import pytest

from onboarding import clock
from tests.analytics.rollups import keep_all
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

DAY = timedelta(days=1)


@pytest.fixture
def climbed(client, acme):
    """Twenty people began 100 days ago and took 12 days to first value; forty began 50 days ago and took 6; the last eight never did."""
    document = ladder(
        milestone("connect", {"event": "Connected"}),
        milestone("publish", {"event": "Published"}, unlocks=["alerts"]),
        milestone("share", {"event": "Shared"}),
        rungs={"publish": {"first_value": True, "requires": ["connect"]}},
    )
    document["features"] = [{"key": "alerts", "name": "Alerts", "events": ["Alert Set"]}]
    publish_ladder(acme, document)
    sender, now = Sender(client, acme), clock.now()
    events = []
    for number in range(60):
        is_early = number < 20
        start = now - (100 if is_early else 50) * DAY
        user, account = f"p{number}", f"a{number % 10}"
        role = "operator" if number % 2 else "lead"
        events += [
            identify(
                user, start, role=role, name=f"Person {number}", account=account, floor="low" if number % 3 else "high"
            ),
            group(user, account, start, industry="rail" if number % 10 < 5 else "sea"),
            track(user, "Connected", start + DAY, account=account),
        ]
        if number < 52:
            reached = start + (12 if is_early else 6) * DAY
            events.append(track(user, "Published", reached, account=account))
        if number < 30:
            events.append(track(user, "Alert Set", start + 15 * DAY, account=account))
    sender.send(*events)
    keep_all(acme)
    return acme
