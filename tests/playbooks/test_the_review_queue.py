"""The queue fills itself: each matter comes up with its evidence, once, goes when it is not so any more, and rests when settled."""

from datetime import timedelta

import pytest

from milestones.checklist.actions import ask_for_help, rate
from milestones.models import Enrollment, Ladder, Rating
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import JobSlot, Member, Notification, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import EventName, Person
from playbooks.models import ChangeNote, Delivery, Matter, NoteReader
from playbooks.reviewing import notes
from playbooks.reviewing.queue import settle, tell
from playbooks.reviewing.words import in_words
from playbooks.tasks import look_over_everything
from tests.ladders import ladder, milestone, publish_ladder
from tests.playbooks.conftest import DAY, make_nudge
from tests.senders import Sender, drain_all, identify, track


@pytest.fixture
def path(client, acme):
    """A path that is ten days old, and an event of today, so that it is not all that is silent."""
    publish_ladder(
        acme,
        ladder(
            milestone("report", {"event": "Report Shared"}),
            milestone("share", {"event": "Dashboard Opened"}, unlocks=["alerts"]),
        ),
    )
    sender = Sender(client, acme)
    sender.send(identify("hannah", name="Hannah"), track("hannah", "Looked"))
    with workspace_scope(acme.pk):
        Ladder.objects.get().live.__class__.objects.update(published_at=clock.now() - 10 * DAY)
    return sender


def matters(workspace) -> dict[str, Matter]:
    """What is open once the worker has looked everywhere."""
    JobSlot.objects.all().delete()
    look_over_everything()
    with workspace_scope(workspace.pk):
        return {each.about: each for each in Matter.objects.filter(settled_at=None)}


def said(workspace, matter) -> str:
    return in_words(matter, workspace.zone).text


def test_an_event_that_never_came_and_one_that_went_silent(path, acme):
    found = matters(acme)
    assert set(found) == {"Report Shared", "Dashboard Opened"}
    assert found["Report Shared"].evidence["never"]
    path.send(*[track("hannah", "Report Shared", clock.now() - 9 * DAY) for _ in range(20)])
    path.send(track("hannah", "Dashboard Opened"))
    found = matters(acme)
    assert set(found) == {"Report Shared"}, "the other has come"
    assert "It came 20 times" in said(acme, found["Report Shared"])
    path.send(track("hannah", "Report Was Shared", clock.now() - 5 * DAY))
    assert "“Report Was Shared” is new since then: was it renamed?" in said(acme, matters(acme)["Report Shared"])
    path.send(track("hannah", "Report Shared"))
    assert matters(acme) == {}
    with workspace_scope(acme.pk):
        assert Matter.objects.filter(outcome="", settled_by=None).count() == 2, "they went away by themselves"


def test_where_nothing_comes_at_all_no_single_event_is_to_blame(path, acme):
    with workspace_scope(acme.pk):
        EventName.objects.update(last_seen_at=clock.now() - 8 * DAY)
    assert matters(acme) == {}


def quiet_events(path):
    path.send(track("hannah", "Report Shared"), track("hannah", "Dashboard Opened"))


def test_a_step_that_several_rate_low(path, acme):
    quiet_events(path)
    with workspace_scope(acme.pk):
        own = {"workspace": acme, "ladder": Ladder.objects.get(), "rung": "report", "version": 1, "at": clock.now()}
        for number in range(4):
            person = Person.objects.create(
                workspace=acme, external_id=f"r{number}", first_seen_at=clock.now(), last_seen_at=clock.now()
            )
            Rating.objects.create(**own, person=person, stars=2)
    assert matters(acme) == {}, "four are too few"
    with workspace_scope(acme.pk):
        Rating.objects.create(**own, person=Person.objects.get(external_id="hannah"), stars=3)
    [matter] = matters(acme).values()
    assert (matter.about, matter.rung) == ("path/report", "report")
    assert said(acme, matter) == "2.2 of 5 on average, by 5 people in the last sixty days."
    with workspace_scope(acme.pk):
        Rating.objects.update(stars=4)
    assert matters(acme) == {}


def test_a_message_that_people_close(path, acme):
    quiet_events(path)
    nudge = make_nudge(acme, "opened", rung="report")
    with workspace_scope(acme.pk):
        told = {
            "channel": "in_app",
            "state": "sent",
            "rung": "report",
            "planned_at": clock.now(),
            "seen_at": clock.now(),
        }
        for number in range(20):
            closed = clock.now() if number < 12 else None
            followed = clock.now() if number == 19 else None
            Delivery.objects.create(
                workspace=acme,
                nudge=nudge,
                person_id=number,
                enrollment_id=number,
                dismissed_at=closed,
                clicked_at=followed,
                **told,
            )
    [matter] = matters(acme).values()
    assert said(acme, matter) == "Of 20 who saw it within thirty days, 12 closed it and 1 followed it."
    with workspace_scope(acme.pk):
        Delivery.objects.filter(person_id__gte=14).update(clicked_at=clock.now(), dismissed_at=None)
    assert matters(acme) == {}, "enough follow it"


def test_a_feature_that_changed_after_the_step_was_published(path, acme):
    quiet_events(path)
    with workspace_scope(acme.pk):
        member = Member.objects.get()
        record(member=member, verb="changed a feature", subject="Alerts", detail={"key": "alerts"})
    [matter] = matters(acme).values()
    assert matter.rung == "share"
    assert "after “Share” was published" in said(acme, matter)


def test_settled_it_rests_for_a_month_and_comes_again_if_it_is_still_so(path, acme, time_machine):
    quiet_events(path)
    found = {"path/report": {"title": "Report", "mean": 2.0, "count": 6, "rung": "report"}}
    with workspace_scope(acme.pk):
        assert tell("low_rating", found, now=clock.now()) == 1
        assert tell("low_rating", found, now=clock.now()) == 0, "once"
        assert settle(Matter.objects.get(), member=Member.objects.get(), outcome="Rewritten")
        assert not settle(Matter.objects.get(), member=Member.objects.get(), outcome="Again")
        assert tell("low_rating", found, now=clock.now() + 29 * DAY) == 0
        assert tell("low_rating", found, now=clock.now() + 31 * DAY) == 1


def test_the_page_shows_them_and_asks_for_a_word(path, acme, signed_in, alice):
    client = signed_in(alice)
    matter = matters(acme)["Report Shared"]
    assert "“Report Shared” has gone silent" in client.get("/w/acme/review/").content.decode()
    answer = client.post(f"/w/acme/review/{matter.pk}/settle/", {"outcome": ""}, follow=True)
    assert "Say in a sentence what came of it." in answer.content.decode()
    client.post(f"/w/acme/review/{matter.pk}/settle/", {"outcome": "It is called otherwise now"})
    late = client.post(f"/w/acme/review/{matter.pk}/settle/", {"outcome": "Renamed"}, follow=True).content.decode()
    assert "Somebody settled it before you. You wrote: “Renamed”" in late
    page = client.get("/w/acme/review/").content.decode()
    assert "It is called otherwise now" in page
    assert "Dashboard Opened" in page


# --- you said, we changed, it moved -----------------------------------------------------------


@pytest.fixture
def heard(path, acme):
    """Hannah has reported and rated it low; Omar asked for help at it; Petra said nothing."""
    path.send(track("hannah", "Report Shared"), identify("omar", name="Omar"), identify("petra", name="Petra"))
    with workspace_scope(acme.pk):
        climbs = {
            each.seat.person.external_id: each
            for each in Enrollment.objects.select_related("seat__person", "seat__account", "ladder", "version")
        }
        rate(climbs["hannah"], "report", rating=2, text="Too long")
        ask_for_help(climbs["omar"], "report", text="Where?")
    drain_all(acme)
    return acme


def test_who_said_it_is_told_in_the_product_and_everybody_on_the_public_page(heard, client, token, signed_in, alice):
    Workspace.objects.filter(pk=heard.pk).update(shows_help=True)
    member = signed_in(alice)
    said = {
        "rung": "report",
        "said": "It takes too long",
        "changed": "We took two fields away",
        "moved": "Half of the time",
    }
    assert "Say what you changed." in member.post("/w/acme/review/notes/", said | {"changed": ""}).content.decode()
    member.post("/w/acme/review/notes/", said)
    public = f"/h/{heard.public_id}/changes/"
    with workspace_scope(heard.pk):
        note = ChangeNote.objects.get()
    assert "two fields" not in client.get(public).content.decode(), "it is not published"
    page = member.post(f"/w/acme/review/notes/{note.pk}/publish/", follow=True).content.decode()
    assert "2 who had said it are told in your product." in page
    assert "We took two fields away" in client.get(public).content.decode()

    def cards(person) -> list[dict]:
        headers = {"Authorization": token(person)["HTTP_AUTHORIZATION"]}
        return client.get("/widget/v1/messages", headers=headers).json()["messages"]

    [card] = cards("hannah")
    assert card["text"] == "It takes too long\nWe took two fields away\nHalf of the time"
    assert len(cards("omar")) == 1
    assert cards("petra") == []
    headers = {"Authorization": token("hannah")["HTTP_AUTHORIZATION"]}
    path = f"/widget/v1/messages/{card['id']}/dismissed"
    theirs = {"Authorization": token("petra")["HTTP_AUTHORIZATION"]}
    assert client.post(path, "{}", content_type="application/json", headers=theirs).status_code == 404
    assert client.post(path, "{}", content_type="application/json", headers=headers).status_code == 200
    assert cards("hannah") == []
    with workspace_scope(heard.pk):
        assert notes.publish(note, member=Member.objects.first()) == 0, "published once"
        assert NoteReader.objects.count() == 2


def test_the_team_hears_of_it_too(heard):
    from tests import cast

    bob = cast.member(heard, cast.user("bob4@acme.example", "Bob"), "manager")
    with workspace_scope(heard.pk):
        note = ChangeNote.objects.create(workspace=heard, said="a", changed="We changed it", made_at=clock.now())
        notes.publish(note, member=Member.objects.get(access="owner"))
        assert Notification.objects.get().member == bob


def test_after_two_weeks_nobody_is_told_any_more(heard, client, token, time_machine):
    with workspace_scope(heard.pk):
        note = ChangeNote.objects.create(workspace=heard, said="a", changed="b", rung="report", made_at=clock.now())
        notes.publish(note, member=Member.objects.first())
        person = Person.objects.get(external_id="hannah")
        assert notes.card_for(person, heard)
        time_machine.move_to(clock.now() + timedelta(days=15), tick=False)
        assert notes.card_for(person, heard) == []
