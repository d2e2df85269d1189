"""Segments: who is in one by rule or list, what a ladder keeps of it, and ladders that follow one another."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum

from milestones.drafting import edits
from milestones.drafting.saving import open_draft, save
from milestones.models import Enrollment, Ladder, Segment
from milestones.replay import compare
from milestones.segments import make, members_of
from onboarding import clock
from onboarding.tenancy.keys import add_api_key
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import IntakeDay, Seat
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all, group, identify, track

PAGE = "/w/acme/segments/"
PRO = {"trait": "plan", "of": "account", "op": "eq", "value": "pro"}


@pytest.fixture
def sender(client, acme, alice, signed_in):
    signed_in(alice)
    sender, start = Sender(client, acme), clock.now() - timedelta(days=5)
    sender.send(identify("petra", start, role="operator", level=3), group("petra", "harbor", start, plan="pro"))
    sender.send(identify("luis", start, role="administrator"), group("luis", "harbor", start))
    sender.send(identify("kofi", start, role="operator", level=1), group("kofi", "quay", start, plan="free"))
    return sender


def who(acme, *, of="person", join="all", where=(), roles=()) -> set[str]:
    rule = {"join": join, "where": list(where), **({"roles": list(roles)} if roles else {})}
    with workspace_scope(acme.pk):
        return set(members_of(Segment(of=of, rule=rule)).values_list("external_id", flat=True))


def enrolled(acme, key="path") -> set[str]:
    with workspace_scope(acme.pk):
        running = Enrollment.objects.filter(ladder__key=key, ended_at=None)
        return set(running.values_list("seat__person__external_id", flat=True))


def test_a_rule_finds_who_fits_it_now(sender, acme):
    level = {"trait": "level", "of": "person", "op": "gte", "value": 2}
    missing = {"trait": "level", "of": "person", "op": "missing"}
    assert who(acme, where=[PRO]) == {"petra", "luis"}
    assert who(acme, where=[PRO, level]) == {"petra"}
    assert who(acme, join="any", where=[level, missing]) == {"petra", "luis"}
    assert who(acme, roles=["operator"]) == {"petra", "kofi"}
    assert who(acme, roles=["operator"], where=[PRO]) == {"petra"}
    assert who(acme, of="account", where=[PRO]) == {"harbor"}
    sender.send(group("kofi", "quay", plan="pro"))
    assert who(acme, of="account", where=[PRO]) == {"harbor", "quay"}


def test_one_is_made_changed_and_removed_in_the_browser(client, sender, acme):
    sent = {"name": "On pro", "of": "account", "how": "rule", "join": "all"}
    sent |= {"trait_0": "plan", "of_0": "account", "op_0": "eq", "value_0": "pro"}
    page = client.post(f"{PAGE}new/", sent, follow=True).content.decode()
    assert "1 account in it now." in page
    assert "harbor" in page
    page = client.post(f"{PAGE}on-pro/", sent | {"value_0": "free"}, follow=True).content.decode()
    assert "quay" in page
    client.post(f"{PAGE}on-pro/remove/")
    with workspace_scope(acme.pk):
        assert not Segment.objects.exists()


def test_a_list_names_who_is_in_it_and_all_are_put_on_a_ladder(client, sender, acme):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), enroll={"when": "manual"}))
    file = SimpleUploadedFile("people.csv", b"id,name\npetra,Petra\nkofi,Kofi\nnobody,\n")
    page = client.post(f"{PAGE}new/", {"name": "Pilot", "of": "person", "how": "list", "file": file}, follow=True)
    assert "2 people in it now." in page.content.decode()
    assert "1 of the list has not been seen yet." in page.content.decode()
    client.post(f"{PAGE}pilot/enroll/", {"ladder": "path", "note": "Pilot group"})
    assert enrolled(acme) == {"petra", "kofi"}


@pytest.mark.parametrize("of", ["account", "person"])
def test_who_sits_at_two_companies_is_put_on_at_the_one_that_is_meant(client, sender, acme, of):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), enroll={"when": "manual"}))
    sender.send(group("petra", "quay"), identify("petra", account="quay", role="operator"))
    sent = {"name": "On pro", "of": of, "how": "rule", "join": "all"}
    sent |= {"trait_0": "plan", "of_0": "account", "op_0": "eq", "value_0": "pro"}
    client.post(f"{PAGE}new/", sent)
    said = client.post(f"{PAGE}on-pro/enroll/", {"ladder": "path", "note": ""}, follow=True).content.decode()
    assert "2 people of “On pro” put on “Path”." in said
    with workspace_scope(acme.pk):
        on = Enrollment.objects.values_list("seat__person__external_id", "seat__account__external_id")
        assert set(on) == {("petra", "harbor"), ("luis", "harbor")}
    said = client.post(f"{PAGE}on-pro/enroll/", {"ladder": "path", "note": ""}, follow=True).content.decode()
    assert "Nobody of “On pro” is left to be put on “Path”." in said


def test_those_who_left_or_were_on_it_stand_in_nobody_s_way(client, sender, acme, monkeypatch):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), enroll={"when": "manual"}))
    file = SimpleUploadedFile("people.csv", b"petra\nluis\nkofi\n")
    client.post(f"{PAGE}new/", {"name": "Pilot", "of": "person", "how": "list", "file": file})
    with workspace_scope(acme.pk):
        Seat.objects.filter(person__external_id__in=["petra", "luis"]).update(left_at=clock.now())
    monkeypatch.setattr("milestones.studio.segments.AT_A_TIME", 1)
    client.post(f"{PAGE}pilot/enroll/", {"ladder": "path", "note": ""})
    assert enrolled(acme) == {"kofi"}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"name": "", "how": "rule"}, "Give the segment a name."),
        ({"how": "rule"}, "Say who is in it: a role, or a condition on a trait."),
        ({"how": "rule", "value_0": "pro"}, "Name the trait."),
        ({"how": "rule", "of": "account", "roles": ["operator"]}, "Companies have no role."),
        ({"how": "list", "ids": "  "}, "There is no id in it."),
    ],
)
def test_what_makes_no_segment_is_said_beside_it_and_nothing_typed_is_lost(client, sender, sent, message):
    page = client.post(f"{PAGE}new/", {"name": "Mine", "of": "person", "join": "any"} | sent).content.decode()
    assert message in page
    assert 'value="any" selected' in page


def test_a_ladder_keeps_the_segment_as_it_was_when_it_was_published(client, sender, acme):
    with workspace_scope(acme.pk):
        segment = make(name="On pro", of="account", rule={"join": "all", "where": [PRO]})
    document = ladder(
        milestone("report", {"event": "Reported"}),
        enroll={"when": "first_seen", "segment": "on-pro", "since": "2020-01-01"},
    )
    publish_ladder(acme, document)
    assert enrolled(acme) == {"petra", "luis"}
    with workspace_scope(acme.pk):
        Segment.objects.filter(pk=segment.pk).update(rule={"join": "all", "where": [PRO | {"value": "free"}]})
    sender.send(track("kofi", "Reported"))
    assert enrolled(acme) == {"petra", "luis"}
    assert "Path" in client.get(f"{PAGE}on-pro/").content.decode()
    said = client.post(f"{PAGE}on-pro/remove/", follow=True).content.decode()
    assert "is named by Path. Choose another one there first." in said
    with workspace_scope(acme.pk):
        assert list(compare()) == []


def test_any_of_several_conditions_takes_people_on_since_the_first_held(sender, acme):
    with workspace_scope(acme.pk):
        level = {"trait": "level", "of": "person", "op": "gte", "value": 3}
        make(name="Some", of="person", rule={"join": "any", "where": [PRO | {"value": "free"}, level]})
    document = ladder(milestone("report", {"event": "Reported"}), enroll={"when": "first_seen", "segment": "some"})
    publish_ladder(acme, document)
    sender.send(*(track(person, "Reported") for person in ("petra", "luis", "kofi")))
    assert enrolled(acme) == {"petra", "kofi"}


def test_a_draft_whose_segment_is_gone_is_not_published(client, sender, acme):
    publish_ladder(
        acme, ladder(milestone("report", {"event": "Reported"}, unlocks=["x"], cue="Do", success_metric="n"))
    )
    with workspace_scope(acme.pk):
        draft = open_draft(Ladder.objects.select_related("live").get(), member=None)
        enroll = {"when": "first_seen", "segment": "gone"}
        save(draft, lambda d: {**d, "enroll": enroll}, said="x", place="all", seen=None, member=None)
    page = client.get("/w/acme/ladders/path/draft/publish/").content.decode()
    assert "The segment “gone” that people are taken on by is gone. Choose another one." in page
    inspector = client.get("/w/acme/ladders/path/draft/").content.decode()
    assert "gone (gone)" in inspector


def follow_up(acme, **enroll) -> None:
    first = ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"}))
    publish_ladder(acme, first)
    enroll = {"when": "finished", "ladder": "path", **enroll}
    publish_ladder(acme, ladder(milestone("teach", {"event": "Taught"}), key="after", enroll=enroll))


def test_one_ladders_end_starts_another(sender, acme):
    follow_up(acme)
    at = clock.now() - timedelta(hours=2)
    sender.send(track("petra", "Reported", at))
    assert enrolled(acme, "after") == set()
    sender.send(track("petra", "Shared", at + timedelta(hours=1)))
    assert enrolled(acme, "after") == {"petra"}
    sender.send(track("petra", "Shared", at), track("petra", "Reported", at))
    with workspace_scope(acme.pk):
        days = IntakeDay.objects.aggregate(repeats=Sum("duplicates"), conflicts=Sum("conflicts"))
        assert days == {"repeats": 0, "conflicts": 0}, "nothing is written twice"
        row = Enrollment.objects.get(ladder__key="after")
        assert (row.enrolled_at, row.ordinal) == (at + timedelta(hours=1), 1)
        assert list(compare()) == []


def test_the_next_ladder_takes_on_whom_its_rule_asks_for(sender, acme):
    with workspace_scope(acme.pk):
        make(name="Operators on pro", of="person", rule={"join": "all", "where": [PRO], "roles": ["operator"]})
    follow_up(acme, segment="operators-on-pro")
    sender.send(*(track(person, event) for person in ("petra", "luis", "kofi") for event in ("Reported", "Shared")))
    assert enrolled(acme, "after") == {"petra"}


def test_ladders_that_would_start_each_other_are_refused(client, sender, acme):
    follow_up(acme)
    with workspace_scope(acme.pk):
        draft = open_draft(Ladder.objects.select_related("live").get(key="path"), member=None)
        circle = {"when": "finished", "ladder": "after"}
        save(draft, lambda d: edits.set_rules(d, enroll=circle), said="x", place="all", seen=None, member=None)
    page = client.get("/w/acme/ladders/path/draft/publish/").content.decode()
    assert "The ladders would start each other in a circle." in page


@pytest.mark.parametrize(("again", "times"), [("anew", 2), ("never", 1)])
def test_who_has_been_on_it_before_comes_back_or_does_not(client, sender, acme, again, times):
    enroll = {"when": "manual", "again": again}
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), enroll=enroll))
    with workspace_scope(acme.pk):
        _, key = add_api_key(name="Back end", scopes=["read", "write"])
    ask = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {key}"}}
    answer = client.post("/api/v1/people/petra/enrollments/", {"ladder": "path"}, **ask)
    assert (answer.status_code, answer.json()) == (200, {"ladder": "path", "enrolled": True})
    with workspace_scope(acme.pk):
        row = Enrollment.objects.get()
        person = row.seat.person_id
    client.post(f"/w/acme/people/{person}/enrollments/{row.pk}/leave/", {"reason": "Moved on"})
    assert enrolled(acme) == set()
    answer = client.post("/api/v1/people/petra/enrollments/", {"ladder": "path"}, **ask)
    drain_all(acme)
    assert answer.status_code == (200 if again == "anew" else 409)
    with workspace_scope(acme.pk):
        assert Enrollment.objects.count() == times
        assert list(compare()) == []


@pytest.mark.parametrize(
    ("person", "body", "status", "code"),
    [
        ("nobody", {"ladder": "path"}, 404, "unknown_person"),
        ("petra", {"ladder": "other"}, 404, "unknown_ladder"),
        ("petra", {"ladder": "path", "account": "quay"}, 404, "unknown_account"),
        ("petra", {}, 400, "invalid_request"),
    ],
)
def test_the_api_says_what_is_wrong(client, sender, acme, person, body, status, code):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), enroll={"when": "manual"}))
    with workspace_scope(acme.pk):
        _, key = add_api_key(name="Back end", scopes=["read", "write"])
        _, reader = add_api_key(name="Reader", scopes=["read"])
    address = f"/api/v1/people/{person}/enrollments/"
    ask = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {key}"}}
    answer = client.post(address, body, **ask)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    ask["headers"] = {"Authorization": f"Bearer {reader}"}
    assert client.post(address, body, **ask).status_code == 403
