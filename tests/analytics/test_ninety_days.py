"""Ninety days on one page: what is over, how far groups lie apart, and what stuck steps cost."""

import csv
import io

from analytics.asking import read_asked
from analytics.models import CountingRules, Kept
from analytics.ninety import ninety_days
from analytics.rollups.basis import counting_rules
from analytics.worked_out import NINETY, work_out
from onboarding.tenancy.scope import workspace_scope
from tests.analytics.rollups import counted_behind
from tests.words import text_of

PAGE = "/w/acme/insight/ninety-days/"


def worked(workspace, **said) -> dict:
    with workspace_scope(workspace.pk):
        asked = read_asked({"period": "180"} | said, workspace.zone)
        return ninety_days(asked, counting_rules(), str(workspace.zone), seed=1)


def opened(client, workspace, query="period=180"):
    client.get(f"{PAGE}?{query}")
    with workspace_scope(workspace.pk):
        for row in Kept.objects.filter(kind=NINETY, said__isnull=True):
            work_out(row.pk)
    return client.get(f"{PAGE}?{query}")


def test_each_window_says_how_many_have_had_it(climbed):
    said = worked(climbed)
    assert (said["people"], said["had"]) == (60, {"30": 60, "60": 20, "90": 20})
    early = dict(said["windows"])["early"]
    assert early["activation_rate"]["value"] == 52 / 60
    assert dict(said["windows"])["long"]["retention_weekly.12"]["n"] == 20


def test_groups_are_laid_side_by_side(climbed):
    by = {spread["by"]: spread for spread in worked(climbed)["spreads"]}
    assert [value for value, _ in by["account.industry"]["rows"]] == [None, "rail", "sea"]
    assert [round(cell["value"], 3) for cell in by["account.industry"]["cells"]] == [0.867, 0.9, 0.833]
    assert [value for value, _ in by["manager"]["rows"]] == [None, ""]


def test_stuck_steps_cost_their_days(climbed):
    steps = {step["key"]: step for step in worked(climbed)["stuck"]}
    # Eight began 50 days ago, past the first step on day 1, and stuck once 11 days had passed: to yesterday that is 37 days each.
    assert (steps["publish"]["people"], steps["publish"]["after"], steps["publish"]["days"]) == (8, 11, 8 * 37)
    assert steps["publish"]["accounts"] == 8
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "180"}, climbed.zone)
        for step in steps.values():
            assert counted_behind(asked, step["key"], "stuck", longer=step["after"]) == step["people"]


def test_the_page_says_what_it_assumes_and_lets_it_be_changed(climbed, signed_in, alice):
    client = signed_in(alice)
    page = text_of(opened(client, climbed))
    assert "of 60 people" in page
    assert "unlockings" in page, "what stands below the line has its unit"
    assert "Of 60 people who began, 87% reach first value within 30 days" in page
    assert "Unfinished 20 of 60 have had all of it." in page
    assert "Nobody has said what such a day is worth." in page
    page = text_of(client.get(f"{PAGE}?period=180&worth=2.5"))
    assert "Assuming that a day on which one person gets on is worth 2.5" in page
    with workspace_scope(climbed.pk):
        CountingRules.objects.update_or_create(workspace=climbed, defaults={"day_worth": 10, "day_worth_unit": "EUR"})
    assert "2,960 EUR" in text_of(client.get(f"{PAGE}?period=180"))
    for nonsense in ("x", "-1", "1e99", "nan", "inf"):
        assert "is worth 10 EUR" in text_of(client.get(f"{PAGE}?period=180&worth={nonsense}"))


def test_it_speaks_of_a_year_where_nobody_says_otherwise(climbed, signed_in, alice):
    client = signed_in(alice)
    page = text_of(opened(client, climbed, ""))
    assert "Of 60 people who began" in page, "twenty of them a hundred days ago"
    assert "Of 40 people who began" in text_of(opened(client, climbed, "period=60"))


def test_stuck_steps_as_a_file(climbed, signed_in, alice):
    client = signed_in(alice)
    opened(client, climbed)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PAGE}?period=180&format=csv&worth=2").content.decode())))
    assert {row["step"]: (row["person_days"], row["cost"]) for row in rows}["publish"] == ("296", "592.0")


def test_an_executive_reads_it_without_names(climbed, signed_in, bob):
    page = opened(signed_in(bob), climbed)
    assert page.status_code == 200
    assert "insight/people" not in page.content.decode()
