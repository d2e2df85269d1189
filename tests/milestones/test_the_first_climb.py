"""One event from SDK to checklist."""

from datetime import UTC, datetime, timedelta

import pytest

from milestones.checklist.document import document
from milestones.checklist.links import make_link
from milestones.models import Enrollment, Progress, Transition
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Event, InboxRow, Person
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, alias, group, identify, track

DAY = timedelta(days=1)


@pytest.fixture
def sender(client, acme):
    publish_ladder(
        acme,
        ladder(
            milestone("share", {"event": "Report Shared", "count": 2}, unlocks=["comments"]),
            milestone("schedule", {"event": "Report Scheduled"}),
            rungs={"schedule": {"requires": ["share"]}},
        ),
    )
    return Sender(client, acme)


def rung(workspace, user, key):
    with workspace_scope(workspace.pk):
        return Progress.objects.get(enrollment__seat__person__external_id=user, key=key)


def test_a_rung_is_reached_by_the_event_that_completes_it(acme, sender):
    start = clock.now() - 3 * DAY
    sender.send(identify("hannah", start, name="Hannah Berg"), track("hannah", "Report Shared", start + DAY))
    assert rung(acme, "hannah", "share").reached_at is None
    sender.send(track("hannah", "Report Shared", start + 2 * DAY))
    share, schedule = rung(acme, "hannah", "share"), rung(acme, "hannah", "schedule")
    assert share.reached_at == start + 2 * DAY
    assert share.how == "criteria"
    assert share.evidence[0]["name"] == "Report Shared"
    assert schedule.state(clock.now()) == "open"
    assert schedule.opened_at == start + 2 * DAY


def test_the_event_is_stored_once_and_the_inbox_is_empty(acme, sender):
    event = track("hannah", "Report Shared", clock.now())
    for _ in range(3):
        sender.send(event)
    with workspace_scope(acme.pk):
        assert Event.objects.count() == 1
        assert InboxRow.objects.count() == 0


def test_the_checklist_tells_how_far_one_has_come(acme, sender):
    sender.send(identify("hannah", clock.now(), name="Hannah Berg"), track("hannah", "Report Shared", clock.now()))
    with workspace_scope(acme.pk):
        shown = document(Enrollment.objects.get(), now=clock.now())
    [share, schedule] = shown["phases"][0]["rungs"]
    assert (share["state"], share["current"], share["target"]) == ("open", 1, 2)
    assert schedule["state"] == "locked"
    assert schedule["opens_text"] == "Opens after “Share”"
    assert (shown["reached"], shown["total"], shown["next"]) == (0, 2, "share")


def test_the_hosted_page_moves(acme, sender, client):
    sender.send(identify("hannah", clock.now(), name="Hannah Berg"))
    with workspace_scope(acme.pk):
        token = make_link(Enrollment.objects.get())
    page = client.get(f"/c/{token}/")
    assert page.status_code == 200
    assert "Hannah" in page.content.decode()
    live = client.get(f"/c/{token}/live")
    same = client.get(f"/c/{token}/live", headers={"If-None-Match": live["ETag"]})
    assert (live.status_code, same.status_code) == (200, 304)
    sender.send(track("hannah", "Report Shared", clock.now()), track("hannah", "Report Shared", clock.now()))
    moved = client.get(f"/c/{token}/live", headers={"If-None-Match": live["ETag"]})
    assert moved.status_code == 200
    assert client.get("/c/cairn_link_wrong/").status_code == 404


def test_transitions_are_numbered_without_gaps(acme, sender):
    sender.send(track("hannah", "Report Shared", clock.now()), track("hannah", "Report Shared", clock.now()))
    sender.send(track("hannah", "Report Scheduled", clock.now()))
    with workspace_scope(acme.pk):
        rows = list(Transition.objects.order_by("number").values_list("number", "rung", "change"))
    assert [number for number, *_ in rows] == list(range(1, len(rows) + 1))
    assert ("share", "reached") in [row[1:] for row in rows]
    assert ("schedule", "reached") in [row[1:] for row in rows]


def test_a_late_event_lands_where_it_belongs(acme, sender):
    now = clock.now()
    sender.send(track("hannah", "Report Shared", now - DAY), track("hannah", "Report Shared", now))
    sender.send(track("hannah", "Report Shared", now - 2 * DAY))
    assert rung(acme, "hannah", "share").reached_at == now - DAY


def test_accounts_and_seats_come_from_facts(acme, sender):
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    sender.send(
        identify("hannah", start, name="Hannah", role="Power user"),
        group("hannah", "harbor", start, name="Harbor Logistics", plan="pro"),
    )
    with workspace_scope(acme.pk):
        person = Person.objects.get(external_id="hannah")
        [seat] = person.seats.select_related("account")
    assert (seat.account.name, seat.role, seat.since) == ("Harbor Logistics", "power_user", start)


def test_people_who_are_new_and_one_in_the_same_request(acme, sender):
    start = clock.now() - DAY
    sender.send(
        track("trial-7", "Report Shared", start),
        track("hannah", "Report Shared", start + DAY / 2),
        alias("trial-7", "hannah", start + DAY / 2),
    )
    with workspace_scope(acme.pk):
        assert Person.objects.count() == 1
        assert InboxRow.objects.count() == 0
    assert rung(acme, "trial-7", "share").reached_at == start + DAY / 2
