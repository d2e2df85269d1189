"""Teams like yours from real numbers only; and the moments worth a word, for the person and for the team."""

from datetime import timedelta

import pytest

from milestones.checklist.document import document
from milestones.models import Enrollment, PeerTime
from milestones.pace import measure_pace
from milestones.studio.days import Calendar
from milestones.studio.heard import heard_of
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Person
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

DAY = timedelta(days=1)
PATH = ladder(
    milestone("report", {"event": "Reported"}, outcome="The numbers come to you."),
    milestone("share", {"event": "Shared"}),
    rungs={"report": {"first_value": True}},
)


def teams(client, workspace, *, retail, done, others=0):
    """So many retail teams of which some are `done` after two days, and others of no industry that are not."""
    publish_ladder(workspace, PATH)
    sender, start = Sender(client, workspace), clock.now() - 20 * DAY
    for number in range(retail + others):
        traits = {"industry": "Retail"} if number < retail else {}
        sender.send(identify(f"p{number}", start), group(f"p{number}", f"a{number}", start, **traits))
        if number < done:
            sender.send(track(f"p{number}", "Reported", start + 2 * DAY))
    return sender


def peers(workspace, person):
    with workspace_scope(workspace.pk):
        measure_pace(clock.now())
        measure_pace(clock.now())
        return document(Enrollment.objects.get(seat__person__external_id=person), now=clock.now())["peers"]


def test_teams_of_one_s_industry_are_told_from_ten_on(client, acme):
    teams(client, acme, retail=10, done=6, others=3)
    told = peers(acme, "p9")
    assert told["text"] == "6 of 10 teams in your industry have done this step, half of all within 2 days."
    assert peers(acme, "p12")["text"] == "6 of 13 teams have done this step."


@pytest.mark.parametrize(("retail", "done"), [(9, 6), (12, 2), (12, 10)])
def test_small_cells_are_hidden(client, acme, retail, done):
    teams(client, acme, retail=retail, done=done)
    assert peers(acme, f"p{retail - 1}") is None


def test_tests_are_nobody_s_peers(client, acme):
    teams(client, acme, retail=10, done=6)
    with workspace_scope(acme.pk):
        Person.objects.filter(external_id="p0").update(is_test=True)
    assert peers(acme, "p9") is None
    with workspace_scope(acme.pk):
        assert not PeerTime.objects.exists()


@pytest.fixture
def hannah(client, acme):
    publish_ladder(acme, PATH)
    sender = Sender(client, acme)
    sender.send(identify("hannah", clock.now() - 9 * DAY))
    return sender


def shown(workspace):
    with workspace_scope(workspace.pk):
        return document(Enrollment.objects.get(), now=clock.now())


def test_first_value_is_a_quiet_moment_for_three_days(acme, hannah):
    assert shown(acme)["celebrate"] is None
    hannah.send(track("hannah", "Reported", clock.now() - DAY))
    assert shown(acme)["celebrate"]["text"] == "The numbers come to you."
    with workspace_scope(acme.pk):
        later = document(Enrollment.objects.get(), now=clock.now() + 3 * DAY)
    assert later["celebrate"] is None


def test_the_team_is_told_where_a_word_fits_and_notes_that_it_was_said(acme, alice, signed_in, hannah):
    hannah.send(track("hannah", "Reported", clock.now() - DAY), track("hannah", "Shared", clock.now()))
    with workspace_scope(acme.pk):
        person = Person.objects.get()
        enrollment = Enrollment.objects.get()
        glad = heard_of(person, Calendar(clock.now(), acme.zone)).glad
    assert [(each.rung, each.whole) for each in glad] == [("share", True), ("report", False)]
    page = f"/w/acme/people/{person.pk}/"
    client = signed_in(alice)
    assert "Worth a word from you" in client.get(page).content.decode()
    told = client.post(f"{page}enrollments/{enrollment.pk}/congratulated/share/", follow=True).content.decode()
    assert "finished “Path” <span" not in told
    assert "reached first value" in told
