"""A new workspace opens on its own first climb, which ticks itself; later the page says how its people are doing."""

from datetime import timedelta

import pytest
from django.urls import reverse

from milestones import first_climb
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from tests import cast
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, track

PAGE = "/w/acme/"
LIVE = "/w/acme/climb/"
HTMX = {"headers": {"HX-Request": "true"}}


def ticked(workspace) -> list[str]:
    with workspace_scope(workspace.pk):
        return [step.key for step in first_climb.first_climb() if step.done]


def test_each_step_ticks_itself_by_what_is_there(acme, client):
    assert ticked(acme) == []
    sender = Sender(client, acme)
    assert ticked(acme) == ["key"]
    sender.post([track("hannah", "Report Shared")])
    assert ticked(acme) == ["key", "snippet"]  # the key was used; the drain has not come by yet
    sender.send(track("hannah", "Report Opened"))
    assert ticked(acme) == ["key", "snippet", "event"]
    publish_ladder(acme, ladder(milestone("share", {"event": "Report Shared"})))
    assert ticked(acme) == ["key", "snippet", "event", "ladder"]
    cast.member(acme, cast.user("mia@acme.example", "Mia"), "manager")
    assert ticked(acme) == ["key", "snippet", "event", "ladder", "colleague"]


@pytest.fixture
def climbed(acme, client):
    """Acme with all five steps done, Hannah at the top and Omar on the way."""
    cast.member(acme, cast.user("mia@acme.example", "Mia"), "manager")
    publish_ladder(acme, ladder(milestone("share", {"event": "Report Shared"})))
    sender = Sender(client, acme)
    sender.send(track("hannah", "Report Shared", account="harbor"), track("omar", "Report Opened"))
    return sender


def test_a_new_workspace_sees_its_first_climb(acme, alice, signed_in):
    response = signed_in(alice).get(PAGE)
    page = response.content.decode()
    assert response.context["next"].key == "key"
    assert "Make a key" in page
    assert "Acme is open" in page


def test_nobody_is_sent_to_sign_in(acme, client):
    for address in (PAGE, LIVE):
        assert client.get(address).status_code == 302


def test_an_executive_may_look_and_is_offered_no_admins_page(acme, bob, signed_in):
    response = signed_in(bob).get(PAGE)
    assert response.status_code == 200
    main = response.content.decode().partition('id="main"')[2]
    assert reverse("source-list", args=["acme"]) not in main
    assert reverse("member-list", args=["acme"]) not in main


def test_other_workspaces_stay_hidden(climbed, globex, charlie, signed_in):
    client = signed_in(charlie)
    assert (client.get(PAGE).status_code, client.get(LIVE).status_code) == (404, 404)
    page = client.get("/w/globex/").content.decode()
    assert "hannah" not in page
    assert ticked(globex) == []


def test_the_live_part_comes_alone_and_only_when_it_moved(acme, alice, client, signed_in):
    signed_in(alice)
    stamp = client.get(PAGE).context["stamp"]
    assert client.get(f"{LIVE}?seen={stamp}", **HTMX).status_code == 204
    Sender(client, acme)
    fragment = client.get(f"{LIVE}?seen={stamp}", **HTMX).content.decode()
    assert "1 of 5 done" in fragment
    assert "<html" not in fragment


def test_a_climbed_workspace_sees_how_its_people_do(climbed, alice, signed_in):
    response = signed_in(alice).get(PAGE)
    glance = response.context["glance"]
    assert (glance.under_way, glance.reached, glance.climbers) == (2, 1, 1)
    assert [(str(news.person), news.rung, news.account) for news in glance.latest] == [("hannah", "Share", "harbor")]
    page = response.content.decode()
    assert "1 person reached <em>1 milestone</em> this week." in page
    assert "every 3s" not in page


def test_what_was_reached_before_this_week_is_not_this_weeks(climbed):
    with workspace_scope(climbed.workspace.pk):
        assert first_climb.glance(clock.now() + timedelta(days=8)).reached == 0
        assert first_climb.glance(clock.now() - timedelta(days=1)).reached == 0


def test_it_asks_few_questions(climbed, alice, signed_in, django_assert_max_num_queries):
    climbed.send(*(track(f"p{number}", "Report Shared", account=f"a{number}") for number in range(60)))
    client = signed_in(alice)
    with django_assert_max_num_queries(24):
        assert len(client.get(PAGE).context["glance"].latest) == first_climb.LATEST
