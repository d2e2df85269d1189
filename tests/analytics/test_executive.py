"""The executive view, from events to sentences: forty people of ten accounts, and what the page says of them."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import kept, tasks
from analytics.asking import read_asked
from analytics.engagement import Ratio, engagement
from analytics.executive import look
from analytics.leaks import looked_after
from analytics.models import CountingRules, Kept
from analytics.ninety import stuck_steps
from analytics.reading import REACHED, read_ways
from analytics.rollups.basis import counting_rules
from analytics.tiles import share_changed
from analytics.worked_out import ENGAGEMENT, INTERVALS, LEAK, intervals, work_out
from milestones.models import Goal, GoalReading
from onboarding import clock
from onboarding.tenancy.models import AuditEntry, Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from tests.analytics.rollups import counted_behind, keep_all
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track
from tests.words import text_of

PAGE = "/w/acme/insight/"
DAY = timedelta(days=1)


def test_one_sentence_says_it(climbed, signed_in, alice):
    page = text_of(signed_in(alice).get(f"{PAGE}?period=60"))
    assert "New people reach first value in 6 days; in the 60 days before it was 12 days." in page, "nobody knows yet"
    assert "The biggest leak is “Share”: 40 people have had it open for more than 60 days." not in page, "50 days old"
    assert "40 people who began" in page
    assert "Compared with 20 in the 60 days before" in page
    assert "6 days sooner" in page
    assert "Four in five reached first value within 30 days." in page


def test_the_people_behind_a_number_are_as_many(climbed, signed_in, alice):
    client = signed_in(alice)
    page = client.get(f"{PAGE}?period=60").content.decode()
    found = re.findall(r'href="(/w/acme/insight/people/\?[^"]+what=reached[^"]+)">(\d+)</a>', page)
    assert {int(number) for _, number in found} == {40, 32, 0}
    for address, number in found:
        people = text_of(client.get(html.unescape(address)))
        assert f"{number} people" in people
        past_the_end = text_of(client.get(html.unescape(address) + "&page=9"))
        assert ("Nobody is behind this number" in past_the_end) == (number == "0"), "past the end stands the last page"
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "60"}, climbed.zone)
        view = look(asked, None)
        for step in view.steps:
            for what, count in (("reached", step.shares.reached), ("open", step.shares.open)):
                assert counted_behind(asked, step.key, what) == count
            assert counted_behind(asked, step.key, "stuck", longer=step.after) == step.stuck
            shares = step.shares
            everybody = shares.eligible + shares.skipped + shares.not_theirs + shares.left_out
            assert everybody == 40, "all add up to those who began"
        stuck = next(step for step in view.steps if step.key == "publish")
        assert (stuck.stuck, stuck.after, stuck.half) == (8, 7, 5), "it opens with the first step, on day 1"
        assert view.stuck.key == "publish"


def test_a_filter_stands_in_the_address_and_narrows_everything(climbed, signed_in, alice):
    client = signed_in(alice)
    page = text_of(client.get(f"{PAGE}?period=60&role=operator&segment=industry:rail"))
    assert "8 people began: too few to say how long first value takes." in page
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "60", "role": "operator", "segment": "industry:rail"}, climbed.zone)
        assert counted_behind(asked, "connect", "reached") == 8
        assert [line.key for line in look(asked, None).roles] == ["operator"]
    for nonsense in (
        "from=0001-01-01&to=0001-01-10",
        "from=9999-12-01&to=9999-12-31",
        "ladder=%00&role=%00&segment=industry:%00",
        "segment=industry:nobody&from=2026-01-01&to=2999-01-01",
        "period=x&role=none&segment=9:x&ladder=gone",
        "from=2026-99-01&to=x",
        "segment=1",
        "from=2026-02-01&to=2026-01-01",
    ):
        assert client.get(f"{PAGE}?{nonsense}").status_code == 200


def test_the_same_question_of_the_same_day_is_answered_the_same(climbed, signed_in, alice):
    first, last = (clock.now() - 55 * DAY).date(), (clock.now() - 45 * DAY).date()
    client = signed_in(alice)
    one, two = (text_of(client.get(f"{PAGE}?from={first}&to={last}")) for _ in range(2))
    assert one == two


def test_intervals_are_worked_out_once_and_kept(climbed, signed_in, alice):
    client = signed_in(alice)
    page = client.get(f"{PAGE}?period=60").content.decode()
    assert 'hx-trigger="every 2s"' in page, "it asks again until they are there"
    asking = {"HX-Request": "true", "HX-Target": "answers"}
    assert client.get(f"{PAGE}?period=60", headers=asking).status_code == 204, "and is told when there is nothing yet"
    assert "95% interval 6" not in text_of(client.get(f"{PAGE}?period=60"))
    with workspace_scope(climbed.pk):
        row = Kept.objects.get(kind=INTERVALS)
        work_out(row.pk)
        first = Kept.objects.get(pk=row.pk)
        work_out(row.pk)
        assert Kept.objects.get(pk=row.pk).worked_out_at == first.worked_out_at, "for these counts it is answered"
        work_out(Kept.objects.get(kind=ENGAGEMENT).pk)
        assert kept.answer(INTERVALS, row.question).is_fresh
        assert first.said["first_value"]["median"] == [6, 6]
        assert first.said["before"]["first_value"]["median"] == [12, 12]
    page = client.get(f"{PAGE}?period=60")
    assert "6 days sooner than in the 60 days before." in text_of(page), "and no word of chance"
    assert "95% interval 6 days to 6 days" in text_of(page) or "95% interval 6 to 6 days" in text_of(page)
    assert "every 2s" not in page.content.decode()
    assert client.get(f"{PAGE}?period=60", headers=asking).status_code == 200


def test_who_stays_and_who_uses_what_opened_is_said_with_how_sure_it_is(client, climbed):
    began = clock.now() - 100 * DAY
    days = [(number, 86) for number in range(7)] + [(7, 60), (8, 61)]
    back = [track(f"p{n}", "Connected", began + day * DAY, account=f"a{n}") for n, day in days]
    Sender(client, climbed).send(*back)
    keep_all(climbed)
    with workspace_scope(climbed.pk):
        asked = read_asked({"period": "180"}, climbed.zone)
        tiles = {tile.metric: tile for tile in look(asked, intervals(asked.said(), 1)).tiles}
    for metric in ("retention_weekly", "retention_monthly", "feature_adoption"):
        tile = tiles[metric]
        low, high = map(int, re.fullmatch(r"95% interval (\d+) to (\d+)", tile.interval).groups())
        assert low < int(tile.value) < high, metric
    assert tiles["retention_weekly"].note == "7 of 20 were active between day 84 and day 90."
    assert tiles["retention_monthly"].note == "2 of 20 were active between day 56 and day 83."


def test_a_change_is_good_or_bad_where_it_is_sure():
    sure, was = (0.60, 0.68), (0.50, 0.58)
    assert share_changed(0.64, sure, 0.54, was) == ("10 points", "up", "yes")
    assert share_changed(0.54, was, 0.64, sure) == ("10 points", "down", "no")
    assert share_changed(0.64, sure, 0.58, (0.52, 0.64)) == ("6 points", "up", ""), "nor was it sure what was"
    assert share_changed(0.64, sure, 0.54, (None, None)) == ("10 points", "up", ""), "nobody knows"
    assert share_changed(0.64, sure, 0.0, (0.0, 0.0)) == ("64 points", "up", ""), "nobody had begun to get there"
    assert share_changed(0.64, sure, None, (None, None)) == ("", "", ""), "there is nothing to compare with"


def test_a_question_that_fails_is_said_to_have_failed(climbed, signed_in, alice, monkeypatch):
    client = signed_in(alice)
    client.get(f"{PAGE}?period=60")
    with workspace_scope(climbed.pk):
        pk = Kept.objects.get(kind=ENGAGEMENT).pk
    monkeypatch.setattr(tasks, "work_out", lambda pk: 1 / 0)
    tasks.work_out_question(climbed.pk, pk)
    page = text_of(client.get(f"{PAGE}?period=60"))
    assert "It could not be worked out." in page


def test_a_period_that_goes_on_is_counted_so_far(climbed):
    with workspace_scope(climbed.pk):
        now = clock.now().date()
        asked = read_asked({"from": str(now - 60 * DAY), "to": str(now + 9 * DAY)}, climbed.zone)
        assert asked.span.last == asked.until
        assert intervals(asked.said(), 1)["first_value"] is not None


def test_stuck_is_who_is_stuck_in_the_asked_time(climbed):
    with workspace_scope(climbed.pk):
        now = clock.now().date()
        asked = read_asked({"from": str(now - 110 * DAY), "to": str(now - 95 * DAY)}, climbed.zone)
        for step in look(asked, None).steps:
            assert counted_behind(asked, step.key, "stuck", longer=step.after) == step.stuck
        assert look(asked, None).steps[1].stuck == 0, "those eight began later"


def test_a_ladder_without_a_step_of_first_value_says_so(client, acme):
    publish_ladder(acme, ladder(milestone("connect", {"event": "Connected"})))
    start = clock.now() - 20 * DAY
    Sender(client, acme).send(*(identify(f"p{n}", start - (n > 7) * 30 * DAY) for n in range(20)))
    keep_all(acme)
    with workspace_scope(acme.pk):
        view = look(read_asked({"period": "30"}, acme.zone), None)
    assert (view.people, view.people_before) == (8, 12), "whoever began is counted, as much as now"
    assert view.headline == "8 people began, and no step of theirs is marked as first value."


@pytest.fixture
def using(client, climbed):
    """p20 to p29 come back each week to Alerts, p30 to p39 once; accounts a0 and a1 buy more; goals and a last word are there."""
    sender, start = Sender(client, climbed), clock.now() - 45 * DAY
    events = [track(f"p{n}", "Alert Set", start + 7 * week * DAY) for n in range(20, 30) for week in range(4)]
    events += [track(f"p{n}", "Alert Set", start) for n in range(30, 40)]
    events += [track(f"p{n}", "Seats Added", start, account=f"a{n % 10}", seats=5) for n in (20, 21)]
    events += [track("p22", "Seats Added", start, account="a2", seats="many")]
    sender.send(*events)
    with workspace_scope(climbed.pk):
        CountingRules.objects.create(workspace=climbed, expansion_event="Seats Added", expansion_property="seats")
        for number, (value, target) in enumerate([(10, 10), (4, 10), (12_000, 10_000)]):
            account = Account.objects.get(external_id=f"a{number}")
            said = {"key": "hours", "title": "Hours", "baseline": 0, "target": target, "created_at": clock.now()}
            money = {"is_money": True, "unit": "EUR"} if number == 2 else {}
            goal = Goal.objects.create(workspace=climbed, account=account, **said, **money)
            GoalReading.objects.create(workspace=climbed, goal=goal, at=clock.now(), value=value, by="A")
    keep_all(climbed)
    return climbed


def test_what_people_do_once_they_are_in(using):
    with workspace_scope(using.pk):
        asked = read_asked({"period": "60"}, using.zone)
        said = engagement(asked, counting_rules(), "UTC")
    assert counts(said.repeat) == (10, 20), "who has not had four weeks since, or never used it, is not in it"
    assert counts(said.expansion) == (3, 10), "a word for a number is a purchase of nothing known"
    assert said.expanded_by == 10
    assert counts(said.goals) == (2, 3)
    assert said.money == {"EUR": 12_000}
    assert counts(said.recommend) == (0, 0)
    assert counts(said.on_time) == (0, 0), "the ladder has no due dates"
    assert said.depth.whole > 0
    assert 1 <= said.depth.part / said.depth.whole <= 4
    assert (said.repeat.low, said.repeat.high) == (None, None), (
        "of each account the half: how far they differ is not seen"
    )
    assert said.depth.low < said.depth.part / said.depth.whole < said.depth.high


def counts(share: Ratio) -> tuple[int, int]:
    return share.part, share.whole


def test_it_is_shown_with_its_counts(using, signed_in, alice):
    client = signed_in(alice)
    assert "Being worked out." in text_of(client.get(f"{PAGE}?period=60"))
    with workspace_scope(using.pk):
        for row in Kept.objects.all():
            work_out(row.pk)
    page = text_of(client.get(f"{PAGE}?period=60"))
    assert "10 of 20 of those who used a key workflow came back to one in three weeks of four." in page
    assert "3 of 10 accounts have bought more since they began." in page
    assert "2 of 3 so far; it takes 10 to say." in page
    assert "Being worked out." not in page


def test_an_executive_reads_numbers_and_no_names(climbed, signed_in, bob):
    client = signed_in(bob)
    page = client.get(f"{PAGE}?period=60")
    assert page.status_code == 200
    assert "/insight/people/" not in page.content.decode()
    assert client.get("/w/acme/insight/people/?what=reached&step=publish").status_code == 403


def test_before_there_is_anything_it_says_so(acme, signed_in, alice):
    client = signed_in(alice)
    assert "Nothing to count yet" in text_of(client.get(PAGE))
    publish_ladder(acme, ladder(milestone("connect", {"event": "Connected"})))
    assert "Counting for the first time" in text_of(client.get(PAGE))
    keep_all(acme)
    assert "Nobody began on this ladder in this time." in text_of(client.get(PAGE))


@pytest.mark.parametrize("query", ["what=nothing&step=publish", "what=reached&step=nothing", "what=stuck&step=done"])
def test_people_behind_nothing_are_not_found(climbed, signed_in, alice, query):
    assert signed_in(alice).get(f"/w/acme/insight/people/?{query}").status_code == 404


def test_every_number_links_to_its_definition(climbed, signed_in, alice):
    client = signed_in(alice)
    page = client.get(PAGE).content.decode()
    links = set(re.findall(r"/w/acme/insight/definitions/([a-z_]+)/", page))
    assert links >= {
        "time_to_first_value",
        "activation_rate",
        "ladder_completion",
        "feature_adoption",
        "retention_weekly",
    }
    for key in links:
        assert "Whom it counts" in text_of(client.get(f"/w/acme/insight/definitions/{key}/"))
    assert client.get("/w/acme/insight/definitions/nothing/").status_code == 404


SAID = {
    "segments": "plan\nregion",
    "left_trait": "ended_on",
    "workflows": "Opened\nShared\nOpened",
    "expansion_event": "Seats Added",
    "expansion_property": "seats",
    "expansion_unit": "seats",
}


def test_what_counts_is_a_setting(climbed, signed_in, alice):
    client, page = signed_in(alice), "/w/acme/settings/counting/"
    shown = client.get(page).content.decode()
    assert "industry\nsize\nplan" in shown
    seen = re.search(r'name="seen" value="([^"]+)"', shown)[1]
    wrong = client.post(
        page, SAID | {"segments": "plan; drop", "expansion_property": "", "seen": seen}
    ).content.decode()
    assert "is not the name of a trait" in wrong
    assert "Name the property that holds the number." in wrong
    assert "ended_on" in wrong, "what was typed is there"
    with CaptureQueriesContext(connection) as asked:
        assert client.post(page, SAID | {"seen": seen}).status_code == 302
    assert not [each for each in asked if "update" in each["sql"].lower() and "analytics_keeping" in each["sql"]], (
        "a recount may hold it for minutes"
    )
    with workspace_scope(climbed.pk):
        rules = CountingRules.objects.get()
        assert (rules.segments, rules.workflows) == (["plan", "region"], ["Opened", "Shared"])
        assert AuditEntry.objects.filter(verb="changed how the numbers are counted").exists()
    stale = client.post(page, SAID | {"left_trait": "mine", "seen": seen}).content.decode()
    assert "mine" in stale, "somebody else's save was in between: it is asked again, and nothing typed is lost"
    keep_all(climbed)
    assert "plan" not in str(client.get(PAGE).context["segment_choices"]), "no account says its plan"


def test_only_those_who_set_it_see_what_counts(climbed, signed_in, bob):
    assert signed_in(bob).get("/w/acme/settings/counting/").status_code == 403


def test_a_curve_that_everybody_has_left_goes_on_in_the_table(client, acme, signed_in, alice):
    publish_ladder(acme, ladder(milestone("connect", {"event": "Connected"}), rungs={"connect": {"first_value": True}}))
    start = clock.now() - 5 * DAY
    people = [f"p{n}" for n in range(12)]
    Sender(client, acme).send(
        *(identify(who, start) for who in people), *(track(who, "Connected", start) for who in people)
    )
    keep_all(acme)
    page = text_of(signed_in(alice).get(f"{PAGE}?period=30"))
    assert "New people reach first value in less than a day" in page


def test_people_who_began_long_ago_are_not_stuck_for_having_taken_long(client, acme):
    publish_ladder(acme, ladder(milestone("connect", {"event": "Connected"}), rungs={"connect": {"first_value": True}}))
    start = clock.now() - 500 * DAY
    events = [identify(f"p{n}", start) for n in range(12)]
    Sender(client, acme).send(*events, *(track(f"p{n}", "Connected", start + 450 * DAY) for n in range(12)))
    keep_all(acme)
    with workspace_scope(acme.pk):
        span = {"from": str((start - DAY).date()), "to": str(clock.now().date())}
        asked = read_asked(span, acme.zone)
        assert read_ways(asked, "rung:connect").outcome.tolist() == [REACHED] * 12
        assert stuck_steps(asked) == []
        assert look(asked, None).steps[0].shares.reached == 12


def test_who_looks_after_those_who_are_stuck(climbed, signed_in, alice, bob):
    with workspace_scope(climbed.pk):
        member = Member.objects.get(user=alice)
        Account.objects.filter(external_id__in=["a2", "a3"]).update(manager=member)
        asked = read_asked({"period": "60"}, climbed.zone)
        assert looked_after(asked, "publish", 7) == [["", 6, 6], [str(member.pk), 2, 2]]
    client = signed_in(bob)
    client.get(f"{PAGE}?period=60")
    with workspace_scope(climbed.pk):
        work_out(Kept.objects.get(kind=LEAK).pk)
    page = text_of(client.get(f"{PAGE}?period=60"))
    assert "Who looks after those who are stuck there" in page
    assert f"{alice} 2 people of 2 accounts" in page
    assert "Nobody yet 6 people of 6 accounts" in page


def test_from_a_tile_to_its_people_and_to_the_explorer(climbed, signed_in, alice, bob):
    page = signed_in(alice).get(f"{PAGE}?period=60").content.decode()
    address = re.search(r'href="(/w/acme/insight/people/[^"]+)" aria-label="The people of Activation rate"', page)[1]
    assert "32 people" in text_of(signed_in(alice).get(html.unescape(address)))
    assert page.count('aria-label="Explore ') == 12
    assert "insight/explore" not in signed_in(bob).get(f"{PAGE}?period=60").content.decode()
