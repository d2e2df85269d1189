"""When will somebody be done? Read off those who were where they are; silent where that says too little."""

from datetime import timedelta

import pytest

from milestones.checklist.document import document
from milestones.models import Enrollment, LadderOutlook
from milestones.outlook import Climb, forecast, look_ahead
from milestones.pace import measure_pace
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track

# Twenty people of two steps: the first took n days, the second as long again; all began on day 0.
TWENTY = [Climb(0, (n, 2 * n), 2) for n in range(1, 21)]


def test_the_range_is_that_of_those_who_got_there():
    outlook = look_ahead(TWENTY, now=100)
    assert outlook.horizon == 36  # nine of ten were done within
    just_begun = forecast(outlook, Climb(100, (), 2), now=100)
    assert (just_begun.low, just_begun.high, just_begun.people) == (4, 34, 20)


def test_what_somebody_has_waited_already_counts():
    outlook = look_ahead(TWENTY, now=100)
    waited = forecast(outlook, Climb(80, (), 2), now=100)
    assert waited.people == 10, "ten took longer than twenty days"
    assert (waited.low, waited.high) == (2, 18), "counted from now"


def test_the_quick_are_compared_with_the_quick():
    many = [Climb(0, (n, 2 * n), 2) for n in range(1, 31) for _ in range(2)]
    outlook = look_ahead(many, now=200)
    quick, slow = (forecast(outlook, Climb(200 - n, (200,), 2), now=200) for n in (2, 29))
    assert quick.high < slow.low


@pytest.mark.parametrize("climbs", [[], TWENTY[:9], [Climb(0, (1,), 2)] * 50])
def test_too_few_say_nothing(climbs):
    assert look_ahead(climbs, now=100) is None


def test_who_has_waited_longer_than_anybody_is_told_nothing():
    assert forecast(look_ahead(TWENTY, now=100), Climb(0, (), 2), now=100) is None


@pytest.fixture
def acme_under_way(client, acme):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"})))
    sender, start = Sender(client, acme), clock.now() - timedelta(days=90)
    for n in range(1, 21):
        sender.send(
            identify(f"p{n}", start),
            track(f"p{n}", "Reported", start + timedelta(days=n)),
            track(f"p{n}", "Shared", start + timedelta(days=2 * n)),
        )
    sender.send(identify("hannah", clock.now()))
    return acme


def shown(workspace, person):
    with workspace_scope(workspace.pk):
        return document(Enrollment.objects.get(seat__person__external_id=person), now=clock.now())["forecast"]


def test_a_person_reads_it(acme_under_way):
    assert shown(acme_under_way, "hannah") is None, "nothing was measured yet"
    with workspace_scope(acme_under_way.pk):
        measure_pace(clock.now())
        measure_pace(clock.now())
        assert LadderOutlook.objects.count() == 1
    said, now = shown(acme_under_way, "hannah"), clock.now()
    assert (round((said["low"] - now).days), said["people"], said["within_days"]) == (3, 20, 36)
    assert said["text"].startswith("between ")
    assert shown(acme_under_way, "p3") is None, "who is done has nothing ahead"
