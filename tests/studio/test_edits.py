"""What can be done to a draft's order, and what is refused with the names of what it would break."""

import pytest

from milestones.drafting import edits
from milestones.drafting.edits import EditRefusedError
from milestones.drafting.measure import warnings
from milestones.drafting.readiness import obstacles
from tests.ladders import ladder, milestone


@pytest.fixture
def draft():
    document = ladder(
        milestone("connect", {"event": "Connected"}, effort_minutes=5),
        milestone("share", {"event": "Shared"}, quick_win=True, effort_minutes=2),
        milestone("report", {"all": [{"event": "Reported"}, {"milestone": "share"}]}),
        rungs={"share": {"requires": ["connect"]}},
    )
    return edits.add_phase(document, "Adoption")


def order(document):
    return [[rung["milestone"] for rung in phase["rungs"]] for phase in document["phases"]]


def test_a_rung_moves_by_one_place_and_over_the_edge_of_its_phase(draft):
    lower = edits.step(draft, "report", down=True)
    assert order(lower) == [["connect", "share"], ["report"]]
    assert order(edits.step(lower, "report", down=False)) == order(draft)
    assert edits.step(draft, "connect", down=False) == draft


def test_an_edit_leaves_the_document_it_was_given_alone(draft):
    before = order(draft)
    edits.move(draft, "report", phase=1, position=0)
    edits.remove(draft, "report")
    assert order(draft) == before


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda d: edits.step(d, "share", down=False), "“Share” needs “Connect” first, so it cannot stand above it."),
        (
            lambda d: edits.move(d, "report", phase=0, position=0),
            "“Report” needs “Share” first, so it cannot stand above it.",
        ),
        (lambda d: edits.remove(d, "share"), "“Report” needs it. Remove that first."),
        (
            lambda d: edits.set_placement(d, "connect", requires=["report"]),
            "“Report” must stand earlier in the ladder.",
        ),
        (lambda d: edits.remove_phase(d, 0), "“Setup” still has rungs. Move or remove them first."),
        (
            lambda d: edits.place(d, milestone("share", {"event": "Shared"}), phase=1),
            "“Share” is on this ladder already.",
        ),
        (lambda d: edits.step(d, "gone", down=True), "This rung is no longer on the ladder."),
    ],
)
def test_what_would_break_the_ladder_is_refused_and_named(draft, edit, message):
    with pytest.raises(EditRefusedError, match=message.split(".")[0]):
        edit(draft)


def test_a_field_that_is_as_in_the_library_is_not_kept_as_a_change(draft):
    changed = edits.set_content(draft, "share", cue="Press Share.", title="Share it")
    assert edits.find(changed, "share")[2]["override"] == {"cue": "Press Share.", "title": "Share it"}
    back = edits.set_content(changed, "share", cue=None, title="Share")
    assert "override" not in edits.find(back, "share")[2]
    assert edits.content_of(edits.set_content(draft, "share", quick_win=None), "share")["quick_win"] is False


def test_quick_wins_come_first_as_far_as_prerequisites_allow(draft):
    free = edits.set_placement(draft, "share", requires=[])
    assert order(edits.quick_wins_first(free))[0] == ["share", "connect", "report"]
    assert order(edits.quick_wins_first(draft))[0] == ["connect", "share", "report"]


def test_the_document_holds_the_features_it_unlocks(draft):
    unlocking = edits.set_content(draft, "share", unlocks=["comments"])
    held = edits.with_features(
        unlocking, {"comments": {"key": "comments", "name": "Comments"}, "other": {"key": "other", "name": "Other"}}
    )
    assert held["features"] == [{"key": "comments", "name": "Comments"}]
    assert "features" not in edits.with_features(draft, {"other": {"key": "other", "name": "Other"}})


def test_what_is_missing_is_named_with_its_rung(draft):
    said = {(each.rung, each.field) for each in obstacles(edits.remove_phase(draft, 1))}
    assert ("share", "unlocks") in said
    assert ("share", "cue") in said
    waived = edits.set_content(draft, "share", waived={"unlocks": "Nothing waits behind it."})
    assert ("share", "unlocks") not in {(each.rung, each.field) for each in obstacles(waived)}
    assert obstacles(draft)[0].message == "The phase “Adoption” has no rungs. Fill it or remove it."


def test_a_heavy_phase_is_warned_of_in_words(draft):
    heavy = edits.set_content(draft, "connect", effort_minutes=90)
    said = list(warnings(heavy))
    assert "“Setup” takes about 92 minutes. Up to 60 fit beside a day’s work." in said
    assert "The ladder has no first value mark, so time to first value cannot be measured for it." in said
    assert "Nobody has said how long “Report” takes." in said
