"""Table by table: what a small story leaves in the roll-ups, and no other rows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache.backends.locmem import LocMemCache

from analytics.models import Climb, CountingRules, Keeping
from analytics.rollups import keeping
from milestones.replay import rebuild
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking import counting
from onboarding.tracking.models import Person
from onboarding.tracking.staging import wait_for_turn
from tests.analytics.rollups import days_of, everything, keep_all, matrix_of
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, alias, group, identify, track

DAY = timedelta(days=1)
START = datetime(2026, 9, 7, 9, tzinfo=UTC)  # a Monday
COHORT = START.date()


@pytest.fixture
def sender(client, acme):
    document = ladder(
        milestone("connect", {"event": "Connected"}),
        milestone("publish", {"event": "Published"}, unlocks=["alerts"]),
        milestone("share", {"event": "Shared"}),
        rungs={"publish": {"first_value": True, "requires": ["connect"]}, "share": {"tracks": ["operator"]}},
        enroll={"when": "first_seen", "since": "2020-01-01"},
    )
    document["features"] = [{"key": "alerts", "name": "Alerts", "events": ["Alert Set"]}]
    publish_ladder(acme, document)
    return Sender(client, acme)


def story(sender):
    sender.send(
        identify("hannah", START, role="operator", account="harbor"),
        group("hannah", "harbor", START, industry="logistics"),
        track("hannah", "Connected", START + DAY, account="harbor"),
        track("hannah", "Published", START + 3 * DAY, account="harbor"),
        track("hannah", "Alert Set", START + 12 * DAY, account="harbor"),
        identify("kofi", START, role="lead"),
        track("kofi", "Connected", START + 2 * DAY),
    )


def test_days_are_those_of_the_calendar_and_each_name_is_there_once(sender, acme):
    acme.timezone = "America/New_York"
    with workspace_scope(acme.pk):
        acme.save()
    sender.send(
        identify("hannah", START),
        track("hannah", "Shared", datetime(2026, 9, 8, 3, tzinfo=UTC)),
        track("hannah", "Shared", datetime(2026, 9, 8, 3, 59, tzinfo=UTC)),
        track("hannah", "Opened", datetime(2026, 9, 8, 3, 30, tzinfo=UTC)),
        track("hannah", "Shared", datetime(2026, 9, 8, 4, tzinfo=UTC)),
    )
    keep_all(acme)
    assert days_of(acme) == {
        ("hannah", date(2026, 9, 7)): ["Opened", "Shared"],
        ("hannah", date(2026, 9, 8)): ["Shared"],
    }, "identify is no activity"


def test_the_matrices_hold_what_happened_and_no_other_rows(sender, acme):
    keep_all(acme)
    story(sender)
    keep_all(acme)
    hannah, kofi = (1, "operator", ""), (1, "lead", "")
    assert matrix_of(acme) == {
        (*hannah, "rung:connect", COHORT): {"eligible": 1, "reached": {1: 1}},
        (*hannah, "rung:publish", COHORT): {"eligible": 1, "reached": {3: 1}},
        (*hannah, "rung:share", COHORT): {"eligible": 1},
        (*hannah, "wait:connect", COHORT): {"eligible": 1, "reached": {1: 1}},
        (*hannah, "wait:publish", COHORT + DAY): {"eligible": 1, "reached": {2: 1}},
        (*hannah, "wait:share", COHORT): {"eligible": 1},
        (*hannah, "first_value", COHORT): {"eligible": 1, "reached": {3: 1}},
        (*hannah, "done", COHORT): {"eligible": 1},
        (*hannah, "use:alerts", COHORT + 3 * DAY): {"eligible": 1, "reached": {9: 1}},
        (*hannah, "week", COHORT): {"eligible": 1, "reached": {0: 1, 1: 1}},
        (*hannah, "month", COHORT): {"eligible": 1, "reached": {0: 1}},
        (*kofi, "rung:connect", COHORT): {"eligible": 1, "reached": {2: 1}},
        (*kofi, "rung:publish", COHORT): {"eligible": 1},
        (*kofi, "rung:share", COHORT): {"not_theirs": 1},
        (*kofi, "wait:connect", COHORT): {"eligible": 1, "reached": {2: 1}},
        (*kofi, "wait:publish", COHORT + 2 * DAY): {"eligible": 1},
        (*kofi, "first_value", COHORT): {"eligible": 1},
        (*kofi, "done", COHORT): {"eligible": 1},
        (*kofi, "week", COHORT): {"eligible": 1, "reached": {0: 1}},
        (*kofi, "month", COHORT): {"eligible": 1, "reached": {0: 1}},
    }
    by_industry = matrix_of(acme, segment=1)
    assert by_industry[1, "operator", "logistics", "first_value", COHORT] == {"eligible": 1, "reached": {3: 1}}
    assert by_industry[1, "lead", "", "first_value", COHORT] == {"eligible": 1}
    assert len(by_industry) == len(matrix_of(acme))


def test_a_moved_reach_is_taken_away_and_added(sender, acme):
    story(sender)
    keep_all(acme)
    before = version_of(acme)
    sender.send(track("hannah", "Published", START + 2 * DAY, account="harbor"))  # late: it was earlier than thought
    keep_all(acme)
    rows = matrix_of(acme)
    assert rows[1, "operator", "", "first_value", COHORT] == {"eligible": 1, "reached": {2: 1}}
    assert (1, "operator", "", "use:alerts", COHORT + 3 * DAY) not in rows
    assert rows[1, "operator", "", "use:alerts", COHORT + 2 * DAY] == {"eligible": 1, "reached": {10: 1}}
    assert version_of(acme) > before


def version_of(acme) -> int:
    with workspace_scope(acme.pk):
        return Keeping.objects.get().version


def test_nothing_new_changes_nothing(sender, acme):
    story(sender)
    keep_all(acme)
    before = version_of(acme), everything(acme)
    assert not keeping.keep(acme.pk)
    sender.send(track("hannah", "Alert Set", START + 12 * DAY, account="harbor"))
    keep_all(acme)
    assert (version_of(acme), everything(acme)) == before, "the same again on a day that is counted"


def test_an_account_that_leaves_is_an_end_of_its_own(sender, acme):
    story(sender)
    keep_all(acme)
    sender.send(group("hannah", "harbor", START + 20 * DAY, churned_at=(COHORT + 5 * DAY).isoformat()))
    keep_all(acme)
    rows = matrix_of(acme)
    assert rows[1, "operator", "", "done", COHORT] == {"eligible": 1, "gone": {5: 1}}
    assert rows[1, "operator", "", "first_value", COHORT] == {"eligible": 1, "reached": {3: 1}}, "it was there before"
    assert rows[1, "operator", "", "rung:share", COHORT] == {"eligible": 1, "gone": {5: 1}}
    assert rows[1, "operator", "", "use:alerts", COHORT + 3 * DAY] == {"eligible": 1, "gone": {2: 1}}
    assert "gone" not in rows[1, "lead", "", "done", COHORT]


@pytest.mark.parametrize("said", ["2999-12-31", "2026-02-31", "soon", 20260912, None, {"on": "2026-09-12"}, ""])
def test_whatever_a_trait_says_counting_goes_on(sender, acme, said):
    story(sender)
    sender.send(group("hannah", "harbor", START + 20 * DAY, churned_at=said, industry=["rail"] * 100, size="s" * 300))
    keep_all(acme)
    assert (1, "lead", "", "done", COHORT) in matrix_of(acme)
    assert list(keeping.differences(acme.pk)) == []


def test_an_earlier_first_use_that_comes_late_is_counted(sender, acme):
    story(sender)
    keep_all(acme)
    sender.send(track("hannah", "Alert Set", START + 8 * DAY, account="harbor"))
    keep_all(acme)
    assert matrix_of(acme)[1, "operator", "", "use:alerts", COHORT + 3 * DAY] == {"eligible": 1, "reached": {5: 1}}
    assert list(keeping.differences(acme.pk)) == []


def test_tests_are_left_out_visibly(sender, acme):
    story(sender)
    with workspace_scope(acme.pk):
        counting.say(Person.objects.get(external_id="hannah"), test=True)
    keeping.keep(acme.pk)
    keeping.recount(acme.pk)
    rows = matrix_of(acme)
    assert rows[1, "operator", "", "first_value", COHORT] == {"left_out": 1}
    assert rows[1, "operator", "", "week", COHORT] == {"left_out": 1}
    assert rows[1, "lead", "", "first_value", COHORT] == {"eligible": 1}


def test_two_who_are_one_are_counted_once(sender, acme):
    story(sender)
    sender.send(track(None, "Opened", START - DAY, anonymous="a1"))
    keep_all(acme)
    sender.send(identify("hannah", START + DAY, anonymous="a1"), alias("kofi", "hannah", START + DAY))
    keep_all(acme)
    assert {person for person, _ in days_of(acme)} == {"hannah"}
    with workspace_scope(acme.pk):
        assert Climb.objects.count() == 1
    assert list(keeping.differences(acme.pk)) == []


@pytest.mark.parametrize("change", ["another industry", "another calendar", "other segments", "a replay"])
def test_what_changes_without_a_fact_of_theirs_is_counted_in(sender, acme, change):
    story(sender)
    keep_all(acme)
    with workspace_scope(acme.pk):
        if change == "another calendar":
            acme.timezone = "Pacific/Auckland"
            acme.save()
        elif change == "other segments":
            CountingRules.objects.create(workspace=acme, segments=["plan"])
        elif change == "a replay":
            wait_for_turn(300)
            rebuild()
    if change == "another industry":
        sender.send(group("hannah", "harbor", START + 30 * DAY, industry="rail"))
    keeping.recount(acme.pk)
    assert list(keeping.differences(acme.pk)) == []
    if change == "another industry":
        assert (1, "operator", "rail", "done", COHORT) in matrix_of(acme, segment=1)
    kept = everything(acme)
    keeping.make_anew(acme.pk)
    assert everything(acme) == kept


def test_a_recount_finds_what_is_wrong(sender, acme):
    story(sender)
    keep_all(acme)
    with workspace_scope(acme.pk):
        Climb.objects.filter(role="lead").update(first_value=4)
    climbs, rows = keeping.differences(acme.pk)
    assert climbs == "2 climbs", "one that is there, one that should be"
    assert rows.endswith("rows of matrices")
    keeping.make_anew(acme.pk)
    assert list(keeping.differences(acme.pk)) == []


def test_a_wish_for_a_recount_is_handed_over_once(sender, acme, monkeypatch, django_capture_on_commit_callbacks):
    handed = []
    monkeypatch.setattr(keeping, "hand_over", lambda *said: handed.append(said))
    monkeypatch.setattr(
        keeping, "cache", LocMemCache("recounts", {})
    )  # the other one is emptied by tests beside this one
    with django_capture_on_commit_callbacks(execute=True), workspace_scope(acme.pk):
        for _ in range(5):
            acme.save()
            CountingRules.objects.update_or_create(workspace=acme)
    assert handed == [("analytics.recount", acme.pk)]
    keeping.recount(acme.pk)
    with django_capture_on_commit_callbacks(execute=True):
        story(sender)
    assert len(handed) == 1, "traits that arrive ask for nothing"
    with django_capture_on_commit_callbacks(execute=True), workspace_scope(acme.pk):
        counting.say(Person.objects.get(external_id="hannah"), test=True)
    assert len(handed) == 2
