"""The library: found by words and tags, changed for every ladder as a draft, put away and brought back."""

import pytest

from milestones.checklist.document import story_for, why_for
from milestones.drafting import edits
from milestones.drafting.saving import draft_of
from milestones.models import Ladder, Milestone
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder

PAGE = "/w/acme/milestones/"


@pytest.fixture
def studio(acme, alice, signed_in):
    share = milestone("share", {"event": "Shared"}, tags={"phases": ["Setup"], "industries": ["Retail"]})
    publish_ladder(acme, ladder(share))
    publish_ladder(acme, ladder(share, milestone("report", {"event": "Reported"}), key="other"))
    return signed_in(alice)


def sent(acme, **changed):
    """The form of “share” as a browser would send it, changed."""
    with workspace_scope(acme.pk):
        revision = Milestone.objects.get(key="share").revision
    return {"title": "Share", "revision": str(revision), "tag_phases": "Setup", "tag_industries": "Retail"} | changed


def shares(acme):
    """ladder key → the draft's “share”, None without a draft."""
    with workspace_scope(acme.pk):
        drafts = {each.key: draft_of(each) for each in Ladder.objects.select_related("live")}
    return {key: draft and edits.milestone_of(draft.document, "share") for key, draft in drafts.items()}


def test_a_change_makes_a_draft_in_each_ladder_and_changes_nothing_live(studio, acme):
    page = studio.post(f"{PAGE}share/", sent(acme, cue="Press Share."), follow=True).content.decode()
    assert "It is in the draft of Path and Other; nothing live has changed." in page
    assert "Press Share." in page
    assert {key: said["cue"] for key, said in shares(acme).items()} == {"path": "Press Share.", "other": "Press Share."}
    with workspace_scope(acme.pk):
        assert all("cue" not in rung.content for each in Ladder.objects.all() for rung in each.live.rungs.all())


def test_criteria_of_the_library_are_built_with_the_same_form(studio, acme):
    form = {"c:kind": "all", "c:size": "1", "c:is_bare": "1", "c.0:kind": "event", "c.0:event": "Shared", "c.0:n": "2"}
    studio.post(f"{PAGE}share/criteria/", form | {"revision": "1"})
    assert shares(acme)["path"]["criteria"] == {"event": "Shared", "count": 2}
    page = studio.post(f"{PAGE}share/criteria/", form | {"revision": "1", "c.0:n": "3"}).content.decode()
    assert "Somebody saved this milestone meanwhile." in page


def test_a_second_editor_loses_nothing_and_overwrites_nothing(studio, acme):
    first = sent(acme, cue="Theirs.")
    studio.post(f"{PAGE}share/", first)
    page = studio.post(f"{PAGE}share/", first | {"cue": "Mine."}).content.decode()
    assert "Somebody saved this milestone meanwhile." in page
    assert "Mine." in page
    assert shares(acme)["path"]["cue"] == "Theirs."
    studio.post(f"{PAGE}share/", first | {"cue": "Mine.", "anyway": "1"})
    assert shares(acme)["path"]["cue"] == "Mine."


def test_everything_a_milestone_can_say_is_kept(studio, acme):
    said = sent(
        acme,
        hints="share-button: It stands beside Publish.",
        video_url="https://videos.example/share",
        video_title="Sharing in a minute",
        video_seconds="60",
        story_0_text="They share every Monday.",
        story_0_industry="Retail",
        why_for_operator="You are asked less.",
        tag_use_cases="Weekly numbers, Daily numbers",
    )
    studio.post(f"{PAGE}share/", said)
    share = shares(acme)["path"]
    assert share["hints"] == [{"anchor": "share-button", "text": "It stands beside Publish."}]
    assert share["video"] == {"url": "https://videos.example/share", "title": "Sharing in a minute", "seconds": 60}
    assert share["stories"] == [{"text": "They share every Monday.", "industry": "Retail"}]
    assert share["why_for"] == {"operator": "You are asked less."}
    assert share["tags"]["use_cases"] == ["Weekly numbers", "Daily numbers"]
    assert share["criteria"] == {"event": "Shared"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": ""}, "Say what a person will have done."),
        ({"cue": "x" * 10_000}, "at most 5000 characters"),
        ({"hints": "no colon"}, "write the anchor’s key, a colon, then the hint."),
        ({"video_url": "http://videos.example/x"}, "Begin with https://."),
        ({"video_url": "https://videos.example/x"}, "Give the video a title"),
        ({"story_1_who": "Harbor"}, "Tell the story."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_kept(studio, acme, changed, message):
    page = studio.post(f"{PAGE}share/", sent(acme, **changed)).content.decode()
    assert message in page
    for typed in changed.values():
        assert typed in page
    assert shares(acme) == {"path": None, "other": None}


def test_milestones_are_found_by_words_and_tags(studio):
    for query, found in (
        ("q=repor", ["Report"]),
        ("industries=Retail", ["Share"]),
        ("phases=Nowhere", []),
        ("", ["Report", "Share"]),
    ):
        rows = studio.get(f"{PAGE}?{query}").context["rows"]
        assert [row.title for row, _, _ in rows] == found


def test_an_archived_milestone_is_no_longer_offered_and_ladders_keep_it(studio, acme):
    studio.post(f"{PAGE}share/archive/")
    assert [row.title for row, _, _ in studio.get(PAGE).context["rows"]] == ["Report"]
    assert [row.title for row, _, _ in studio.get(f"{PAGE}?archived=1").context["rows"]] == ["Share"]
    studio.post("/w/acme/ladders/path/draft/open/")
    assert shares(acme)["path"]["title"] == "Share"
    studio.post(f"{PAGE}share/archive/")
    assert len(studio.get(PAGE).context["rows"]) == 2


def test_a_duplicate_has_a_key_of_its_own(studio, acme):
    response = studio.post(f"{PAGE}share/duplicate/")
    assert response["Location"] == f"{PAGE}share-a-copy/"
    with workspace_scope(acme.pk):
        assert Milestone.objects.get(key="share-a-copy").content["criteria"] == {"event": "Shared"}


def test_a_new_milestone_waits_for_its_criteria(studio, acme):
    assert studio.post(f"{PAGE}new/", {"title": "New"})["Location"] == f"{PAGE}new-2/"


def test_a_person_reads_the_reason_of_their_role_and_the_story_most_like_them():
    content = {
        "why": "For all.",
        "why_for": {"operator": "For operators."},
        "story": "Anybody’s.",
        "stories": [
            {"text": "A retailer’s.", "industry": "Retail"},
            {"text": "A retailer’s operator’s.", "industry": "retail", "role": "operator"},
            {"text": "A bank’s.", "industry": "Banking"},
        ],
    }
    assert [why_for(content, role) for role in ("operator", "administrator")] == ["For operators.", "For all."]
    assert story_for(content, "operator", {"industry": "Retail"}) == "A retailer’s operator’s."
    assert story_for(content, "administrator", {"industry": "Retail"}) == "A retailer’s."
    assert story_for(content, "operator", {}) == "Anybody’s."


IMPACT = {
    "impact_text": "{minutes_after} minutes since, {minutes_before} before",
    "impact_0_name": "minutes",
    "impact_0_event": "Report Sent",
    "impact_0_kind": "sum",
    "impact_0_property": "minutes",
    "impact_0_by": "account",
    "impact_0_worth": "0.5",
}


def test_what_a_step_has_brought_is_said_with_measures(studio, acme):
    page = studio.post(f"{PAGE}share/", sent(acme, **IMPACT | {"impact_text": "{orders_after}"})).content.decode()
    assert "is not one of its measures: write {minutes_before} or {minutes_after} or {minutes_total}." in page
    studio.post(f"{PAGE}share/", sent(acme, **IMPACT))
    measure = {"name": "minutes", "event": "Report Sent", "sum": "minutes", "by": "account", "worth": 0.5}
    impact = {"text": IMPACT["impact_text"], "measures": [measure]}
    assert shares(acme)["path"]["impact"] == impact
    page = studio.get(f"{PAGE}share/").content.decode()
    assert 'value="Report Sent"' in page
    studio.post(f"{PAGE}share/", sent(acme, cue="Press Share."))
    assert "impact" not in shares(acme)["path"]


def test_hints_stories_videos_and_impact_are_translated(studio, acme):
    acme.languages = ["en", "de"]
    acme.save()
    first = IMPACT | {
        "hints": "share: Beside Publish.",
        "video_url": "https://videos.example/share.mp4",
        "video_title": "How to share",
        "story_0_text": "We shared.",
        "story_2_text": "So did we.",
    }
    assert "in_de_hints" not in studio.get(f"{PAGE}share/").content.decode(), "there is nothing to translate yet"
    studio.post(f"{PAGE}share/", sent(acme, **first))
    first |= {"story_1_text": first.pop("story_2_text")}
    wrong = {
        "in_de_hints": "gone: Weg.",
        "in_de_video_url": "http://videos.example/de.mp4",
        "in_de_impact": "{reports_after} Berichte",
    }
    page = studio.post(f"{PAGE}share/", sent(acme, **first, **wrong)).content.decode()
    for said in ("no hint at gone", "Begin with https://.", "names a measure that the original does not have"):
        assert said in page
    right = {
        "in_de_hints": "share: Neben „Publish“.",
        "in_de_video_url": "https://videos.example/de.mp4",
        "in_de_impact": "{minutes_after} Minuten",
        "in_de_story_1": "Wir auch.",
    }
    studio.post(f"{PAGE}share/", sent(acme, **first, **right))
    told = {
        "hints": {"share": "Neben „Publish“."},
        "video": {"url": "https://videos.example/de.mp4"},
        "stories": ["", "Wir auch."],
        "impact": "{minutes_after} Minuten",
    }
    assert shares(acme)["path"]["translations"] == {"de": told}
    page = studio.get(f"{PAGE}share/").content.decode()
    assert "Wir auch." in page
    assert 'value="{minutes_after} Minuten"' in page
    studio.post(f"{PAGE}share/", sent(acme, hints=first["hints"], in_de_impact=told["impact"]))
    assert "translations" not in shares(acme)["path"], "its measure went in this very change, so does the sentence"


def test_a_milestone_is_translated_and_what_is_ticked_stays_as_many(studio, acme):
    acme.languages = ["en", "de", "ar"]
    acme.save()
    page = studio.get(f"{PAGE}share/").content.decode()
    assert "German" in page
    assert "Arabic" in page
    said = {"actions": "Open it\nPress Share", "in_de_title": "Teilen", "in_de_actions": "Öffnen"}
    page = studio.post(f"{PAGE}share/", sent(acme, **said)).content.decode()
    assert "Write as many as there are in the original: 2." in page
    said["in_de_actions"] = "Öffnen\n„Share“ drücken"
    studio.post(f"{PAGE}share/", sent(acme, **said))
    told = {"title": "Teilen", "actions": ["Öffnen", "„Share“ drücken"]}
    assert shares(acme)["path"]["translations"] == {"de": told}
    acme.languages = ["en", "ar"]
    acme.save()
    studio.post(f"{PAGE}share/", sent(acme, cue="Press it.", actions=said["actions"]))
    assert shares(acme)["path"]["translations"] == {"de": told}, "a language that is not offered now is kept"
