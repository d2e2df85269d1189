"""Cohorts by any dimension: the executive view's shares, early where most have had too few days."""

import html
import re

import pytest

from analytics.asking import read_asked
from analytics.climbers import Dimension
from analytics.cohorts import cohorts
from analytics.conditions import ACCOUNT, PERSON
from analytics.executive import look
from analytics.models import Kept
from analytics.worked_out import COHORTS, work_out
from onboarding.tenancy.scope import workspace_scope
from tests.words import text_of

PAGE = "/w/acme/insight/cohorts/"


def found(workspace, row: Dimension, **said) -> dict:
    with workspace_scope(workspace.pk):
        return cohorts(read_asked({"period": "180"} | said, workspace.zone), row)


@pytest.mark.parametrize(
    "row", [Dimension("role"), Dimension(ACCOUNT, "industry"), Dimension(PERSON, "floor"), Dimension("month")], ids=str
)
def test_the_rows_add_up_to_the_executive_view(climbed, row):
    said = found(climbed, row)
    with workspace_scope(climbed.pk):
        steps = look(read_asked({"period": "180"}, climbed.zone), None).steps
    assert [(cell[0], cell[1]) for cell in said["cells"][0]] == [
        (step.shares.reached, step.shares.eligible) for step in steps
    ]
    for place in range(3):
        assert sum(row[place][0] for row in said["cells"][1:]) == said["cells"][0][place][0]
    assert sum(people for _, people in said["rows"][1:]) == said["rows"][0][1] == 60


def test_a_cell_is_early_while_most_have_had_too_few_days(climbed):
    by = {
        value: cells
        for (value, _), cells in zip(
            *(found(climbed, Dimension("month"))[key] for key in ("rows", "cells")), strict=True
        )
    }
    share = [cells[2] for value, cells in by.items() if value]
    assert share[0] == [0, 20, False], "a hundred days are enough"
    assert share[-1] == [0, 40, True], "fifty are not, where nobody has shown how long it takes"


def test_the_page_goes_on_to_the_people(climbed, signed_in, alice, bob):
    client, query = signed_in(alice), "period=180&rows=account.industry"
    client.get(f"{PAGE}?{query}")
    with workspace_scope(climbed.pk):
        work_out(Kept.objects.get(kind=COHORTS).pk)
    page = client.get(f"{PAGE}?{query}")
    assert "The biggest leak is “Share”" in text_of(page)
    address = re.search(r'href="(/w/acme/insight/people/[^"]+rail[^"]+publish[^"]*)"', page.content.decode())[1]
    assert "27 people" in text_of(client.get(html.unescape(address)))
    other = signed_in(bob).get(f"{PAGE}?{query}")
    assert "insight/people" not in other.content.decode()
    assert signed_in(bob).get(f"{PAGE}?rows=person.floor").status_code == 200
    for rows, shown in (
        ("account.industry", "account.industry"),
        ("account.champion", "week"),
        ("person.floor", "week"),
    ):
        page = signed_in(bob).get(f"{PAGE}?rows={rows}&where=account.champion:dana%40harbor.example")
        assert (page.context["row_key"], page.context["asked"].where) == (shown, ()), (
            "a trait may be somebody's address"
        )
