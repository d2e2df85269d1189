"""Nudges from the event to the message: sent once, held back with a reason, never after the step is reached."""

import pytest
from django.core import mail

from milestones import acts
from milestones.checklist.actions import confirm, rate
from milestones.models import Enrollment
from milestones.studio.member_actions import reopen
from onboarding import clock
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import workspace_scope
from playbooks.models import Nudge, Task
from playbooks.nudging import handing, noticing
from playbooks.nudging.noticing import low_ratings
from playbooks.nudging.switching import look_anew, reconsider, switch_off, switch_on
from tests.playbooks.conftest import DAY, HOUR, MONDAY, deliveries, look_on, make_nudge, reasons, shown
from tests.senders import drain_all, group, identify, track


def test_a_step_that_opens_brings_one_message(vendor, acme):
    make_nudge(acme, "opened", rung="report")
    vendor.send(identify("hannah", name="Hannah Berg"))
    look_on(acme)
    look_on(acme)
    [each] = deliveries(acme)
    assert (each.state, each.said["text"]) == ("sent", "Hello Hannah")
    assert [each["title"] for each in shown(acme)] == ["About opened"]


def test_a_nudge_about_steps_that_becomes_one_about_the_ladder_sends_one_message(vendor, acme, monday):
    nudge = make_nudge(acme, "stalled", days=2)
    vendor.send(identify("hannah"))
    look_on(acme)
    assert {each.rung for each in deliveries(acme)} == {"report", "share"}
    with workspace_scope(acme.pk):
        Nudge.objects.update(trigger="inactive", days=7, patience=30)
        look_anew(Nudge.objects.get(pk=nudge.pk))
    monday.move_to(MONDAY + 9 * DAY + HOUR)
    look_on(acme)
    told = sorted((each.rung, each.state, each.reason) for each in deliveries(acme))
    steps = [("report", "dropped", "changed"), ("share", "dropped", "changed")]
    assert told == [("", "sent", ""), ("", "waiting", ""), *steps], "and later once more, while they stay away"


def test_what_a_change_left_out_is_looked_at_when_it_is_changed_back(vendor, acme):
    nudge = make_nudge(acme, "stalled", days=2)
    vendor.send(identify("hannah"))
    look_on(acme)
    for rung, other in (("share", "report"), ("report", "share")):
        with workspace_scope(acme.pk):
            Nudge.objects.update(rung=rung)
            reconsider(nudge)
        look_on(acme)
        told = {each.rung: (each.state, each.reason) for each in deliveries(acme)}
        assert told == {rung: ("waiting", ""), other: ("dropped", "changed")}


def test_the_end_is_spoken_of_when_it_comes_again(vendor, acme, monday, alice):
    make_nudge(acme, "finished")
    monday.move_to(MONDAY + 12 * HOUR)  # at night: it is held
    vendor.send(identify("hannah"), track("hannah", "Reported"), track("hannah", "Shared"))
    look_on(acme)
    with workspace_scope(acme.pk):
        enrollment, member = Enrollment.objects.select_related("seat__person").get(), Member.objects.get(user=alice)
        reopen(enrollment, "share", member=member, reason="Not quite")
    drain_all(acme)
    monday.move_to(MONDAY + DAY)
    look_on(acme)
    assert [(each.state, each.reason) for each in deliveries(acme)] == [("dropped", "reopened")]
    vendor.send(track("hannah", "Shared"))
    look_on(acme)
    assert [each.state for each in deliveries(acme)] == ["sent"]


def test_a_change_while_it_looks_at_who_stands_there_is_not_lost(vendor, acme):
    vendor.send(identify("hannah"))
    nudge = make_nudge(acme, "stalled", days=2)
    with workspace_scope(acme.pk):
        Nudge.objects.update(taken_up_to=5)
        stale = Nudge.objects.get(pk=nudge.pk)
        Nudge.objects.update(taken_up_to=0)  # somebody changes it
        noticing._take_up(stale, clock.now())
        assert Nudge.objects.get().taken_up_to == 0


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
