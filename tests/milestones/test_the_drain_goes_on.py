"""Rows that the database gives up on, or takes from nobody: the others go on, and what was said is kept."""

from datetime import timedelta

import pytest
from django.db import connection

from milestones import draining
from milestones.draining import drain
from milestones.ladder_files import LadderFileError
from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Event, InboxRow, Person
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track

DAY = timedelta(days=1)


def test_a_row_that_takes_too_long_is_parked_and_the_others_go_on(client, acme, monkeypatch):
    sender, digest = Sender(client, acme), draining._digest

    def slow(rows):
        if any(b"Endless" in bytes(row.body) for row in rows):
            with connection.cursor() as cursor:
                cursor.execute("set local statement_timeout = 20; select pg_sleep(10)")
        digest(rows)

    monkeypatch.setattr(draining, "_digest", slow)
    sender.post([track("petra", "Endless")])
    sender.post([track("kofi", "Reported")])
    for _ in range(6):
        drain(acme.pk)
    with workspace_scope(acme.pk):
        assert list(Event.objects.values_list("user_id", flat=True)) == ["kofi"]
        [row] = InboxRow.objects.all()
    assert row.parked_at is not None
    assert "timeout" in row.parked_reason


def test_two_ladders_that_ask_for_the_same_event_both_take_people_on(client, acme):
    enroll = {"when": "event", "event": "Signed Up"}
    for key in ("path", "other"):
        publish_ladder(acme, ladder(milestone(f"{key}-first", {"event": "Reported"}), key=key, enroll=enroll))
    Sender(client, acme).send(identify("petra"), track("petra", "Signed Up"))
    with workspace_scope(acme.pk):
        assert set(Enrollment.objects.values_list("ladder__key", flat=True)) == {"path", "other"}


@pytest.mark.parametrize(
    ("enroll", "wrong"),
    [
        ({"since": "2026-02-30"}, "enroll/since"),
        ({"where": [{"trait": "plan", "op": "is", "value": "x"}]}, "enroll/where/0"),
        ({"when": "event", "event": "Signed Up", "event_where": [{"property": "n", "op": "?"}]}, "enroll/event_where"),
    ],
)
def test_whom_a_ladder_takes_on_is_checked_before_it_is_a_draft(enroll, wrong):
    with pytest.raises(LadderFileError, match=wrong):
        ladder(milestone("report", {"event": "Reported"}), enroll={"when": "first_seen"} | enroll)


def test_a_rule_of_a_trait_asks_the_server(client, acme, signed_in, alice):
    now = clock.now()
    Sender(client, acme).send(identify("petra", now - DAY, email="petra@harbor.example"))
    signed_in(alice).post("/w/acme/settings/tests/", {"kind": "person", "trait": "internal", "value": "true"})
    Sender(client, acme, kind="browser").send(identify("petra", now - DAY, internal=True))
    signed_in(alice).post("/w/acme/settings/tests/", {"kind": "person", "trait": "staff", "value": "yes"})
    with workspace_scope(acme.pk):
        person = Person.objects.get()
        assert person.traits["internal"] is True
        assert not person.is_test, "anybody can say so in a browser"
    Sender(client, acme).send(identify("petra", internal=True))
    with workspace_scope(acme.pk):
        person.refresh_from_db()
        assert person.is_test
