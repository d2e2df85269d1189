"""What a published version says is corrected in place, audited, and read at once; what it asks never changes."""

import pytest

from milestones.models import Ladder, Milestone
from milestones.replay import compare
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify

PAGE = "/w/acme/ladders/path/versions/1/wording/report/"


@pytest.fixture
def studio(client, acme, alice, signed_in):
    publish_ladder(
        acme,
        ladder(
            milestone("report", {"event": "Reported"}, cue="Opne Reports.", why="So that you know."),
            rungs={"report": {"override": {"why": "Because."}}},
        ),
    )
    Sender(client, acme).send(identify("petra"))
    return signed_in(alice)


def rung(acme) -> dict:
    with workspace_scope(acme.pk):
        return Ladder.objects.get().live.rungs.get().content


def test_words_are_corrected_for_everybody_on_the_version(studio, acme):
    said = {"title": "Report", "cue": "Open Reports.", "why": "Because you asked.", "reason": "A typo"}
    studio.post(PAGE, said)
    assert (rung(acme)["cue"], rung(acme)["why"]) == ("Open Reports.", "Because you asked.")
    with workspace_scope(acme.pk):
        document = Ladder.objects.get().live.document
        assert document["milestones"][0]["cue"] == "Open Reports."
        assert document["phases"][0]["rungs"][0]["override"] == {"why": "Because you asked."}
        assert Milestone.objects.get().content["cue"] == "Opne Reports.", "the library stays"
        entry = AuditEntry.objects.get(verb="corrected the wording of")
        assert (entry.detail["was"]["cue"], entry.detail["reason"]) == ("Opne Reports.", "A typo")
        assert list(compare()) == []


def test_a_page_that_is_open_learns_of_it(studio, acme, client):
    from milestones.checklist.links import make_link
    from milestones.models import Enrollment

    with workspace_scope(acme.pk):
        token = make_link(Enrollment.objects.get())
    live = f"/c/{token}/live"
    tag = client.get(live)["ETag"]
    assert client.get(live, headers={"If-None-Match": tag}).status_code == 304
    studio.post(PAGE, {"title": "Report", "cue": "Open Reports.", "reason": "A typo"})
    answer = client.get(live, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "Open Reports." in answer.content.decode()


def test_it_asks_why_and_loses_nothing_typed(studio, acme):
    page = studio.post(PAGE, {"title": "Report now", "cue": "Open it."}).content.decode()
    assert "Say in a few words why." in page
    assert "Report now" in page
    assert rung(acme)["title"] == "Report"


def test_a_draft_has_no_wording_page(studio):
    assert studio.get("/w/acme/ladders/path/versions/2/wording/report/").status_code == 404


def test_markdown_is_shown_as_it_will_read(studio):
    page = studio.post("/w/acme/prose/", {"text": "**Now** <script>alert(1)</script> [here](javascript:alert(1))"})
    text = page.content.decode()
    assert "<strong>Now</strong>" in text
    assert "<script" not in text
    assert "javascript:" not in text.split("href=")[-1] or "href=" not in text
