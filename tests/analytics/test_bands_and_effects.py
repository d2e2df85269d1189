"""What nudges and sessions go with, counted by hand; and metrics that leave the band in which the team wants them."""

from datetime import timedelta

import pytest

from analytics.bands import check_bands, stand
from analytics.effects import nudge_effect, session_effect
from analytics.models import Band
from milestones.models import Enrollment, Ladder, Progress
from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account
from playbooks.models import Delivery, Matter, Session
from tests.ladders import ladder, milestone, publish_ladder
from tests.playbooks.conftest import make_nudge
from tests.senders import Sender, group, identify, track

DAY = timedelta(days=1)
GOT, OTHERS = 24, 12


@pytest.fixture
def nudged(client, acme):
    """24 people of as many accounts got a message 20 days ago, 12 wanted no mails; 18 and 3 reported within the week after."""
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported"})))
    sender, start, at = Sender(client, acme), clock.now() - 40 * DAY, clock.now() - 20 * DAY
    for number in range(GOT + OTHERS):
        sender.send(identify(f"p{number}", start), group(f"p{number}", f"a{number}", start))
    in_time = [*range(18), *range(GOT, GOT + 3)]
    sender.send(*[track(f"p{number}", "Reported", at + 3 * DAY) for number in in_time])
    sender.send(track("p18", "Reported", at + 9 * DAY), track("p19", "Reported", at - DAY))
    nudge = make_nudge(acme, "stalled", rung="report", channel="email", is_on=False)
    with workspace_scope(acme.pk):
        accounts = dict(Account.objects.values_list("external_id", "pk"))
        climbs = {each.seat.person.external_id: each for each in Enrollment.objects.select_related("seat__person")}
        for number in range(GOT + OTHERS):
            climb = climbs[f"p{number}"]
            sent = (
                {"state": "sent", "sent_at": at}
                if number < GOT
                else {"state": "dropped", "reason": "opted_out", "settled_at": at}
            )
            told = {
                "channel": "email",
                "rung": "report",
                "planned_at": at,
                "account_id": accounts[f"a{number}"],
                **sent,
            }
            Delivery.objects.create(
                workspace=acme, nudge=nudge, person_id=climb.seat.person_id, enrollment_id=climb.pk, **told
            )
    return acme, nudge


def test_of_those_who_got_it_and_had_not_done_it_before(nudged):
    acme, nudge = nudged
    with workspace_scope(acme.pk):
        found = nudge_effect(clock.now(), nudge)
        assert (found.got.n, found.got.value) == (23, pytest.approx(18 / 23)), "one had done it before"
        assert (found.other.n, found.other.value) == (12, pytest.approx(3 / 12))
        assert found.got.low < 18 / 23 < found.got.high
        assert found.between.value == pytest.approx(18 / 23 - 3 / 12)
        assert found.between.low < found.between.value < found.between.high
        assert nudge_effect(clock.now()).got.n == 23
        assert nudge_effect(clock.now() - 14 * DAY, nudge).got.n == 0, "nobody has had a week"


def test_its_part_says_it_with_its_interval_or_that_it_is_too_early(nudged, signed_in, alice):
    acme, nudge = nudged
    page = signed_in(alice).get(f"/w/acme/insight/nudges/{nudge.pk}/").content.decode()
    assert "78" in page
    assert "Of 23 who got it, within 7 days, between" in page
    assert "Of 12 who were to get it and did not: 25" in page
    assert "Not an experiment" in page
    with workspace_scope(acme.pk):
        Delivery.objects.filter(pk__in=list(Delivery.objects.values_list("pk", flat=True)[:20])).delete()
    assert "Too early" in signed_in(alice).get(f"/w/acme/insight/nudges/{nudge.pk}/").content.decode()


def test_sessions_that_were_held_beside_those_that_were_not(nudged):
    acme, _ = nudged
    with workspace_scope(acme.pk):
        at = clock.now() - 20 * DAY
        for number, climb in enumerate(Enrollment.objects.select_related("seat").order_by("pk")):
            state = "held" if number < GOT else "declined"
            Session.objects.create(
                workspace=acme,
                card=f"{number:016x}",
                nonce="n",
                person_id=climb.seat.person_id,
                account_id=climb.seat.account_id,
                enrollment=climb,
                rung="report",
                state=state,
                made_at=at,
                starts_at=at,
            )
        found = session_effect(clock.now())
        assert (found.got.n, found.other.n, found.days) == (23, 12, 14)
        assert found.got.value == pytest.approx(19 / 23), "nine days are within fourteen"


# --- bands ------------------------------------------------------------------------------------


def test_a_metric_that_leaves_its_band_comes_to_the_queue_and_goes_again(climbed):
    with workspace_scope(climbed.pk):
        path = Ladder.objects.get(key="path")
        rung = Progress.objects.values_list("key", flat=True).first()
        band = Band.objects.create(workspace=climbed, metric="reach", ladder=path, step=rung, low=0, high=100)
        [now] = stand()
        assert now.value is not None
        assert check_bands(clock.now()) == 0, "within"
        Band.objects.filter(pk=band.pk).update(low=now.value + 0.1, high=None)
        assert check_bands(clock.now()) == 1
        assert check_bands(clock.now()) == 0, "once"
        matter = Matter.objects.get(settled_at=None)
        assert (matter.kind, matter.rung, matter.evidence["side"]) == ("band", rung, "low")
        assert matter.evidence["value"] == now.value
        Band.objects.filter(pk=band.pk).update(low=None, high=now.value - 0.1)
        check_bands(clock.now())
        assert Matter.objects.get(settled_at=None).evidence["side"] == "high"
        Band.objects.all().delete()
        check_bands(clock.now())
        assert not Matter.objects.filter(settled_at=None).exists()


def test_a_band_is_refused_with_the_reason_at_the_place(climbed, signed_in, alice):
    client, page = signed_in(alice), f"/w/{climbed.slug}/insight/bands/"
    said = {"metric": "activation_rate", "ladder": "path"}
    assert "Name at least one end." in client.post(page, said).content.decode()
    assert "That is below the lower end." in client.post(page, said | {"low": 9, "high": 3}).content.decode()
    assert "Choose the step." in client.post(page, said | {"metric": "reach", "low": 9}).content.decode()
    assert client.post(page, said | {"low": 20}).status_code == 302
    assert "There is a band for this already." in client.post(page, said | {"low": 30}).content.decode()
    with workspace_scope(climbed.pk):
        assert Band.objects.get().low == 20
