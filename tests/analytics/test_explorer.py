"""The explorer: each figure is the executive view's own, cut as one likes, with its people, and beside the time before."""

import csv
import html
import io
import json
import re
from datetime import timedelta

import pytest

from analytics.asking import read_asked
from analytics.behind import people_behind
from analytics.climbers import Dimension
from analytics.conditions import ACCOUNT, PERSON, Condition, read_condition
from analytics.dimensions import dimension_of
from analytics.executive import look
from analytics.exploring import OTHERS, Question, explore
from analytics.kept import AGED, answer
from analytics.measures import measure_of, measures_of
from analytics.models import CountingRules, Kept, SavedView
from analytics.pages.explored import narrowed
from analytics.reading import count_sheet, read_sheet
from analytics.rollups.basis import counting_rules
from analytics.worked_out import ENGAGEMENT, EXPLORED, SHEET, work_out
from onboarding import clock
from onboarding.tenancy.csv_cells import harmless
from onboarding.tenancy.models import Access, Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from tests.analytics.rollups import FLOOR, INDUSTRY, counted_behind, laid_out
from tests.words import text_of

PAGE = "/w/acme/insight/explore/"
DAY = timedelta(days=1)
ROLE, WEEK = Dimension("role"), Dimension("week")


@pytest.mark.parametrize(
    ("key", "value", "n"),
    [
        ("time_to_first_value", 6, 40),
        ("activation_rate", 0.8, 40),
        ("ladder_completion.30", 0, 40),
        ("reach.publish", 0.8, 40),
        ("time_per_step.publish", 5, 40),
        ("stuck.publish", 0.2, 40),
        ("feature_adoption.alerts", 10 / 32, 32),
        ("retention_weekly.4", 0, 40),
        ("repeat_use", 0, 10),
        ("depth", (62 + 20) / 50, 50),
    ],
)
def test_everybody_together_is_the_executive_view_s_own_figure(climbed, key, value, n):
    cell = laid_out(climbed, key)[None, None]
    assert (cell["value"], cell["n"]) == (pytest.approx(value), n)


def test_two_dimensions_cut_everybody_into_cells_that_add_up(climbed):
    cells = laid_out(climbed, "activation_rate", row=INDUSTRY, column=ROLE)
    assert {key: cell["n"] for key, cell in cells.items()} == {
        (None, None): 40,
        (None, "lead"): 20,
        (None, "operator"): 20,
        ("rail", None): 20,
        ("sea", None): 20,
        ("rail", "lead"): 12,
        ("rail", "operator"): 8,
        ("sea", "lead"): 8,
        ("sea", "operator"): 12,
    }
    assert cells["rail", None]["value"] == pytest.approx(17 / 20)
    assert cells["sea", None]["value"] == pytest.approx(15 / 20)


def test_a_trait_of_people_cuts_as_well(climbed):
    cells = laid_out(climbed, "reach.publish", row=FLOOR)
    assert {key: cell["n"] for (key, _), cell in cells.items()} == {None: 40, "low": 27, "high": 13}


def test_beside_it_stands_the_time_before(climbed):
    cell = laid_out(climbed, "time_to_first_value", compared=True)[None, None]
    assert (cell["value"], cell["was"]) == (6, 12)
    with workspace_scope(climbed.pk):
        now = clock.now().date()
        span = {"from": str(now - 60 * DAY), "to": str(now - 41 * DAY), "period": ""}
    rate = laid_out(climbed, "activation_rate", compared=True, **span)[None, None]
    assert "was" not in rate, "nobody began in the twenty days before"


def test_small_groups_are_put_together(climbed):
    with workspace_scope(climbed.pk):
        for number, account in enumerate(Account.objects.order_by("pk")):
            account.traits["city"] = f"City {number}"
            account.save()
    cells = laid_out(climbed, "reach.connect", row=Dimension(ACCOUNT, "city"), column=Dimension(ACCOUNT, "city"))
    assert len({row for row, _ in cells}) == 11, "ten cities and everybody"
    columns = {column for _, column in cells}
    assert len(columns) == 7
    assert OTHERS in columns
    assert cells[None, OTHERS]["n"] == 40 - 5 * 4


def test_what_does_not_hold_of_anybody_is_no_cell(climbed):
    assert laid_out(climbed, "advocacy") == {(None, None): None}


def test_one_dimension_of_a_curve_is_laid_beside_everybody_else(climbed):
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "60"}, climbed.zone)
        question = Question(measure_of(asked.ladder, "activation_rate"), asked, INDUSTRY)
        found = explore(question, counting_rules(), str(climbed.zone), seed=1)
    assert [curve["value"] for curve in found["curves"]] == ["rail", "sea"]
    rail = found["compared"][0]
    assert (rail["share"], rail["rest"]) == (pytest.approx(0.85), pytest.approx(0.75))
    assert rail["difference"][0] == pytest.approx(0.1)
    assert rail["mean"] == pytest.approx(0.85 * 6 + 0.15 * 30)
    assert (rail["difference"][1], rail["p"]) == (None, None), "five accounts do not say more"


def test_every_measure_can_be_asked_by_every_dimension(climbed):
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "180"}, climbed.zone)
        for _, group in measures_of(asked.ladder):
            for measure in group:
                for row in (INDUSTRY, FLOOR, WEEK, Dimension("month"), Dimension("manager"), Dimension("version")):
                    question = Question(measure, asked, row, ROLE, is_compared=True)
                    found = explore(question, counting_rules(), "UTC", seed=1)
                    json.dumps(found, allow_nan=False)  # as it is kept: raises for what is no number
                    people = [n for _, n in found["rows"]]
                    if measure.is_of_accounts and row.of not in (ACCOUNT, "manager"):
                        assert max(people[1:], default=0) <= people[0] <= sum(people[1:]), (measure.key, str(row))
                    else:
                        assert sum(people[1:]) == people[0], (measure.key, str(row))
                    assert len(found["cells"]) == len(people)


# --- conditions -------------------------------------------------------------------------------


def test_a_condition_says_the_same_as_the_segment_that_is_kept(climbed):
    with workspace_scope(climbed.pk):
        kept = read_asked({"period": "60", "segment": "industry:rail"}, climbed.zone)
        free = read_asked({"period": "60", "where": ["account.industry:rail"]}, climbed.zone)
        assert free.where == (Condition(ACCOUNT, "industry", "rail"),)
        sheets = [read_sheet(kept), count_sheet(free)]
        said = [look(asked, None, sheet=sheet) for asked, sheet in zip((kept, free), sheets, strict=True)]
        for name in ("headline", "leak", "people", "tiles", "roles", "steps", "cohorts"):
            assert getattr(said[0], name) == getattr(said[1], name), name
        for what in ("reached", "open", "began"):
            assert people_behind(kept, "publish", what) == people_behind(free, "publish", what)
            assert counted_behind(kept, "publish", what) == counted_behind(free, "publish", what)


def test_the_view_with_a_condition_is_counted_by_the_worker(climbed, signed_in, alice):
    client, address = signed_in(alice), "/w/acme/insight/?period=60&where=person.floor:high"
    assert "Counting for the first time" in text_of(client.get(address))
    with workspace_scope(climbed.pk):
        work_out(Kept.objects.get(kind=SHEET).pk)
    page = text_of(client.get(address))
    assert "13 people who began" in page
    assert "Floor: high" in page


def test_nonsense_in_a_condition_is_no_condition(climbed, signed_in, alice):
    client = signed_in(alice)
    for nonsense in (
        "x",
        "account:rail",
        "account.:x",
        "manager:me",
        "person.a\x00b:c",
        "manager.x:1",
        "version:9999999999999999999",
    ):
        with workspace_scope(climbed.pk):
            where = read_asked({"where": [nonsense]}, climbed.zone).where
        assert all(condition.of == PERSON and "\x00" not in condition.name for condition in where), nonsense
        assert client.get(PAGE, {"where": nonsense, "measure": nonsense, "rows": nonsense}).status_code == 200
    with workspace_scope(climbed.pk):
        assert len(read_asked({"where": [f"person.t{n}:x" for n in range(9)]}, climbed.zone).where) == 4


def test_an_executive_does_not_ask_for_single_people(climbed, signed_in, bob):
    page = signed_in(bob).get("/w/acme/insight/?period=60&where=person.name:Person 22")
    assert "40 people who began" in text_of(page)


# --- the page ---------------------------------------------------------------------------------


def opened(client, workspace, query: str):
    """The page once the worker has answered."""
    client.get(f"{PAGE}?{query}")
    with workspace_scope(workspace.pk):
        for row in Kept.objects.filter(kind=EXPLORED, said__isnull=True):
            work_out(row.pk)
    return client.get(f"{PAGE}?{query}")


def test_it_opens_with_a_sentence_and_goes_on_to_the_people(climbed, signed_in, alice):
    client = signed_in(alice)
    assert "Being counted" in text_of(client.get(f"{PAGE}?period=60&rows=account.industry"))
    asking = {"HX-Request": "true", "HX-Target": "answers"}
    assert client.get(f"{PAGE}?period=60&rows=account.industry", headers=asking).status_code == 204
    page = opened(client, climbed, "period=60&rows=account.industry")
    assert "First value by day 30: 80%, from 75% for “sea” to 85% for “rail”." in text_of(page)
    links = re.findall(r'href="(/w/acme/insight/people/\?[^"]+)">of (\d+)<', page.content.decode())
    assert [number for _, number in links] == ["40", "20", "20"]
    reached = [text_of(client.get(html.unescape(address))).split(" people")[0].split()[-1] for address, _ in links]
    assert reached == ["32", "17", "15"]


@pytest.mark.parametrize("dimension", [INDUSTRY, FLOOR, ROLE, WEEK, Dimension("month")], ids=str)
def test_a_row_asked_for_alone_is_that_row(climbed, dimension):
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "180"}, climbed.zone)
        measure = measure_of(asked.ladder, "reach.publish")
        found = explore(Question(measure, asked, dimension), counting_rules(), "UTC", seed=1)
        for (value, n), cells in zip(found["rows"][1:], found["cells"][1:], strict=True):
            alone = explore(Question(measure, narrowed(asked, dimension, value)), counting_rules(), "UTC", seed=1)
            assert (alone["cells"][0][0]["n"], alone["cells"][0][0]["value"]) == (n, cells[0]["value"])


def test_the_same_as_a_file(climbed, signed_in, alice):
    with workspace_scope(climbed.pk):
        Account.objects.filter(external_id="a0").update(traits={"industry": "=cmd()"})
    client = signed_in(alice)
    opened(client, climbed, "period=60&rows=account.industry&measure=reach.publish")
    file = client.get(f"{PAGE}?period=60&rows=account.industry&measure=reach.publish&format=csv")
    rows = list(csv.reader(io.StringIO(file.content.decode())))
    assert rows[0] == ["row", "column", "value", "low", "high", "n", "accounts", "before"]
    assert [(row[0], row[5]) for row in rows[1:]] == [
        ("Everybody", "40"),
        ("sea", "20"),
        ("rail", "16"),
        ("'=cmd()", "4"),
    ]


def test_a_view_is_kept_for_the_team_and_removed_by_who_kept_it(climbed, signed_in, alice, bob):
    client = signed_in(alice)
    query = "ladder=path&period=60&measure=reach.publish&rows=role"
    page = client.post("/w/acme/insight/views/save/", {"name": "By role", "query": query})
    assert page.url == f"{PAGE}?{query}"
    assert "By role" in text_of(client.get(page.url))
    client.post("/w/acme/insight/views/save/", {"name": "BY ROLE", "query": "measure=depth"})
    with workspace_scope(climbed.pk):
        view = SavedView.objects.get()
        assert (view.name, view.query) == ("BY ROLE", "measure=depth")
        Member.objects.filter(user=bob).update(access=Access.MANAGER)
    other = signed_in(bob)
    answer = other.post(f"/w/acme/insight/views/{view.pk}/remove/", follow=True)
    assert "Only who saved it" in text_of(answer)
    answer = other.post("/w/acme/insight/views/save/", {"name": "By role", "query": "x=1"}, follow=True)
    assert "somebody else" in text_of(answer)
    client = signed_in(alice)
    assert "is removed" in text_of(client.post(f"/w/acme/insight/views/{view.pk}/remove/", follow=True))
    assert "Give the view a name" in text_of(
        client.post("/w/acme/insight/views/save/", {"query": "x\r\ny"}, follow=True)
    )


def test_who_only_reads_does_not_explore(climbed, signed_in, bob):
    assert signed_in(bob).get(PAGE).status_code == 404 or signed_in(bob).get(PAGE).status_code == 403


def test_an_answer_is_asked_for_once(climbed, signed_in, alice):
    client = signed_in(alice)
    for _ in range(3):
        opened(client, climbed, "period=60&rows=role")
    with workspace_scope(climbed.pk):
        row = Kept.objects.get(kind=EXPLORED)
        assert answer(EXPLORED, row.question).is_fresh


def test_a_week_leads_to_nobody_where_the_days_count_from_another(climbed, signed_in, alice):
    client = signed_in(alice)
    for measure, kept in (("stuck.publish", {"stuck": 1}), ("reach.publish", {"reached": 3})):
        address = f"{PAGE}?period=60&measure={measure}&rows=month"
        client.get(address)
        with workspace_scope(climbed.pk):
            work_out(Kept.objects.filter(kind=EXPLORED).latest("pk").pk)
        page = client.get(address)
        found = len(re.findall(r"/insight/people/\?[^\"]*what=(?:stuck|reached)", page.content.decode()))
        rows = 1 + len(page.context["lines"][1:])
        assert found == (1 if "stuck" in kept else rows), measure


def test_nobody_yet_is_not_known_exactly(climbed):
    cell = laid_out(climbed, "activation_rate.account", row=INDUSTRY, **{"from": "2000-01-01", "to": "2000-01-02"})
    assert cell[None, None] is None
    for cell in laid_out(climbed, "ladder_completion.30", row=FLOOR).values():
        assert (cell["value"], cell["low"], cell["high"]) == (0, None, None)


def test_stuck_begins_where_the_executive_view_says(climbed):
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "60"}, climbed.zone)
        step = next(step for step in look(asked, None).steps if step.key == "publish")
    cell = laid_out(climbed, "stuck.publish")[None, None]
    assert round(cell["value"] * cell["n"]) == step.stuck == 8


def test_so_many_first_answers_are_under_way_and_no_more(climbed, signed_in, alice, monkeypatch):
    asked = []
    monkeypatch.setattr("analytics.kept.hand_over", lambda task, workspace, pk: asked.append(pk))
    monkeypatch.setattr("analytics.kept.AT_ONCE", 3)
    monkeypatch.setattr("analytics.kept.transaction.on_commit", lambda do: do())
    with workspace_scope(climbed.pk):
        for number in range(6):
            answer(EXPLORED, f"question {number}")
    assert len(asked) == 3


def test_who_has_referred_somebody_is_counted_by_the_event_that_says_so(climbed, signed_in, alice):
    with workspace_scope(climbed.pk):
        CountingRules.objects.update_or_create(workspace=climbed, defaults={"referral_event": "Alert Set"})
    cell = laid_out(climbed, "advocacy.referrals")[None, None]
    assert (cell["value"], cell["n"]) == (0.25, 40)
    client = signed_in(alice)
    client.get("/w/acme/insight/?period=60")
    with workspace_scope(climbed.pk):
        work_out(Kept.objects.get(kind=ENGAGEMENT).pk)
    assert "10 people of 40 have referred somebody." in text_of(client.get("/w/acme/insight/?period=60"))


def test_few_large_answers_are_kept(climbed, monkeypatch):
    monkeypatch.setattr("analytics.worked_out.SHEETS", 2)
    with workspace_scope(climbed.pk):
        for floor in ("high", "low", "", "none"):
            asked = read_asked({"period": "60", "where": [f"person.floor:{floor}"]}, climbed.zone)
            answer(SHEET, asked.key())
            work_out(Kept.objects.latest("pk").pk)
        assert Kept.objects.filter(kind=SHEET).count() == 2


def test_what_no_event_says_is_not_nobody(climbed):
    for key in ("expansion", "expansion.amount", "advocacy.referrals", "advocacy"):
        assert laid_out(climbed, key)[None, None] is None, key


def test_the_name_of_a_trait_may_hold_a_colon(climbed):
    condition = Condition(ACCOUNT, "crm:tier & more", "gold: best")
    assert read_condition(str(condition)) == condition
    assert dimension_of(str(Dimension(ACCOUNT, "crm:tier"))) == Dimension(ACCOUNT, "crm:tier")


def test_everybody_together_stays_so_in_every_link(climbed, signed_in, alice):
    client = signed_in(alice)
    page = opened(client, climbed, "period=60&rows=").content.decode()
    assert "rows=none" in page
    file = client.get(html.unescape(re.search(r'href="(\?[^"]+format=csv)"', page)[1]).replace("?", f"{PAGE}?", 1))
    assert [row[0] for row in csv.reader(io.StringIO(file.content.decode()))] == ["row", "Everybody"]


def test_the_people_of_a_stuck_share_are_as_many(climbed, signed_in, alice):
    client = signed_in(alice)
    page = opened(client, climbed, "period=60&rows=none&measure=stuck.publish")
    address = re.search(r'href="(/w/acme/insight/people/[^"]+what=stuck[^"]+)"', page.content.decode())[1]
    assert "8 people" in text_of(client.get(html.unescape(address)))


def test_a_file_that_is_not_counted_yet_leads_to_the_page(climbed, signed_in, alice):
    answered = signed_in(alice).get(f"{PAGE}?period=30&rows=role&format=csv")
    assert answered.status_code == 302
    assert "format" not in answered.url


def test_an_answer_ages(climbed):
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "60"}, climbed.zone)
        text = json.dumps(
            {"asked": asked.said(), "measure": "depth", "rows": "role", "columns": "", "is_compared": False}
        )
        answer(EXPLORED, text)
        pk = Kept.objects.get(kind=EXPLORED).pk
        work_out(pk)
        assert answer(EXPLORED, text).is_fresh
        Kept.objects.update(worked_out_at=clock.now() - 2 * AGED)
        assert not answer(EXPLORED, text).is_fresh
        work_out(pk)
        assert answer(EXPLORED, text).is_fresh


@pytest.mark.parametrize("text", ["=1+1", " =1+1", '"=1+1', "\uff1d1+1", "@x", "+1", "-1", "\t=1", "|calc"])
def test_no_cell_is_a_formula(text):
    assert harmless(text) == f"'{text}"
    assert harmless("Rail = best") == "Rail = best"
