"""The portfolio and an account's activity: found, ordered, narrowed, kept as a view; done to many at once; nothing of others."""

from datetime import timedelta

import pytest
from django.core import mail

from milestones.health.measuring import keep, measure_everybody
from milestones.models import AccountHealth, Enrollment, HealthChange, Standing
from onboarding import clock
from onboarding.tenancy.models import Member, Notification
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from playbooks.models import AccountNote, Digest, Play, PortfolioView, Task
from playbooks.portfolio import digest
from playbooks.portfolio.finding import found, read_wanted
from playbooks.portfolio.summing import sum_up
from playbooks.tasks import send_digests_of
from tests import cast
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all, group, identify, track

DAY = timedelta(days=1)
PATH = ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"}))


@pytest.fixture
def acme_with_accounts(client, acme):
    """Harbor reports today, Meridian was last seen three weeks ago, Fern has no ladder for anybody; Bob is a manager, too."""
    sender, now = Sender(client, acme), clock.now()
    publish_ladder(acme, PATH)
    for name, ago in (("harbor", 5), ("meridian", 30)):
        sender.send(identify(f"{name}-1", now - ago * DAY, name=f"{name} person"))
        sender.send(group(f"{name}-1", name, now - ago * DAY, name=name.title(), industry="freight", mrr=1200))
    sender.send(track("harbor-1", "Reported", now - DAY, account="harbor"))
    sender.send(track("meridian-1", "Looked", now - 21 * DAY, account="meridian"))
    bob = cast.member(acme, cast.user("bob3@acme.example", "Bob Builder"), "manager")
    with workspace_scope(acme.pk):
        Account.objects.filter(external_id="harbor").update(manager=bob)
        measure_everybody(now)
    return acme


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


def test_a_note_is_told_to_whom_it_names_and_kept_as_it_was_written(acme_with_accounts, signed_in, alice):
    client = signed_in(alice)
    with workspace_scope(acme_with_accounts.pk):
        harbor = Account.objects.get(external_id="harbor").pk
    page = f"/w/acme/accounts/{harbor}/activity/"
    assert "Write something." in client.post(page, {"text": ""}).content.decode()
    client.post(page, {"text": "**Call** them, @bob <script>alert(1)</script>", "is_pinned": "on"})
    text = client.get(page).content.decode()
    assert "<strong>Call</strong>" in text
    assert "<script>alert" not in text
    with workspace_scope(acme_with_accounts.pk):
        note = AccountNote.objects.get()
        assert Notification.objects.get(member__user__name="Bob Builder").link == page
    client.post(f"/w/acme/notes/{note.pk}/unpin/")
    with workspace_scope(acme_with_accounts.pk):
        assert not AccountNote.objects.get().is_pinned
    client.post(f"/w/acme/notes/{note.pk}/remove/")
    with workspace_scope(acme_with_accounts.pk):
        assert not AccountNote.objects.exists()


def test_the_timeline_holds_everything_once_and_goes_back_in_pages(acme_with_accounts, signed_in, alice):
    with workspace_scope(acme_with_accounts.pk):
        harbor = Account.objects.get(external_id="harbor")
        for number in range(90):
            AccountNote.objects.create(
                workspace=acme_with_accounts,
                account=harbor,
                text=f"Note {number:02}",
                at=clock.now() - (number // 60) * DAY,
            )
        Task.objects.create(workspace=acme_with_accounts, account=harbor, title="Call", made_at=clock.now() - 3 * DAY)
        Standing.objects.create(
            workspace=acme_with_accounts, account=harbor, kind="waiting", note="Holidays", since=clock.now() - 4 * DAY
        )
        HealthChange.objects.create(
            workspace=acme_with_accounts, account=harbor, at=clock.now() - 2 * DAY, was="stalled", pace="on_track"
        )
    client, page, seen = signed_in(alice), f"/w/acme/accounts/{harbor.pk}/activity/", []
    before = ""
    for _ in range(6):
        answer = client.get(page + (f"?before={before}" if before else ""))
        seen += [entry for entry, _ in answer.context["entries"]]
        before = answer.context["older"].replace("+", "%2B")
        if not before:
            break
    notes = [entry.note.text for entry in seen if entry.note]
    assert sorted(notes) == [f"Note {number:02}" for number in range(90)], (
        "sixty are of one moment: none is lost, none comes twice"
    )
    assert {entry.kind for entry in seen} == {"progress", "notes", "tasks", "health"}
    assert [entry.at for entry in seen] == sorted((entry.at for entry in seen), reverse=True)
    assert {entry.kind for entry, _ in client.get(f"{page}?kind=health").context["entries"]} == {"health"}


def test_a_word_on_what_holds_it_up_shows_on_the_page_and_in_the_portfolio(acme_with_accounts, signed_in, alice):
    client = signed_in(alice)
    with workspace_scope(acme_with_accounts.pk):
        harbor = Account.objects.get(external_id="harbor").pk
    page = f"/w/acme/accounts/{harbor}/"
    refused = client.post(
        f"{page}standing/", {"kind": "blocked_by_us", "note": "", "until": "1999-01-01"}
    ).content.decode()
    assert "Say why, in a sentence." in refused
    assert "within the next three years" in refused
    client.post(f"{page}standing/", {"kind": "blocked_by_us", "note": "The import is broken"})
    assert "Blocked by us since" in client.get(page).content.decode()
    assert "The import is broken" in client.get("/w/acme/accounts/?pace=stalled").content.decode()
    client.post(f"{page}standing/", {"over": "1"})
    assert "The import is broken" not in client.get("/w/acme/accounts/?pace=stalled").content.decode()


# --- Monday's mail ----------------------------------------------------------------------------


@pytest.fixture
def monday(acme_with_accounts, time_machine):
    """The next Monday, half past eight in the workspace's zone."""
    now = clock.now()
    at = (now + timedelta(days=7 - now.weekday())).replace(hour=8, minute=30, second=0, microsecond=0)
    time_machine.move_to(at, tick=False)
    mail.outbox.clear()
    return time_machine


def test_who_looks_after_accounts_hears_of_them_once_on_mondays(acme_with_accounts, monday):
    with workspace_scope(acme_with_accounts.pk):
        harbor = Account.objects.get(external_id="harbor")
        keep([harbor.pk], clock.now() - DAY)
        HealthChange.objects.create(
            workspace=acme_with_accounts, account=harbor, at=clock.now() - DAY, was="at_risk", pace="on_track"
        )
        AccountHealth.objects.filter(account=harbor).update(pace="on_track", weight=2)
        Task.objects.create(
            workspace=acme_with_accounts,
            account=harbor,
            title="Send the plan",
            owner=harbor.manager,
            made_at=clock.now(),
            due_on=clock.now().date(),
        )
    send_digests_of(acme_with_accounts.pk)
    send_digests_of(acme_with_accounts.pk)
    [letter] = mail.outbox
    assert letter.to == ["bob3@acme.example"], "Alice looks after none"
    assert "BETTER THAN A WEEK AGO" in letter.body
    assert "From at risk to on track." in letter.body
    assert "Send the plan" in letter.body
    [html] = [part for part, kind in letter.alternatives if kind == "text/html"]
    assert "<table" in html
    assert "style=" in html
    monday.shift(timedelta(hours=2))
    send_digests_of(acme_with_accounts.pk)
    assert len(mail.outbox) == 1
    monday.shift(timedelta(days=7))
    send_digests_of(acme_with_accounts.pk)
    assert len(mail.outbox) == 2


def test_no_mail_before_eight_on_other_days_or_to_who_stopped_it(acme_with_accounts, monday, signed_in):
    monday.shift(timedelta(minutes=-45))
    with workspace_scope(acme_with_accounts.pk):
        assert digest.due_members(clock.now()) == []
    monday.shift(timedelta(days=1, hours=3))
    with workspace_scope(acme_with_accounts.pk):
        assert digest.due_members(clock.now()) == [], "Tuesday"
    monday.shift(timedelta(days=6))
    with workspace_scope(acme_with_accounts.pk):
        [bob] = digest.due_members(clock.now())
    signed_in(bob.user).post("/w/acme/accounts/digest/", {"wanted": "0"})
    with workspace_scope(acme_with_accounts.pk):
        assert digest.due_members(clock.now()) == []
        assert not Digest.objects.get().is_wanted


def test_a_server_that_is_away_gets_it_later_the_same_day(acme_with_accounts, monday, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    send_digests_of(acme_with_accounts.pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mail.outbox == []
    monday.shift(timedelta(minutes=20))
    send_digests_of(acme_with_accounts.pk)
    assert len(mail.outbox) == 1


def test_nothing_of_others_is_in_it(acme_with_accounts, globex):
    with workspace_scope(globex.pk):
        assert not found(read_wanted({}), Member.objects.first()).exists()
        assert sum_up(AccountHealth.objects.all(), clock.now()).total == 0
        assert not Enrollment.objects.exists()
