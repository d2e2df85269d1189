"""The tracking API at its door: it works, it needs a key, it keeps to the key's workspace, it says why not."""

import json

import pytest

from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Event, InboxRow, IntakeDay, Person, RefusedEvent
from onboarding.tracking.sources import revoke_key, rotate_key
from tests.senders import Sender, alias, drain_all, identify, track


@pytest.fixture
def sender(client, acme):
    return Sender(client, acme)


@pytest.fixture
def browser(client, acme):
    return Sender(client, acme, kind="browser")


def counted(workspace, model, **which):
    with workspace_scope(workspace.pk):
        return model.objects.filter(**which).count()


def test_success_is_exactly_what_the_sdks_expect(sender):
    response = sender.post([track("u1", "Opened")])
    assert (response.status_code, response.content) == (200, b'{"success": true}')


@pytest.mark.parametrize("call", ["track", "t"])
def test_one_event_alone(sender, client, call):
    body = {"writeKey": sender.key, **track("u1", "Opened")}
    response = client.post(f"/v1/{call}", json.dumps(body), content_type="text/plain")
    assert response.status_code == 200
    drain_all(sender.workspace)
    assert counted(sender.workspace, Event) == 1


def test_no_key_no_entry(client, acme):
    response = client.post("/v1/batch", json.dumps({"batch": [track("u1", "Opened")]}), content_type="application/json")
    assert response.status_code == 401
    assert set(response.json()) >= {"code", "message"}


def test_a_revoked_key_is_refused_at_once_and_a_rotated_one_still_works(sender):
    with workspace_scope(sender.workspace.pk):
        key = sender.source.keys.get()
        fresh = rotate_key(key=key)
    assert sender.post([track("u1", "Opened")]).status_code == 200
    with workspace_scope(sender.workspace.pk):
        revoke_key(key=key)
    assert sender.post([track("u1", "Opened")]).status_code == 401
    sender.key = fresh
    assert sender.post([track("u1", "Opened")]).status_code == 200


def test_the_key_decides_the_workspace(client, acme, globex):
    mine, theirs = Sender(client, acme), Sender(client, globex)
    mine.send(track("u1", "Opened"))
    assert counted(acme, Event) == 1
    assert counted(globex, Event) == 0
    theirs.send(track("u1", "Opened"))
    assert counted(globex, Person) == 1


def test_a_bad_event_is_kept_with_its_reason_and_the_rest_goes_on(sender):
    response = sender.post([track("u1", "Opened"), {"type": "track", "userId": "u1"}, track("u2", "cairn:confirmed")])
    assert response.status_code == 200
    drain_all(sender.workspace)
    assert counted(sender.workspace, Event) == 1
    assert counted(sender.workspace, RefusedEvent) == 2


def test_nothing_valid_is_400_and_still_kept(sender):
    response = sender.post([{"type": "track", "userId": "u1"}])
    assert response.status_code == 400
    assert set(response.json()) >= {"code", "message"}
    assert counted(sender.workspace, RefusedEvent) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"batch": 1}', b"\xff\xfe", b'{"batch": [' + b"[" * 100_000])
def test_a_broken_body_is_refused_with_a_reason(sender, client, body):
    import base64

    headers = {"Authorization": "Basic " + base64.b64encode(f"{sender.key}:".encode()).decode()}
    response = client.post("/v1/batch", body, content_type="application/json", headers=headers)
    assert response.status_code == 400
    assert set(response.json()) >= {"code", "message"}


def test_repeats_and_conflicts_are_counted(sender):
    now = clock.now()
    sender.send(track("u1", "Opened", now, message_id="same"), track("u1", "Opened", now, message_id="same"))
    sender.send(track("u1", "Opened", now, message_id="same"))
    sender.send(track("u1", "Other", now, message_id="same"))
    with workspace_scope(sender.workspace.pk):
        day = IntakeDay.objects.get()
        assert (day.taken, day.duplicates, day.conflicts) == (1, 2, 1)
        assert Event.objects.count() == 1


def test_a_browser_key_has_its_own_space_of_message_ids(sender, browser):
    now = clock.now()
    browser.send(track("u1", "Opened", now, message_id="same"))
    sender.send(track("u1", "Opened", now, message_id="same"))
    with workspace_scope(sender.workspace.pk):
        assert sorted(Event.objects.values_list("trusted", flat=True)) == [False, True]


def test_anonymous_activity_is_claimed_by_the_earliest_identify(sender):
    now = clock.now()
    sender.send(track(None, "Visited", now, anonymous="a1"))
    assert counted(sender.workspace, Person, external_id=None) == 1
    sender.send(identify("hannah", now, anonymous="a1", name="Hannah"))
    with workspace_scope(sender.workspace.pk):
        [person] = Person.objects.all()
        assert person.external_id == "hannah"
        assert set(Event.objects.values_list("person_id", flat=True)) == {person.pk}


def test_alias_makes_two_people_one(sender):
    now = clock.now()
    sender.send(identify("old-id", now, name="Hannah"), track("old-id", "Opened", now))
    sender.send(track("new-id", "Opened", now), alias("old-id", "new-id", now))
    sender.send(track("old-id", "Opened", now))
    with workspace_scope(sender.workspace.pk):
        [person] = Person.objects.all()
        assert person.name == "Hannah"
        assert Event.objects.filter(person_id=person.pk).count() == 5


def test_what_a_browser_may_not_say_changes_nothing(sender, browser):
    now = clock.now()
    sender.send(identify("hannah", now, email="hannah@harbor.example", role="operator"))
    browser.send(identify("hannah", now, email="thief@evil.example", role="administrator"))
    with workspace_scope(sender.workspace.pk):
        person = Person.objects.get()
        assert person.email == "hannah@harbor.example"
        assert [seat.role for seat in person.seats.all()] == ["operator"]


def test_accepting_a_batch_asks_the_database_little(sender, django_assert_max_num_queries):
    sender.post([track("u1", "Opened")])
    with django_assert_max_num_queries(9):
        sender.post([track("u1", "Opened") for _ in range(100)])
    assert counted(sender.workspace, InboxRow) == 2


def test_preflights_are_answered_without_a_key(client, db):
    response = client.options("/v1/batch", headers={"Origin": "https://app.harbor.example"})
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "https://app.harbor.example"
    assert "Access-Control-Allow-Credentials" not in response


def test_the_browser_sdk_is_told_where_to_send(browser, client):
    response = client.get(f"/v1/projects/{browser.key}/settings")
    assert response.json()["integrations"]["Segment.io"]["apiKey"] == browser.key
    assert client.get("/v1/projects/cairn_bk_no/settings").status_code == 404
