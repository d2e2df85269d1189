"""The mails of sessions: to the person and the coach, once each, with the entry for their calendars; held, put off, given up."""

import smtplib
from datetime import timedelta

from django.core import mail

from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.models import Member, Notification
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Person
from playbooks.models import Coach, Preference, Session
from playbooks.nudging.attention import stop
from playbooks.sessions import letters
from playbooks.sessions.booking import ask, book, cancel, free_times, offer
from playbooks.sessions.links import link_to
from playbooks.tasks import tell_sessions, tell_sessions_of
from tests.playbooks.sessions import entry_of, newest, tell_all
from tests.senders import Sender, identify


def test_asked_booked_moved_and_cancelled(hannah, acme):
    with workspace_scope(acme.pk):
        session = ask(hannah, "report", wish="Where do I begin?")
        assert session.state == "asked"
        assert ask(hannah, "report").pk == session.pk, "asking again is the same one"
        assert Notification.objects.get().text == "Hannah Berg asks for a session about “Report”."
        first, second = free_times(session.coach)[:2]
        session = book(session, first)
    letter, ours = tell_all(acme)
    assert letter.to == ["hannah@harbor.example"]
    assert letter.reply_to == ["alice@acme.example"]
    method, event = entry_of(letter)
    assert (method, event["sequence"], event["dtstart"].dt, event["status"]) == ("REQUEST", 0, first, "CONFIRMED")
    assert ours.to == ["alice@acme.example"]
    assert "Where do I begin?" in ours.body
    with workspace_scope(acme.pk):
        session = book(session, second)
    method, moved = entry_of(tell_all(acme)[0])
    assert (moved["uid"], moved["sequence"], moved["dtstart"].dt) == (event["uid"], 1, second)
    with workspace_scope(acme.pk):
        cancel(session)
        assert Session.objects.get().state == "cancelled"
        assert first in free_times(session.coach)
    method, gone = entry_of(tell_all(acme)[0])
    assert (method, gone["uid"], gone["sequence"], gone["status"]) == ("CANCEL", event["uid"], 2, "CANCELLED")
    assert tell_all(acme) == [], "each is told once"


def test_an_offer_is_mailed_unless_they_want_no_mail_and_waits_while_sending_is_stopped(hannah, acme):
    with workspace_scope(acme.pk):
        member = Member.objects.get()
        stop("all", member=member)
        offer(hannah, "report", member=member)
    assert tell_all(acme) == []
    with workspace_scope(acme.pk):
        stop("", member=member)
    [letter] = tell_all(acme)
    assert letter.subject == "A session about “Report”?"
    assert link_to(newest(acme)) in letter.body
    with workspace_scope(acme.pk):
        cancel(newest(acme), member=member)
        Preference.objects.create(
            workspace=acme, person_id=hannah.seat.person_id, no_email=True, changed_at=clock.now()
        )
        offer(hannah, "report", member=member)
    assert tell_all(acme) == []


def test_the_worker_finds_what_waits_and_beat_hands_it_over(hannah, acme, globex, monkeypatch):
    handed = []
    monkeypatch.setattr("playbooks.tasks.hand_over", lambda name, pk: handed.append((name, pk)))
    with workspace_scope(acme.pk):
        offer(hannah, "report", member=Member.objects.get())
    tell_sessions()
    assert handed == [("playbooks.tell_sessions_of", acme.pk)]


class Refusing:
    """A mail server that turns one reader away for now, as a full mailbox does, and takes the others' mails."""

    sent: list = []
    refused = "hannah@harbor.example"

    def __init__(self, *_, **__):
        pass

    def open(self):
        return True

    def close(self):
        pass

    def send_messages(self, messages):
        for message in messages:
            if message.to == [Refusing.refused]:
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (452, b"full")})
            Refusing.sent.append(message.to)
        return len(messages)


def test_a_full_mailbox_holds_up_nobody_and_mails_the_coach_nothing_twice(hannah, acme, client, settings, monday):
    Sender(client, acme).send(identify("omar", name="Omar", email="omar@harbor.example"))
    with workspace_scope(acme.pk):
        other = Enrollment.objects.select_related("seat__person", "seat__account", "ladder").get(
            seat__person__external_id="omar"
        )
        first, second = free_times(Coach.objects.get())[:2]
        book(ask(hannah, "report"), first)
        book(ask(other, "report"), second)
    Refusing.sent = []
    settings.EMAIL_BACKEND = "tests.playbooks.test_session_mails.Refusing"
    for _ in range(4):
        tell_sessions_of(acme.pk)
    assert Refusing.sent == [["omar@harbor.example"], ["alice@acme.example"]]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()
    tell_sessions_of(acme.pk)
    assert mail.outbox == [], "not before ten minutes are over"
    monday.shift(timedelta(minutes=11))
    tell_sessions_of(acme.pk)
    assert [letter.to for letter in mail.outbox] == [["hannah@harbor.example"], ["alice@acme.example"]]


def test_a_coach_whose_mailbox_is_full_hears_of_it_later_and_the_person_once(
    hannah, acme, settings, monday, monkeypatch
):
    monkeypatch.setattr(Refusing, "refused", "alice@acme.example")
    with workspace_scope(acme.pk):
        first, second = free_times(Coach.objects.get())[-2:]
        session = book(ask(hannah, "report"), first)
    Refusing.sent = []
    settings.EMAIL_BACKEND = "tests.playbooks.test_session_mails.Refusing"
    for _ in range(3):
        tell_sessions_of(acme.pk)
        monday.shift(timedelta(minutes=30))
    assert Refusing.sent == [["hannah@harbor.example"]]
    with workspace_scope(acme.pk):
        book(session, second)
    tell_sessions_of(acme.pk)
    assert Refusing.sent == 2 * [["hannah@harbor.example"]], "a newer word is told to both"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monday.shift(timedelta(hours=1))
    assert [(letter.to, entry_of(letter)[1]["sequence"]) for letter in tell_all(acme)] == [(["alice@acme.example"], 1)]


def test_a_name_of_two_lines_loses_no_mail(hannah, acme, client):
    Sender(client, acme).send(identify("hannah", name="Hannah\r\nBcc: x ", email="hannah@harbor.example\n"))
    with workspace_scope(acme.pk):
        person = Person.objects.get(external_id="hannah")
        assert (person.name, person.email) == ("Hannah Bcc: x", "hannah@harbor.example")
        Person.objects.update(name="Hannah\nBerg")  # as it was kept before
        enrollment = Enrollment.objects.select_related("seat__person", "seat__account", "ladder").get()
        book(ask(enrollment, "report"), free_times(Coach.objects.get())[0])
    _, ours = tell_all(acme)
    assert "session with Hannah Berg, " in ours.subject


def test_a_mailbox_that_is_full_for_a_day_gets_its_invitation_after_all(hannah, acme, settings, monday):
    with workspace_scope(acme.pk):
        book(ask(hannah, "report"), free_times(Coach.objects.get())[-1])
    settings.EMAIL_BACKEND = "tests.playbooks.test_session_mails.Refusing"
    for _ in range(24):
        tell_sessions_of(acme.pk)
        monday.shift(timedelta(hours=1))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monday.shift(timedelta(hours=20))
    assert [letter.to for letter in tell_all(acme)] == [["hannah@harbor.example"], ["alice@acme.example"]]


def test_a_mailbox_that_stays_full_is_given_up(hannah, acme, settings, monday):
    with workspace_scope(acme.pk):
        book(ask(hannah, "report"), free_times(Coach.objects.get())[-1])
    settings.EMAIL_BACKEND = "tests.playbooks.test_session_mails.Refusing"
    for _ in range(11):
        tell_sessions_of(acme.pk)
        monday.shift(timedelta(hours=22))
    assert newest(acme).to_tell == ""
    assert newest(acme).tell_tries == 9


def test_nobody_is_invited_to_what_is_past(hannah, acme, settings, monday):
    with workspace_scope(acme.pk):
        book(ask(hannah, "report"), free_times(Coach.objects.get())[0])
        told = letters.claim_next()
    monday.shift(timedelta(days=3))
    with workspace_scope(acme.pk):
        letters.give_back(told)
    assert newest(acme).to_tell == ""


def test_what_was_booked_is_told_though_a_worker_dies_over_it_and_an_offer_at_most_once(hannah, acme, monday):
    with workspace_scope(acme.pk):
        book(ask(hannah, "report"), free_times(Coach.objects.get())[-1])
        assert letters.claim_next().kind == "booked"  # and nothing is heard of this worker again
    assert tell_all(acme) == [], "it may be at the server"
    monday.shift(timedelta(minutes=11))
    assert [letter.to for letter in tell_all(acme)] == [["hannah@harbor.example"], ["alice@acme.example"]]
    assert newest(acme).to_tell == ""
    with workspace_scope(acme.pk):
        offer(hannah, "share", member=Member.objects.get())
        assert letters.claim_next().kind == "offered"
    monday.shift(timedelta(minutes=11))
    assert tell_all(acme) == []


def test_workers_that_die_over_it_again_and_again_do_not_mail_for_ever(hannah, acme, monday):
    with workspace_scope(acme.pk):
        book(ask(hannah, "report"), free_times(Coach.objects.get())[-1])
        tries = 0
        while letters.claim_next():
            tries += 1
            monday.shift(timedelta(minutes=11))
        assert (tries, Session.objects.get().to_tell) == (9, "")


def test_a_newer_word_is_not_lost_with_an_older_one(hannah, acme):
    with workspace_scope(acme.pk):
        first, second = free_times(Coach.objects.get())[:2]
        session = book(ask(hannah, "report"), first)
        told = letters.claim_next()
        book(session, second)
        letters.settle(told)
        assert Session.objects.get().to_tell == "moved"
        letters.give_back(told)
        assert Session.objects.get().tell_at is None, "it need not wait"
    assert entry_of(tell_all(acme)[0])[1]["dtstart"].dt == second


def test_an_offer_that_is_declined_while_its_mail_is_at_the_server_is_not_mailed_again(hannah, acme):
    with workspace_scope(acme.pk):
        offer(hannah, "report", member=Member.objects.get())
        told = letters.claim_next()
        cancel(told.session)
        letters.give_back(told)
        assert Session.objects.get().to_tell == ""


def test_one_click_ends_mails_that_were_not_asked_for(hannah, acme, client):
    with workspace_scope(acme.pk):
        offer(hannah, "report", member=Member.objects.get())
    [letter] = tell_all(acme)
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = "/" + address.split("/", 3)[3]
    with workspace_scope(acme.pk):
        assert not Preference.objects.exists()
    assert client.get(path).status_code == 200
    with workspace_scope(acme.pk):
        assert not Preference.objects.exists(), "looking at it does nothing"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    with workspace_scope(acme.pk):
        assert Preference.objects.get().no_email
