"""How long a step usually takes: by the product-limit estimate, people who are still at it counted as not yet, tests left out."""

from datetime import timedelta

import pytest

from milestones.checklist.document import document
from milestones.checklist.sentences import days_in_words
from milestones.models import Enrollment, UsualTime
from milestones.pace import measure_pace
from milestones.survival import Spell, quantile
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Person
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track

# Freireich et al., Blood 21 (1963): weeks of remission under 6-MP; below 0: still in remission then.
REMISSION = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
SPELLS = [Spell(abs(weeks), weeks > 0) for weeks in REMISSION]


@pytest.mark.parametrize(
    ("share", "weeks"), [(0.1, 6), (0.15, 7), (0.25, 13), (0.3, 13), (0.35, 16), (0.5, 23), (0.6, None)]
)
def test_quantiles_of_a_published_example(share, weeks):
    assert quantile(SPELLS, share) == weeks


def test_nobody_says_nothing():
    assert quantile([], 0.5) is None
    assert quantile([Spell(3, False)] * 20, 0.1) is None


@pytest.fixture
def acme_with_pace(client, acme):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"})))
    sender, start = Sender(client, acme), clock.now() - timedelta(days=30)
    for number in range(12):
        person = f"p{number}"
        sender.send(identify(person, start, role="operator" if number < 10 else "administrator"))
        sender.send(track(person, "Reported", start + timedelta(days=1 + number)))
    sender.send(identify("waiting", start, role="operator"))
    return acme


def test_it_is_measured_by_role_and_for_all_together(acme_with_pace):
    with workspace_scope(acme_with_pace.pk):
        assert measure_pace(clock.now()) == 1
        rows = {row.role: row for row in UsualTime.objects.all()}
        assert set(rows) == {"", "operator"}, "two administrators are too few"
        assert (rows[""].people, rows["operator"].people) == (12, 10)
        assert rows["operator"].low == pytest.approx(1)
        assert rows["operator"].high == pytest.approx(9)
        measure_pace(clock.now())
        assert UsualTime.objects.count() == 2


def test_a_test_is_not_counted(acme_with_pace):
    with workspace_scope(acme_with_pace.pk):
        Person.objects.filter(external_id="p0").update(is_test=True)
        measure_pace(clock.now())
        assert not UsualTime.objects.filter(role="operator").exists(), "nine are too few"
        assert UsualTime.objects.get(role="").people == 11


def test_people_read_it_on_the_step(acme_with_pace):
    with workspace_scope(acme_with_pace.pk):
        measure_pace(clock.now())
        shown = document(Enrollment.objects.get(seat__person__external_id="waiting"), now=clock.now())
        assert shown["phases"][0]["rungs"][0]["usual"] == {
            "low": 1.0,
            "high": 9.0,
            "people": 10,
            "text": "1 to 9 days",
        }
        UsualTime.objects.all().delete()
        shown = document(Enrollment.objects.get(seat__person__external_id="waiting"), now=clock.now())
        assert shown["phases"][0]["rungs"][0]["usual"] is None


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.1, 0.6, "within a day"), (0.4, 3.2, "1 to 4 days"), (2, 2, "2 days")],
)  # fmt: skip
def test_in_words(low, high, words):
    assert days_in_words(low, high) == words
