"""The builder's page without JavaScript: each form works by itself, and refuses with the reason beside the field."""

import json
from datetime import timedelta

import pytest

from milestones.drafting import edits
from milestones.drafting.saving import draft_of
from milestones.lookups import workspaces_publishing
from milestones.models import Ladder, Version
from milestones.publishing import publish_due
from onboarding import clock
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify

DRAFT = "/w/acme/ladders/path/draft/"
RUNG = {"title": "Share", "due_from": "opened"}
CRITERIA = {"c:kind": "all", "c:size": "1", "c:is_bare": "1", "c.0:kind": "event"}


@pytest.fixture
def studio(acme, alice, signed_in):
    waived = {"unlocks": "None.", "cue": "None.", "success_metric": "None."}
    publish_ladder(
        acme,
        ladder(
            milestone("share", {"event": "Shared"}, waived=waived),
            milestone("report", {"event": "Reported"}, waived=waived),
            rungs={"report": {"requires": ["share"]}},
        ),
    )
    client = signed_in(alice)
    client.post(f"{DRAFT}open/")
    return client


def draft(acme) -> Version | None:
    with workspace_scope(acme.pk):
        return draft_of(Ladder.objects.select_related("live").get())


def test_a_rung_is_changed_by_its_form(studio, acme):
    sent = RUNG | {
        "revision": "1",
        "cue": "Press Share.",
        "tracks": ["operator"],
        "due_days": "2.5",
        "first_value": "on",
    }
    response = studio.post(f"{DRAFT}rungs/share/", sent)
    assert response["Location"] == f"{DRAFT}?rung=share"
    document = draft(acme).document
    assert edits.find(document, "share")[2] == {
        "milestone": "share",
        "tracks": ["operator"],
        "due": {"days": 2.5},
        "first_value": True,
        "override": {"cue": "Press Share.", "waived": {}},
    }


def test_what_is_too_long_is_refused_at_its_field_and_kept(studio, acme):
    page = studio.post(f"{DRAFT}rungs/share/", RUNG | {"cue": "y" * 10_000, "title": ""}).content.decode()
    assert "at most 5000 characters (it has 10000)" in page
    assert "Say what a person will have done." in page
    assert "y" * 10_000 in page
    assert draft(acme).revision == 1


def test_a_prerequisite_below_its_rung_is_refused_with_its_name(studio, acme):
    page = studio.post(f"{DRAFT}edit/up/", {"key": "report", "revision": "1"}).content.decode()
    assert "“Report” needs “Share” first, so it cannot stand above it." in page
    sent = RUNG | {"requires": ["report"]}
    assert "A prerequisite stands earlier on the ladder" in studio.post(f"{DRAFT}rungs/share/", sent).content.decode()
    assert draft(acme).revision == 1


def test_criteria_are_saved_and_what_was_never_seen_is_said(studio, acme):
    sent = CRITERIA | {"revision": "1", "c.0:event": "Dashboard Sharred", "c.0:n": "3"}
    page = studio.post(f"{DRAFT}rungs/share/criteria/", sent | {"do": "try"}).content.decode()
    assert "“Dashboard Sharred” has never been seen." in page
    assert "The draft would take nobody on yet, so there is nobody to try it on." in page
    studio.post(f"{DRAFT}rungs/share/criteria/", sent)
    assert edits.content_of(draft(acme).document, "share")["criteria"] == {"event": "Dashboard Sharred", "count": 3}


def test_criteria_that_name_a_later_milestone_are_refused(studio, acme):
    sent = CRITERIA | {"c.0:kind": "milestone", "c.0:milestone": "report"}
    page = studio.post(f"{DRAFT}rungs/share/criteria/", sent).content.decode()
    assert "“Share” needs “Report” first" in page
    assert draft(acme).revision == 1


def test_a_second_editor_is_shown_the_others_change_with_a_way_to_go_on(studio, acme):
    studio.post(f"{DRAFT}rungs/share/", RUNG | {"revision": "1", "cue": "Theirs.", "waive_unlocks": "None."})
    page = studio.post(f"{DRAFT}rungs/share/", RUNG | {"revision": "1", "cue": "Mine.", "waive_unlocks": "None."})
    said = page.content.decode()
    assert "Not saved: this was changed meanwhile." in said
    assert "Alice Archer: Changed “Share”" in said
    assert said.count("Mine.") > 1
    assert edits.content_of(draft(acme).document, "share")["cue"] == "Theirs."
    studio.post(f"{DRAFT}rungs/share/", RUNG | {"anyway": "1", "cue": "Mine."})
    assert edits.content_of(draft(acme).document, "share")["cue"] == "Mine."


def test_only_what_was_answered_has_been_seen(studio, acme):
    """Who is told of a conflict has still to decide, whatever they press next."""
    ask = {"HTTP_HX_REQUEST": "true"}
    fine = studio.post(f"{DRAFT}rungs/share/", RUNG | {"revision": "1", "cue": "Theirs."}, **ask)
    seen = {"revision": draft(acme).revision, "saved": "rung-form"}
    assert json.loads(fine["HX-Trigger"]) == {"draft-seen": seen}
    refused = studio.post(f"{DRAFT}rungs/share/", RUNG | {"revision": "1", "cue": "Mine."}, **ask)
    assert "Not saved: this was changed meanwhile." in refused.content.decode()
    assert json.loads(refused["HX-Trigger"]) == {"draft-seen": seen | {"saved": ""}}


def test_who_looks_through_the_library_keeps_what_they_are_at(studio, acme):
    ask = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER": "find-in-library"}
    found = studio.get(f"{DRAFT}?rung=share&q=rep", **ask).content.decode()
    assert 'id="shelf"' in found
    assert 'id="inspector"' not in found
    assert 'id="inspector"' in studio.get(f"{DRAFT}?rung=share&q=rep", HTTP_HX_REQUEST="true").content.decode()


def test_a_text_with_other_line_ends_is_the_librarys(studio, acme):
    with workspace_scope(acme.pk):
        document = draft(acme).document
    document["milestones"][0] |= {"cue": "First\r\n- one\r\n", "unlocks": ["b", "a"], "actions": ["One", "Two"]}
    said = {"cue": "First\n- one", "unlocks": ["a", "b"], "effort_minutes": 3, "actions": ["One", "Two"]}
    assert edits.find(edits.set_content(document, "share", **said), "share")[2]["override"] == {"effort_minutes": 3}
    other = edits.set_content(document, "share", actions=["Two", "One"])
    assert edits.find(other, "share")[2]["override"] == {"actions": ["Two", "One"]}


def test_what_is_asked_for_is_shown_though_the_note_is_missing(studio, acme, client):
    Sender(client, acme).send(identify("petra"))
    sent = {"policy": "follow", "note": "", "revision": str(draft(acme).revision)}
    page = studio.post(f"{DRAFT}publish/", sent).content.decode()
    assert "Say in a sentence what is new." in page
    assert "The one under way would move, and keep exactly what they have." in page


def test_what_cannot_be_stored_is_refused_with_a_word(studio, acme):
    page = studio.post(f"{DRAFT}edit/phase-add/", {"revision": "1", "name": "A\0b"}, follow=True)
    assert page.status_code == 200
    assert studio.get(f"{DRAFT}?q=%00").status_code == 200


def test_two_who_publish_at_once_publish_once(studio, acme):
    revision = draft(acme).revision
    sent = {"policy": "stay", "note": "Better", "revision": str(revision)}
    assert studio.post(f"{DRAFT}publish/", sent)["Location"] == "/w/acme/ladders/path/"
    again = studio.post(f"{DRAFT}publish/", sent, follow=True).content.decode()
    assert "There is no draft to publish: it has been published or thrown away." in again
    with workspace_scope(acme.pk):
        assert Version.objects.exclude(published_at=None).count() == 2


def test_taking_back_asks_for_a_reason(studio, acme):
    sent = {"policy": "carry", "carry": ["share"], "note": "Stricter", "revision": str(draft(acme).revision)}
    assert "Say why these milestones start anew." in studio.post(f"{DRAFT}publish/", sent).content.decode()
    assert draft(acme) is not None
    studio.post(f"{DRAFT}publish/", sent | {"reason": "It counted too early."})
    assert draft(acme) is None


def test_what_is_not_complete_is_not_published(studio, acme):
    studio.post(f"{DRAFT}rungs/share/", RUNG | {"revision": "1"})
    page = studio.post(f"{DRAFT}publish/", {"policy": "stay", "note": "Hm"}).content.decode()
    assert "“Share” has no measure of success. Add it, or say why it needs none." in page
    assert draft(acme) is not None


def test_an_older_version_comes_back_as_the_draft(studio, acme):
    studio.post(f"{DRAFT}edit/remove/", {"key": "report"})
    studio.post(f"{DRAFT}publish/", {"policy": "stay", "note": "Shorter", "revision": str(draft(acme).revision)})
    assert "is gone" in studio.get("/w/acme/ladders/path/compare/?from=1&to=2").content.decode()
    assert studio.post("/w/acme/ladders/path/versions/1/restore/")["Location"] == f"{DRAFT}publish/"
    assert edits.keys(draft(acme).document) == ["share", "report"]


def at(minutes: int) -> str:
    return f"{clock.now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"


def plan(acme, **sent):
    return {"policy": "stay", "note": "On Monday", "revision": str(draft(acme).revision), "at": at(90), **sent}


def test_a_draft_goes_live_at_its_moment(studio, acme):
    studio.post(
        f"{DRAFT}rungs/share/",
        RUNG | {"title": "Share it", "waive_unlocks": "N.", "waive_cue": "N.", "waive_success_metric": "N."},
    )
    assert "That moment is past." in studio.post(f"{DRAFT}publish/", plan(acme, at="2020-01-01T10:00")).content.decode()
    studio.post(f"{DRAFT}publish/", plan(acme))
    assert "Goes live" in studio.get(DRAFT).content.decode()
    with workspace_scope(acme.pk):
        assert publish_due(clock.now()) == 0
    assert workspaces_publishing(clock.now()) == []
    later = clock.now() + timedelta(minutes=91)
    assert workspaces_publishing(later) == [acme.pk]
    with workspace_scope(acme.pk):
        assert publish_due(later) == 1
        assert Ladder.objects.get().live.number == 2
    assert workspaces_publishing(later) == []


def test_an_edit_keeps_a_scheduled_draft_from_going_live_and_the_trail_says_why(studio, acme):
    studio.post(f"{DRAFT}publish/", plan(acme))
    studio.post(f"{DRAFT}edit/remove/", {"key": "report"})
    with workspace_scope(acme.pk):
        assert publish_due(clock.now() + timedelta(minutes=91)) == 0
        assert Ladder.objects.get().live.number == 1
        assert "Somebody has changed" in AuditEntry.objects.order_by("-pk").first().detail["why"]
    assert "Goes live" not in studio.get(DRAFT).content.decode()


def test_a_draft_is_taken_off_the_schedule(studio, acme):
    studio.post(f"{DRAFT}publish/", plan(acme))
    studio.post(f"{DRAFT}unschedule/")
    assert draft(acme).publish_at is None
