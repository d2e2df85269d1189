"""What goes with staying: sorted on one day, followed from then on, and never said to be the cause."""

import html
import re
from datetime import timedelta

import pytest

from analytics.asking import read_asked
from analytics.landmarks import validity
from analytics.models import Kept
from analytics.sentences import goes_with
from analytics.worked_out import VALIDITY, work_out
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from tests.analytics.rollups import keep_all
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track

PAGE = "/w/acme/insight/validity/"
DAY = timedelta(days=1)


@pytest.fixture
def stayed(client, acme):
    """Eighty people of twenty accounts began 120 days ago. Forty shared on day 5, of whom thirty stayed; of the other forty ten did.
    Everybody connected on day 2, and ten who had stayed published on day 70, long after the landmark.
    """
    document = ladder(
        milestone("connect", {"event": "Connected"}),
        milestone("share", {"event": "Shared"}),
        milestone("publish", {"event": "Published"}),
    )
    publish_ladder(acme, document)
    start, events = clock.now() - 120 * DAY, []
    for number in range(80):
        who, account = f"p{number}", f"a{number % 20}"
        events += [identify(who, start, account=account), track(who, "Connected", start + 2 * DAY, account=account)]
        is_sharing = number % 2 == 0
        if is_sharing:
            events.append(track(who, "Shared", start + 5 * DAY, account=account))
        stays = number % 8 != 0 if is_sharing else number % 8 == 1
        if stays:
            events.append(track(who, "Looked", start + 65 * DAY, account=account))
            if number < 20:
                events.append(track(who, "Published", start + 70 * DAY, account=account))
    Sender(client, acme).send(*events)
    keep_all(acme)
    return acme


def found(workspace, landmark=14) -> dict:
    with workspace_scope(workspace.pk):
        return {step.key: step for step in validity(read_asked({"period": "365"}, workspace.zone), landmark)}


def test_who_had_reached_it_by_the_day_is_laid_beside_who_had_not(stayed):
    steps = found(stayed)
    share = steps["share"]
    assert (share.reached, share.stayed, share.others, share.others_stayed) == (40, 30, 40, 10)
    assert share.difference.value == pytest.approx(0.5)
    assert share.difference.low > 0.2


def test_nobody_reached_it_because_they_stayed(stayed):
    publish = found(stayed)["publish"]
    assert (publish.reached, publish.others) == (0, 80), "by day 14 nobody had"
    assert publish.difference is None


def test_a_step_that_everybody_reaches_is_not_compared(stayed):
    connect = found(stayed)["connect"]
    assert (connect.reached, connect.others, connect.difference) == (80, 0, None)


def test_who_has_not_had_all_the_weeks_does_not_count(stayed, client):
    start = clock.now() - 60 * DAY
    Sender(client, stayed).send(*(identify(f"late{n}", start) for n in range(20)))
    keep_all(stayed)
    assert found(stayed)["connect"].reached == 80


def test_the_page_speaks_of_going_together(stayed, signed_in, bob):
    client = signed_in(bob)
    client.get(PAGE)
    with workspace_scope(stayed.pk):
        work_out(Kept.objects.get(kind=VALIDITY).pk)
    page = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", client.get(PAGE).content.decode())).split())
    assert "“Share” goes most with staying." in page
    assert "75% of those who had reached it stayed, 25% of those who had not" in page
    assert "that one makes the other is not said" in page
    assert client.get(f"{PAGE}?landmark=999&period=nonsense").status_code == 200


@pytest.mark.parametrize(
    ("low", "high", "end"),
    [
        (0.2, 0.4, "20 to 40 points more."),
        (-0.4, -0.2, "20 to 40 points fewer."),
        (-0.1, 0.2, "no more of a difference than chance makes."),
    ],
)
def test_each_verdict_in_words(low, high, end):
    assert goes_with("Share", 0.75, 0.25, low, high).endswith(end)
