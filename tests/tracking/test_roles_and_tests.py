"""Roles that a workspace names, and people who are left out of every number: by rule, by hand, visibly."""

from datetime import timedelta

import pytest

from milestones.drafting.saving import open_draft
from milestones.dry_run import dry_run
from milestones.ladder_files import LadderFileError
from milestones.models import Enrollment, Ladder, Progress
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person, Role
from onboarding.tracking.role_keys import role_key
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

ROLES, TESTS = "/w/acme/settings/roles/", "/w/acme/settings/tests/"


@pytest.fixture
def studio(signed_in, alice, acme):
    return signed_in(alice)


@pytest.fixture
def sender(studio, client, acme):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"})))
    sender, start = Sender(client, acme), clock.now() - timedelta(days=3)
    for person, email in (("petra", "petra@harbor.example"), ("tess", "tess@acme.example")):
        sender.send(identify(person, start, email=email, internal=person == "tess"), group(person, "harbor", start))
        sender.send(track(person, "Reported", start))
    return sender


def names(acme) -> list[str]:
    with workspace_scope(acme.pk):
        return list(Role.objects.order_by("position").values_list("name", flat=True))


def left_out(acme) -> set[str]:
    with workspace_scope(acme.pk):
        return set(Person.objects.filter(is_test=True).values_list("external_id", flat=True))


def test_roles_are_added_renamed_ordered_and_taken_away(studio, acme):
    assert "Power user" in studio.get(ROLES).content.decode()
    studio.post(ROLES, {"name": "Data steward"})
    assert names(acme) == ["Administrator", "Power user", "Operator", "Data steward"]
    studio.post(f"{ROLES}data_steward/up/")
    studio.post(f"{ROLES}operator/remove/")
    studio.post(f"{ROLES}power_user/rename/", {"name": "Analyst"})
    assert names(acme) == ["Administrator", "Analyst", "Data steward"]
    publish_ladder(
        acme, ladder(milestone("report", {"event": "Reported"}), rungs={"report": {"tracks": ["power_user"]}})
    )
    assert "Analyst" in studio.get("/w/acme/ladders/path/").content.decode()


def test_a_role_comes_once(studio, acme):
    page = studio.post(ROLES, {"name": "POWER-user"}).content.decode()
    assert "There is a role of this name already." in page


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Power user", "power_user"),
        (" power--user ", "power_user"),
        ("ＰＯＷＥＲ　ＵＳＥＲ", "power_user"),
        ("Propriétaire", "propriétaire"),
        ("दाता", "दाता"),
        ("दाती", "दाती"),
        ("ผู้ดูแล", "ผู้ดูแล"),
        ("---", ""),
        ("x" * 59 + " y", "x" * 59),
    ],
)
def test_a_role_is_compared_by_its_letters(said, key):
    assert role_key(said) == key
    assert role_key(key) == key


def test_a_file_and_a_quorum_name_a_role_by_its_key(client, acme, studio):
    with pytest.raises(LadderFileError, match="'владелец' instead of 'Владелец'"):
        ladder(milestone("report", {"event": "Reported"}), rungs={"report": {"tracks": ["Владелец"]}})
    half = {"event": "Reported", "by": {"role": "Power user", "share": 0.5}}
    publish_ladder(acme, ladder(milestone("report", half)))
    Sender(client, acme).send(
        identify("petra", role="power-user"), group("petra", "harbor"), track("petra", "Reported")
    )
    with workspace_scope(acme.pk):
        assert Progress.objects.get().reached_at is not None


def test_a_role_in_any_script_is_a_role(studio, client, acme):
    Sender(client, acme).send(identify("ken", role="データ 管理者"), identify("olga", role="Propriétaire"))
    page = studio.get(ROLES).content.decode()
    assert "<code>データ_管理者</code> (1)" in page
    assert "<code>propriétaire</code> (1)" in page
    studio.post(ROLES, {"name": "データ管理者"})
    assert names(acme)[-1] == "データ管理者"
    tracks = {"report": {"tracks": ["データ_管理者"]}}
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), rungs=tracks))
    with workspace_scope(acme.pk):
        assert Enrollment.objects.filter(seat__person__external_id="ken", progress__on_track=True).exists()


def test_a_domain_leaves_people_out_at_once_and_those_who_come_later(studio, sender, acme):
    studio.post(TESTS, {"kind": "domain", "value": "@Acme.example"})
    assert left_out(acme) == {"tess"}
    sender.send(identify("late", email="late@acme.example"))
    assert left_out(acme) == {"tess", "late"}
    sender.send(identify("late", email="late@harbor.example"))
    assert left_out(acme) == {"tess"}


def test_a_trait_and_a_word_by_hand_which_comes_last(studio, sender, acme):
    studio.post(TESTS, {"kind": "person", "trait": "internal", "value": "true"})
    assert left_out(acme) == {"tess"}
    with workspace_scope(acme.pk):
        tess, petra = (Person.objects.get(external_id=each).pk for each in ("tess", "petra"))
    studio.post(f"/w/acme/people/{tess}/test/", {"is": "real"})
    studio.post(f"/w/acme/people/{petra}/test/", {"is": "test"})
    assert left_out(acme) == {"petra"}
    studio.post(f"/w/acme/people/{petra}/test/", {"is": "rules"})
    assert left_out(acme) == set()


def test_they_climb_but_no_number_counts_them(studio, sender, acme):
    studio.post(TESTS, {"kind": "domain", "value": "acme.example"})
    with workspace_scope(acme.pk):
        assert Progress.objects.filter(reached_at__isnull=False).count() == 2
        draft = open_draft(Ladder.objects.select_related("live").get(), member=None)
        run = dry_run(draft, carry=set(), now=clock.now(), most=10)
        assert (run.under_way, run.judged, run.rungs["report"].before) == (1, 1, 1)
    people = studio.get("/w/acme/people/").content.decode()
    assert "1 test person left out" in people
    assert "1 person has finished" in people
    assert "1 enrollment has finished" in studio.get("/w/acme/ladders/path/").content.decode()


def test_a_whole_account_is_left_out(studio, sender, acme):
    with workspace_scope(acme.pk):
        harbor = Account.objects.get()
        enrolled = Enrollment.objects.count()
    studio.post(f"/w/acme/accounts/{harbor.pk}/test/", {"is": "test"})
    assert enrolled == 2
    assert "Nobody is on this ladder yet." in studio.get("/w/acme/ladders/path/").content.decode()
    assert "1 test account left out" in studio.get("/w/acme/accounts/").content.decode()


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"kind": "domain", "value": "acme"}, "That is not a domain."),
        ({"kind": "person", "value": "true"}, "Name the trait."),
        ({"kind": "domain", "value": ""}, "Say which domain, or which value."),
    ],
)
def test_a_rule_that_says_nothing_is_refused_beside_its_field(studio, sent, message):
    assert message in studio.post(TESTS, sent).content.decode()
