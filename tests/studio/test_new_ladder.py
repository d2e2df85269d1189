"""A new ladder: from templates, copied, from a file or from nothing; what is wrong is told at its field and nothing is lost."""

import pytest

from milestones.drafting import edits
from milestones.drafting.saving import draft_of
from milestones.ladder_files import write
from milestones.models import Feature, Ladder, Milestone
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder

PAGE = "/w/acme/ladders/new/"


@pytest.fixture
def studio(acme, alice, signed_in):
    return signed_in(alice)


def drafts(acme):
    with workspace_scope(acme.pk):
        return {each.key: draft_of(each).document for each in Ladder.objects.select_related("live") if draft_of(each)}


def test_two_templates_become_one_draft_and_their_milestones_join_the_library(studio, acme):
    sent = {"start": "templates", "templates": ["self-serve-trial", "enterprise"], "name": "Trial & beyond"}
    response = studio.post(PAGE, sent)
    assert response["Location"] == "/w/acme/ladders/trial-beyond/draft/"
    [document] = drafts(acme).values()
    assert document["name"] == "Trial & beyond"
    assert {"choose-plan", "value-review"} <= set(edits.keys(document))
    with workspace_scope(acme.pk):
        assert set(Milestone.objects.values_list("key", flat=True)) == set(edits.keys(document))
    assert studio.get(response["Location"]).status_code == 200


def test_a_milestone_of_the_workspace_keeps_its_own_text(studio, acme):
    publish_ladder(acme, ladder(milestone("invite-team", {"event": "Colleague Added"})))
    studio.post(PAGE, {"start": "templates", "templates": ["self-serve-trial"]})
    document = drafts(acme)["from-sign-up-to-a-plan-that-fits"]
    assert edits.milestone_of(document, "invite-team")["criteria"] == {"event": "Colleague Added"}
    with workspace_scope(acme.pk):
        assert Milestone.objects.get(key="invite-team").content["criteria"] == {"event": "Colleague Added"}


def test_a_ladder_is_copied_under_a_key_of_its_own(studio, acme):
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"})))
    studio.post(PAGE, {"start": "copy", "ladder": "path", "name": "Path"})
    assert drafts(acme)["path-2"]["phases"] == ladder(milestone("share", {"event": "Shared"}))["phases"]


def test_a_copy_takes_nothing_back_in_the_library(studio, acme):
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"}, unlocks=["comments"])))
    with workspace_scope(acme.pk):
        Milestone.objects.update(title="Share it", content={**Milestone.objects.get().content, "title": "Share it"})
        Feature.objects.update(name="Remarks", default=True)
    studio.post(PAGE, {"start": "copy", "ladder": "path", "name": "Another"})
    with workspace_scope(acme.pk):
        assert Milestone.objects.get().title == "Share it"
        assert (Feature.objects.get().name, Feature.objects.get().default) == ("Remarks", True)
    assert edits.milestone_of(drafts(acme)["another"], "share")["title"] == "Share it"


def test_a_file_makes_a_draft_and_comes_out_as_it_went_in(studio, acme):
    document = ladder(milestone("share", {"event": "Shared"}, unlocks=["comments"]), key="filed")
    studio.post(PAGE, {"start": "file", "text": write(document)})
    assert drafts(acme)["filed"] == document


def test_a_file_for_a_ladder_that_is_being_edited_can_be_undone(studio, acme):
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"})))
    studio.post("/w/acme/ladders/path/draft/open/")
    studio.post(PAGE, {"start": "file", "text": write(ladder(milestone("report", {"event": "Reported"})))})
    assert edits.keys(drafts(acme)["path"]) == ["report"]
    studio.post("/w/acme/ladders/path/draft/edit/undo/")
    assert edits.keys(drafts(acme)["path"]) == ["share"]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"start": "templates"}, "Choose one template, or several"),
        ({"start": "copy"}, "Choose the ladder to copy."),
        ({"start": "empty"}, "Give the ladder a name."),
        ({"start": "file"}, "Choose a ladder file, or paste its text."),
        ({"start": "file", "text": "format: 7\nladder: x"}, "the file is of format 7; this Cairn reads format 1"),
        ({"start": "file", "text": "ladder: x\n  name: y"}, "is not YAML"),
        ({"start": "file", "text": "ladder: x"}, "is a required property"),
        ({"start": "file", "text": "[" * 5_000}, "is nested too deeply"),
        ({"start": "file", "text": "at_once: !!int x"}, "holds a value that cannot be read"),
        ({"start": "file", "text": "spacing_hours: .nan"}, "holds a number without end"),
        ({"start": "file", "text": 'ladder: x\ntitle: "a\\0b"'}, "a character that cannot be stored"),
        ({"start": "empty", "name": "x" * 10_000}, "at most 200 characters"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(studio, acme, sent, message):
    page = studio.post(PAGE, sent).content.decode()
    assert message in page.replace("&#x27;", "'")
    for typed in (sent.get("text", ""), sent.get("name", "")):
        assert typed[:40].partition("\n")[0] in page
    assert drafts(acme) == {}
