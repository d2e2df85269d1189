"""Figures of which accounts are what is counted: each once, whatever people it has, however the table is cut."""

from datetime import timedelta

import pytest

from analytics import exploring
from analytics.climbers import OTHERS, Dimension
from analytics.models import CountingRules
from milestones.models import Goal, GoalReading
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from tests.analytics.rollups import FLOOR, INDUSTRY, keep_all, laid_out
from tests.senders import Sender, identify, track

DAY = timedelta(days=1)
WEEK = Dimension("week")


@pytest.fixture
def bought(client, climbed):
    """Accounts a0 to a2 bought five seats each; a0 has a goal that is reached and one that is not."""
    now = clock.now()
    Sender(client, climbed).send(
        *(track(f"p{20 + n}", "Seats Added", now - 40 * DAY, account=f"a{n}", seats=5) for n in range(3))
    )
    with workspace_scope(climbed.pk):
        CountingRules.objects.create(workspace=climbed, expansion_event="Seats Added", expansion_property="seats")
        account = Account.objects.get(external_id="a0")
        for key, value in (("hours", 10), ("trucks", 1)):
            said = {"key": key, "title": key, "baseline": 0, "target": 10, "created_at": now}
            goal = Goal.objects.create(workspace=climbed, account=account, **said)
            GoalReading.objects.create(workspace=climbed, goal=goal, at=now, value=value, by="A")
    keep_all(climbed)
    return climbed


def test_an_account_as_one_has_first_value_when_the_first_of_its_people_has(climbed):
    cells = laid_out(climbed, "time_to_first_value.account", row=INDUSTRY, period="180")
    assert (cells[None, None]["value"], cells[None, None]["n"]) == (12, 10), (
        "each account's first people began 100 days ago"
    )
    assert (cells["rail", None]["n"], cells["sea", None]["n"]) == (5, 5)
    assert laid_out(climbed, "activation_rate.account", period="180")[None, None]["value"] == 1
    assert laid_out(climbed, "time_to_first_value.account", period="60")[None, None] is None, "they all began before"


@pytest.mark.parametrize(
    ("key", "value", "n"),
    [
        ("expansion", 0.3, 10),
        ("expansion.amount", 15, 3),
        ("outcomes", 0.5, 2),
        ("time_to_first_value.account", 12, 10),
    ],
)
@pytest.mark.parametrize("row", [None, FLOOR, WEEK, INDUSTRY], ids=str)
def test_everybody_is_the_same_however_it_is_cut(bought, monkeypatch, key, value, n, row):
    for most in (exploring.MOST_ROWS, 1):
        monkeypatch.setattr(exploring, "MOST_ROWS", most)
        cells = laid_out(bought, key, row=row, column=row and FLOOR, period="180")
        assert (cells[None, None]["value"], cells[None, None]["n"]) == (pytest.approx(value), n)
    if (OTHERS, None) in cells and row != WEEK:
        others = cells[OTHERS, None]
        assert (others["value"], others["n"]) == (pytest.approx(value), n), "all others hold each account once, too"


def test_an_account_stands_in_each_group_that_has_people_of_it(bought):
    cells = laid_out(bought, "expansion.amount", row=FLOOR)
    assert {row: cell["value"] for (row, _), cell in cells.items()} == {None: 15, "low": 15, "high": 15}


def test_a_purchase_is_of_the_account_at_which_its_buyer_was(client, bought):
    now = clock.now()
    seats = [identify("p20", now - 45 * DAY, account="a5"), track("p20", "Seats Added", now - 39 * DAY, seats=100)]
    Sender(client, bought).send(*seats)
    keep_all(bought)
    assert laid_out(bought, "expansion.amount")[None, None]["value"] == 115, "it names no account, and counts once"
    rows = laid_out(bought, "expansion", row=INDUSTRY)
    assert rows[None, None]["value"] == pytest.approx(0.4), "of a5, where they were last"
