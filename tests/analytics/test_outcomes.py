"""Business outcomes: what goals have come to, and what changed around a milestone, person by person."""

from datetime import timedelta

import pytest

from analytics.around import around
from analytics.asking import read_asked
from analytics.models import Kept
from analytics.worked_out import AROUND, ENGAGEMENT, work_out
from milestones.models import Goal, GoalReading
from onboarding import clock
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from tests.analytics.rollups import keep_all
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track
from tests.words import text_of

PAGE = "/w/acme/insight/outcomes/"
DAY = timedelta(days=1)


@pytest.fixture
def looking(client, acme):
    """Forty people of twenty accounts were there 60 days ago and shared 30 days ago: looked on 2 of the 14 days before, on 5 of
    those after. Five more came only 5 days before they shared; five shared 3 days ago; and one looked a hundred times on one day.
    """
    publish_ladder(acme, ladder(milestone("share", {"event": "Shared"}), rungs={"share": {"first_value": True}}))
    now, events = clock.now(), []
    for number in range(50):
        who, account = f"p{number}", f"a{number % 20}"
        shared = now - (3 if number >= 45 else 30) * DAY
        start = shared - 5 * DAY if 40 <= number < 45 else now - 60 * DAY
        events += [identify(who, start, account=account), track(who, "Came", start, account=account)]
        before, after = ((2, 4), (1, 2, 3, 4, 5)) if number % 2 else ((2, 3), (1, 3, 5, 7, 9))
        days = [shared - n * DAY for n in before] + [shared + n * DAY for n in after if shared + n * DAY < now]
        events += [track(who, "Looked", day, account=account) for day in days]
        events.append(track(who, "Shared", shared, account=account))
    events += [track("p0", "Looked", now - 31 * DAY + n * timedelta(minutes=1), account="a0") for n in range(100)]
    Sender(client, acme).send(*events)
    keep_all(acme)
    return acme


def found(workspace, **said):
    with workspace_scope(workspace.pk):
        return around(
            read_asked({"period": "180"}, workspace.zone), **({"step": "share", "event": "Looked", "days": 14} | said)
        )


def test_everybody_is_compared_with_themselves(looking):
    said = found(looking)
    assert (said.people, said.reached) == (40, 50), "who came late, and who has not had the days after, do not count"
    assert said.before == pytest.approx((40 * 2 + 1) / 40), "a day counts once, however often they looked on it"
    assert said.after == 5
    assert said.change.value == pytest.approx(5 - 81 / 40)
    assert said.change.low > 2.5


def test_what_nobody_does_is_nothing(looking):
    said = found(looking, event="Nobody does this")
    assert (said.before, said.after, said.people) == (0, 0, 40)
    assert found(looking, step="gone").people == 0


def test_the_page_says_what_changed_and_what_it_comes_to(looking, signed_in, alice):
    client, query = signed_in(alice), "period=180&step=share&event=Looked&days=14"
    client.get(f"{PAGE}?{query}")
    with workspace_scope(looking.pk):
        work_out(Kept.objects.get(kind=AROUND).pk)
    page = text_of(client.get(f"{PAGE}?{query}&each=10&unit=EUR"))
    assert "“Looked” is done on 3 more of 14 days after “Share” than before" in page
    assert "comes to 1,190 EUR , assuming that each such day is worth 10 EUR" in page
    assert "not that the step changed it" in page
    for nonsense in ("each=nan", "each=-1", "days=999", "step=gone", "event=%00"):
        assert client.get(f"{PAGE}?{query}&{nonsense}").status_code == 200


def test_goals_with_what_they_rest_on(looking, signed_in, alice, bob):
    with workspace_scope(looking.pk):
        account, now = Account.objects.get(external_id="a0"), clock.now()
        own = {"workspace": looking, "account": account, "created_at": now, "unit": "EUR", "is_money": True}
        goal = Goal.objects.create(
            **own, key="late", title="Late trucks", baseline=0, target=1_000, assumptions="90 EUR each."
        )
        GoalReading.objects.create(workspace=looking, goal=goal, at=now, value=1_200, by="x")
    client = signed_in(alice)
    client.get(f"{PAGE}?period=180")
    with workspace_scope(looking.pk):
        work_out(Kept.objects.get(kind=ENGAGEMENT).pk)
    page = text_of(client.get(f"{PAGE}?period=180"))
    assert "1 goal of 1 has reached its target. In money they are EUR 1,200 above their baseline." in page
    assert "90 EUR each." in page
    plan = f"/w/acme/accounts/{account.pk}/plan/"
    address = f"/w/acme/accounts/{account.pk}/plan/goals/late/assume/"
    assert address in client.get(plan).content.decode()
    client.post(address, {"baseline": "100", "target": "2000", "assumptions": "95 EUR each."})
    with workspace_scope(looking.pk):
        goal.refresh_from_db()
        assert (goal.baseline, goal.target, goal.assumptions) == (100, 2_000, "95 EUR each.")
        assert AuditEntry.objects.get(verb__startswith="changed what a goal").detail["before"]["target"] == 1_000
    assert "That is where it stood already." in text_of(
        client.post(address, {"baseline": "5", "target": "5"}, follow=True)
    )
    assert "plan/" not in signed_in(bob).get(f"{PAGE}?period=180").content.decode().split("All goals")[1]
