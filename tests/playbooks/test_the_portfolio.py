"""The portfolio: found, ordered, narrowed, summed up, kept as a view; done to many at once; nothing of others."""

from datetime import timedelta

import pytest

from milestones.health.measuring import measure_everybody
from milestones.models import AccountHealth, Enrollment
from onboarding import clock
from onboarding.tenancy.models import Member, Notification
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from playbooks.models import Play, PortfolioView, Task
from playbooks.portfolio.finding import found, read_wanted
from playbooks.portfolio.summing import UNDER_WAY, sum_up
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all, group

DAY = timedelta(days=1)
PATH = ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"}))


def names(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


def test_the_worst_first_each_with_its_reason(acme_with_accounts, signed_in, alice):
    page = signed_in(alice).get("/w/acme/accounts/")
    assert names(page) == ["Meridian", "Harbor"]
    text = page.content.decode()
    assert "Nobody was seen for 21 days." in text
    assert "1 of the 2 accounts under way is on track. 1 needs a look this week." in text
    assert page.context["starts"][0].act.label == "Write a task"
    assert page.context["summed"].worth == 2400
    assert page.context["summed"].stalled_worth == 1200


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("pace=stalled", ["Meridian"]),
        ("pace=on_track", ["Harbor"]),
        ("pace=nonsense", ["Meridian", "Harbor"]),
        ("reason=inactive", ["Meridian"]),
        ("owner=nobody", ["Meridian"]),
        ("owner=mine", []),
        ("q=HARB", ["Harbor"]),
        ("q=%00", ["Meridian", "Harbor"]),
        ("ladder=path", ["Meridian", "Harbor"]),
        ("ladder=other", []),
        ("pace=stalled&q=zzzz", []),
        ("phase=Setup", ["Meridian", "Harbor"]),
        ("sort=name", ["Harbor", "Meridian"]),
        ("sort=-name", ["Meridian", "Harbor"]),
        ("sort=-progress", ["Harbor", "Meridian"]),
        ("sort=seen", ["Meridian", "Harbor"]),
        ("sort=-seen", ["Harbor", "Meridian"]),
        ("sort=value", ["Meridian", "Harbor"]),
        ("owner=99999999999999999999", ["Meridian", "Harbor"]),
        ("page=7&sort=nonsense", ["Meridian", "Harbor"]),
    ],
)
def test_narrowed_and_ordered(acme_with_accounts, signed_in, alice, query, shown):
    assert names(signed_in(alice).get(f"/w/acme/accounts/?{query}")) == shown


def test_as_a_file_without_formulas(acme_with_accounts, signed_in, alice):
    with workspace_scope(acme_with_accounts.pk):
        Account.objects.filter(external_id="harbor").update(name="=1+1")
    answer = signed_in(alice).get("/w/acme/accounts/?format=csv&owner=nobody")
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Meridian,meridian,,Stalled,Inactive,Nobody was seen")
    assert "'=1+1" in signed_in(alice).get("/w/acme/accounts/?format=csv").content.decode()


def test_a_new_account_is_there_at_once(acme_with_accounts, client, signed_in, alice):
    Sender(client, acme_with_accounts).send(group("fern-1", "fern", name="Fern"))
    assert "Fern" in names(signed_in(alice).get("/w/acme/accounts/"))


def bulk(client, **said):
    return client.post("/w/acme/accounts/together/", said, follow=True).content.decode()


def test_done_to_many_at_once(acme_with_accounts, signed_in, alice):
    client = signed_in(alice)
    with workspace_scope(acme_with_accounts.pk):
        both = list(Account.objects.order_by("pk").values_list("pk", flat=True))
        bob = Member.objects.get(user__name="Bob Builder")
    assert "Bob Builder looks after 2 accounts." in bulk(client, pk=both, verb="assign", manager=bob.pk)
    with workspace_scope(acme_with_accounts.pk):
        assert Account.objects.filter(manager=bob).count() == 2
        assert Notification.objects.filter(member=bob).count() == 1
    assert "2 tasks written" in bulk(client, pk=both, verb="task", title="Call them", due_on="2030-01-31")
    with workspace_scope(acme_with_accounts.pk):
        assert Task.objects.filter(owner=bob, title="Call them").count() == 2
    assert "Nobody looks after 1 account." in bulk(client, all="1", query="q=harbor", verb="assign", manager="nobody")
    assert "Choose some accounts first." in bulk(client, verb="task", title="x")
    assert "Say what is to be done." in bulk(client, pk=both, verb="task", title=" ")
    assert "Choose a ladder that is published." in bulk(client, pk=both, verb="enroll", ladder="other")
    assert "Choose somebody of your team." in bulk(client, pk=both, verb="assign", manager="12345")


def test_what_is_refused_stays_chosen_and_said(acme_with_accounts, signed_in, alice):
    client = signed_in(alice)
    with workspace_scope(acme_with_accounts.pk):
        first, second = Account.objects.order_by("pk").values_list("pk", flat=True)
    page = bulk(client, pk=first, verb="task", title=" ", due_on="2030-01-31", query="sort=name")
    assert f'value="{first}" checked' in page
    assert f'value="{second}" checked' not in page
    assert 'name="due_on" value="2030-01-31"' in page
    assert 'name="query" value="sort=name"' in page, "what was chosen is of this page alone"
    assert 'name="title" maxlength="200" value="Call them"' in bulk(client, verb="task", title="Call them")
    page = bulk(client, verb="enroll", manager="12345", ladder="path")
    assert '<option value="path" selected>' in page.partition('id="together-ladder"')[2]
    assert " checked" not in bulk(client, pk=first, verb="task", title="Call them")


def test_everybody_of_them_is_put_on_a_ladder(acme_with_accounts, signed_in, alice):
    publish_ladder(
        acme_with_accounts, ladder(milestone("extra", {"event": "More"}), key="more", enroll={"when": "manual"})
    )
    client = signed_in(alice)
    with workspace_scope(acme_with_accounts.pk):
        both = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    said = bulk(client, pk=both, verb="enroll", ladder="more", note="Second product")
    assert "2 people are put on" in said
    drain_all(acme_with_accounts)
    with workspace_scope(acme_with_accounts.pk):
        assert Enrollment.objects.filter(ladder__key="more").count() == 2
    assert "Nobody could be of" in bulk(client, pk=both, verb="enroll", ladder="more"), "they are on it already"


def test_what_somebody_looked_after_becomes_another_s(acme_with_accounts, signed_in, alice):
    with workspace_scope(acme_with_accounts.pk):
        bob, owner = Member.objects.get(user__name="Bob Builder"), Member.objects.get(access="owner")
        Task.objects.create(workspace=acme_with_accounts, title="Call", owner=bob, made_at=clock.now())
        Task.objects.create(
            workspace=acme_with_accounts, title="Done", owner=bob, made_at=clock.now(), done_at=clock.now()
        )
        Play.objects.create(workspace=acme_with_accounts, milestone="share", owner=bob)
    client, page = signed_in(alice), f"/w/acme/team/{bob.pk}/hand-over/"
    assert "looks after 1 account, 1 open task, 0 sessions ahead and 1 page" in client.get(page).content.decode()
    assert "Choose somebody." in client.post(page, {"taker": ""}).content.decode()
    assert client.post(page, {"taker": bob.pk}).status_code == 200, "not to themselves"
    assert client.post(page, {"taker": owner.pk}).status_code == 302
    with workspace_scope(acme_with_accounts.pk):
        assert Account.objects.get(external_id="harbor").manager == owner
        assert Task.objects.get(title="Call").owner == owner
        assert Task.objects.get(title="Done").owner == bob, "what is done stays theirs"
        assert Play.objects.get().owner == owner
    assert "looks after nothing" in client.get(page).content.decode()


def test_views_are_kept_for_everybody(acme_with_accounts, signed_in, alice):
    client = signed_in(alice)
    client.post("/w/acme/accounts/views/save/", {"name": "Stalled", "query": "pace=stalled"})
    page = client.get("/w/acme/accounts/?pace=stalled")
    assert [(each.view.name, each.is_open) for each in page.context["views"]] == [("Stalled", True)]
    with workspace_scope(acme_with_accounts.pk):
        view = PortfolioView.objects.get()
    client.post(f"/w/acme/accounts/views/{view.pk}/remove/")
    assert client.get("/w/acme/accounts/").context["views"] == []


def test_nothing_of_others_is_in_it(acme_with_accounts, globex):
    with workspace_scope(globex.pk):
        assert not found(read_wanted({}), Member.objects.first()).exists()
        assert sum_up(AccountHealth.objects.all(), clock.now(), globex.zone).total == 0
        assert not Enrollment.objects.exists()


def test_the_median_counts_days_as_the_rows_do(acme_with_accounts, client):
    sender, now = Sender(client, acme_with_accounts), clock.now().replace(hour=12)
    for number in range(6):
        sender.send(group(f"new-{number}", f"new-{number}"))
    with workspace_scope(acme_with_accounts.pk):
        measure_everybody(now)
        rows = AccountHealth.objects.filter(account__external_id__startswith="new")
        began = now - 20 * DAY
        for pk, days in zip(rows.values_list("pk", flat=True), (0, 1, 3, 4, 4, None), strict=True):
            value_at = None if days is None else began + days * DAY + timedelta(hours=1)
            AccountHealth.objects.filter(pk=pk).update(began_at=began, value_at=value_at)
        summed = sum_up(rows, now, acme_with_accounts.zone)
    assert (summed.median, summed.reached_value) == (4, 5)


def test_what_is_due_and_late_is_counted_of_those_under_way(acme_with_accounts):
    now = clock.now()
    with workspace_scope(acme_with_accounts.pk):
        rows = AccountHealth.objects.all()
        under_way = list(rows.filter(pace__in=UNDER_WAY).values_list("pk", flat=True))
        rows.update(due_at=now + 2 * DAY, late=1)
        rows.filter(pk=under_way[0]).update(due_at=now + 8 * DAY, late=0)
        summed = sum_up(AccountHealth.objects.all(), now, acme_with_accounts.zone)
    assert len(under_way) > 1
    assert (summed.due, summed.late_accounts) == (len(under_way) - 1, len(under_way) - 1)


def test_an_account_that_is_a_test_is_not_in_it(acme_with_accounts):
    with workspace_scope(acme_with_accounts.pk):
        everybody = found(read_wanted({}), Member.objects.first())
        before, one = everybody.count(), everybody.first().account
        Account.objects.filter(pk=one.pk).update(is_test=True)
        after = found(read_wanted({}), Member.objects.first())
        assert after.count() == before - 1
        assert one.pk not in after.values_list("account_id", flat=True)


def test_many_accounts_stand_on_several_pages(acme_with_accounts, client, signed_in, alice):
    sender = Sender(client, acme_with_accounts)
    sender.send(*[group(f"many-{number}", f"many-{number:02}") for number in range(40)])
    pages = [signed_in(alice).get(f"/w/acme/accounts/?q=many&page={page}").context for page in (1, 2, 3)]
    shown = [[row.name for row in page["rows"]] for page in pages]
    assert [len(names) for names in shown] == [25, 15, 15], "past the end stands the last"
    assert len(set(shown[0] + shown[1])) == 40
    assert pages[0]["page"].has_next()
    assert not pages[1]["page"].has_next()
    everybody = signed_in(alice).get("/w/acme/accounts/?page=2").context
    assert everybody["page"].paginator.count == sum(everybody["summed"].paces.values())
