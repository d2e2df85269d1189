"""The event debugger: it shows what arrived, live; it needs a log-in and access; it hides other workspaces."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from milestones.draining import TRIES
from onboarding import clock
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Event, InboxRow, RefusedEvent
from onboarding.tracking.pages import stream
from onboarding.tracking.tasks import forget_refused_everywhere
from tests import cast
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, drain_all, group, track

PAGE = "/w/acme/events/"


def test_what_was_refused_is_kept_for_a_month_and_not_without_end(acme, monkeypatch):
    now = clock.now()
    monkeypatch.setattr("onboarding.tracking.refusals_kept.KEPT", 2)
    with workspace_scope(acme.pk):
        for days in (40, 3, 2, 1):
            said = {"source_id": 1, "received_at": now - timedelta(days=days), "code": "missing_id", "event": "{}"}
            RefusedEvent.objects.create(workspace=acme, **said)
    forget_refused_everywhere()
    with workspace_scope(acme.pk):
        assert [(now - each.received_at).days for each in RefusedEvent.objects.order_by("pk")] == [2, 1]


@pytest.fixture
def sender(client, acme):
    return Sender(client, acme)


@pytest.fixture
def looking(signed_in, alice):
    """A signed-in client; after the senders, who share the client."""
    return signed_in(alice)


def text_of(response) -> str:
    return response.content.decode()


def test_it_shows_events_newest_first_with_their_json(sender, looking):
    sender.send(track("hannah", "Report Shared", audience="team"), group("hannah", "harbor", name="Harbor Logistics"))
    sender.send(track("hannah", "Dashboard Published", account="harbor"))
    lines = looking.get(PAGE).context["lines"]
    assert [line.name for line in lines] == ["Dashboard Published", "$group", "Report Shared"]
    assert lines[0].account == "Harbor Logistics"
    assert json.loads(lines[2].json)["properties"] == {"audience": "team"}


def test_nobody_is_sent_to_sign_in(acme, client):
    for name in ("event-list", "event-catalogue"):
        assert client.get(reverse(name, args=["acme"])).status_code == 302


@pytest.mark.parametrize("name", ["event-list", "event-catalogue"])
def test_an_executive_may_not_look(name, bob, signed_in):
    assert signed_in(bob).get(reverse(name, args=["acme"])).status_code == 403


def test_an_executive_retries_nothing(acme, bob, signed_in):
    row = park(acme)
    assert signed_in(bob).post(reverse("batch-retry", args=["acme", row.pk])).status_code == 403
    with workspace_scope(acme.pk):
        assert InboxRow.objects.get(pk=row.pk).parked_at is not None


def test_another_workspaces_events_stay_hidden(sender, globex, charlie, signed_in):
    sender.send(track("hannah", "Secret Plan"))
    client = signed_in(charlie)
    assert client.get(PAGE).status_code == 404
    assert "Secret Plan" not in text_of(client.get("/w/globex/events/"))
    assert "Secret Plan" not in text_of(client.get("/w/globex/events/catalogue/"))
    with workspace_scope(sender.workspace.pk):
        event = Event.objects.get()
    assert client.get(reverse("event-moved", args=["globex", event.id])).status_code == 404


def test_another_workspaces_batch_cannot_be_retried(acme, globex, charlie, signed_in):
    row = park(acme)
    signed_in(charlie).post(reverse("batch-retry", args=["globex", row.pk]))
    with workspace_scope(acme.pk):
        assert InboxRow.objects.get(pk=row.pk).parked_at is not None


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=Report+Shared", ["Report Shared", "Report Shared"]),
        ("name=report+shared", []),
        ("person=omar", ["Report Shared"]),
        ("person=nobody", []),
        ("name=Report+Shared&person=hannah", ["Report Shared"]),
    ],
)
def test_filters_by_name_and_person(query, names, sender, looking):
    sender.send(track("hannah", "Report Shared"), track("hannah", "Report Opened"), track("omar", "Report Shared"))
    assert [line.name for line in looking.get(f"{PAGE}?{query}").context["lines"]] == names


def test_filters_by_source(client, acme, sender, looking):
    other = Sender(client, acme, kind="browser")
    sender.send(track("hannah", "From The Server"))
    other.send(track("hannah", "From The Browser"))
    lines = looking.get(f"{PAGE}?source={other.source.pk}").context["lines"]
    assert [(line.name, line.source.kind) for line in lines] == [("From The Browser", "browser")]


@pytest.mark.parametrize(
    "query", ["kind=odd", "source=x", "source=-1", "source=99999999999999999999", "before=%00", "name=%00", "before=²"]
)
def test_an_odd_filter_is_no_error(query, sender, looking):
    sender.send(track("hannah", "Report Shared"))
    assert looking.get(f"{PAGE}?{query}").status_code == 200


def test_refused_events_stand_beside_the_taken_ones_with_their_reason(sender, looking):
    sender.send(track("hannah", "Report Shared"), {"type": "track", "messageId": "m", "userId": "hannah"})
    response = looking.get(PAGE)
    assert [line.note for line in response.context["refused"]] == ["A track event needs its name in 'event'."]
    [line] = looking.get(f"{PAGE}?kind=refused").context["lines"]
    assert (line.who, line.code) == ("hannah", "missing_name")
    assert "A track event needs its name" in text_of(response)
    assert (response.context["today"].taken, response.context["today"].refused) == (1, 1)


def test_a_refused_event_is_found_by_what_it_said(sender, looking):
    reserved = track("hannah", "cairn:confirmed")
    sender.send(reserved, track("omar", "Report Shared"))
    for query, count in (("person=hannah", 1), ("person=omar", 0), ("name=cairn:confirmed", 1), ("name=cairn", 0)):
        assert len(looking.get(f"{PAGE}?kind=refused&{query}").context["lines"]) == count, query


def test_repeats_and_conflicts_are_counted_and_shown_apart(sender, looking):
    sender.send(track("hannah", "Report Shared", message_id="one", audience="team"))
    at = clock.now().isoformat()
    sender.send(track("hannah", "Report Shared", at, message_id="one", audience="team"))
    sender.send(track("hannah", "Report Shared", at, message_id="one", audience="all"))
    today = looking.get(PAGE).context["today"]
    assert (today.taken, today.duplicates, today.conflicts, today.refused) == (1, 1, 1, 0)
    lines = looking.get(f"{PAGE}?kind=repeated").context["lines"]
    assert [line.code for line in lines] == ["conflict", "duplicate"]
    assert looking.get(PAGE).context["refused"] == []


def test_the_days_counts_are_by_source(client, acme, sender, looking):
    other = Sender(client, acme)
    sender.send(track("hannah", "A"), track("hannah", "B"))
    other.send(track("hannah", "C"))
    rows = looking.get(PAGE).context["today"].rows
    assert [(row["source"], row["taken"]) for row in rows] == [(sender.source, 2), (other.source, 1)]


def test_marks_are_said_in_words():
    assert stream.marks_in_words(0) == ()
    assert len(stream.marks_in_words(7)) == 3
    assert stream.marks_in_words(4) == ("Came without a message id",)


def test_a_mark_is_shown(sender, looking):
    event = track("hannah", "Report Shared", clock.now() + timedelta(hours=1))
    sender.send(event)
    assert "Dated ahead of its arrival" in text_of(looking.get(PAGE))


def test_pages_go_on_where_the_last_one_ended(sender, looking):
    sender.send(*(track("hannah", f"Event {number}") for number in range(120)))
    seen, query = [], ""
    for _ in range(3):
        response = looking.get(f"{PAGE}?{query}")
        seen += [line.name for line in response.context["lines"]]
        query = response.context["older"]
    assert seen == [f"Event {number}" for number in reversed(range(120))]
    assert query == ""


def test_filters_stay_on_older_pages(sender, looking):
    sender.send(*(track("hannah", name) for _ in range(60) for name in ("A", "B")))
    response = looking.get(f"{PAGE}?name=A")
    lines = looking.get(f"{PAGE}?{response.context['older']}").context["lines"]
    assert [line.name for line in lines] == ["A"] * 10


def test_the_live_part_comes_alone_and_only_when_it_changed(sender, looking):
    sender.send(track("hannah", "Report Shared"))
    stamp = looking.get(PAGE).context["stamp"]
    ask = {"headers": {"HX-Request": "true"}}
    assert looking.get(f"{PAGE}?seen={stamp}", **ask).status_code == 204
    sender.send(track("hannah", "Report Opened"))
    fragment = text_of(looking.get(f"{PAGE}?seen={stamp}", **ask))
    assert "Report Opened" in fragment
    assert "<html" not in fragment


def test_older_pages_do_not_move(sender, looking):
    sender.send(*(track("hannah", "A") for _ in range(60)))
    response = looking.get(PAGE)
    assert 'hx-trigger="every 2s"' in text_of(response)
    assert 'hx-trigger="every 2s"' not in text_of(looking.get(f"{PAGE}?{response.context['older']}"))


def test_what_waits_is_said(sender, looking):
    sender.post([track("hannah", "A"), track("hannah", "B")])
    assert "2 events wait for the drain." in text_of(looking.get(PAGE))
    drain_all(sender.workspace)
    assert "Nothing waits for the drain." in text_of(looking.get(PAGE))


def park(workspace) -> InboxRow:
    with workspace_scope(workspace.pk):
        return InboxRow.objects.create(
            workspace=workspace,
            source_id=1,
            received_at=clock.now(),
            body=b"\x90",
            facts=3,
            attempts=TRIES,
            parked_at=clock.now(),
            parked_reason="ValueError: spoiled",
        )


def test_a_parked_batch_shows_its_reason_and_is_tried_again(acme, looking):
    row = park(acme)
    assert "ValueError: spoiled" in text_of(looking.get(PAGE))
    response = looking.post(reverse("batch-retry", args=["acme", row.pk]))
    assert response.status_code == 302
    with workspace_scope(acme.pk):
        row.refresh_from_db()
        assert (row.parked_at, row.attempts) == (None, 0)
        assert AuditEntry.objects.filter(verb="retried a parked batch").count() == 1
    drain_all(acme)
    with workspace_scope(acme.pk):
        assert not InboxRow.objects.exists()


def test_an_event_tells_what_it_moved(acme, sender, looking):
    publish_ladder(acme, ladder(milestone("share", {"event": "Report Shared"})))
    sender.send(track("hannah", "Report Shared"), track("hannah", "Report Opened"))
    moved, idle = (moved_by(acme, looking, name) for name in ("Report Shared", "Report Opened"))
    assert [(each.rung, str(each.person)) for each in moved.context["moved"]] == [("Share", "hannah")]
    assert idle.context["moved"] == []
    assert "It moved nobody" in text_of(idle)


def moved_by(workspace, client, name):
    with workspace_scope(workspace.pk):
        [line] = stream.read(stream.Filters(name=name))[0]
    return client.get(reverse("event-moved", args=[workspace.slug, line.id]))


def test_an_accounts_event_moves_colleagues(acme, sender, looking):
    publish_ladder(acme, ladder(milestone("share", {"event": "Report Shared", "by": "account"})))
    sender.send(group("hannah", "harbor"), group("omar", "harbor"))
    sender.send(track("omar", "Report Shared", account="harbor"))
    people = [str(each.person) for each in moved_by(acme, looking, "Report Shared").context["moved"]]
    assert sorted(people) == ["hannah", "omar"]
    assert people[0] == "omar"


def test_the_catalogue_lists_names_with_their_properties(sender, looking):
    sender.send(*(track("hannah", "Report Shared", audience="team", pages=3) for _ in range(2)), track("hannah", "A"))
    [(first, properties), (second, none)] = looking.get(f"{PAGE}catalogue/").context["entries"]
    assert (first.name, first.seen, second.name, none) == ("Report Shared", 2, "A", [])
    assert [(one.key, one.types, one.sample) for one in properties] == [
        ("audience", ["text"], "team"),
        ("pages", ["number"], "3"),
    ]


def test_the_catalogue_is_searched_by_part_of_a_name(sender, looking):
    sender.send(track("hannah", "Report Shared"), track("hannah", "Dashboard Published"))
    entries = looking.get(f"{PAGE}catalogue/?q=report").context["entries"]
    assert [name.name for name, _ in entries] == ["Report Shared"]


def test_hostile_names_are_shown_as_text(sender, looking):
    sender.send(track("hannah", "<script>alert(1)</script>", **{"<b>": "<img src=x>"}))
    for path in (PAGE, f"{PAGE}catalogue/"):
        page = text_of(looking.get(path))
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page
        assert "<img src=x>" not in page


def test_a_full_page_asks_few_questions(sender, looking, django_assert_max_num_queries):
    sender.send(*(track(f"person {number}", f"Event {number}", account=f"a{number}") for number in range(60)))
    with django_assert_max_num_queries(26):
        assert len(looking.get(PAGE).context["lines"]) == stream.PAGE
    with django_assert_max_num_queries(14):
        looking.get(f"{PAGE}catalogue/")


def test_a_manager_may_look(acme, signed_in):
    user = cast.user("mia@acme.example", "Mia")
    cast.member(acme, user, "manager")
    assert signed_in(user).get(PAGE).status_code == 200
