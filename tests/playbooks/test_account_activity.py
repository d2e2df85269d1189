"""An account's activity: notes, everything that happened, and what a member says of how it stands."""

from datetime import timedelta

from milestones.models import HealthChange, Standing
from onboarding import clock
from onboarding.tenancy.models import Notification
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from playbooks.models import AccountNote, Task
from tests.ladders import ladder, milestone

DAY = timedelta(days=1)
PATH = ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"}))


def test_a_note_is_told_to_whom_it_names_and_kept_as_it_was_written(acme_with_accounts, signed_in, alice):
    client = signed_in(alice)
    with workspace_scope(acme_with_accounts.pk):
        harbor = Account.objects.get(external_id="harbor").pk
    page = f"/w/acme/accounts/{harbor}/activity/"
    assert "Write something." in client.post(page, {"text": ""}).content.decode()
    client.post(page, {"text": "**Call** them, @bob <script>alert(1)</script>", "is_pinned": "on"})
    text = client.get(page).content.decode()
    assert "<strong>Call</strong>" in text
    assert "<script>alert" not in text
    with workspace_scope(acme_with_accounts.pk):
        note = AccountNote.objects.get()
        assert Notification.objects.get(member__user__name="Bob Builder").link == page
    client.post(f"/w/acme/notes/{note.pk}/unpin/")
    with workspace_scope(acme_with_accounts.pk):
        assert not AccountNote.objects.get().is_pinned
    client.post(f"/w/acme/notes/{note.pk}/remove/")
    with workspace_scope(acme_with_accounts.pk):
        assert not AccountNote.objects.exists()


def test_the_timeline_holds_everything_once_and_goes_back_in_pages(acme_with_accounts, signed_in, alice):
    with workspace_scope(acme_with_accounts.pk):
        harbor = Account.objects.get(external_id="harbor")
        for number in range(90):
            AccountNote.objects.create(
                workspace=acme_with_accounts,
                account=harbor,
                text=f"Note {number:02}",
                at=clock.now() - (number // 60) * DAY,
            )
        Task.objects.create(workspace=acme_with_accounts, account=harbor, title="Call", made_at=clock.now() - 3 * DAY)
        Standing.objects.create(
            workspace=acme_with_accounts, account=harbor, kind="waiting", note="Holidays", since=clock.now() - 4 * DAY
        )
        HealthChange.objects.create(
            workspace=acme_with_accounts, account=harbor, at=clock.now() - 2 * DAY, was="stalled", pace="on_track"
        )
    client, page, seen = signed_in(alice), f"/w/acme/accounts/{harbor.pk}/activity/", []
    before = ""
    for _ in range(6):
        answer = client.get(page + (f"?before={before}" if before else ""))
        seen += [entry for entry, _ in answer.context["entries"]]
        before = answer.context["older"].replace("+", "%2B")
        if not before:
            break
    notes = [entry.note.text for entry in seen if entry.note]
    assert sorted(notes) == [f"Note {number:02}" for number in range(90)], (
        "sixty are of one moment: none is lost, none comes twice"
    )
    assert {entry.kind for entry in seen} == {"progress", "notes", "tasks", "health"}
    assert [entry.at for entry in seen] == sorted((entry.at for entry in seen), reverse=True)
    assert {entry.kind for entry, _ in client.get(f"{page}?kind=health").context["entries"]} == {"health"}


def test_a_word_on_what_holds_it_up_shows_on_the_page_and_in_the_portfolio(acme_with_accounts, signed_in, alice):
    client = signed_in(alice)
    with workspace_scope(acme_with_accounts.pk):
        harbor = Account.objects.get(external_id="harbor").pk
    page = f"/w/acme/accounts/{harbor}/"
    refused = client.post(
        f"{page}standing/", {"kind": "blocked_by_us", "note": "", "until": "1999-01-01"}
    ).content.decode()
    assert "Say why, in a sentence." in refused
    assert "within the next three years" in refused
    client.post(f"{page}standing/", {"kind": "blocked_by_us", "note": "The import is broken"})
    assert "Blocked by us since" in client.get(page).content.decode()
    assert "The import is broken" in client.get("/w/acme/accounts/?pace=stalled").content.decode()
    client.post(f"{page}standing/", {"over": "1"})
    assert "The import is broken" not in client.get("/w/acme/accounts/?pace=stalled").content.decode()
