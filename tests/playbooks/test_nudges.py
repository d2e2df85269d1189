"""Nudges from the event to the message: sent once, held back with a reason, never after the step is reached."""

import pytest
from django.core import mail

from milestones import acts
from milestones.checklist.actions import confirm, rate
from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Person
from playbooks.messages import messages_for
from playbooks.models import Delivery, Nudge, Preference, Suppression, Task
from playbooks.nudging import handing
from playbooks.nudging.attention import stop
from playbooks.nudging.noticing import low_ratings
from playbooks.nudging.switching import switch_off, switch_on
from tests.playbooks.conftest import DAY, HOUR, MONDAY, look_on, make_nudge, rules
from tests.senders import alias, drain_all, group, identify, track


def deliveries(workspace):
    with workspace_scope(workspace.pk):
        return list(Delivery.objects.order_by("pk"))


def reasons(workspace):
    with workspace_scope(workspace.pk):
        return list(Suppression.objects.order_by("pk").values_list("reason", flat=True))


def shown(workspace, person="hannah"):
    with workspace_scope(workspace.pk):
        return messages_for(Person.objects.get(external_id=person))


def test_a_step_that_opens_brings_one_message(vendor, acme):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah", name="Hannah Berg"))
    look_on(acme)
    look_on(acme)
    [each] = deliveries(acme)
    assert (each.state, each.said["text"]) == ("sent", "Hello Hannah")
    assert [each["title"] for each in shown(acme)] == ["About opened"]


def test_what_happened_before_it_was_switched_on_is_not_spoken_of(vendor, acme):
    vendor.send(identify("hannah"))
    make_nudge(acme, "opened")
    look_on(acme)
    assert deliveries(acme) == []


def test_who_stands_at_a_step_already_is_looked_at_where_the_nudge_asks_how_things_stand(vendor, acme, monday):
    vendor.send(identify("hannah"))
    make_nudge(acme, "stalled", days=2, rung="report")
    look_on(acme)
    [each] = deliveries(acme)
    assert (each.state, each.due_at) == (
        "waiting",
        MONDAY + 9 * DAY,
    )  # a week where nothing usual is known, and two days
    monday.move_to(MONDAY + 9 * DAY + HOUR)
    look_on(acme)
    assert deliveries(acme)[0].state == "sent"


def test_nothing_is_sent_once_the_step_is_reached(vendor, acme, monday):
    make_nudge(acme, "stalled", days=2, rung="report")
    vendor.send(identify("hannah"))
    look_on(acme)
    monday.move_to(MONDAY + 10 * DAY)
    vendor.send(track("hannah", "Reported"))
    look_on(acme)
    assert [(each.state, each.reason) for each in deliveries(acme)] == [("dropped", "reached")]
    assert reasons(acme) == ["reached"]


def test_a_message_that_is_shown_is_taken_back_when_its_step_is_reached(vendor, acme):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah"))
    look_on(acme)
    assert shown(acme)
    vendor.send(track("hannah", "Reported"))
    assert shown(acme) == []
    assert deliveries(acme)[0].reason == "reached"


def test_a_step_that_is_reached_can_be_spoken_of(vendor, acme):
    make_nudge(acme, "reached", rung="report", body="{{ milestone.title }} is done, {{ progress.left }} left")
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    look_on(acme)
    assert [each["text"] for each in shown(acme)] == ["Report is done, 1 left"]


def test_the_end_of_the_ladder_is_spoken_of_once(vendor, acme):
    make_nudge(acme, "finished")
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    look_on(acme)
    assert deliveries(acme) == []
    vendor.send(track("hannah", "Shared"))
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent"]


def test_the_second_message_of_a_day_waits_for_the_next(vendor, acme, monday):
    make_nudge(acme, "opened", rung="report")
    make_nudge(acme, "opened", rung="share")
    vendor.send(identify("hannah"))
    look_on(acme)
    first, second = deliveries(acme)
    assert (first.state, second.state, second.reason) == ("sent", "waiting", "spacing")
    assert second.due_at == MONDAY + DAY
    monday.move_to(MONDAY + DAY)
    look_on(acme)
    assert deliveries(acme)[1].state == "sent"
    assert reasons(acme) == ["spacing"]


def test_quiet_hours_are_those_of_the_person(vendor, acme, monday):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah", timezone="America/Los_Angeles"))
    look_on(acme)
    [each] = deliveries(acme)
    assert (each.reason, each.due_at) == ("quiet_hours", MONDAY + 6 * HOUR)  # eight in the morning there


def test_an_account_is_not_asked_too_much_at_once(vendor, acme):
    rules(acme, account_day=2)
    make_nudge(acme, "opened", rung="report")
    for number in range(3):
        vendor.send(group(f"p{number}", "harbor"))
    look_on(acme)
    assert sorted(each.state for each in deliveries(acme)) == ["sent", "sent", "waiting"]
    assert reasons(acme) == ["account_day"]


def test_a_workspace_that_has_spent_its_hour_forms_a_line(vendor, acme, monday):
    rules(acme, workspace_hour=2)
    make_nudge(acme, "opened", rung="report")
    vendor.send(*[identify(f"p{number}") for number in range(7)])
    look_on(acme)
    waiting = sorted(each.due_at - MONDAY for each in deliveries(acme) if each.state == "waiting")
    assert waiting == [HOUR, HOUR, 2 * HOUR, 2 * HOUR, 3 * HOUR]
    for hour in (1, 2, 3):
        monday.move_to(MONDAY + hour * HOUR)
        look_on(acme)
    assert {each.state for each in deliveries(acme)} == {"sent"}
    assert reasons(acme) == ["workspace_hour"] * 5


def test_an_hour_is_counted_from_when_a_message_was_sent(vendor, acme, monday):
    rules(acme, workspace_hour=1)
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah"), identify("omar"))
    look_on(acme)
    with workspace_scope(acme.pk):  # its mail server took a minute
        Delivery.objects.filter(state="sent").update(sent_at=MONDAY + HOUR / 60)
    monday.move_to(MONDAY + HOUR)
    look_on(acme)
    assert sorted(each.state for each in deliveries(acme)) == ["sent", "waiting"]
    monday.move_to(MONDAY + HOUR + HOUR / 60)
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent", "sent"]


def test_who_wants_none_gets_none(vendor, acme):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah"))
    with workspace_scope(acme.pk):
        person = Person.objects.get()
        Preference.objects.create(workspace=acme, person_id=person.pk, no_in_app=True, changed_at=MONDAY)
    look_on(acme)
    assert [(each.state, each.reason) for each in deliveries(acme)] == [("dropped", "opted_out")]


def test_a_mail_goes_out_once_in_plain_words_too(vendor, acme):
    make_nudge(
        acme, "opened", rung="report", channel="email", body="**Hello** {{ person.name }}", button="Go on", link=""
    )
    vendor.send(identify("hannah", name="Hannah [x](https://evil.example)", email="hannah@harbor.example"))
    look_on(acme)
    look_on(acme)
    [sent] = mail.outbox
    assert sent.to == ["hannah@harbor.example"]
    assert "Hello Hannah [x](https://evil.example)" in sent.body
    page = sent.alternatives[0].content
    assert "<strong" in page
    assert 'href="https://evil.example' not in page
    assert "List-Unsubscribe" in sent.extra_headers
    assert sent.from_email.startswith("Acme <")
    [each] = deliveries(acme)
    assert (each.state, each.email) == ("sent", "hannah@harbor.example")


@pytest.mark.parametrize("email", ["", "A <a@x.example>, victim@y.example", "nobody"])
def test_no_mail_goes_to_what_is_not_one_address(vendor, acme, email):
    make_nudge(acme, "opened", rung="report", channel="email")
    vendor.send(identify("hannah", email=email))
    look_on(acme)
    assert mail.outbox == []
    assert reasons(acme) == ["no_address"]


def test_a_message_that_names_what_is_not_known_is_not_sent_and_costs_nothing(vendor, acme):
    make_nudge(acme, "opened", rung="report", body="Hello {{ account.manager }}")
    make_nudge(acme, "opened", rung="share", body="Hello")
    vendor.send(identify("hannah"))
    look_on(acme)
    look_on(acme)
    assert "missing" in reasons(acme)
    first, second = deliveries(acme)
    assert first.state == "dropped"
    assert second.state in ("sent", "waiting")


def test_a_task_goes_to_who_looks_after_the_account(vendor, acme, alice):
    make_nudge(acme, "opened", rung="report", channel="task", body="Call {{ person.name }} of {{ account.name }}")
    vendor.send(group("hannah", "harbor", name="Harbor"), identify("hannah", name="Hannah"))
    look_on(acme)
    with workspace_scope(acme.pk):
        task = Task.objects.select_related("account").get()
    assert (task.title, task.text, task.account.name) == ("About opened", "Call Hannah of Harbor", "Harbor")


def test_somebody_who_stays_away_is_spoken_to_once_for_each_time(vendor, acme, monday):
    make_nudge(acme, "inactive", days=5)
    vendor.send(identify("hannah"))
    for day in range(1, 13):
        monday.move_to(MONDAY + day * DAY)
        look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent", "waiting"]
    vendor.send(track("hannah", "Seen"))
    for day in range(12, 25):
        monday.move_to(MONDAY + day * DAY)
        look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent", "sent", "waiting"]


def test_each_monday_says_what_the_week_has_brought_and_nothing_of_a_week_without_news(vendor, acme, monday):
    make_nudge(acme, "weekly", hour=9, patience=2, body="{{ week.count }}: {{ week.steps }}")
    vendor.send(identify("hannah", timezone="Asia/Tokyo"))
    look_on(acme)
    monday.move_to(MONDAY + 2 * DAY)
    vendor.send(track("hannah", "Reported"))
    said = []
    for hours in range(0, 24 * 30, 3):
        monday.move_to(MONDAY + 2 * DAY + hours * HOUR)
        look_on(acme)
        said = [(each.state, each.reason, each.sent_at and each.sent_at - MONDAY) for each in deliveries(acme)]
    # Nine on Monday in Tokyo is midnight in UTC.
    assert said[0] == ("sent", "", 7 * DAY - 9 * HOUR)
    assert deliveries(acme)[0].said["text"] == "1: Report"
    assert [reason for _, reason, _ in said[1:-1]] == ["nothing_new"] * 3
    assert said[-1][0] == "waiting"


def test_a_low_rating_is_answered(vendor, acme):
    make_nudge(acme, "low_rating", channel="task")
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    with workspace_scope(acme.pk):
        rate(Enrollment.objects.get(), "report", rating=1, text="Hard going")
        low_ratings(now=clock.now())
        low_ratings(now=clock.now())
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent"]


def test_the_switch_stops_everything_and_what_was_held_goes_on_afterwards(vendor, acme, alice, monday):
    make_nudge(acme, "opened", rung="report")
    with workspace_scope(acme.pk):
        stop("all", member=Member.objects.get())
    vendor.send(identify("hannah"))
    look_on(acme)
    assert [(each.state, each.reason, each.due_at) for each in deliveries(acme)] == [("waiting", "stopped", None)]
    with workspace_scope(acme.pk):
        stop("", member=Member.objects.get())
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent"]


def test_messages_in_the_product_vanish_while_they_are_stopped(vendor, acme):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah"))
    look_on(acme)
    rules(acme, stop="in_app")
    assert shown(acme) == []
    rules(acme, stop="")
    assert shown(acme)


def test_what_waits_when_a_nudge_is_switched_off_waits_for_it(vendor, acme, monday):
    nudge = make_nudge(acme, "opened", rung="report", days=1)
    vendor.send(identify("hannah"))
    look_on(acme)
    with workspace_scope(acme.pk):
        switch_off(nudge, member=None)
    monday.move_to(MONDAY + 2 * DAY)
    look_on(acme)
    assert [(each.state, each.reason) for each in deliveries(acme)] == [("waiting", "switched_off")]
    with workspace_scope(acme.pk):
        switch_on(nudge, member=None)
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent"]


def test_two_ids_that_turn_out_to_be_one_person_share_their_budget(vendor, acme, monday):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah"))
    look_on(acme)
    vendor.send(identify("berg"))
    vendor.send(alias("berg", "hannah"))
    look_on(acme)
    with workspace_scope(acme.pk):
        [person] = Person.objects.values_list("pk", flat=True)
    assert {each.person_id for each in deliveries(acme)} <= {person}
    assert sum(each.state == "sent" for each in deliveries(acme)) == 1


def test_a_mail_of_the_week_comes_again_the_week_after(vendor, acme, monday):
    make_nudge(acme, "weekly", channel="email", body="{{ week.steps }}", patience=2)
    vendor.send(identify("hannah", email="hannah@harbor.example"))
    for week, event in enumerate(("Reported", "Shared")):
        monday.move_to(MONDAY + (7 * week + 2) * DAY)
        vendor.send(track("hannah", event))
        look_on(acme)
        monday.move_to(MONDAY + 7 * (week + 1) * DAY)
        look_on(acme)
    assert [each.body.partition("\n")[0] for each in mail.outbox] == ["Report", "Share"]


def test_a_step_that_is_opened_again_is_spoken_of_again(vendor, acme, monday):
    make_nudge(acme, "stalled", rung="report")
    vendor.send(identify("hannah"))
    with workspace_scope(acme.pk):
        confirm(Enrollment.objects.get(), "report", by="manager", actor="Alice")
    look_on(acme)
    assert [(each.state, each.reason) for each in deliveries(acme)] == [("dropped", "reached")]
    monday.move_to(MONDAY + HOUR)
    with workspace_scope(acme.pk):
        enrollment = Enrollment.objects.select_related("seat__person", "seat__account").get()
        acts.write(verb="reopened", seat=enrollment.seat, ladder="path", rung="report", by="manager", actor="Alice")
    drain_all(acme)
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["waiting"]
    monday.move_to(MONDAY + 8 * DAY)
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent"]


def test_who_becomes_one_of_those_it_is_meant_for_in_time_gets_it(vendor, acme, monday):
    make_nudge(acme, "opened", rung="report", days=2, roles=["operator"])
    vendor.send(identify("hannah"), identify("other"))
    look_on(acme)
    monday.move_to(MONDAY + DAY)
    vendor.send(identify("hannah", role="operator"))
    monday.move_to(MONDAY + 2 * DAY)
    look_on(acme)
    assert sorted((each.state, each.reason) for each in deliveries(acme)) == [("dropped", "not_meant"), ("sent", "")]


def test_what_waits_goes_the_way_that_the_nudge_goes_now(vendor, acme, monday):
    nudge = make_nudge(acme, "opened", rung="report", days=1, channel="email")
    other = make_nudge(acme, "opened", rung="share", days=90, body="In the product")
    vendor.send(identify("hannah", email="hannah@harbor.example"))
    look_on(acme)
    with workspace_scope(acme.pk):
        Nudge.objects.filter(pk=nudge.pk).update(template=other.template)
    monday.move_to(MONDAY + DAY)
    look_on(acme)
    assert mail.outbox == []
    assert [each["text"] for each in shown(acme)] == ["In the product"]


def test_switching_on_twice_loses_nothing(vendor, acme):
    nudge = make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah"))
    with workspace_scope(acme.pk):
        switch_on(Nudge.objects.get(pk=nudge.pk), member=None)
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent"]


def test_a_mail_that_the_server_did_not_take_waits_and_one_that_it_may_have_taken_does_not(
    vendor, acme, monday, settings
):
    make_nudge(acme, "opened", rung="report", channel="email")
    vendor.send(identify("hannah", email="hannah@harbor.example"))
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    look_on(acme)
    [each] = deliveries(acme)
    assert (each.state, each.reason, each.due_at) == ("waiting", "no_server", MONDAY + HOUR / 6)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monday.move_to(MONDAY + HOUR / 6)
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent"]
    assert len(mail.outbox) == 1


def test_one_message_that_cannot_be_made_stops_none_behind_it(vendor, acme, monkeypatch):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah", name="Hannah"), identify("other", name="Other"))
    usual = handing.values_for

    def broken(enrollment, *said, **more):
        if enrollment.seat.person.external_id == "hannah":
            raise RuntimeError("a fault of ours")
        return usual(enrollment, *said, **more)

    monkeypatch.setattr(handing, "values_for", broken)
    look_on(acme)
    assert sorted((each.state, each.reason) for each in deliveries(acme)) == [("sent", ""), ("waiting", "failed")]
