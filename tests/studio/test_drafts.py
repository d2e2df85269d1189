"""Drafts: opened once, saved edit by edit, undone, and shared by two editors without a loss."""

import pytest

from milestones.drafting import edits
from milestones.drafting.saving import (
    ConflictError,
    NoDraftError,
    can_undo,
    draft_of,
    open_draft,
    redo,
    save,
    throw_away,
    undo,
)
from milestones.models import DraftEdit, Enrollment, Ladder, Progress, Rung, Version
from milestones.publishing import DraftChangedError, publish
from onboarding import clock
from onboarding.tenancy.models import AuditEntry, Member
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track


@pytest.fixture
def path(acme):
    """A published ladder of Acme, with its scope open."""
    document = ladder(
        milestone("share", {"event": "Shared"}, cue="Share it."),
        milestone("report", {"event": "Reported"}, unlocks=["comments"]),
    )
    publish_ladder(acme, document)
    with workspace_scope(acme.pk):
        yield Ladder.objects.select_related("live").get()


@pytest.fixture
def me(path):
    return Member.objects.get()


def titled(title):
    return lambda document: edits.set_content(document, "share", title=title)


def test_two_who_open_a_draft_share_it(path, me):
    first, second = open_draft(path, member=me), open_draft(path, member=me)
    assert first.pk == second.pk
    assert first.document == path.live.document
    assert first.number == 2


def test_an_edit_that_changes_nothing_is_not_kept(path, me):
    draft = open_draft(path, member=me)
    assert save(draft, titled("Share"), said="Changed", place="rung:share", seen=1, member=me) is None
    assert draft.edits.count() == 1


def test_edits_are_undone_and_done_again_in_order(path, me):
    draft = open_draft(path, member=me)
    for title in ("One", "Two"):
        save(draft, titled(title), said=f"Called it {title}", place="rung:share", seen=None, member=me)
    assert can_undo(draft) == ("Called it Two", "")
    undo(draft, member=me)
    assert can_undo(draft) == ("Called it One", "Called it Two")
    undo(draft, member=me)
    assert undo(draft, member=me) is None
    draft.refresh_from_db()
    assert draft.document == path.live.document
    redo(draft, member=me)
    draft.refresh_from_db()
    assert edits.title_of(draft.document, "share") == "One"
    save(draft, titled("Three"), said="Called it Three", place="rung:share", seen=None, member=me)
    assert redo(draft, member=me) is None
    assert [edit.kind for edit in draft.edits.order_by("number")] == [
        "opened",
        "edit",
        "edit",
        "undo",
        "undo",
        "redo",
        "edit",
    ]


def test_a_second_editor_is_told_of_the_first_ones_change_and_overwrites_nothing(path, me):
    draft = open_draft(path, member=me)
    seen = draft.edits.count()
    save(draft, titled("Theirs"), said="Changed “Share”", place="rung:share", seen=seen, member=me)
    with pytest.raises(ConflictError) as conflict:
        save(draft, titled("Mine"), said="Changed “Share”", place="rung:share", seen=seen, member=me)
    assert [edit.said for edit in conflict.value.edits] == ["Changed “Share”"]
    draft.refresh_from_db()
    assert edits.title_of(draft.document, "share") == "Theirs"
    elsewhere = lambda document: edits.set_content(document, "report", title="Report it")  # noqa: E731
    save(draft, elsewhere, said="Changed “Report”", place="rung:report", seen=seen, member=me)
    draft.refresh_from_db()
    assert [edits.title_of(draft.document, key) for key in ("share", "report")] == ["Theirs", "Report it"]


def test_publishing_freezes_the_draft_and_its_edits_go(path, me):
    draft = open_draft(path, member=me)
    save(draft, titled("Share a report"), said="Changed", place="rung:share", seen=None, member=me)
    draft.refresh_from_db()
    publish(draft, member=me, note="Clearer", seen=draft.revision)
    assert Rung.objects.get(version=draft, key="share").content["title"] == "Share a report"
    assert not DraftEdit.objects.exists()
    assert draft_of(path) is None
    with pytest.raises(NoDraftError):
        save(draft, titled("Too late"), said="Changed", place="rung:share", seen=None, member=me)
    with pytest.raises(DraftChangedError):
        publish(draft, member=me)
    assert AuditEntry.objects.filter(verb="published").count() == 2


def test_what_was_edited_since_it_was_reviewed_is_not_published(path, me):
    draft = open_draft(path, member=me)
    reviewed = draft.edits.count()
    save(draft, titled("Sneaked in"), said="Changed", place="rung:share", seen=None, member=me)
    with pytest.raises(DraftChangedError):
        publish(draft, member=me, seen=reviewed)
    assert Version.objects.get(pk=draft.pk).state == "draft"


@pytest.mark.parametrize(("policy", "version", "keeps"), [("stay", 1, True), ("follow", 2, True), ("carry", 2, False)])
def test_each_policy_does_to_those_under_way_what_it_says(client, acme, policy, version, keeps):
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"})))
    sender = Sender(client, acme)
    sender.send(identify("hannah", clock.now()), track("hannah", "Shared", clock.now()))
    stricter = ladder(milestone("share", {"event": "Shared", "count": 5}))
    publish_ladder(acme, stricter, policy=policy, carry=set())
    sender.send(track("hannah", "Something else", clock.now()))
    with workspace_scope(acme.pk):
        assert Enrollment.objects.get().version.number == version
        assert (Progress.objects.get(key="share").reached_at is not None) == keeps


def test_a_draft_is_thrown_away_and_what_is_live_stays(path, me):
    throw_away(open_draft(path, member=me), member=me)
    assert draft_of(path) is None
    assert Ladder.objects.get().live.number == 1


def test_a_ladder_that_was_only_a_draft_goes_with_it(path, me):
    document = path.live.document | {"ladder": "new"}
    other = Ladder.objects.create(workspace_id=path.workspace_id, key="other", name="Other")
    throw_away(open_draft(other, member=me, document=document), member=me)
    assert list(Ladder.objects.values_list("key", flat=True)) == ["path"]
