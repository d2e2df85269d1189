"""The pages of nudges, messages, the budget and tasks: they work, say what is wrong at its place, and need the access."""

import pytest
from django.core import mail

from onboarding import clock
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from playbooks.models import Attention, Delivery, MessageTemplate, MessageText, Nudge, Task
from playbooks.nudging.foreseeing import foresee
from tests import cast
from tests.ladders import ladder, milestone, publish_ladder
from tests.playbooks.conftest import look_on, make_nudge
from tests.senders import group, identify
from tests.words import text_of


@pytest.fixture
def manager(acme, signed_in):
    user = cast.user("mia@acme.example", "Mia Manager")
    cast.member(acme, user, "manager")
    return signed_in(user)


def write_message(client, name="Hello", channel="in_app", body="Hello {{ person.first_name | default: 'there' }}"):
    answer = client.post("/w/acme/messages/new/", {"name": name, "channel": channel, "shape": "card"})
    address = answer["Location"]
    said = {"subject": "A word", "body": body, "button": "", "link": "", "plain": ""}
    return address, client.post(address, said)


def test_a_message_is_written_looked_at_and_sent_to_oneself(vendor, acme, manager):
    vendor.send(identify("hannah", name="Hannah Berg"))
    address, _ = write_message(manager, channel="email", body="**Hello** {{ person.name }}")
    page = manager.get(address)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    framed = manager.get(f"{address}preview/?theme=dark")
    assert "<strong" in framed.content.decode()
    assert "Hannah Berg" in framed.content.decode()
    manager.post(f"{address}test/")
    assert mail.outbox[0].to == ["mia@acme.example"]
    assert "Hannah Berg" in mail.outbox[0].body


def test_what_is_wrong_with_a_text_is_said_beside_it_and_nothing_is_lost(vendor, acme, manager):
    _, page = write_message(manager, body="Hello {{ person.frist_name }}")
    assert page.status_code == 200
    assert "There is no {{ person.frist_name }}. Did you mean {{ person.first_name }}?" in text_of(page)
    assert "Hello {{ person.frist_name }}" in page.context["form"]["body"].value()
    with workspace_scope(acme.pk):
        assert not MessageText.objects.exists()


def test_whom_it_could_not_be_sent_to_shows_on_the_page(vendor, acme, manager):
    vendor.send(identify("hannah"))
    address, _ = write_message(manager, body="Hello {{ account.manager }}")
    assert "{{ account.manager }} in the text is not known of this person" in text_of(manager.get(address))


def test_a_nudge_is_made_switched_on_and_sends(vendor, acme, manager):
    write_message(manager)
    with workspace_scope(acme.pk):
        template = MessageTemplate.objects.get()
    said = {
        "name": "Welcome",
        "trigger": "opened",
        "place": "path/report",
        "template": template.pk,
        "patience": 7,
        "days": 0,
        "stars": 2,
    }
    address = manager.post("/w/acme/nudges/new/", said)["Location"]
    assert "When “Report” opens, the person sees “Hello” in your product." in text_of(manager.get(address))
    manager.post(f"{address}switch/", {"on": "1"})
    vendor.send(identify("hannah", name="Hannah"))
    look_on(acme)
    page = text_of(manager.get(address))
    assert "Hannah" in page
    assert "Sent" in page
    assert "Welcome" in text_of(manager.get("/w/acme/nudges/"))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"name": ""}, "Give the nudge a name."),
        ({"template": ""}, "Choose what it says."),
        ({"trigger": "inactive", "days": ""}, "Say after how many days."),
        ({"trigger": "due_soon", "days": "2"}, "No step here has a due date."),
        ({"patience": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_is_missing_in_a_nudge_is_said(vendor, acme, manager, said, wrong):
    write_message(manager)
    with workspace_scope(acme.pk):
        template = MessageTemplate.objects.get()
    whole = {
        "name": "x",
        "trigger": "opened",
        "place": "path/",
        "template": template.pk,
        "patience": 7,
        "days": 0,
        "stars": 2,
    }
    page = manager.post("/w/acme/nudges/new/", whole | said)
    assert wrong in text_of(page)
    with workspace_scope(acme.pk):
        assert not Nudge.objects.exists()


def test_a_nudge_about_a_step_that_went_stays_about_it(vendor, acme, manager):
    nudge = make_nudge(acme, "stalled", rung="share", days=2)
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"})))
    page = manager.get(f"/w/acme/nudges/{nudge.pk}/edit/").content.decode()
    assert '<option value="path/share" selected>Share, which is not in the live version</option>' in page
    said = {"name": "Another", "trigger": "stalled", "place": "path/share", "template": nudge.template_id}
    manager.post(f"/w/acme/nudges/{nudge.pk}/edit/", said | {"patience": 7, "days": 2, "stars": 2})
    with workspace_scope(acme.pk):
        assert (Nudge.objects.get().name, Nudge.objects.get().rung) == ("Another", "share")


def test_a_message_about_a_step_is_none_about_the_whole_ladder(vendor, acme, manager):
    write_message(manager, body="Now {{ milestone.title }}")
    with workspace_scope(acme.pk):
        template = MessageTemplate.objects.get()
    said = {"name": "x", "place": "path/", "template": template.pk, "patience": 7, "days": 7, "stars": 2}
    page = text_of(manager.post("/w/acme/nudges/new/", said | {"trigger": "inactive"}))
    assert "speaks of a step, and this nudge is about the whole ladder." in page
    assert manager.post("/w/acme/nudges/new/", said | {"trigger": "stalled"}).status_code == 302


def test_the_week_ahead_counts_somebody_with_two_open_steps_once(vendor, acme, manager, monkeypatch):
    monkeypatch.setattr("playbooks.nudging.foreseeing.MOST", 2)
    nudge = make_nudge(acme, "inactive", days=0.01, is_on=False)
    vendor.send(identify("hannah"), identify("kofi"))
    with workspace_scope(acme.pk):
        assert foresee(nudge, now=clock.now()).is_all
    vendor.send(identify("mia"))
    with workspace_scope(acme.pk):
        assert not foresee(nudge, now=clock.now()).is_all


def test_the_week_ahead_says_who_would_get_it_and_sends_nothing(vendor, acme, manager, monday):
    make_nudge(acme, "stalled", rung="report", days=0, is_on=False)
    vendor.send(group("hannah", "harbor"), identify("hannah", name="Hannah"))
    with workspace_scope(acme.pk):
        nudge = Nudge.objects.get()
    page = text_of(manager.get(f"/w/acme/nudges/{nudge.pk}/?week=1"))
    assert "Hannah" in page
    assert "Mon 12 Oct, 09:00" in page
    look_on(acme)
    with workspace_scope(acme.pk):
        assert not Delivery.objects.exists()
        assert not Nudge.objects.get().is_on


def test_admins_set_the_budget_and_any_manager_can_stop_everything(vendor, acme, alice, manager, signed_in):
    said = {
        "quiet_from": "21:00",
        "quiet_until": "07:30",
        "spacing_hours": 2,
        "person_day": 2,
        "person_week": 5,
        "account_day": 9,
        "workspace_hour": 100,
        "sender": "Mia",
        "reply_to": "",
        "imprint": "",
    }
    manager.post("/w/acme/nudges/attention/", said)
    with workspace_scope(acme.pk):
        assert not Attention.objects.filter(person_day=2).exists()
    manager.post("/w/acme/nudges/attention/stop/", {"stop": "all"})
    with workspace_scope(acme.pk):
        assert (Attention.objects.get().stop, str(Attention.objects.get().stopped_by.user)) == ("all", "Mia Manager")
    assert "Nothing is sent at all" in text_of(manager.get("/w/acme/nudges/"))
    admin = signed_in(alice)
    admin.post("/w/acme/nudges/attention/", said)
    assert "That is fewer than in one day." in text_of(
        admin.post("/w/acme/nudges/attention/", said | {"person_week": 1})
    )
    with workspace_scope(acme.pk):
        assert Attention.objects.get().person_day == 2


def test_what_is_held_is_listed(vendor, acme, manager):
    make_nudge(acme, "opened", rung="report")
    manager.post("/w/acme/nudges/attention/stop/", {"stop": "all"})
    vendor.send(identify("hannah", name="Hannah"))
    look_on(acme)
    page = text_of(manager.get("/w/acme/nudges/attention/"))
    assert "Hannah" in page
    assert "Sending is stopped" in page


def test_a_task_names_its_account_by_id_or_name(acme_with_accounts, manager):
    for title, account in (("One", "harbor"), ("Two", "MERIDIAN"), ("None", "")):
        assert manager.post("/w/acme/tasks/", {"title": title, "account": account}).status_code == 302
    with workspace_scope(acme_with_accounts.pk):
        told = dict(Task.objects.values_list("title", "account__external_id"))
        assert told == {"One": "harbor", "Two": "meridian", "None": None}
        Account.objects.update(name="Twin")
    assert "Several accounts are called" in text_of(manager.post("/w/acme/tasks/", {"title": "x", "account": "twin"}))


def test_a_task_is_written_taken_and_done(acme, manager):
    refused = manager.post("/w/acme/tasks/", {"title": "Call Harbor", "account": "Habour"}).content.decode()
    assert "No account has “Habour” as its id or its name." in refused
    assert 'value="Habour"' in refused
    manager.post("/w/acme/tasks/", {"title": "Call Harbor"})
    with workspace_scope(acme.pk):
        task = Task.objects.get()
    assert "Call Harbor" in text_of(manager.get("/w/acme/tasks/?whose=everybody"))
    manager.post(f"/w/acme/tasks/{task.pk}/take/")
    assert "Call Harbor" in text_of(manager.get("/w/acme/tasks/"))
    manager.post(f"/w/acme/tasks/{task.pk}/done/", {"next": "https://evil.example/"})
    with workspace_scope(acme.pk):
        task = Task.objects.get()
        assert task.done_by == Member.objects.get(user__email="mia@acme.example")
    assert "Call Harbor" in text_of(manager.get("/w/acme/tasks/?whose=done"))


def test_lists_ask_the_database_as_often_for_many_as_for_few(acme, manager, django_assert_max_num_queries):
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"})))
    for number in range(8):
        make_nudge(acme, "opened", rung="" if number % 2 else "report")
    for address, most in (("/w/acme/nudges/", 30), ("/w/acme/messages/", 20)):
        with django_assert_max_num_queries(most):
            assert manager.get(address).status_code == 200
