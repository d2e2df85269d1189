"""What a person does on their checklist besides reaching a step: ticks, later, not for me, a call for help, a rating."""

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from milestones.checklist import actions, stored
from milestones.checklist.actions import MOST_AN_HOUR
from milestones.checklist.document import document
from milestones.checklist.links import make_link
from milestones.models import Enrollment, Progress
from milestones.replay import compare
from onboarding import clock
from onboarding.tenancy.keys import add_signing_secret
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Event, InboxRow
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

HERE = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def sender(client, acme):
    rungs = {"report": {"person_may": ["later"]}, "share": {"person_may": ["not_for_me"]}}
    publish_ladder(
        acme,
        ladder(
            milestone("report", {"event": "Reported"}, actions=["Open Reports", "Press New"]),
            milestone("share", {"event": "Shared"}),
            rungs=rungs,
        ),
    )
    sender = Sender(client, acme)
    sender.send(identify("petra", clock.now() - timedelta(days=3)), group("petra", "harbor"))
    return sender


@pytest.fixture
def link(acme, sender):
    with workspace_scope(acme.pk):
        return f"/c/{make_link(Enrollment.objects.get())}/"


@pytest.fixture
def token(acme):
    """The widget's, for Petra."""
    with workspace_scope(acme.pk):
        _, secret = add_signing_secret()
    now = clock.now()
    claims = {"sub": "petra", "aud": acme.public_id, "iat": now, "exp": now + timedelta(hours=1)}
    return jwt.encode(claims, secret, algorithm="HS256")


def as_polled(acme) -> dict:
    """What the widget is sent: kept from one poll to the next."""
    with workspace_scope(acme.pk):
        return json.loads(stored.find(acme, "petra", account=None, ladder=None).body)


def shown(acme) -> dict:
    with workspace_scope(acme.pk):
        found = document(Enrollment.objects.get(), now=clock.now())
        assert list(compare()) == []
        return {rung["key"]: rung for phase in found["phases"] for rung in phase["rungs"]} | {"next": found["next"]}


def test_actions_are_ticked_one_by_one_and_the_tick_taken_back(client, acme, link):
    for action in (0, 1):
        client.post(f"{link}rungs/report/tick", {"action": action, "done": 1}, **HERE)
    assert shown(acme)["report"]["ticked"] == [0, 1]
    client.post(f"{link}rungs/report/tick", {"action": 0, "done": 0}, **HERE)
    assert shown(acme)["report"]["ticked"] == [1]
    page = client.get(link).content.decode()
    assert page.count('aria-pressed="true"') == 1
    assert client.post(f"{link}rungs/report/tick", {"action": 2}, **HERE).status_code == 409


def test_later_lets_another_step_come_first_until_tomorrow(client, acme, link, time_machine):
    assert shown(acme)["next"] == "report"
    client.post(f"{link}rungs/report/later", **HERE)
    now = shown(acme)
    assert (now["next"], bool(now["report"]["later_until"])) == ("share", True)
    assert "You put this off until tomorrow." in client.get(link).content.decode()
    time_machine.move_to(clock.now() + timedelta(days=1, hours=1))
    later = shown(acme)
    assert (later["next"], later["report"]["later_until"]) == ("report", None)


def test_tomorrow_begins_at_the_person_s_midnight(client, acme, sender, link, time_machine):
    acme.timezone = "America/Los_Angeles"
    acme.save()
    sender.send(identify("petra", timezone="Asia/Tokyo"))
    time_machine.move_to(datetime(2027, 3, 2, 6, tzinfo=UTC))  # Tuesday afternoon in Tokyo, still Monday in Los Angeles
    client.post(f"{link}rungs/report/later", **HERE)
    assert shown(acme)["report"]["later_until"] == datetime(2027, 3, 2, 15, tzinfo=UTC)
    assert as_polled(acme)["next"] == "share"
    time_machine.move_to(datetime(2027, 3, 2, 14, 59, tzinfo=UTC))
    assert as_polled(acme)["next"] == "share"
    time_machine.move_to(datetime(2027, 3, 2, 15, 1, tzinfo=UTC))
    assert as_polled(acme)["next"] == "report", "what was kept does not outlive the day it speaks of"
    time_machine.move_to(datetime(2027, 3, 3, 12, tzinfo=UTC))
    assert as_polled(acme)["next"] == "report"


def test_not_for_me_leaves_a_step_out_where_the_ladder_allows_it(client, acme, link):
    client.post(f"{link}rungs/share/not-for-me", {"text": "We are three"}, **HERE)
    assert shown(acme)["share"]["state"] == "skipped"
    refused = client.post(f"{link}rungs/report/not-for-me", **HERE)
    assert refused.status_code == 409
    assert "This step cannot be left out." in refused.content.decode()
    refused = client.post(f"{link}rungs/share/later", **HERE)
    assert "This step cannot be put off." in refused.content.decode()


def test_a_call_for_help_is_heard_on_the_account_and_answered(client, acme, alice, link):
    client.post(f"{link}rungs/report/help", {"text": "Where is New?"}, **HERE)
    assert "You asked for help" in client.get(link).content.decode()
    client.force_login(alice)
    with workspace_scope(acme.pk):
        account, row = Account.objects.get(), Enrollment.objects.select_related("seat").get()
    page = client.get(f"/w/acme/accounts/{account.pk}/").content.decode()
    assert "Where is New?" in page
    address = f"/w/acme/people/{row.seat.person_id}/enrollments/{row.pk}/help/report/answered/"
    client.post(address, {"note": "Called her", "from": "account"})
    assert "Where is New?" not in client.get(f"/w/acme/accounts/{account.pk}/").content.decode()
    assert shown(acme)["report"]["asked"] is None
    with workspace_scope(acme.pk):
        assert AuditEntry.objects.filter(verb="answered a call for help").exists()


def test_what_is_refused_comes_back_with_what_was_typed(client, acme, link):
    page = client.post(f"{link}rungs/report/help", {"text": "x" * 2001}, **HERE)
    assert page.status_code == 409
    assert "That is longer than 2,000 characters." in page.content.decode()
    assert "x" * 2001 in page.content.decode()
    assert "Say in a few words what you need." in client.post(f"{link}rungs/report/help", **HERE).content.decode()


def test_a_rating_is_tied_to_the_step_and_the_version_and_said_again(client, acme, alice, sender, link):
    sender.send(track("petra", "Reported"))
    for rating, text in ((2, "Long"), (4, "Better now")):
        client.post(f"{link}rungs/report/feedback", {"rating": rating, "text": text}, **HERE)
    assert shown(acme)["report"]["rating"] == {"stars": 4, "text": "Better now"}
    assert client.post(f"{link}rungs/report/feedback", {"rating": 6}, **HERE).status_code == 409
    client.force_login(alice)
    assert "4.0 of 5 from 1" in client.get("/w/acme/ladders/path/").content.decode()


def test_at_the_end_they_are_asked_whether_they_recommend_it(client, acme, alice, sender, link):
    sender.send(track("petra", "Reported"), track("petra", "Shared"))
    assert "Would you recommend it to a colleague?" in client.get(link).content.decode()
    client.post(f"{link}recommend", {"rating": "9", "text": "Saves a morning"}, **HERE)
    page = client.get(link).content.decode()
    assert "You said 9. Thank you." in page
    assert 'value="Saves a morning"' in page, "who corrects the number keeps the words"
    refused = client.post(f"{link}recommend", {"rating": "11", "text": "Saves a week"}, **HERE)
    assert (refused.status_code, 'value="Saves a week" data-sent' in refused.content.decode()) == (409, True)
    client.force_login(alice)
    with workspace_scope(acme.pk):
        account = Account.objects.get()
    assert "9 of 10, would recommend" in client.get(f"/w/acme/accounts/{account.pk}/").content.decode()


def test_it_says_nothing_about_progress(client, acme, link):
    with workspace_scope(acme.pk):
        before = list(Progress.objects.order_by("key").values())
    client.post(f"{link}rungs/report/tick", {"action": 0}, **HERE)
    client.post(f"{link}rungs/report/help", {"text": "Help"}, **HERE)
    with workspace_scope(acme.pk):
        assert list(Progress.objects.order_by("key").values()) == before


def test_somebody_who_never_stops_is_asked_to_wait(client, acme, link, monkeypatch):
    monkeypatch.setattr("milestones.checklist.actions.MOST_AN_HOUR", 2)
    answers = [client.post(f"{link}rungs/report/tick", {"action": 0}, **HERE).status_code for _ in range(3)]
    assert answers == [302, 302, 409]
    assert MOST_AN_HOUR > 2


def test_confirming_again_and_again_has_an_end_and_the_team_may_answer(client, acme, alice, link, monkeypatch):
    document_of = ladder(
        milestone("both", {"all": [{"confirmed_by": "person"}, {"event": "Never"}]}), key="other", rungs={"both": {}}
    )
    publish_ladder(acme, document_of)
    with workspace_scope(acme.pk):
        other = Enrollment.objects.get(ladder__key="other")
        address, path = f"/c/{make_link(other)}/", Enrollment.objects.select_related("seat").get(ladder__key="path")
        answered = f"/w/acme/people/{path.seat.person_id}/enrollments/{path.pk}/help/report/answered/"
    monkeypatch.setattr("milestones.checklist.actions.MOST_AN_HOUR", 2)
    answers = [client.post(f"{address}rungs/both/confirm", **HERE).status_code for _ in range(3)]
    assert answers == [302, 302, 409]
    client.force_login(alice)
    assert client.post(answered, {"note": "Called"}).status_code == 302, "the limit is the person's"


def test_what_the_team_does_for_a_person_is_not_the_persons(client, acme, link, monkeypatch):
    with workspace_scope(acme.pk):
        enrollment = Enrollment.objects.select_related("seat__person", "ladder").get()
        for _ in range(3):
            actions.congratulate(enrollment, "report", actor="Alice Adams")
        actions.confirm(enrollment, "report", by="manager", actor="Alice Adams")
    monkeypatch.setattr("milestones.checklist.actions.MOST_AN_HOUR", 1)
    assert client.post(f"{link}rungs/share/help", {"text": "Help"}, **HERE).status_code == 302
    assert client.post(f"{link}rungs/share/help", {"text": "Help"}, **HERE).status_code == 409


def test_a_path_leads_into_the_product_from_the_hosted_page(client, acme):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}, link="/reports/new")))
    Sender(client, acme).send(identify("petra"))
    with workspace_scope(acme.pk):
        address = f"/c/{make_link(Enrollment.objects.get())}/"
    assert "/reports/new" not in client.get(address).content.decode(), "nobody has said where the product is"
    assert shown(acme)["report"]["link"] == "/reports/new", "the widget stands in the product"
    acme.product_url = "https://app.acme.example"
    acme.save()
    assert 'href="https://app.acme.example/reports/new"' in client.get(address).content.decode()


def test_what_no_database_takes_is_left_out_and_the_rest_is_kept(client, acme, alice, sender, link, token):
    sender.send(track("petra", "Reported"), track("petra", "Shared"))
    client.post(f"{link}recommend", {"rating": "9", "text": "Saves\0 a morning"}, **HERE)
    assert "You said 9. Thank you." in client.get(link).content.decode()
    assert client.post(f"{link}recommend", {"rating": "²"}, **HERE).status_code == 409
    sent = '{"text": "Half \\ud83d of it", "rating": 1e999}'
    asked = client.post(
        "/widget/v1/rungs/report/help",
        sent,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert asked.status_code == 200
    with workspace_scope(acme.pk):
        assert not InboxRow.objects.exists(), "nothing waits, or is parked"
        notes = (
            Event.objects.filter(properties__has_key="note").order_by("id").values_list("properties__note", flat=True)
        )
        assert list(notes) == ["Saves a morning", "Half ? of it"]


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("tick", {"action": 1, "done": True}, 200),
        ("tick", {"action": "nothing"}, 409),
        ("tick", ["not", "an", "object"], 409),
        ("later", {}, 200),
        ("not-for-me", {}, 409),
        ("help", {"text": "Where?"}, 200),
        ("feedback", {"rating": 3}, 200),
        ("feedback", {"rating": None}, 409),
        ("dance", {}, 404),
    ],
)
def test_the_widget_says_the_same(client, acme, sender, token, action, body, status):
    answer = client.post(
        f"/widget/v1/rungs/report/{action}",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == status
