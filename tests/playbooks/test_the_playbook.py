"""The playbook: editions that can be compared, words to colleagues, reviews that come due, and one document of it all."""

from datetime import timedelta

import pytest

from onboarding import clock
from onboarding.tenancy.models import Member, Notification
from onboarding.tenancy.scope import workspace_scope
from playbooks.models import Edition, Play, Review
from playbooks.plays import mentioned, remind_due, words_compared
from tests import cast
from tests.playbooks.conftest import MONDAY
from tests.words import text_of

PAGE = "/w/acme/playbook/step/report/"
SAID = {
    "purpose": "So that they **come back**.",
    "actions": "Choose three numbers\nPublish the page",
    "success": "Half of a team in a month.",
    "review_days": 30,
    "risk_0": "The empty page",
    "sign_0": "No edit for two days",
    "answer_0": "Send the template",
    "why": "",
}


@pytest.fixture
def manager(vendor, acme, signed_in):
    user = cast.user("mia@acme.example", "Mia Manager")
    cast.member(acme, user, "manager")
    return signed_in(user)


def page(client, address=PAGE):
    return text_of(client.get(address))


def test_a_page_is_written_beside_what_the_criteria_say(acme, manager):
    assert "Nobody has said yet why it is there." in page(manager)
    manager.post(f"{PAGE}edit/", SAID)
    shown = page(manager)
    for words in (
        "So that they come back",
        "Done when the person has",
        "Choose three numbers",
        "The empty page",
        "Send the template",
        "Half of a team",
    ):
        assert words in shown
    assert "Edition 1" in shown
    assert "1 of 3 pages are written" in page(manager, "/w/acme/playbook/")


def test_an_edition_says_what_it_changed_and_the_same_text_makes_none(acme, manager):
    manager.post(f"{PAGE}edit/", SAID)
    manager.post(f"{PAGE}edit/", SAID)
    manager.post(f"{PAGE}edit/", SAID | {"purpose": "So that they **come back** each morning.", "why": "Asked them"})
    with workspace_scope(acme.pk):
        assert list(Edition.objects.order_by("number").values_list("number", "why")) == [(1, ""), (2, "Asked them")]
    html = manager.get(f"{PAGE}editions/").content.decode()
    assert "<ins> each morning.</ins>" in html.replace("**</ins><ins>", "**") or "each morning." in html
    assert "What edition 2 changed of edition 1" in text_of(manager.get(f"{PAGE}editions/"))


def test_words_are_compared_word_by_word():
    assert words_compared("one two three", "one 2 three") == [
        ("same", "one "),
        ("gone", "two"),
        ("new", "2"),
        ("same", " three"),
    ]
    assert words_compared("", "new") == [("new", "new")]


def test_what_was_written_meanwhile_by_somebody_else_is_not_lost(acme, manager):
    manager.post(f"{PAGE}edit/", SAID)
    seen = manager.get(f"{PAGE}edit/").context["form"].now
    manager.post(f"{PAGE}edit/", SAID | {"purpose": "Theirs"})
    refused = manager.post(f"{PAGE}edit/", SAID | {"purpose": "Mine", "seen": seen})
    assert "Somebody else has saved this" in text_of(refused)
    assert "Mine" in refused.content.decode()


def test_a_risk_needs_its_name(acme, manager):
    refused = manager.post(f"{PAGE}edit/", SAID | {"risk_0": ""})
    assert "Name the risk." in text_of(refused)


def test_who_is_mentioned_and_who_minds_it_is_told_and_reads_it_once(acme, alice, manager, signed_in):
    with workspace_scope(acme.pk):
        owner = Member.objects.get(user=alice)
    manager.post(f"{PAGE}edit/", SAID | {"owner": owner.pk})
    manager.post(f"{PAGE}remarks/", {"text": "@Alice the screenshots are old. @nobody"})
    with workspace_scope(acme.pk):
        [told] = Notification.objects.all()
    assert told.member_id == owner.pk
    assert "the screenshots are old" in page(manager)
    client = signed_in(alice)
    assert "Notifications, 1 unread" in client.get("/w/acme/").content.decode()
    answer = client.post("/w/acme/notifications/read/", {"pk": told.pk})
    assert answer["Location"] == PAGE
    assert "unread" not in client.get("/w/acme/").content.decode()


def test_nobody_reads_the_notifications_of_another(acme, alice, manager, signed_in):
    with workspace_scope(acme.pk):
        note = Notification.objects.create(
            workspace=acme, member=Member.objects.get(user=alice), text="For Alice", link="/w/acme/", at=clock.now()
        )
    assert "For Alice" not in page(manager, "/w/acme/notifications/")
    manager.post("/w/acme/notifications/read/", {"pk": note.pk})
    with workspace_scope(acme.pk):
        assert Notification.objects.get().read_at is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Alice look", ["alice@acme.example"]),
        ("@Alice Archer, look", ["alice@acme.example"]),
        ("@alice", ["alice@acme.example"]),
        ("ask @alice.", ["alice@acme.example"]),
        ("mail alice@acme.example", []),
        ("@Bob", []),
        ("nothing", []),
    ],
)
def test_whom_a_mention_means(acme, alice, text, names):
    with workspace_scope(acme.pk):
        assert [each.user.email for each in mentioned(text)] == names


def test_a_review_comes_due_is_reminded_of_once_and_recorded(acme, alice, manager, monday, signed_in):
    with workspace_scope(acme.pk):
        owner = Member.objects.get(user=alice)
    manager.post(f"{PAGE}edit/", SAID | {"owner": owner.pk})
    with workspace_scope(acme.pk):
        assert remind_due(clock.now()) == 0
    monday.move_to(MONDAY + timedelta(days=30))
    with workspace_scope(acme.pk):
        assert remind_due(clock.now()) == 1
        assert remind_due(clock.now()) == 0
        mia = Member.objects.get(user__email="mia@acme.example").user
    manager = signed_in(mia)  # a session does not last for a month
    assert "Due for a review" in page(manager, "/w/acme/playbook/")
    assert "Say what came of it." in text_of(manager.post(f"{PAGE}review/", {"text": "?"}))
    manager.post(f"{PAGE}review/", {"outcome": "stands", "text": "Still true"})
    with workspace_scope(acme.pk):
        assert Review.objects.get().edition == 1
        assert Play.objects.get().review_on == (MONDAY + timedelta(days=60)).date()
        assert remind_due(clock.now()) == 0


def test_all_of_it_is_one_document(acme, manager):
    manager.post(f"{PAGE}edit/", SAID | {"answer_0": "Send | the template"})
    file = manager.get("/w/acme/playbook/whole/file/")
    text = file.content.decode()
    assert "attachment" in file["Content-Disposition"]
    assert "## Report" in text
    assert "| The empty page | No edit for two days | Send \\| the template |" in text
    assert "Half of a team in a month." in page(manager, "/w/acme/playbook/whole/print/")


def test_what_is_not_there_is_not_found(acme, manager):
    for address in ("step/none/", "ladder/none/", "thing/report/", "whole/thing/"):
        assert manager.get(f"/w/acme/playbook/{address}").status_code == 404
    assert manager.post(f"{PAGE}remarks/", {"text": "x"}).status_code == 404


def test_hostile_words_stay_words(acme, manager):
    manager.post(
        f"{PAGE}edit/",
        SAID
        | {"purpose": "<script>alert(1)</script> [x](javascript:alert(1))", "risk_0": "<img src=x onerror=alert(1)>"},
    )
    html = manager.get(PAGE).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert 'href="javascript:' not in html


def test_the_figures_of_a_step_are_a_part_of_the_page(acme, manager):
    assert manager.get("/w/acme/insight/steps/report/").status_code == 200
    assert manager.get("/w/acme/insight/steps/none/").status_code == 404
