"""What a member does about somebody's progress: each act is a fact, shows in the evidence, and stands on the audit trail."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from milestones.models import Enrollment, Progress
from milestones.replay import compare
from onboarding import clock
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track


@pytest.fixture
def studio(client, acme, alice, signed_in):
    """Hannah, an operator at Harbor, is on the ladder “path”; “extra” takes people on by hand only."""
    document = ladder(
        milestone("share", {"event": "Shared"}),
        milestone("rules", {"event": "Rules Set"}),
        milestone("shift", {"event": "Shift Begun"}),
        rungs={
            "share": {"due": {"days": 5}},
            "rules": {"tracks": ["administrator"]},
            "shift": {"tracks": ["operator"]},
        },
    )
    publish_ladder(acme, document)
    publish_ladder(acme, ladder(milestone("bonus", {"event": "Bonus"}), key="extra", enroll={"when": "manual"}))
    sender = Sender(client, acme)
    start = clock.now() - timedelta(days=2)
    sender.send(identify("hannah", start, account="harbor", role="operator"), track("hannah", "Shared", start))
    sender.send(identify("petra", start, account="harbor", role="operator"))
    client.sender = sender
    return signed_in(alice)


def hannah(acme):
    with workspace_scope(acme.pk):
        return Person.objects.get(external_id="hannah").pk


def on(acme, key="path", user="hannah"):
    with workspace_scope(acme.pk):
        rows = Enrollment.objects.filter(ladder__key=key, seat__person__external_id=user).order_by("-ordinal")
        return rows.select_related("seat").first()


def rung(acme, key, ladder="path"):
    with workspace_scope(acme.pk):
        return Progress.objects.get(enrollment=on(acme, ladder), key=key)


def audited(acme):
    with workspace_scope(acme.pk):
        assert list(compare()) == []
        return AuditEntry.objects.order_by("-pk").first()


def act(client, acme, verb, key="shift", **sent):
    address = f"/w/acme/people/{hannah(acme)}/enrollments/{on(acme).pk}"
    return client.post(f"{address}/rungs/{key}/{verb}/" if key else f"{address}/{verb}/", sent)


def test_a_rung_is_confirmed_with_a_note_that_stands_in_the_evidence(studio, acme):
    act(studio, acme, "confirm", note="Seen on the call.")
    row = rung(acme, "shift")
    assert (row.how, row.by, row.evidence[0]["note"]) == ("confirmed", "Alice Archer", "Seen on the call.")
    assert audited(acme).verb == "confirmed a rung"


def test_a_rung_is_skipped_and_opened_again_with_a_reason(studio, acme):
    act(studio, acme, "skip", note="They have no shifts.")
    assert rung(acme, "shift").skipped_at is not None
    assert "This field is required." in act(studio, acme, "reopen").content.decode()
    act(studio, acme, "reopen", reason="Now they have.")
    assert rung(acme, "shift").skipped_at is None
    assert audited(acme).detail["note"] == "Now they have."


def test_a_date_is_extended_and_the_clock_paused(studio, acme):
    act(studio, acme, "reopen", key="share", reason="Again.")
    until = (clock.now() + timedelta(days=30)).date()
    act(studio, acme, "extend", key="share", until=until.isoformat())
    assert rung(acme, "share").due_at.date() == until
    act(studio, acme, "pause", key="", note="We owe them a connector.")
    assert audited(acme).detail["note"] == "We owe them a connector."
    page = studio.get(f"/w/acme/people/{hannah(acme)}/").content.decode()
    assert "Paused" in page
    act(studio, acme, "resume", key="")
    assert audited(acme).verb == "resumed an enrollment"


def test_somebody_is_put_on_a_ladder_taken_off_and_begins_anew(studio, acme):
    page = f"/w/acme/people/{hannah(acme)}/"
    assert "Choose a ladder." in studio.post(f"{page}enroll/", {"ladder": "path"}).content.decode()
    studio.post(f"{page}enroll/", {"ladder": "extra", "note": "Asked for it."})
    first = on(acme, "extra")
    assert first.ended_at is None
    assert audited(acme).verb == "enrolled a person"
    leave = f"{page}enrollments/{first.pk}/leave/"
    assert "This field is required." in studio.post(leave).content.decode()
    studio.post(leave, {"reason": "Changed teams."})
    assert on(acme, "extra").ended_at is not None
    assert audited(acme).detail["note"] == "Changed teams."
    studio.post(f"{page}enroll/", {"ladder": "extra"})
    assert on(acme, "extra").ordinal == 2
    studio.sender.send(track("hannah", "Bonus", clock.now()))
    assert rung(acme, "bonus", "extra").reached_at is not None


def test_a_track_is_changed_until_the_product_says_another_role(studio, acme):
    page = f"/w/acme/people/{hannah(acme)}/enrollments/{on(acme).pk}/track/"
    assert "Choose a track." in studio.post(page).content.decode()
    studio.post(page, {"role": "administrator", "note": "She is the admin now."})
    assert rung(acme, "rules").on_track
    assert not rung(acme, "shift").on_track
    assert audited(acme).detail["role"] == "administrator"
    studio.sender.send(identify("hannah", clock.now(), account="harbor", role="operator"))
    assert rung(acme, "shift").on_track


def test_a_whole_account_is_put_on_a_ladder(studio, acme):
    with workspace_scope(acme.pk):
        account = Account.objects.get().pk
    page = f"/w/acme/accounts/{account}/enroll/"
    studio.post(page, {"ladder": "extra", "note": "Kick-off."})
    assert on(acme, "extra", "hannah")
    assert on(acme, "extra", "petra")
    entry = audited(acme)
    assert (entry.verb, entry.detail["people"]) == ("enrolled an account", 2)
    assert (
        "Everybody of this account is on this ladder already."
        in studio.post(page, {"ladder": "extra"}).content.decode()
    )


def test_a_list_is_put_on_a_ladder_and_the_unknown_are_named(studio, acme):
    page = "/w/acme/ladders/extra/enroll/"
    assert "There is no id in it." in studio.post(page, {"text": " \n"}).content.decode()
    said = studio.post(
        page, {"text": "user_id,name\nhannah,Hannah Berg\nnobody\nhannah", "note": "Pilot."}
    ).content.decode()
    assert "1 not known" in said
    assert "nobody" in said
    assert on(acme, "extra", "hannah").ended_at is None
    assert audited(acme).detail == {"people": 1, "note": "Pilot."}
    again = studio.post(page, {"text": "hannah\npetra"}).content.decode()
    assert "1 on it already; nothing changes for them." in again
    assert on(acme, "extra", "petra") is not None


def test_a_quotation_mark_without_its_other_half_swallows_nobody(studio, acme):
    page = "/w/acme/ladders/extra/enroll/"
    said = studio.post(page, {"text": '"oops\nhannah\n"petra",x\n' + "y" * 200_000}).content.decode()
    assert on(acme, "extra", "hannah") is not None
    assert on(acme, "extra", "petra") is not None
    assert "2 not known" in said


def test_a_csv_file_is_read_and_what_is_no_text_refused(studio, acme):
    page = "/w/acme/ladders/extra/enroll/"
    file = SimpleUploadedFile("people.csv", "\ufeffid,x\nhannah".encode())
    assert "2 not known" not in studio.post(page, {"file": file}).content.decode()
    assert on(acme, "extra", "hannah") is not None
    refused = studio.post(page, {"file": SimpleUploadedFile("people.csv", b"\xff\xfe\x00")}).content.decode()
    assert "This is not a text file in UTF-8." in refused
    many = "\n".join(map(str, range(2_001)))
    assert "At most 2,000 people at a time; these are 2,001." in studio.post(page, {"text": many}).content.decode()
