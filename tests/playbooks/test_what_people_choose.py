"""Preferences by the link in a mail; addresses that bounce or complain; the widget's messages."""

import base64
import json
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from anymail.signals import EventType
from django.core import mail

from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Event, EventName, Person
from playbooks import bounces
from playbooks.models import Coach, Delivery, Preference, Session, Undeliverable
from playbooks.sessions.booking import ask, book, cancel, free_times
from playbooks.tasks import tell_sessions_of
from tests.playbooks.conftest import DAY, HOUR, MONDAY, deliveries, look_on, make_nudge, shown
from tests.senders import drain_all, identify, track

HERE = {"HTTP_ORIGIN": "http://127.0.0.1:8000"}


@pytest.fixture
def mailed(vendor, acme):
    """Hannah has a mail; the link to her choices."""
    make_nudge(acme, "opened", rung="report", channel="email")
    vendor.send(identify("hannah", name="Hannah", email="hannah@harbor.example"))
    look_on(acme)
    return re.search(r"/n/[\w-]+/", mail.outbox[0].body)[0]


def choice(workspace):
    with workspace_scope(workspace.pk):
        return Preference.objects.first()


def test_a_person_chooses_what_they_get(client, acme, mailed):
    assert client.get(mailed).status_code == 200
    answer = client.post(mailed, {"in_app": "on"}, **HERE)
    assert answer.status_code == 302
    assert (choice(acme).no_email, choice(acme).no_in_app) == (True, False)
    assert "Saved" in client.get(answer["Location"]).content.decode()


def test_a_pause_ends_by_itself_and_is_not_made_longer_by_saving_again(client, acme, mailed, monday):
    client.post(mailed, {"email": "on", "in_app": "on", "pause": "on"}, **HERE)
    assert choice(acme).paused_until == MONDAY + 30 * DAY
    monday.shift(timedelta(days=2))
    client.post(mailed, {"email": "on", "in_app": "on", "pause": "on"}, **HERE)
    assert choice(acme).paused_until == MONDAY + 30 * DAY


def test_who_ends_their_pause_gets_what_waits(client, vendor, acme, mailed, monday):
    client.post(mailed, {"email": "on", "in_app": "on", "pause": "on"}, **HERE)
    make_nudge(acme, "reached", rung="report", channel="email")
    vendor.send(track("hannah", "Reported"))
    monday.move_to(MONDAY + DAY + HOUR)
    look_on(acme)
    assert [(each.state, each.reason) for each in deliveries(acme)][-1] == ("waiting", "paused")
    client.post(mailed, {"email": "on", "in_app": "on"}, **HERE)
    look_on(acme)
    assert [each.state for each in deliveries(acme)][-1] == "sent"


def test_a_pause_is_one_in_the_product_too(vendor, acme, monday):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah"))
    look_on(acme)
    assert len(shown(acme)) == 1
    with workspace_scope(acme.pk):
        pause = {"paused_until": MONDAY + timedelta(days=3), "changed_at": MONDAY}
        Preference.objects.create(workspace=acme, person_id=Person.objects.get().pk, **pause)
    assert shown(acme) == []
    monday.shift(timedelta(days=4))
    assert len(shown(acme)) == 1, "it is there again when the pause is over"


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ({"event": "soft_bounce"}, True),
        ({"type": "activity.soft_bounced"}, True),
        ({"Type": "SoftBounce"}, True),
        ({"event": "hard_bounce"}, False),
        ({"Type": "HardBounce"}, False),
        (None, False),
    ],
    ids=str,
)
def test_what_passes_is_no_reason_to_write_no_more(said, passes):
    assert bounces._is_passing(SimpleNamespace(event_type=EventType.BOUNCED, esp_event=said)) is passes


def test_one_click_of_the_mail_program_ends_the_mails(client, vendor, acme, mailed, monday):
    header = mail.outbox[0].extra_headers["List-Unsubscribe"]
    path = re.search(r"/n/[\w-]+/stop/", header)[0]
    assert client.get(path).status_code == 200
    assert choice(acme) is None  # a scanner that opens links ends nothing
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    make_nudge(acme, "reached", rung="report", channel="email")
    vendor.send(track("hannah", "Reported"))
    monday.shift(timedelta(days=1))
    look_on(acme)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_a_form_of_another_site_changes_nothing(client, acme, mailed, origin):
    headers = {"HTTP_ORIGIN": origin} if origin else {}
    assert client.post(mailed, {}, **headers).status_code == 403
    assert choice(acme) is None


def test_a_made_up_link_opens_nothing(client, mailed):
    assert client.get("/n/cairn_mail_made-up/").status_code == 404
    assert client.post("/n/cairn_mail_made-up/stop/").status_code == 404


def test_the_page_speaks_the_persons_language(client, vendor, acme, mailed):
    acme.languages = ["en", "de"]
    acme.save()
    vendor.send(identify("hannah", locale="de"))
    assert "Nachrichten an Sie" in client.get(mailed).content.decode()


@pytest.fixture
def by_service(settings):
    """Mail goes through a service of anymail's, whose reports are believed with its secret only."""
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:secret"}


def report(client, service_id, kind, *, secret="user:secret", email="hannah@harbor.example"):
    said = {
        "RecordType": kind,
        "MessageID": service_id,
        "ID": 7,
        "Type": "SpamComplaint" if kind == "SpamComplaint" else "HardBounce",
        "TypeCode": 1,
        "Email": email,
    }
    headers = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(secret.encode()).decode()}
    return client.post("/mail-service/postmark/tracking/", json.dumps(said), content_type="application/json", **headers)


def test_a_session_s_mail_that_comes_back_ends_the_mails_as_well(client, hannah, acme, by_service):
    with workspace_scope(acme.pk):
        session = book(ask(hannah, "report"), free_times(Coach.objects.get())[0])
    # The service of tests calls its first mail 0, which is no name.
    mail.send_mail("Another", "", None, ["omar@harbor.example"])
    tell_sessions_of(acme.pk)
    with workspace_scope(acme.pk):
        name = Session.objects.get().provider_id
    assert name
    assert report(client, name, "Bounce", email="somebody.else@harbor.example").status_code == 200
    with workspace_scope(acme.pk):
        assert not Undeliverable.objects.exists(), "it was not written to them"
    report(client, name, "Bounce")
    with workspace_scope(acme.pk):
        assert [(each.email, each.why) for each in Undeliverable.objects.all()] == [
            ("hannah@harbor.example", "bounced")
        ]
        cancel(session)
    tell_sessions_of(acme.pk)
    assert [each.to for each in mail.outbox[3:]] == [["alice@acme.example"]], "nothing more is written to it"


@pytest.mark.parametrize(
    ("kind", "why", "column"), [("Bounce", "bounced", "bounced_at"), ("SpamComplaint", "complained", "complained_at")]
)
def test_an_address_that_bounces_or_complains_gets_nothing_more(
    client, by_service, vendor, acme, mailed, monday, kind, why, column
):
    with workspace_scope(acme.pk):
        Delivery.objects.update(provider_id="pm-1")
    assert report(client, "pm-1", kind).status_code == 200
    with workspace_scope(acme.pk):
        assert Undeliverable.objects.get().why == why
        assert getattr(Delivery.objects.get(), column) is not None
    make_nudge(acme, "reached", rung="report", channel="email")
    vendor.send(track("hannah", "Reported"))
    monday.shift(timedelta(days=1))
    look_on(acme)
    with workspace_scope(acme.pk):
        assert list(Delivery.objects.order_by("pk").values_list("state", "reason"))[1] == ("dropped", why)


@pytest.mark.parametrize(
    "said",
    [{"secret": "user:wrong"}, {"service_id": "another"}, {"email": "victim@other.example"}, {"kind": "Open"}],
)
def test_nothing_else_of_a_report_is_believed(client, by_service, acme, mailed, said):
    with workspace_scope(acme.pk):
        Delivery.objects.update(provider_id="pm-1")
    told = {"service_id": "pm-1", "kind": "Bounce"} | said
    report(client, told.pop("service_id"), told.pop("kind"), **told)
    with workspace_scope(acme.pk):
        assert not Undeliverable.objects.exists()


def asked(client, token, person="hannah"):
    return client.get("/widget/v1/messages", **token(person)).json()


def test_the_widget_asks_and_says_what_the_person_did(client, vendor, acme, token):
    make_nudge(acme, "opened", rung="report", button="Go", link="https://app.acme.example/report")
    vendor.send(identify("hannah", name="Hannah"))
    look_on(acme)
    [message] = asked(client, token)["messages"]
    assert {name: message[name] for name in ("shape", "title", "text", "button", "link", "step")} == {
        "shape": "card",
        "title": "About opened",
        "text": "Hello Hannah",
        "button": "Go",
        "link": "https://app.acme.example/report",
        "step": "report",
    }
    for deed in ("seen", "seen", "clicked"):
        assert client.post(f"/widget/v1/messages/{message['id']}/{deed}", **token("hannah")).json() == {"saved": True}
    assert asked(client, token)["messages"] == []
    drain_all(acme)
    with workspace_scope(acme.pk):
        each = Delivery.objects.get()
        assert each.seen_at
        assert each.clicked_at
        assert not each.dismissed_at
        told = (
            EventName.objects.filter(name__startswith="cairn:message").order_by("name").values_list("name", flat=True)
        )
        assert list(told) == ["cairn:message_clicked", "cairn:message_seen"]
        assert Event.objects.filter(name_id__in=EventName.objects.filter(name="cairn:message_seen")).count() == 1


def test_nobody_gets_or_answers_the_messages_of_another(client, vendor, acme, token):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah"))
    look_on(acme)
    vendor.send(identify("other"))
    [message] = asked(client, token)["messages"]
    assert asked(client, token, "other")["messages"] == []
    assert client.post(f"/widget/v1/messages/{message['id']}/dismissed", **token("other")).status_code == 404
    assert client.get("/widget/v1/messages").status_code == 401
    assert client.get("/widget/v1/messages", **token("nobody")).json()["code"] == "unknown_person"
    assert asked(client, token)["messages"]
