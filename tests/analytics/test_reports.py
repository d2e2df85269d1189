"""Reports: made once, frozen, shared by links that end, mailed once, and the same as paper and as data."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from analytics import tasks
from analytics.asking import yesterday
from analytics.lookups import workspaces_with_reports_due
from analytics.models import Report, ReportLink, ReportMail, ReportSchedule
from analytics.reports import links, schedules
from analytics.reports.blocks import as_text
from milestones.checklist.actions import rate
from milestones.models import Enrollment, Goal, GoalReading
from onboarding import clock
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from tests.analytics.rollups import keep_all
from tests.senders import Sender, track
from tests.words import text_of

DAY = timedelta(days=1)
LIST = "/w/acme/reports/"
ALL = ["changed", "activity", "goals", "people", "steps", "voices", "next"]
BOARD = ["measures", "curve", "roles", "steps", "spread", "stuck"]


@pytest.fixture
def told(client, climbed):
    """The account a0 has a goal in hours and one in money, and its people are active."""
    with workspace_scope(climbed.pk):
        account, now = Account.objects.get(external_id="a0"), clock.now()
        account.name = "Harbor <b>Logistics</b>"
        account.save()
        own = {"workspace": climbed, "account": account, "created_at": now - 90 * DAY}
        hours = Goal.objects.create(**own, key="hours", title="Monday report", unit="h", baseline=6.5, target=1)
        money = Goal.objects.create(
            **own,
            key="money",
            title="Late trucks",
            unit="EUR",
            is_money=True,
            baseline=0,
            target=5_000,
            assumptions="A late truck costs 90 EUR.",
            due_on=(now + 30 * DAY).date(),
        )
        for goal, value, ago in ((hours, 4, 40), (hours, 1.5, 10), (money, 1_200, 5)):
            GoalReading.objects.create(workspace=climbed, goal=goal, at=now - ago * DAY, value=value, by="x")
    Sender(client, climbed).send(*(track(f"p{n}", "Looked", clock.now() - 10 * DAY, account="a0") for n in (20, 30)))
    keep_all(climbed)
    return account


def ordered(client, workspace, account=None, **said) -> Report:
    """Ordered on the page, and made by the worker."""
    address = f"{LIST}new/" + (f"?account={account.pk}" if account else "")
    form = {"days": 30 if account else 60, "sections": ALL if account else BOARD}
    answer = client.post(address, form | ({} if account else {"ladder": "path"}) | said)
    assert answer.status_code == 302, text_of(answer)
    pk = int(answer.url.rstrip("/").split("/")[-1])
    tasks.make_report(workspace.pk, pk)
    with workspace_scope(workspace.pk):
        return Report.objects.select_related("account", "made_by__user", "workspace").get(pk=pk)


def block(report: Report, title: str) -> dict:
    return next(each for each in report.said["blocks"] if each["title"].startswith(title))


# --- what they say ----------------------------------------------------------------------------


def test_a_value_report_says_what_has_changed(told, climbed, signed_in, alice):
    report = ordered(signed_in(alice), climbed, told, words="It was a good month.", for_whom="Dana Whitfield")
    assert report.said["title"] == (
        "Harbor <b>Logistics</b>: “Monday report” is at 1.5 h, from 6.5; “Late trucks” is at EUR 1,200, from 0"
    )
    assert report.said["blocks"][0]["text"] == "It was a good month."
    hours, money = block(report, "What has changed")["tiles"]
    assert (hours["value"], hours["change"]) == ("1.5 h", ["from 6.5 h", "down", "yes"])
    assert hours["note"] == "4 h at the start of the period."
    assert money["change"] == ["from EUR 0", "up", "yes"]
    said = " ".join(each.get("text", "") for each in report.said["blocks"])
    assert "In money that is EUR 1,200. It assumes: A late truck costs 90 EUR." in said
    rows = {row[0]: row[1:] for row in block(report, "Against the goals")["rows"]}
    assert rows == {
        "Monday report": ["6.5 h", "1.5 h", "1 h", "Under way"],
        "Late trucks": ["EUR 0", "EUR 1,200", "EUR 5,000", "Behind"],
    }
    bars = {bar["name"]: (bar["part"], bar["whole"]) for bar in block(report, "Who is using it")["bars"]}
    assert bars == {"Lead": (2, 6)}
    figure = next(each for each in report.said["blocks"] if each["kind"] == "figure")
    assert sum(int(n) for _, n in figure["rows"]) >= 2


def test_the_time_before_stands_beside_it(told, climbed, signed_in, alice):
    client = signed_in(alice)
    with workspace_scope(climbed.pk):
        until = yesterday(climbed.zone)
    report = ordered(client, climbed, told, days=90)
    assert (report.first, report.last) == (until - 89 * DAY, until)
    steps = {row[0]: row[1:4] for row in block(report, "What was reached")["rows"]}
    assert steps["Connect"] == ["4", "2", "6 of 6"]


def test_a_board_report_says_what_the_executive_view_says(climbed, signed_in, alice):
    report = ordered(signed_in(alice), climbed)
    assert report.said["title"] == "New people reach first value in 6 days, 6 days sooner than in the 60 days before"
    tiles = {tile["name"]: tile for tile in block(report, "Key measures")["tiles"]}
    assert tiles["Activation rate"]["value"] == "80%"
    steps = {row[0]: row[1:] for row in block(report, "Where people drop off")["rows"]}
    assert steps["Publish"] == ["32 of 40", "80%", "8"]
    assert [row[0] for row in block(report, "How fast first value")["rows"]] == ["1", "3", "7", "14", "30"]
    assert any("definition 1" in line for line in report.said["blocks"][-1]["lines"])
    numbers = {(each["section"], each["name"]): each["value"] for each in report.said["data"]}
    assert numbers["stuck", "Publish"] == 8


def test_only_what_was_chosen_is_said(told, climbed, signed_in, alice):
    report = ordered(signed_in(alice), climbed, told, sections=["goals"])
    assert [each["kind"] for each in report.said["blocks"]] == ["table", "foot"]


def test_who_is_quoted_is_named_only_where_it_is_allowed(told, climbed, signed_in, alice):
    with workspace_scope(climbed.pk), time_machine.travel(clock.now() - 3 * DAY, tick=False):
        enrollment = Enrollment.objects.select_related("seat__person", "seat__account", "ladder", "version").get(
            seat__person__external_id="p20"
        )
        rate(enrollment, "connect", rating=5, text="It saves me the Monday mail.")
    for is_named, by in ((False, "Lead"), (True, "Person 20, Lead")):
        report = ordered(signed_in(alice), climbed, told, **({"names_shown": "on"} if is_named else {}))
        quotes = next(each for each in report.said["blocks"] if each["kind"] == "quotes")["quotes"]
        assert quotes == [{"text": "It saves me the Monday mail.", "by": by}]
        assert ("Person 20" in str(report.said)) is is_named
        assert "1 rating of steps, 5.0 of 5 on average." in str(report.said["blocks"])


# --- frozen -----------------------------------------------------------------------------------


def test_it_says_the_same_whatever_happens_later(told, climbed, signed_in, alice):
    client = signed_in(alice)
    report = ordered(client, climbed, told)
    with workspace_scope(climbed.pk):
        GoalReading.objects.create(
            workspace=climbed, goal=Goal.objects.get(key="hours"), at=clock.now(), value=9, by="x"
        )
        Account.objects.filter(pk=told.pk).update(name="Renamed")
    tasks.make_report(climbed.pk, report.pk)
    with workspace_scope(climbed.pk):
        again = Report.objects.get(pk=report.pk)
    assert (again.said, bytes(again.pdf), again.data_version) == (report.said, bytes(report.pdf), report.data_version)


def test_the_page_shows_it_and_what_it_holds_is_text(told, climbed, signed_in, alice, bob):
    report = ordered(signed_in(alice), climbed, told)
    page = signed_in(bob).get(f"{LIST}{report.pk}/")
    assert (
        "Harbor <b>Logistics</b>" in text_of(page).replace("< b >", "<b>")
        or "Harbor &lt;b&gt;" in page.content.decode()
    )
    assert "<b>Logistics" not in page.content.decode()
    assert "Share by link" not in text_of(page), "an executive reads"
    assert "Value report" in text_of(signed_in(bob).get(LIST))


def test_one_that_fails_says_so(told, climbed, signed_in, alice, monkeypatch):
    monkeypatch.setattr(tasks, "make", lambda pk: 1 / 0)
    report = ordered(signed_in(alice), climbed, told)
    assert report.failed_at is not None
    assert "could not be made" in text_of(signed_in(alice).get(f"{LIST}{report.pk}/"))


# --- files ------------------------------------------------------------------------------------


def test_the_same_on_paper_and_as_data(told, climbed, signed_in, alice):
    from pyarrow import parquet

    client = signed_in(alice)
    report = ordered(client, climbed, told)
    paper = client.get(f"{LIST}{report.pk}/pdf/")
    assert paper.content.startswith(b"%PDF-")
    assert paper["Content-Disposition"].endswith('.pdf"')
    rows = list(csv.DictReader(io.StringIO(client.get(f"{LIST}{report.pk}/csv/").content.decode())))
    assert {row["name"]: row["value"] for row in rows}["Monday report"] == "1.5"
    table = parquet.read_table(io.BytesIO(client.get(f"{LIST}{report.pk}/parquet/").content))
    assert table.num_rows == len(rows)
    assert table.schema.metadata[b"data_version"] == str(report.data_version).encode()
    assert client.get(f"{LIST}{report.pk}/docx/").status_code == 404


# --- links ------------------------------------------------------------------------------------


def shared(client, report: Report, **said) -> str:
    page = client.post(f"{LIST}{report.pk}/share/", {"days": 30} | said)
    return re.search(r"/r/[A-Za-z0-9_-]+/", page.content.decode())[0]


def test_a_link_opens_one_report_until_it_is_revoked(told, climbed, client, signed_in, alice):
    member = signed_in(alice)
    report = ordered(member, climbed, told)
    address = shared(member, report, for_whom="Dana")
    page = client.get(address)
    assert page.status_code == 200
    assert "Monday report" in text_of(page)
    assert page["Referrer-Policy"] == "same-origin"
    assert client.get(f"{address}pdf/").content.startswith(b"%PDF-")
    with workspace_scope(climbed.pk):
        link = ReportLink.objects.get()
        assert (link.for_whom, link.opened) == ("Dana", 1)
        assert AuditEntry.objects.filter(verb="shared a report").exists()
    assert "Opened 1 time" in text_of(member.get(f"{LIST}{report.pk}/"))
    member.post(f"{LIST}links/{link.pk}/revoke/")
    assert client.get(address).status_code == 404
    assert client.get(f"{address}pdf/").status_code == 404


def test_a_link_ends_by_itself(told, climbed, client, signed_in, alice):
    member = signed_in(alice)
    address = shared(member, ordered(member, climbed, told), days=7)
    assert client.get(address).status_code == 200
    with workspace_scope(climbed.pk):
        ReportLink.objects.update(expires_at=clock.now() - DAY)
    assert client.get(address).status_code == 404


def test_a_passcode_is_asked_for_and_guessing_ends(told, climbed, client, signed_in, alice, settings):
    member, origin = signed_in(alice), {"Origin": settings.CAIRN_BASE_URL}
    address = shared(member, ordered(member, climbed, told), passcode="seven-stones")
    assert "asks for a passcode" in text_of(client.get(address))
    assert client.get(f"{address}pdf/").status_code == 302
    assert client.get(f"{address}?pass=nonsense").status_code == 200
    assert "This is not the passcode" in text_of(client.post(address, {"passcode": "wrong"}, headers=origin))
    opened = client.post(address, {"passcode": "seven-stones"}, headers=origin)
    assert "Monday report" in text_of(client.get(opened.url))
    assert client.get(opened.url.replace("/?", "/csv/?")).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        assert "asks for a passcode" in text_of(client.get(opened.url))
    for _ in range(links.MISSES):
        client.post(address, {"passcode": "wrong"}, headers=origin)
    assert client.post(address, {"passcode": "seven-stones"}, headers=origin).status_code == 429
    with workspace_scope(climbed.pk):
        ReportLink.objects.update(missed_at=clock.now() - 2 * links.PAUSE)
    assert client.post(address, {"passcode": "seven-stones"}, headers=origin).status_code == 302


def test_a_form_from_another_site_opens_nothing(told, climbed, client, signed_in, alice):
    member = signed_in(alice)
    address = shared(member, ordered(member, climbed, told), passcode="seven-stones")
    assert (
        client.post(address, {"passcode": "seven-stones"}, headers={"Origin": "https://evil.example"}).status_code
        == 403
    )


def test_what_is_typed_wrong_is_said_where_it_was_typed(told, climbed, signed_in, alice):
    client = signed_in(alice)
    new = f"{LIST}new/?account={told.pk}"
    page = text_of(client.post(new, {"days": 30, "sections": ["goals"], "every": "week", "words": "Kept words"}))
    assert "Say to whom it is mailed." in page
    assert "Kept words" in page
    page = text_of(client.post(new, {"days": 30, "sections": ["goals"], "every": "week", "emails": "dana"}))
    assert "“dana” is not an e-mail address." in page
    assert "Choose at least one section." in text_of(client.post(new, {"days": 30}))
    report = ordered(client, climbed, told)
    assert "at least 6" in text_of(client.post(f"{LIST}{report.pk}/share/", {"days": 30, "passcode": "abc"}))
    for nonsense in ("x", "0", "99999999999999999999", "-1"):
        assert client.get(f"{LIST}new/?account={nonsense}").status_code == 404


def test_it_goes_with_its_links(told, climbed, client, signed_in, alice):
    member = signed_in(alice)
    report = ordered(member, climbed, told)
    address = shared(member, report)
    member.post(f"{LIST}{report.pk}/remove/")
    assert client.get(address).status_code == 404
    with workspace_scope(climbed.pk):
        assert not Report.objects.exists()


# --- schedules --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "now", "due"),
    [
        ("week", "2026-11-26T12:00", "2026-11-30T06:00"),
        ("week", "2026-11-30T05:59", "2026-11-30T06:00"),
        ("week", "2026-11-30T06:00", "2026-12-07T06:00"),
        ("month", "2026-11-26T12:00", "2026-12-01T06:00"),
        ("week", "2026-03-24T12:00", "2026-03-30T05:00"),  # summer time has begun by then
    ],
)
def test_it_is_due_at_seven_on_their_clock(every, now, due):
    from zoneinfo import ZoneInfo

    at = lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)  # noqa: E731
    assert schedules.next_after(every, at(now), ZoneInfo("Europe/Berlin")) == at(due)


def test_a_scheduled_report_is_mailed_to_each_reader_once(
    told, climbed, client, signed_in, alice, mailoutbox, settings
):
    member = signed_in(alice)
    ordered(member, climbed, told, every="week", emails="dana@fern.example\nLee@fern.example\ndana@fern.example")
    assert not mailoutbox, "the first one is for whoever made it"
    with workspace_scope(climbed.pk):
        schedule = ReportSchedule.objects.get()
        assert schedule.emails == ["dana@fern.example", "lee@fern.example"]
        ReportSchedule.objects.update(next_at=clock.now() - timedelta(minutes=1))
        assert schedules.order_due(clock.now()) == 1
        assert schedules.order_due(clock.now()) == 0, "the next one is next week"
        report = Report.objects.order_by("-pk").first()
    for _ in range(2):
        tasks.make_report(climbed.pk, report.pk)
    assert sorted(mail.to[0] for mail in mailoutbox) == ["dana@fern.example", "lee@fern.example"]
    mail = mailoutbox[0]
    assert mail.subject.startswith("Acme: Harbor")
    page, _ = mail.alternatives[0]
    assert "Monday report" in mail.body
    assert "cid:" in page
    assert "http" not in re.sub(r'href="[^"]+"', "", page), "nothing is fetched from elsewhere"
    assert "<style" not in page
    pictures = {part["Content-ID"].strip("<>") for part in mail.attachments}
    assert pictures == set(re.findall(r'src="cid:([^"]+)"', page)) != set()
    address = re.search(r"/r/[A-Za-z0-9_-]+/", mail.body)[0]
    assert "Mail me this report no more" in text_of(client.get(address))
    client.post(f"{address}stop/", headers={"Origin": settings.CAIRN_BASE_URL})
    with workspace_scope(climbed.pk):
        assert len(ReportSchedule.objects.get().emails) == 1
    member.post(f"{LIST}schedules/{schedule.pk}/stop/")
    with workspace_scope(climbed.pk):
        ReportSchedule.objects.update(next_at=clock.now())
        assert schedules.order_due(clock.now()) == 0


def test_a_mail_that_does_not_go_out_is_tried_again(told, climbed, signed_in, alice, mailoutbox, monkeypatch):
    report = ordered(signed_in(alice), climbed, told)
    with workspace_scope(climbed.pk):
        ReportMail.objects.create(workspace=climbed, report=report, email="dana@fern.example")
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMultiAlternatives.send", refusing(ConnectionRefusedError))
        tasks.make_report(climbed.pk, report.pk)
    tasks.make_report(climbed.pk, report.pk)
    assert not mailoutbox, "not at once"
    with workspace_scope(climbed.pk):
        ReportMail.objects.update(tried_at=clock.now() - timedelta(minutes=11))
    tasks.make_report(climbed.pk, report.pk)
    assert len(mailoutbox) == 1
    with workspace_scope(climbed.pk):
        assert ReportLink.objects.filter(revoked_at=None).count() == 1, (
            "the link of the mail that did not go out is dead"
        )


def refusing(error):
    def send(self):
        raise error

    return send


def test_a_mail_that_may_have_gone_out_is_not_sent_again(told, climbed, signed_in, alice, mailoutbox, monkeypatch):
    report = ordered(signed_in(alice), climbed, told)
    with workspace_scope(climbed.pk):
        ReportMail.objects.create(workspace=climbed, report=report, email="dana@fern.example")
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMultiAlternatives.send", refusing(TimeoutError))
        tasks.make_report(climbed.pk, report.pk)
    with workspace_scope(climbed.pk):
        ReportMail.objects.update(tried_at=clock.now() - timedelta(minutes=11))
    tasks.make_report(climbed.pk, report.pk)
    assert not mailoutbox


def test_nothing_goes_on_for_somebody_who_has_left(told, climbed, signed_in, alice):
    ordered(signed_in(alice), climbed, told, every="week", emails="dana@fern.example")
    with workspace_scope(climbed.pk):
        ReportSchedule.objects.update(next_at=clock.now(), made_by=None)
        assert schedules.order_due(clock.now()) == 0
        assert ReportSchedule.objects.get().stopped_at is not None


def test_a_report_whose_task_was_lost_is_asked_for_again(told, climbed, signed_in, alice, monkeypatch):
    asked = []
    monkeypatch.setattr(schedules, "hand_over", lambda task, workspace, pk: asked.append(pk))
    client = signed_in(alice)
    pk = int(
        client.post(f"{LIST}new/?account={told.pk}", {"days": 30, "sections": ["goals"]}).url.rstrip("/").split("/")[-1]
    )
    assert climbed.pk not in workspaces_with_reports_due(clock.now())
    later = clock.now() + timedelta(minutes=11)
    assert climbed.pk in workspaces_with_reports_due(later)
    monkeypatch.setattr(schedules.transaction, "on_commit", lambda do: do())
    with workspace_scope(climbed.pk):
        schedules.ask_again(later)
    assert asked == [pk]


def test_so_many_at_once_and_no_more(told, climbed, signed_in, alice, monkeypatch):
    monkeypatch.setattr("analytics.pages.reports.UNDER_WAY", 1)
    monkeypatch.setattr("analytics.pages.reports.SCHEDULES", 0)
    client, new = signed_in(alice), f"{LIST}new/?account={told.pk}"
    said = {"days": 30, "sections": ["goals"], "every": "week", "emails": "dana@fern.example"}
    assert "Stop one first" in text_of(client.post(new, said))
    client.post(new, {"days": 30, "sections": ["goals"]})
    assert "Wait until some are there" in text_of(client.post(new, {"days": 30, "sections": ["goals"]}))


def test_managers_are_named_only_where_it_was_chosen(climbed, signed_in, alice):
    client = signed_in(alice)
    assert "by who looks after them" not in str(ordered(client, climbed, sections=["spread"]).said)
    page = client.get(f"{LIST}new/").content.decode()
    assert re.search(r'value="managers"(?![^>]*checked)', page)


def test_the_plain_text_says_all_of_it(told, climbed, signed_in, alice):
    text = as_text(ordered(signed_in(alice), climbed, told).said)
    for words in ("WHAT HAS CHANGED", "Monday report: 1.5 h (from 6.5 h)", "How we measured."):
        assert words in text
