"""Sessions from the question to what came of it: one time, one person; moved, cancelled, held; in a calendar, and as evidence."""

import smtplib
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from icalendar import Calendar

from milestones.checklist.links import make_link
from milestones.models import Enrollment, Progress
from onboarding import clock
from onboarding.tenancy.models import Member, Notification, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person
from playbooks.models import Coach, Delivery, Preference, Session
from playbooks.nudging.attention import stop
from playbooks.sessions import booking, letters
from playbooks.sessions.booking import SessionRefusedError, ask, book, cancel, close, free_times, offer, refresh_offer
from playbooks.sessions.links import link_to
from playbooks.tasks import tell_sessions, tell_sessions_of
from tests import cast
from tests.ladders import ladder, milestone, publish_ladder
from tests.playbooks.conftest import DAY, HOUR, MONDAY, look_on, make_nudge
from tests.senders import Sender, alias, drain_all, group, identify

HOURS = [[day, "09:00", "12:00"] for day in range(1, 6)]
PATH = ladder(
    milestone("report", {"event": "Reported"}),
    milestone("talk", {"event": "Session Attended", "where": [{"property": "step", "value": "talk"}]}),
)


@pytest.fixture
def hannah(client, acme, monday):
    """Hannah of Harbor is on the path, and Alice holds sessions each morning."""
    publish_ladder(acme, PATH)
    sender = Sender(client, acme)
    sender.send(identify("hannah", name="Hannah Berg", email="hannah@harbor.example"))
    sender.send(group("hannah", "harbor", name="Harbor"))
    with workspace_scope(acme.pk):
        Coach.objects.create(workspace=acme, member=Member.objects.get(), hours=HOURS, notice=2)
        refresh_offer()
        return Enrollment.objects.select_related("seat__person", "seat__account", "ladder").get()


def tell_all(workspace) -> list:
    mail.outbox.clear()
    tell_sessions_of(workspace.pk)
    return list(mail.outbox)


def entry_of(letter) -> tuple[str, object]:
    [(_, file, _)] = [each for each in letter.attachments if each[0] == "session.ics"]
    calendar = Calendar.from_ical(file)
    return str(calendar["method"]), calendar.walk("VEVENT")[0]


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


def test_a_time_is_one_person_s(hannah, acme, client):
    Sender(client, acme).send(identify("omar", name="Omar"))
    with workspace_scope(acme.pk):
        other = Enrollment.objects.select_related("seat__person", "seat__account", "ladder").get(
            seat__person__external_id="omar"
        )
        mine, theirs = ask(hannah, "report"), ask(other, "report")
        at = free_times(mine.coach)[0]
        book(mine, at)
        assert at not in free_times(theirs.coach)
        with pytest.raises(SessionRefusedError, match="taken meanwhile"):
            book(theirs, at)
        with pytest.raises(SessionRefusedError, match="taken meanwhile"):
            book(theirs, at + timedelta(minutes=5))
        with pytest.raises(SessionRefusedError, match="taken meanwhile"):
            book(theirs, at - 30 * DAY)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_has_it(hannah, acme, client):
    Sender(client, acme).send(identify("omar", name="Omar"))
    with workspace_scope(acme.pk):
        climbs = Enrollment.objects.select_related("seat__person", "seat__account", "ladder").order_by("pk")
        sessions = [ask(climb, "report") for climb in climbs]
        at = free_times(sessions[0].coach)[0]
    outcomes, gate = [], threading.Barrier(2)

    def try_it(session):
        gate.wait(20)
        try:
            with workspace_scope(acme.pk):
                book(session, at)
            outcomes.append("booked")
        except SessionRefusedError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it, args=[each]) for each in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["booked", "refused"]


def test_that_they_came_is_evidence_for_a_milestone_and_is_written_once(hannah, acme, monday):
    with workspace_scope(acme.pk):
        member = Member.objects.get()
        session = book(ask(hannah, "talk"), free_times(Coach.objects.get())[0])
        with pytest.raises(SessionRefusedError, match="not begun"):
            close(session, came=True, outcome="", member=member)
    monday.move_to(session.starts_at + HOUR, tick=False)
    with workspace_scope(acme.pk):
        close(session, came=True, outcome="She has it now.", member=member)
        close(session, came=True, outcome="She has it now, and shows others.", member=member)
    drain_all(acme)
    with workspace_scope(acme.pk):
        row = Progress.objects.get(key="talk")
        assert row.reached_at == session.starts_at
        assert Progress.objects.get(key="report").reached_at is None
        fresh = Session.objects.get()
        assert (fresh.state, fresh.outcome) == ("held", "She has it now, and shows others.")


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
    assert link_to(_only(acme)) in letter.body
    with workspace_scope(acme.pk):
        cancel(_only(acme), member=member)
        Preference.objects.create(
            workspace=acme, person_id=hannah.seat.person_id, no_email=True, changed_at=clock.now()
        )
        offer(hannah, "report", member=member)
    assert tell_all(acme) == []


def _only(acme) -> Session:
    with workspace_scope(acme.pk):
        return Session.objects.order_by("-pk").select_related("person").first()


def test_whoever_looks_after_the_account_holds_it_else_who_has_the_fewest(hannah, acme):
    bob = cast.user("bob2@acme.example", "Bob")
    second = cast.member(acme, bob, "manager")
    with workspace_scope(acme.pk):
        theirs = Coach.objects.create(workspace=acme, member=second, hours=HOURS)
        account = Account.objects.get()
        book(ask(hannah, "report"), free_times(Coach.objects.order_by("pk").first())[0])
        assert booking.coach_for(account) == theirs, "Alice has one ahead"
        account.manager = Member.objects.order_by("pk").first()
        assert booking.coach_for(account).member == account.manager
        Coach.objects.update(is_open=False)
        refresh_offer()
        assert booking.coach_for(account) is None
        assert not Workspace.objects.get(pk=acme.pk).offers_sessions
        with pytest.raises(SessionRefusedError):
            ask(hannah, "talk")


def test_the_link_opens_one_session_and_nothing_else(hannah, acme, client, settings):
    with workspace_scope(acme.pk):
        session = ask(hannah, "report")
        path = "/" + link_to(session).split("/", 3)[3]
        at = free_times(session.coach)[1]
    page = client.get(path)
    assert page.status_code == 200
    assert at.isoformat() in page.content.decode() or f"{at.astimezone(acme.zone).isoformat()}" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert client.get(f"{path}session.ics").status_code == 404, "nothing is booked"
    ours = {"origin": settings.CAIRN_BASE_URL}
    assert client.post(path, {"at": "nonsense"}, headers=ours).status_code == 409
    assert client.post(path, {"at": at.isoformat()}, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(path, {"at": at.isoformat()}, headers=ours).status_code == 302
    assert _only(acme).starts_at == at
    assert Calendar.from_ical(client.get(f"{path}session.ics").content).walk("VEVENT")
    for wrong in (path[:-3] + "x/", "/s/abc/", f"/s/{'x' * 3000}/", "/s/WzEsMSwiYSJd:1abcde:xyz/"):
        assert client.get(wrong).status_code == 404
    with workspace_scope(acme.pk):
        Session.objects.update(nonce="another")
    assert client.get(path).status_code == 404, "a new nonce makes the old link worthless"


def test_asked_for_on_the_hosted_checklist(hannah, acme, client, settings):
    ours = {"origin": settings.CAIRN_BASE_URL}
    with workspace_scope(acme.pk):
        token = make_link(hannah)
    page = client.get(f"/c/{token}/").content.decode()
    assert f"/c/{token}/session/report/" in page
    assert "Report" in client.get(f"/c/{token}/session/report/").content.decode()
    answer = client.post(f"/c/{token}/session/report/", {"wish": "Please"}, headers=ours)
    assert answer.status_code == 302
    assert _only(acme).wish == "Please"
    assert client.get(answer["Location"].split("testserver")[-1].split("localhost")[-1] or "/").status_code in (
        200,
        404,
    )
    assert client.get(f"/c/{token}/session/unknown/").status_code == 404
    with workspace_scope(acme.pk):
        Coach.objects.update(is_open=False)
        refresh_offer()
    assert "/session/report/" not in client.get(f"/c/{token}/").content.decode()


def test_in_the_widget_it_is_a_card_that_leads_to_the_times(hannah, acme, client, token):
    headers = {"Authorization": token("hannah")["HTTP_AUTHORIZATION"]}
    answer = client.post(
        "/widget/v1/sessions/report?ladder=path", "{}", content_type="application/json", headers=headers
    )
    assert answer.status_code == 200, answer.content
    [card] = client.get("/widget/v1/messages", headers=headers).json()["messages"]
    assert (card["title"], card["button"], card["link"]) == (
        "A session about “Report”?",
        "Choose a time",
        link_to(_only(acme)),
    )
    assert (
        client.post("/widget/v1/sessions/unknown", "{}", content_type="application/json", headers=headers).status_code
        == 404
    )
    closing = f"/widget/v1/messages/{card['id']}/dismissed"
    assert client.post(closing, "{}", content_type="application/json", headers=headers).status_code == 200
    assert client.get("/widget/v1/messages", headers=headers).json()["messages"] == []
    assert _only(acme).state == "asked", "what they asked for themselves stays"
    with workspace_scope(acme.pk):
        person = Person.objects.get()
        cancel(_only(acme), member=Member.objects.get())
        offer(hannah, "report", member=Member.objects.get())
        assert person.sessions.filter(state="offered").exists()
    [card] = client.get("/widget/v1/messages", headers=headers).json()["messages"]
    client.post(f"/widget/v1/messages/{card['id']}/dismissed", "{}", content_type="application/json", headers=headers)
    assert _only(acme).state == "declined", "an offer that is closed is not wanted"


def test_hours_are_refused_with_the_reason_at_the_place(hannah, acme, signed_in, alice):
    said = {
        "is_open": "on",
        "minutes": 30,
        "gap": 10,
        "notice": 12,
        "days": 14,
        "d1a_from": "12:00",
        "d1a_until": "09:00",
    }
    page = signed_in(alice).post("/w/acme/sessions/hours/", said | {"d2a_from": "09:00", "timezone": "Mars/Olympus"})
    text = page.content.decode()
    assert "Monday: 09:00 is not after 12:00." in text
    assert "Tuesday: say from when until when" in text
    assert "is not a time zone" in text
    said |= {"d1a_from": "08:00", "d1b_from": "13:00", "d1b_until": "15:00"}
    assert signed_in(alice).post("/w/acme/sessions/hours/", said).status_code == 302
    with workspace_scope(acme.pk):
        assert Coach.objects.get().hours == [[1, "08:00", "09:00"], [1, "13:00", "15:00"]]


def test_a_nudge_offers_one_to_who_is_stuck_once_and_in_its_own_words(hannah, acme, monday):
    """It goes through the budget like every message; where nobody holds sessions it says so."""
    make_nudge(acme, "stalled", rung="report", days=1, channel="session", body="Shall we, {{ person.first_name }}?")
    monday.move_to(monday_at(9), tick=False)
    look_on(acme)
    session = _only(acme)
    assert (session.state, session.is_asked, session.said["text"]) == ("offered", False, "Shall we, Hannah?")
    [letter] = tell_all(acme)
    assert (letter.subject, "Shall we, Hannah?" in letter.body) == ("About stalled", True)
    look_on(acme)
    with workspace_scope(acme.pk):
        assert Session.objects.count() == 1


def test_where_nobody_holds_any_the_nudge_says_so(hannah, acme, monday):
    with workspace_scope(acme.pk):
        Coach.objects.update(is_open=False)
    make_nudge(acme, "stalled", rung="report", days=1, channel="session")
    monday.move_to(monday_at(9), tick=False)
    look_on(acme)
    with workspace_scope(acme.pk):
        assert Delivery.objects.get().reason == "no_coach"
        assert not Session.objects.exists()


def monday_at(days: int):
    """Ten o'clock on a working day, so many days on."""
    return MONDAY + days * DAY + HOUR


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

    def __init__(self, *_, **__):
        pass

    def open(self):
        return True

    def close(self):
        pass

    def send_messages(self, messages):
        for message in messages:
            if message.to == ["hannah@harbor.example"]:
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
    settings.EMAIL_BACKEND = "tests.playbooks.test_sessions.Refusing"
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


def test_a_mailbox_that_stays_full_is_given_up(hannah, acme, settings, monday):
    with workspace_scope(acme.pk):
        book(ask(hannah, "report"), free_times(Coach.objects.get())[0])
    settings.EMAIL_BACKEND = "tests.playbooks.test_sessions.Refusing"
    for _ in range(9):
        tell_sessions_of(acme.pk)
        monday.shift(timedelta(minutes=11))
    assert _only(acme).to_tell == ""
    assert _only(acme).tell_tries == 5


def test_an_offer_that_is_declined_while_its_mail_is_at_the_server_is_not_mailed_again(hannah, acme):
    with workspace_scope(acme.pk):
        offer(hannah, "report", member=Member.objects.get())
        told = letters.claim_next()
        cancel(told.session)
        letters.give_back(told)
        assert Session.objects.get().to_tell == ""


def test_what_is_past_and_not_noted_is_in_nobody_s_way(hannah, acme, monday):
    with workspace_scope(acme.pk):
        session = book(ask(hannah, "report"), free_times(Coach.objects.get())[0])
    monday.move_to(session.starts_at + HOUR, tick=False)
    with workspace_scope(acme.pk):
        cancel(session)
        assert Session.objects.get().state == "booked", "they cannot say that it never was"
        with pytest.raises(SessionRefusedError):
            book(session, free_times(session.coach)[0])
        assert ask(hannah, "report").pk != session.pk
        cancel(session, member=Member.objects.get())
        assert Session.objects.get(pk=session.pk).state == "cancelled", "a member may"


def test_a_second_click_is_the_same_session(hannah, acme):
    with workspace_scope(acme.pk):
        first = ask(hannah, "report")
        again = booking._make(hannah, "report", "asked", wish="")
        assert again.pk == first.pk
        assert Notification.objects.count() == 1


def test_people_who_turn_out_to_be_one_keep_their_session(hannah, acme, client):
    sender = Sender(client, acme)
    with workspace_scope(acme.pk):
        session = book(ask(hannah, "report"), free_times(Coach.objects.get())[0])
    sender.send(identify("hannah-2", name="Hannah Berg"), alias("hannah", "hannah-2"))
    with workspace_scope(acme.pk):
        assert Person.objects.count() == 1
        assert Session.objects.get().person == Person.objects.get()
    assert client.get("/" + link_to(session).split("/", 3)[3]).status_code == 200


def test_a_coach_who_goes_leaves_nothing_behind(hannah, acme, client):
    second = cast.member(acme, cast.user("bob5@acme.example", "Bob"), "manager")
    Sender(client, acme).send(identify("omar", name="Omar"))
    with workspace_scope(acme.pk):
        theirs = Coach.objects.create(workspace=acme, member=second, hours=HOURS)
        session = ask(hannah, "report")
        session.coach = theirs
        session.save(update_fields=["coach"])
        book(session, free_times(theirs)[0])
        waits = ask(hannah, "talk")
        Session.objects.filter(pk=waits.pk).update(coach=theirs)
        second.delete()
        assert Session.objects.get(pk=session.pk).state == "cancelled"
        waits.refresh_from_db()
        assert booking.coach_of(waits).member == Member.objects.get(), "somebody else holds it"
    method, _ = entry_of(tell_all(acme)[0])
    assert method == "CANCEL"
    with workspace_scope(acme.pk):
        Coach.objects.all().delete()
        assert not Workspace.objects.get(pk=acme.pk).offers_sessions


def test_what_is_ahead_is_handed_over_and_told(hannah, acme):
    second = cast.member(acme, cast.user("bob6@acme.example", "Bob"), "manager")
    with workspace_scope(acme.pk):
        giver, coach = Member.objects.get(access="owner"), Coach.objects.get()
        Coach.objects.create(workspace=acme, member=second, hours=HOURS)
        booked = ask(hannah, "report")
        Session.objects.filter(pk=booked.pk).update(coach=coach)
        booked.refresh_from_db()
        book(booked, free_times(coach)[0])
        booking.give_sessions(giver, second)
        assert Session.objects.get(pk=booked.pk).coach.member == second
    assert [letter.to[0] for letter in tell_all(acme)] == ["hannah@harbor.example", "bob6@acme.example"]


def test_an_executive_holds_none(hannah, acme):
    with workspace_scope(acme.pk):
        session = ask(hannah, "report")
        at = free_times(session.coach)[0]
        Member.objects.update(access="executive")
        refresh_offer()
        assert not Workspace.objects.get(pk=acme.pk).offers_sessions
        with pytest.raises(SessionRefusedError, match="Nobody holds this session"):
            book(session, at)


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


def test_who_wants_nothing_in_the_product_sees_what_they_asked_for_alone(hannah, acme, client, token):
    headers = {"Authorization": token("hannah")["HTTP_AUTHORIZATION"]}
    with workspace_scope(acme.pk):
        Preference.objects.create(
            workspace=acme, person_id=hannah.seat.person_id, no_in_app=True, changed_at=clock.now()
        )
        offer(hannah, "report", member=Member.objects.get())
    assert client.get("/widget/v1/messages", headers=headers).json()["messages"] == []
    with workspace_scope(acme.pk):
        ask(hannah, "talk")
    assert len(client.get("/widget/v1/messages", headers=headers).json()["messages"]) == 1


def test_it_is_said_in_the_person_s_language(hannah, acme, client, token):
    Workspace.objects.filter(pk=acme.pk).update(languages=["en", "de", "ar"])
    with workspace_scope(acme.pk):
        Person.objects.update(traits={"locale": "ar"})
        offer(
            Enrollment.objects.select_related("seat__person", "seat__account", "ladder").get(),
            "report",
            member=Member.objects.get(),
        )
    [letter] = tell_all(acme)
    [html] = [part for part, kind in letter.alternatives if kind == "text/html"]
    assert 'lang="ar" dir="rtl"' in html
    with workspace_scope(acme.pk):
        Session.objects.all().delete()
        Coach.objects.update(is_open=False)
    headers = {"Authorization": token("hannah")["HTTP_AUTHORIZATION"]}
    answer = client.post(
        "/widget/v1/sessions/report?language=de", "{}", content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.json()["message"]) == (409, "Zurzeit gibt es keine Termine.")
    odd = client.post("/widget/v1/sessions/report?ladder=%00", "{}", content_type="application/json", headers=headers)
    assert odd.status_code == 409
