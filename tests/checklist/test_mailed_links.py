"""The link to a checklist by e-mail: the same answer to everybody, a link for who is known, used once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache.backends.locmem import LocMemCache

from milestones.checklist.mailed_links import MOST_A_MINUTE, AddressForm, _whose
from milestones.models import MagicLink
from milestones.tasks import mail_link_to
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Person
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify

HERE = {"headers": {"Origin": "http://testserver"}}


@pytest.fixture
def page(client, acme):
    acme.mails_links = True
    acme.save()
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"})))
    Sender(client, acme).send(
        identify("hannah", clock.now(), email="hannah@harbor.example", name="Hannah Berg", locale="de-DE")
    )
    return f"/m/{acme.public_id}/"


def ask(acme, address):
    """What the page hands over for this address, done."""
    with workspace_scope(acme.pk):
        form = AddressForm({"email": address})
        assert form.is_valid()
        person = _whose(form)
    mail_link_to(acme.pk, person)


def mailed(acme, address="Hannah@harbor.example"):
    """The path of the link in the mail that was sent."""
    ask(acme, address)
    return re.search(r"http\S+(/m/\S+)", mail.outbox[-1].body)[1]


def test_the_page_says_the_same_to_everybody(client, acme, page, monkeypatch):
    monkeypatch.setattr("milestones.checklist.mailed_links.hand_over", lambda *asked: handed.append(asked) or True)
    handed = []
    answers = {client.post(page, {"email": f"{name}@harbor.example"}, **HERE).content for name in ("hannah", "nobody")}
    assert len(answers) == 1
    with workspace_scope(acme.pk):
        assert [asked[1:] for asked in handed] == [(acme.pk, Person.objects.get().pk), (acme.pk, 0)]
    assert "valid email" in client.post(page, {"email": "hannah"}, **HERE).content.decode()


def test_a_link_opens_once_by_its_button(client, acme, page):
    path = mailed(acme)
    assert mail.outbox[0].to == ["hannah@harbor.example"]
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200, "a scanner that looks uses nothing up"
    opened = client.post(path, **HERE)
    assert opened.status_code == 302
    assert opened["Location"].startswith("/c/cairn_link_")
    assert "Hannah" in client.get(opened["Location"]).content.decode()
    again = client.post(path, **HERE)
    assert again.status_code == 404
    assert page in again.content.decode(), "the way to another one"


def test_it_is_over_after_half_an_hour(client, acme, page):
    path = mailed(acme)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert client.get(path).status_code == 404


def test_a_link_that_is_over_says_so_in_the_reader_s_language(client, acme, page):
    acme.languages = ["en", "de"]
    acme.save()
    asked = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9"}
    gone = client.get(f"{page}{'x' * 40}/", **asked)
    assert (gone.status_code, "Dieser Link öffnet nicht mehr" in gone.content.decode()) == (404, True)
    gone = client.get(f"/c/cairn_link_{'x' * 40}/", **asked)
    assert (gone.status_code, "Dieser Link öffnet nicht mehr" in gone.content.decode()) == (404, True)
    assert 'dir="rtl"' in client.get("/c/cairn_link_x/", HTTP_ACCEPT_LANGUAGE="ar").content.decode()


def test_nobody_gets_none_and_nobody_is_flooded(acme, page):
    ask(acme, "nobody@harbor.example")
    assert mail.outbox == []
    for _ in range(5):
        ask(acme, "hannah@harbor.example")
    assert len(mail.outbox) == 3


def test_a_browser_s_word_about_an_address_counts_for_nothing(client, acme, page):
    Sender(client, acme, "browser").send(identify("hannah", clock.now(), email="mallory@evil.example"))
    ask(acme, "mallory@evil.example")
    assert mail.outbox == []


def test_a_workspace_that_does_not_allow_it_has_no_such_page(client, acme, globex, page):
    path = mailed(acme)
    assert client.get(f"/m/{globex.public_id}/").status_code == 404
    assert client.get(path.replace(acme.public_id, globex.public_id)).status_code == 404
    acme.mails_links = False
    acme.save()
    assert client.get(page).status_code == client.get(path).status_code == 404
    ask(acme, "hannah@harbor.example")
    assert len(mail.outbox) == 1


def test_a_form_from_another_site_is_refused(client, acme, page):
    path = mailed(acme)
    assert client.post(path, headers={"Origin": "https://evil.example"}).status_code == 403
    with workspace_scope(acme.pk):
        assert MagicLink.objects.get().used_at is None


def test_it_is_not_asked_without_end_and_takes_no_nonsense_for_a_workspace(client, page, monkeypatch):
    monkeypatch.setattr("milestones.checklist.mailed_links.hand_over", lambda *asked: True)
    # One of this process alone: the others empty theirs before each of their tests.
    monkeypatch.setattr("milestones.checklist.mailed_links.cache", LocMemCache("own", {}))
    with time_machine.travel(clock.now(), tick=False):
        answers = [
            client.post(page, {"email": "nobody@harbor.example"}, **HERE).content for _ in range(MOST_A_MINUTE + 1)
        ]
    assert b"Try again in a minute" not in answers[0]
    assert b"Try again in a minute" in answers[-1]
    assert client.get("/m/%00/").status_code == 404
