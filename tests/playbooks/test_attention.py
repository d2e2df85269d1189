"""One attention budget over all nudges: caps, spacing, quiet hours where the person is, who wants none, and the switch."""

from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Person
from playbooks.models import Delivery, Preference
from playbooks.nudging.attention import stop
from tests.playbooks.conftest import DAY, HOUR, MONDAY, deliveries, look_on, make_nudge, reasons, rules, shown
from tests.senders import alias, group, identify


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
