"""The success plan: done is written down, agreed by both sides by link, frozen, and compared with what became of it; goals."""

import re
from datetime import date, timedelta
from html import unescape

import pytest

from milestones.goals import distance
from milestones.models import AccountLink, Goal, GoalReading, Kickoff, Ladder, TailoredLadder
from milestones.plans import (
    PlanRefusedError,
    agree_ours,
    agree_theirs,
    close,
    closed_reality,
    kickoff_of,
    milestone_titles,
    reality,
    stamp,
    write_kickoff,
)
from onboarding import clock
from onboarding.tenancy.keys import add_api_key
from onboarding.tenancy.models import AuditEntry, Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person, Seat
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

HERE = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def sender(client, acme, alice, signed_in):
    signed_in(alice)
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"})))
    sender, start = Sender(client, acme), clock.now() - timedelta(days=9)
    sender.send(identify("petra", start), group("petra", "harbor", start, name="Harbor"))
    return sender


@pytest.fixture
def page(acme, sender):
    with workspace_scope(acme.pk):
        return f"/w/acme/accounts/{Account.objects.get().pk}/plan/"


def soon(days: int = 20) -> str:
    return (clock.now().date() + timedelta(days=days)).isoformat()


def written(client, page, **said):
    sent = {"done": "Monday's report\nsends itself", "done_on": soon(), "milestones": ["report", "share"]} | said
    return client.post(page, sent, follow=True)


def link_of(client, page) -> str:
    return re.search(r"/k/[\w-]+/", client.post(f"{page}kickoff/link/").content.decode())[0]


def seen_on(client, address) -> str:
    """What the form there would agree to."""
    found = re.search(r'name="seen" value="(\d+/[^"]*)"', client.get(address).content.decode())
    return unescape(found[1]) if found else ""


def act(client, page, verb, seen=None) -> str:
    sent = {"seen": seen_on(client, page) if seen is None else seen}
    return client.post(f"{page}kickoff/{verb}/", sent, follow=True).content.decode()


def agreed(client, page) -> str:
    written(client, page)
    act(client, page, "agree")
    link = link_of(client, page)
    client.post(link, {"name": "Petra Pohl", "do": "agree", "seen": seen_on(client, link)}, **HERE)
    return link


def kickoff(acme) -> Kickoff:
    with workspace_scope(acme.pk):
        return Kickoff.objects.select_related("account").order_by("-number").first()


def test_both_sides_agree_and_it_is_frozen(client, acme, page):
    link = agreed(client, page)
    now = kickoff(acme)
    assert (now.ours, now.theirs, now.is_agreed) == ("Alice Archer", "Petra Pohl", True)
    assert "Agreed by both sides." in client.get(page).content.decode()
    assert "Petra Pohl agreed for Harbor" in client.get(link).content.decode()
    refused = written(client, page, done="Something else").content.decode()
    assert "Both sides have agreed on this one. Close it first" in refused
    assert kickoff(acme).done == "Monday's report\nsends itself"


def test_a_change_must_be_agreed_on_anew(client, acme, page):
    written(client, page)
    act(client, page, "agree")
    written(client, page, done="Everything sends itself")
    assert kickoff(acme).ours_at is None


def test_our_side_agrees_and_closes_only_what_it_has_seen(client, acme, page):
    written(client, page)
    seen = seen_on(client, page)
    written(client, page, done="Everything sends itself")
    assert "This has changed since you opened the page." in act(client, page, "agree", seen)
    assert kickoff(acme).ours_at is None
    assert "Both sides agree on it first." in act(client, page, "close")
    assert kickoff(acme).closed_at is None
    agreed(client, page)
    seen = seen_on(client, page)
    act(client, page, "close")
    written(client, page, done="The next phase")
    assert "This has changed since you opened the page." in act(client, page, "close", seen)
    assert kickoff(acme).closed_at is None


def test_a_link_shows_the_kickoff_that_it_was_made_for_and_can_be_ended(client, acme, page):
    link = agreed(client, page)
    act(client, page, "close")
    written(client, page, done="A secret next phase")
    shown = client.get(link).content.decode()
    assert "This was closed on" in shown
    assert "A secret next phase" not in shown
    client.post(f"{page}kickoff/link/", {"do": "revoke"})
    assert client.get(link).status_code == 404
    with workspace_scope(acme.pk):
        assert not AccountLink.objects.filter(revoked_at=None).exists()


def test_nobody_agrees_to_what_they_have_not_seen(client, acme, page):
    written(client, page)
    link = link_of(client, page)
    written(client, page, done="Twice as much")
    said = client.post(link, {"name": "Petra", "do": "agree", "seen": "an older one"}, **HERE).content.decode()
    assert "This has changed since you opened the page. Please read it again." in said
    assert "Twice as much" in said
    assert kickoff(acme).theirs_at is None


def test_a_customer_may_ask_for_a_change_instead(client, acme, page):
    written(client, page)
    link = link_of(client, page)
    said = client.post(link, {"name": "Petra", "do": "wish", "text": " "}, **HERE).content.decode()
    assert "Say what should be different." in said
    client.post(link, {"name": "Petra", "do": "wish", "text": "Two weeks later, please"}, **HERE)
    client.post(link, {"name": "Kofi", "do": "wish", "text": "And <b>without</b> the audit"}, **HERE)
    shown = client.get(page).content.decode()
    assert "Petra: Two weeks later, please<br>Kofi: And &lt;b&gt;without&lt;/b&gt; the audit" in shown
    with workspace_scope(acme.pk):
        asked = AuditEntry.objects.filter(verb="asked for a change of the kickoff of").order_by("pk")
        assert [each.detail["text"] for each in asked] == ["Two weeks later, please", "And <b>without</b> the audit"]


def test_an_objection_is_never_taken_for_an_agreement(client, acme, page):
    written(client, page)
    link = link_of(client, page)
    sent = {"name": "Petra", "do": "agree", "seen": seen_on(client, link), "text": "Not before the audit"}
    said = client.post(link, sent, **HERE).content.decode()
    assert "You say that something should be different." in said
    assert "Not before the audit" in said
    assert kickoff(acme).theirs_at is None


def test_who_writes_over_a_wish_has_seen_it(client, acme, page):
    written(client, page)
    seen = re.search(r'name="seen" value="(\w+)"', client.get(page).content.decode())[1]
    link = link_of(client, page)
    client.post(link, {"name": "Petra", "do": "wish", "text": "Two weeks later, please"}, **HERE)
    said = written(client, page, done="A corrected word", seen=seen).content.decode()
    assert "Somebody else has saved this since you opened it." in said
    assert "Two weeks later, please" in said
    assert kickoff(acme).done != "A corrected word"


def test_the_end_is_compared_with_what_was_agreed_and_kept(client, acme, sender, page):
    agreed(client, page)
    at = clock.now() - timedelta(days=2)
    sender.send(track("petra", "Reported", at))
    assert "1 of 2 reached so far." in client.get(page).content.decode()
    sender.send(track("petra", "Shared", at + timedelta(hours=1)))
    assert "earlier than agreed" in client.get(page).content.decode()
    act(client, page, "close")
    closed = kickoff(acme)
    found = closed_reality(closed)
    assert found.done_at == at + timedelta(hours=1)
    assert found.late_by < 0
    written(client, page, done="The next phase")
    assert (kickoff(acme).number, kickoff(acme).done) == (2, "The next phase")


def test_reality_says_how_late_it_was(acme, sender):
    at = clock.now() - timedelta(days=2)
    sender.send(track("petra", "Reported", at))
    with workspace_scope(acme.pk):
        member, account = Member.objects.get(), Account.objects.get()
        made = write_kickoff(
            account, done="x", done_on=at.date() - timedelta(days=3), milestones=["report"], member=member
        )
        assert reality(made, acme.zone).late_by == 3
        agree_ours(made, member=member, seen=stamp(made))
        agree_theirs(made, name="Petra", seen=stamp(made))
        close(made, member=member, zone=acme.zone, seen=stamp(made))
        close(made, member=member, zone=acme.zone, seen=stamp(made))
        assert kickoff_of(account).outcome["late_by"] == 3


def test_two_who_write_at_once_leave_one(acme, sender):
    with workspace_scope(acme.pk):
        member, account = Member.objects.get(), Account.objects.get()
        for done in ("one", "two"):
            write_kickoff(account, done=done, done_on=date(2027, 1, 1), milestones=[], member=member)
        assert Kickoff.objects.get().done == "two"
        Kickoff.objects.update(ours_at=clock.now(), theirs_at=clock.now())
        with pytest.raises(PlanRefusedError):
            write_kickoff(account, done="three", done_on=date(2027, 1, 1), milestones=[], member=member)


def test_a_milestone_is_called_as_the_account_calls_it(acme, sender):
    """Not as on the ladder that was made for somebody else."""
    own = ladder(milestone("report", {"event": "Reported"}), key="quays")
    own["milestones"][0]["title"] = "Report on the merger of Quay"
    publish_ladder(acme, own | {"enroll": {"when": "manual"}})
    publish_ladder(acme, own | {"enroll": {"when": "manual"}, "name": "Again"})
    with workspace_scope(acme.pk):
        harbor = Account.objects.get()
        quay = Account.objects.create(
            workspace=acme, external_id="quay", first_seen_at=clock.now(), last_seen_at=clock.now()
        )
        path, quays = (Ladder.objects.get(key=key) for key in ("path", "quays"))
        TailoredLadder.objects.create(workspace=acme, account=quay, ladder=quays, base=path)
        assert milestone_titles(harbor, ["report"]) == {"report": "Report"}
        assert milestone_titles(quay, ["report"])["report"] == "Report on the merger of Quay"


def goal(acme, **said) -> Goal:
    with workspace_scope(acme.pk):
        own = {
            "workspace": acme,
            "account": Account.objects.get(),
            "key": "hours",
            "title": "Hours",
            "created_at": clock.now(),
        }
        return Goal.objects.create(**own, **{"baseline": 10, "target": 2} | said)


def test_a_goal_by_hand(client, acme, page):
    client.post(
        f"{page}goals/",
        {"title": "Hours on reports", "unit": "hours", "baseline": "10", "target": "2", "source": "hand"},
    )
    client.post(f"{page}goals/hours-on-reports/value/", {"value": "6"})
    said = client.get(page).content.decode()
    assert "Now 6 hours" in said
    assert "50 % of the way" in said
    client.post(f"{page}goals/hours-on-reports/remove/")
    with workspace_scope(acme.pk):
        assert not GoalReading.objects.exists()


@pytest.mark.parametrize(("how", "value"), [("latest", 3.0), ("sum", 11.0), ("average", 5.5)])
def test_a_goal_from_an_event(acme, sender, how, value):
    made = goal(acme, source="event", event="Report Sent", property="hours", how=how)
    start = clock.now() - timedelta(days=3)
    sender.send(
        track("petra", "Report Sent", start, hours=8, account="harbor"), track("petra", "Report Sent", hours="3")
    )
    sender.send(track("petra", "Report Sent", hours="many"), track("other", "Report Sent", hours=99))
    with workspace_scope(acme.pk):
        assert distance(made).current.value == value


def test_what_counts_for_a_goal(acme, sender):
    """Any number that a sender writes; of people without a named account what they did while they sat there; no tests."""
    made = goal(acme, source="event", event="Report Sent", property="hours", how="sum")
    start = clock.now() - timedelta(days=5)
    sender.send(
        track("petra", "Report Sent", start, hours=0.1 + 0.2), track("petra", "Report Sent", start, hours="1.1234567")
    )
    sender.send(identify("tess", start), group("tess", "harbor", start), track("tess", "Report Sent", start, hours=64))
    with workspace_scope(acme.pk):
        Person.objects.filter(external_id="tess").update(is_test=True)
        assert distance(made).current.value == pytest.approx(1.4234567)
    sender.send(track("petra", "Report Sent", clock.now(), hours=32), track("petra", "Report Sent", hours=1e300))
    with workspace_scope(acme.pk):
        assert distance(made).current.value == pytest.approx(33.4234567)
        Seat.objects.filter(person__external_id="petra").update(left_at=clock.now() - timedelta(days=1))
        assert distance(made).current.value == pytest.approx(1.4234567)


@pytest.mark.parametrize(
    ("baseline", "target", "value", "percent", "is_reached"),
    [
        (0, 10_000, 9_950.1, 99, False),
        (0, 10_000, 10_000, 100, True),
        (10, 2, 12, -25, False),
        (0, 3, 1, 33, False),
        (0.1, 0.3, 0.2, 50, False),
        (0, 5e-324, 1e15, None, False),
    ],
)
def test_reached_is_reached(acme, sender, baseline, target, value, percent, is_reached):
    made = goal(acme, baseline=baseline, target=target)
    with workspace_scope(acme.pk):
        GoalReading.objects.create(workspace=acme, goal=made, at=clock.now(), value=value, by="x")
        found = distance(made)
    assert (found.percent, found.is_reached) == (percent, is_reached)


def test_a_number_without_end_is_refused(client, acme, page):
    sent = {"title": "Hours", "baseline": "10", "target": "2", "source": "hand"}
    client.post(f"{page}goals/", sent)
    client.post(f"{page}goals/hours/value/", {"value": "1e308"})
    assert "less than or equal to" in client.post(f"{page}goals/", sent | {"target": "1e308"}).content.decode()
    with workspace_scope(acme.pk):
        assert not GoalReading.objects.exists()


def test_a_goal_by_the_api(client, acme, sender):
    goal(acme, source="api")
    with workspace_scope(acme.pk):
        _, key = add_api_key(name="Back end", scopes=["read", "write"])
    ask = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {key}"}}
    address = "/api/v1/accounts/harbor/goals/hours/values/"
    assert client.post(address, {"value": 4}, **ask).status_code == 200
    with workspace_scope(acme.pk):
        assert distance(Goal.objects.get()).percent == 75
    for body, status in (
        ({"value": "x"}, 400),
        ({"value": 1, "at": "2099-01-01T00:00:00Z"}, 400),
        ({"value": 1, "at": "0001-01-01T00:00:00Z"}, 400),
    ):
        assert client.post(address, body, **ask).status_code == status
    assert client.post("/api/v1/accounts/quay/goals/hours/values/", {"value": 1}, **ask).status_code == 404
    with workspace_scope(acme.pk):
        Goal.objects.update(source="hand")
    assert client.post(address, {"value": 1}, **ask).status_code == 409


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"title": "", "source": "hand"}, "Say what should become better."),
        ({"title": "X", "source": "event"}, "Name the event."),
        ({"title": "X", "source": "hand", "baseline": "2", "target": "2"}, "That is where it stands already."),
    ],
)
def test_a_goal_without_sense_is_refused_beside_its_field(client, page, sent, message):
    assert message in client.post(f"{page}goals/", sent).content.decode()
