"""Features of the vendor's product: added, changed, removed, with what unlocks them beside each."""

import pytest

from milestones.models import Feature
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify

PAGE = "/w/acme/features/"


@pytest.fixture
def studio(acme, alice, signed_in):
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"}, unlocks=["comments"])))
    return signed_in(alice)


def features(acme):
    with workspace_scope(acme.pk):
        return {each.key: each for each in Feature.objects.all()}


def test_a_feature_is_added_and_offered_to_milestones(studio, acme):
    studio.post(PAGE, {"name": "Alerts", "key": "alerts", "events": "Alert Set\nAlert Set\n", "locked": "on"})
    alerts = features(acme)["alerts"]
    assert (alerts.events, alerts.default, alerts.locked) == (["Alert Set"], False, True)
    assert "Alerts" in studio.get("/w/acme/milestones/share/").content.decode()


def test_what_unlocks_it_stands_beside_it_and_keeps_it(studio, acme):
    page = studio.get(PAGE).content.decode()
    assert "/w/acme/ladders/path/" in page
    said = studio.post(f"{PAGE}comments/remove/", follow=True).content.decode()
    assert "is unlocked by a ladder. Take it out there first." in said
    assert "comments" in features(acme)


def test_a_feature_is_changed_but_for_its_key(studio, acme):
    studio.post(f"{PAGE}comments/", {"name": "Remarks", "key": "other", "default": "on"})
    assert features(acme)["comments"].name == "Remarks"


def test_what_nothing_unlocks_is_removed(studio, acme):
    studio.post(PAGE, {"name": "Alerts", "key": "alerts"})
    studio.post(f"{PAGE}alerts/remove/")
    assert set(features(acme)) == {"comments"}


def test_what_people_have_of_an_earlier_version_is_not_taken_from_them(studio, client, acme):
    Sender(client, acme).send(identify("petra"))
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"})))
    said = studio.post(f"{PAGE}comments/remove/", follow=True).content.decode()
    assert "People on an earlier version can have" in said
    assert "comments" in features(acme)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"name": "", "key": "x"}, "Say what people call it."),
        ({"name": "X", "key": "a b"}, "Letters, digits, dots, dashes and underscores only."),
        ({"name": "X", "key": "comments"}, "There is a feature with this key already."),
        ({"name": "X", "key": "x", "events": "e" * 300}, "An event’s name has at most 200 characters."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(studio, acme, sent, message):
    assert message in studio.post(PAGE, sent).content.decode()
    assert set(features(acme)) == {"comments"}
