"""Two people with the same form open: the second is told what the first saved, keeps what was typed, and decides."""

import re

import pytest

from milestones.models import Feature, Kickoff, Question, Segment
from milestones.plans import stamp
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from tests.senders import Sender, group, identify

SETTINGS = {
    "name": "Acme",
    "timezone": "UTC",
    "working_days": ["1", "2"],
    "languages": ["en"],
    "holidays": "2026-12-25",
}
SEGMENT = {"name": "Pro", "of": "person", "how": "rule", "join": "all", "roles": ["operator"]}
QUESTION = {"text": "Where?", "kind": "text"}


@pytest.fixture
def studio(client, acme, alice, signed_in):
    signed_in(alice)
    Sender(client, acme).send(identify("petra"), group("petra", "harbor"))
    return client


def seen(client, page) -> str:
    return re.search(r'name="seen" value="(\w+)"', client.get(page).content.decode())[1]


def both_save(client, page, first: dict, second: dict) -> tuple[str, str]:
    """Both open the page, the first saves, then the second: what the second is told, and after saving again."""
    looked = seen(client, page)
    client.post(page, first | {"seen": looked})
    told = client.post(page, second | {"seen": looked}, follow=True).content.decode()
    fresh = re.search(r'name="seen" value="(\w+)"', told)[1]
    again = client.post(page, second | {"seen": fresh}, follow=True).content.decode()
    return told, again


def test_settings(studio, acme):
    told, _ = both_save(
        studio, "/w/acme/settings/", SETTINGS | {"timezone": "Europe/Berlin"}, SETTINGS | {"name": "Acme 2"}
    )
    assert "Somebody else has saved this since you opened it." in told
    assert "Time zone: Europe/Berlin" in told
    assert "Holidays" not in told.split("It says now:")[1].split("What you typed")[0]
    assert 'value="Acme 2"' in told
    acme.refresh_from_db()
    assert (acme.name, acme.timezone) == ("Acme 2", "UTC")


def test_a_segment(studio, acme):
    studio.post("/w/acme/segments/new/", SEGMENT)
    told, _ = both_save(studio, "/w/acme/segments/pro/", SEGMENT | {"name": "First"}, SEGMENT | {"name": "Second"})
    assert "It says now: Name: First." in told
    with workspace_scope(acme.pk):
        assert Segment.objects.get().name == "Second"


def test_a_question(studio, acme):
    studio.post("/w/acme/discovery/", QUESTION)
    told, _ = both_save(studio, "/w/acme/discovery/where/", QUESTION | {"help": "First"}, QUESTION | {"help": "Second"})
    assert "A word of help: First" in told
    with workspace_scope(acme.pk):
        assert Question.objects.get().help == "Second"


def test_a_feature(studio, acme):
    studio.post("/w/acme/features/", {"name": "Alerts", "key": "alerts"})
    told, _ = both_save(studio, "/w/acme/features/alerts/", {"name": "First"}, {"name": "Second"})
    assert "Name: First" in told
    with workspace_scope(acme.pk):
        assert Feature.objects.get().name == "Second"


def test_a_kickoff(studio, acme):
    with workspace_scope(acme.pk):
        page = f"/w/acme/accounts/{Account.objects.get().pk}/plan/"
    said = {"done": "One", "done_on": "2027-01-01"}
    studio.post(page, said)
    told, _ = both_save(studio, page, said | {"done": "First"}, said | {"done": "Second"})
    assert "Done looks like: First" in told
    with workspace_scope(acme.pk):
        assert Kickoff.objects.get().done == "Second"


def test_a_new_kickoff_is_not_told_of_the_closed_one(studio, acme):
    with workspace_scope(acme.pk):
        page = f"/w/acme/accounts/{Account.objects.get().pk}/plan/"
    said = {"done": "One", "done_on": "2027-01-01"}
    studio.post(page, said)
    with workspace_scope(acme.pk):
        Kickoff.objects.update(ours_at="2026-11-01T00:00Z", theirs_at="2026-11-01T00:00Z")
        agreed = stamp(Kickoff.objects.get())
    studio.post(f"{page}kickoff/close/", {"seen": agreed})
    studio.post(page, said | {"done": "Two", "seen": seen(studio, page)})
    with workspace_scope(acme.pk):
        assert list(Kickoff.objects.order_by("number").values_list("done", flat=True)) == ["One", "Two"]


def test_answers(studio, acme):
    studio.post("/w/acme/discovery/", QUESTION)
    with workspace_scope(acme.pk):
        page = f"/w/acme/accounts/{Account.objects.get().pk}/discovery/"
    studio.post(page, {"q-where": "Here"})
    told, again = both_save(studio, page, {"q-where": "There"}, {"q-where": "Elsewhere"})
    assert "Where?: There" in told
    assert "Elsewhere" in again
