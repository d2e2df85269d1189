"""A quorum within a window of enrollment is met in time or not at all, whoever comes or takes the role later."""

from datetime import timedelta

from milestones.models import Progress
from milestones.replay import compare
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

HOUR = timedelta(hours=1)


def test_a_role_taken_after_the_window_does_not_meet_it(client, acme):
    asked = {"event": "Shared", "by": {"role": "operator", "share": 0.5}, "within": {"days": 0.25, "of": "enrollment"}}
    publish_ladder(acme, ladder(milestone("share", asked)))
    sender, start = Sender(client, acme), clock.now() - timedelta(days=3)
    sender.send(identify("hannah", start, role="administrator"), group("hannah", "harbor", start))
    sender.send(track("hannah", "Shared", start + HOUR, account="harbor"))
    sender.send(identify("hannah", start + 24 * HOUR, role="operator", account="harbor"))
    with workspace_scope(acme.pk):
        row = Progress.objects.get()
        assert (row.reached_at, row.missed_at) == (None, start + 6 * HOUR)
        assert list(compare()) == []
