"""`/mailbox/`: what was sent, for the demo; harmless whatever the mail says; not there in production."""

import os
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.filebased import EmailBackend

from onboarding import clock

HOSTILE = "Hello <script>alert(1)</script>\nhttps://cairn.example/invitations/abc/?a=1&b=2 javascript:alert(2)"


@pytest.fixture
def post(settings, tmp_path):
    """`post(mails)` writes them to one file, as the demo's mail backend does."""
    settings.CAIRN_STATE = tmp_path
    kept = []  # a backend names its file by the second and its own id, which would be used again

    def write(*mails: mail.EmailMessage) -> str:
        before = {path.stem for path in (tmp_path / "mail").glob("*.log")}
        kept.append(EmailBackend(file_path=tmp_path / "mail"))
        kept[-1].send_messages(mails)
        (written,) = {path.stem for path in (tmp_path / "mail").glob("*.log")} - before
        return written

    return write


def letter(subject="Welcome", body="Hello", to="ada@acme.example", **options) -> mail.EmailMessage:
    return mail.EmailMessage(subject, body, "Cairn <no-reply@cairn.example>", [to], **options)


def test_it_says_so_while_there_is_no_mail(client, settings, tmp_path):
    settings.CAIRN_STATE = tmp_path
    assert "No mail yet" in client.get("/mailbox/").text


def test_it_lists_each_mail_and_shows_one(client, post):
    file = post(letter("First of two"), letter("Second of two", "Join us, Zoë", to="zoë@acme.example"))
    listed = client.get("/mailbox/").text
    assert listed.index("Second of two") < listed.index("First of two")
    shown = client.get(f"/mailbox/{file}/1/").text
    assert all(
        words in shown for words in ("Second of two", "Join us, Zoë", "zoë@acme.example", "no-reply@cairn.example")
    )


def test_the_newest_file_comes_first(client, post, tmp_path):
    for place in range(3):
        moment = (clock.now() + timedelta(seconds=place)).timestamp()
        os.utime(tmp_path / "mail" / f"{post(letter(f'Letter {place}'))}.log", (moment, moment))
    listed = client.get("/mailbox/").text
    assert listed.index("Letter 2") < listed.index("Letter 1") < listed.index("Letter 0")


def test_too_many_mails_are_split_into_pages(client, post):
    for place in range(51):
        post(letter(f"Letter {place}"))
    first, second = client.get("/mailbox/").text, client.get("/mailbox/?page=2").text
    assert first.count("mailbox-link") == 50
    assert second.count("mailbox-link") == 1
    assert "Page 2 of 2" in second
    assert client.get("/mailbox/?page=nonsense").status_code == 200


def test_its_text_is_text_and_only_web_addresses_become_links(client, post):
    shown = client.get(f"/mailbox/{post(letter(body=HOSTILE))}/0/").text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert '<a href="https://cairn.example/invitations/abc/?a=1&amp;b=2" rel="nofollow">' in shown
    assert 'href="javascript' not in shown


def test_a_mail_with_html_shows_its_text(client, post):
    both = mail.EmailMultiAlternatives("Both", "The plain words", "no-reply@cairn.example", ["ada@acme.example"])
    both.attach_alternative("<b>The bold words</b>", "text/html")
    shown = client.get(f"/mailbox/{post(both)}/0/").text
    assert "The plain words" in shown
    assert "bold words" not in shown


@pytest.mark.parametrize("address", ["/mailbox/nowhere/0/", "/mailbox/..%2Fdemo/0/", "/mailbox/../demo.json/0/"])
def test_an_address_never_becomes_a_path(client, post, address):
    post(letter())
    assert client.get(address).status_code == 404


def test_a_mail_that_is_not_in_the_file_is_not_there(client, post):
    assert client.get(f"/mailbox/{post(letter())}/1/").status_code == 404


def test_it_only_reads(client, post):
    assert client.post("/mailbox/").status_code == 405


@pytest.mark.parametrize("mode", ["production", "anything"])
def test_it_is_not_there_outside_demo_and_tests(client, post, settings, mode):
    file = post(letter())
    settings.CAIRN_MODE = mode
    assert client.get("/mailbox/").status_code == 404
    assert client.get(f"/mailbox/{file}/0/").status_code == 404
