"""Progress is a function of facts: replay finds the same, and names what differs."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from milestones import acts
from milestones.models import Enrollment, Hit, Progress
from milestones.replay import compare
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Seat
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all, group, identify, track


@pytest.fixture
def climbed(client, acme):
    publish_ladder(
        acme,
        ladder(
            milestone("share", {"event": "Shared", "count": 2}),
            milestone("schedule", {"event": "Scheduled"}),
            milestone("team", {"event": "Shared", "by": {"people": 2}}),
            at_once=1,
        ),
    )
    sender, now = Sender(client, acme), clock.now()
    for place, user in enumerate(("hannah", "kofi")):
        at = now - timedelta(days=9 - place)
        sender.send(identify(user, at, role="operator"), group(user, "harbor", at))
        sender.send(track(user, "Shared", at + timedelta(days=1)), track(user, "Shared", at + timedelta(days=2)))
    sender.send(track("kofi", "Scheduled", now))
    return acme


def check(workspace) -> str:
    out = io.StringIO()
    try:
        call_command("replay", workspace=workspace.slug, check=True, stdout=out)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def test_what_is_stored_is_what_the_facts_say(climbed):
    assert "no differences" in check(climbed)


def test_it_names_an_altered_hit_reach_and_evidence(climbed):
    with workspace_scope(climbed.pk):
        hit = Hit.objects.filter(enrollment__seat__person__external_id="hannah", rung="share").get()
        Hit.objects.filter(pk=hit.pk).update(hit_at=hit.hit_at - timedelta(seconds=1))
        of_kofi = Progress.objects.filter(enrollment__seat__person__external_id="kofi")
        of_kofi.filter(key="schedule").update(reached_at=clock.now() - timedelta(days=5))
        row = of_kofi.get(key="share")
        row.evidence[0]["event"] += 1
        row.save(update_fields=["evidence"])
    said = check(climbed)
    assert "hannah on path, share: hit of signal 0 is" in said
    assert "kofi on path, schedule: reached_at is" in said
    assert "kofi on path, share: evidence is" in said
    assert "3 differences." in said


def test_rebuilding_mends_what_differs(climbed):
    with workspace_scope(climbed.pk):
        Hit.objects.all().delete()
        Progress.objects.filter(key="share").update(reached_at=None, how="")
    call_command("replay", workspace=climbed.slug, stdout=io.StringIO())
    assert "no differences" in check(climbed)


def test_a_version_that_a_fact_named_before_it_was_there_is_moved_to(client, acme):
    sender, now = Sender(client, acme), clock.now()
    sender.send(identify("hannah", now - timedelta(days=5)), track("hannah", "A", now - timedelta(days=4)))
    with workspace_scope(acme.pk):
        seat = Seat.objects.select_related("person", "account").get()
        acts.write(verb="moved_to_version", seat=seat, ladder="path", at=now - timedelta(days=1), version=2)
    drain_all(acme)
    publish_ladder(acme, ladder(milestone("a", {"event": "A"})))
    publish_ladder(acme, ladder(milestone("a", {"event": "A"}), milestone("b", {"event": "B"})))
    with workspace_scope(acme.pk):
        assert Enrollment.objects.get().version.number == 2
        assert list(compare()) == []
