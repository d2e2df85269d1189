"""A version as somebody of a role, an account and a day would see it: drawn by the hosted page's parts, stored nowhere."""

import pytest

from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person
from tests.ladders import ladder, milestone, publish_ladder

PAGE = "/w/acme/ladders/path/preview/"


@pytest.fixture
def studio(acme, alice, signed_in):
    story = {"text": "A bank closes its month in two days.", "industry": "banking"}
    publish_ladder(
        acme,
        ladder(
            milestone(
                "share", {"event": "Shared"}, why="For all.", why_for={"operator": "For operators."}, stories=[story]
            ),
            milestone("rules", {"event": "Rules Set"}),
            milestone("report", {"event": "Reported"}),
            rungs={"rules": {"tracks": ["administrator"]}, "report": {"requires": ["share"], "due": {"days": 4}}},
        ),
    )
    return signed_in(alice)


def seen(client, **asked):
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    response = client.get(f"{PAGE}frame/?{query}")
    return response.context["checklist"], response.content.decode()


def states(checklist):
    return {rung["key"]: rung["state"] for phase in checklist["phases"] for rung in phase["rungs"]}


def test_each_role_sees_its_own_track_and_reason(studio):
    checklist, page = seen(studio, role="operator")
    assert states(checklist) == {"share": "open", "report": "locked"}
    assert "For operators." in page
    checklist, page = seen(studio, role="administrator")
    assert states(checklist) == {"share": "open", "rules": "open", "report": "locked"}
    assert "For all." in page


def test_the_account_decides_which_story_is_told(studio, acme):
    with workspace_scope(acme.pk):
        now = clock.now()
        own = {"workspace": acme, "first_seen_at": now, "last_seen_at": now}
        bank = Account.objects.create(**own, external_id="bank", name="Bank", traits={"industry": "Banking"})
    assert "A bank closes its month" in seen(studio, account=bank.pk)[1]
    assert "A bank closes its month" not in seen(studio)[1]


def test_days_pass_and_steps_are_done(studio):
    checklist, _ = seen(studio, day=20, done=1)
    assert states(checklist) == {"share": "reached", "report": "open"}
    [report] = [rung for phase in checklist["phases"] for rung in phase["rungs"] if rung["key"] == "report"]
    assert report["overdue"]
    assert states(seen(studio, done=2)[0]) == {"share": "reached", "report": "reached"}


def test_a_draft_is_previewed_as_it_stands(studio, acme):
    studio.post("/w/acme/ladders/path/draft/open/")
    studio.post("/w/acme/ladders/path/draft/edit/remove/", {"key": "rules"})
    checklist, _ = seen(studio, version=2, role="administrator")
    assert states(checklist) == {"share": "open", "report": "locked"}
    assert checklist["ladder"]["version"] == 2


def test_nothing_is_stored_and_only_our_own_page_may_frame_it(studio, acme):
    response = studio.get(f"{PAGE}frame/")
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in studio.get(PAGE)["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in studio.get(PAGE)["Content-Security-Policy"]
    with workspace_scope(acme.pk):
        assert not Person.objects.exists()
        assert not Enrollment.objects.exists()


@pytest.mark.parametrize(
    "asked", [{"version": "99"}, {"role": "x" * 500}, {"account": "7' or 1"}, {"day": "-4"}, {"on": "soon"}]
)
def test_wrong_choices_are_as_if_not_made(studio, asked):
    checklist, _ = seen(studio, **asked)
    assert checklist is None or states(checklist)["share"] == "open"
    assert studio.get(f"{PAGE}?{next(iter(asked))}={next(iter(asked.values()))}").status_code == 200


def test_videos_play_in_it_where_they_do_for_people(client, acme, alice):
    acme.video_hosts = ["videos.example.com"]
    acme.save()
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"})))
    client.force_login(alice)
    policy = client.get("/w/acme/ladders/path/preview/frame/")["Content-Security-Policy"]
    assert "media-src https://videos.example.com" in policy
    assert "frame-ancestors 'self'" in policy
