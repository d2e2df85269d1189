"""Sessions from the question to what came of it: one time, one person; moved, cancelled, held; as evidence, and handed on."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from milestones.models import Enrollment, Progress
from onboarding.tenancy.models import Member, Notification, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person
from playbooks.models import Coach, Delivery, Session
from playbooks.sessions import booking
from playbooks.sessions.booking import SessionRefusedError, ask, book, cancel, close, free_times, refresh_offer
from playbooks.sessions.links import link_to
from tests import cast
from tests.playbooks.conftest import DAY, HOUR, HOURS, MONDAY, look_on, make_nudge
from tests.playbooks.sessions import entry_of, newest, tell_all
from tests.senders import Sender, alias, drain_all, identify


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


def test_a_nudge_offers_one_to_who_is_stuck_once_and_in_its_own_words(hannah, acme, monday):
    """It goes through the budget like every message; where nobody holds sessions it says so."""
    make_nudge(acme, "stalled", rung="report", days=1, channel="session", body="Shall we, {{ person.first_name }}?")
    monday.move_to(monday_at(9), tick=False)
    look_on(acme)
    session = newest(acme)
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


def test_asking_and_cancelling_all_day_has_an_end(hannah, acme, monday):
    with workspace_scope(acme.pk):
        for _ in range(10):
            cancel(ask(hannah, "report"))
        with pytest.raises(SessionRefusedError, match="Try again tomorrow"):
            ask(hannah, "report")
        monday.shift(timedelta(days=1, minutes=1))
        assert ask(hannah, "report").state == "asked"


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
    tell_all(acme)
    with workspace_scope(acme.pk):
        booking.give_sessions(giver, second)
        assert Session.objects.get(pk=booked.pk).coach.member == second
    theirs, bobs, formers = tell_all(acme)
    assert [letter.to[0] for letter in (theirs, bobs, formers)] == [
        "hannah@harbor.example",
        "bob6@acme.example",
        "alice@acme.example",
    ]
    assert [entry_of(letter)[0] for letter in (theirs, bobs, formers)] == ["REQUEST", "REQUEST", "CANCEL"]
    assert "Bob holds it now." in formers.body
    with workspace_scope(acme.pk):
        booking.cancel(Session.objects.get(pk=booked.pk), by_us=True)
    assert [letter.to[0] for letter in tell_all(acme)] == ["hannah@harbor.example", "bob6@acme.example"]


def test_what_would_overlap_is_cancelled_and_told(hannah, acme, client):
    second = cast.member(acme, cast.user("bob7@acme.example", "Bob"), "manager")
    Sender(client, acme).send(identify("omar", name="Omar"))
    with workspace_scope(acme.pk):
        coach, theirs = Coach.objects.get(), Coach.objects.create(workspace=acme, member=second, hours=HOURS)
        mine = ask(hannah, "report")
        Session.objects.filter(pk=mine.pk).update(coach=coach)
        mine = book(Session.objects.get(pk=mine.pk), free_times(coach)[0])
        climb = Enrollment.objects.select_related("seat__person", "seat__account", "ladder").get(
            seat__person__external_id="omar"
        )
        other = ask(climb, "report")
        at = mine.starts_at + timedelta(minutes=10)
        Session.objects.filter(pk=other.pk).update(coach=theirs, state="booked", starts_at=at)
        booking.give_sessions(coach.member, second)
        assert Session.objects.get(pk=mine.pk).state == "cancelled"


def test_an_executive_holds_none(hannah, acme):
    with workspace_scope(acme.pk):
        session = ask(hannah, "report")
        at = free_times(session.coach)[0]
        Member.objects.update(access="executive")
        refresh_offer()
        assert not Workspace.objects.get(pk=acme.pk).offers_sessions
        with pytest.raises(SessionRefusedError, match="Nobody holds this session"):
            book(session, at)
