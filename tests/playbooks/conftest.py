"""A path of two steps, people on it, and nudges about it."""

from datetime import datetime, timedelta

import jwt
import pytest

from milestones.health.measuring import measure_everybody
from milestones.models import Enrollment, Ladder
from onboarding import clock
from onboarding.tenancy.keys import add_signing_secret
from onboarding.tenancy.models import Member
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person
from playbooks.messages import messages_for
from playbooks.models import Attention, Coach, Delivery, MessageTemplate, MessageText, Nudge, Suppression
from playbooks.nudging.switching import switch_on
from playbooks.sessions.booking import refresh_offer
from playbooks.tasks import look
from tests import cast
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify, track

MONDAY = datetime.fromisoformat("2026-10-05T09:00:00+00:00")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PATH = ladder(milestone("report", {"event": "Reported"}), milestone("share", {"event": "Shared"}))
TALKS = ladder(
    milestone("report", {"event": "Reported"}),
    milestone("talk", {"event": "Session Attended", "where": [{"property": "step", "value": "talk"}]}),
)
HOURS = [[day, "09:00", "12:00"] for day in range(1, 6)]


@pytest.fixture
def monday(time_machine):
    """It is Monday, nine o'clock; `monday.move_to` lets time go on."""
    time_machine.move_to(MONDAY, tick=False)
    return time_machine


@pytest.fixture
def vendor(client, acme, monday):
    """Acme with the path, and a sender of its product's events."""
    publish_ladder(acme, PATH)
    return Sender(client, acme)


@pytest.fixture
def token(acme):
    """Makes the headers with which the widget speaks for a person."""
    with workspace_scope(acme.pk):
        _, secret = add_signing_secret()

    def make(person):
        now = clock.now()
        claims = {"sub": person, "aud": acme.public_id, "iat": now, "exp": now + timedelta(hours=1)}
        return {"HTTP_AUTHORIZATION": f"Bearer {jwt.encode(claims, secret, algorithm='HS256')}"}

    return make


def make_nudge(
    workspace, trigger, *, channel="in_app", body="Hello {{ person.first_name | default: 'there' }}", **more
):
    """A nudge that is on, with its template."""
    with workspace_scope(workspace.pk):
        number = MessageTemplate.objects.count()
        words = {
            "subject": f"About {trigger}",
            "body": body,
            "button": more.pop("button", ""),
            "link": more.pop("link", ""),
        }
        template = MessageTemplate.objects.create(
            workspace=workspace, key=f"t{number}", name=f"Word {number}", channel=channel
        )
        MessageText.objects.create(workspace=workspace, template=template, language="en", **words)
        is_on = more.pop("is_on", True)
        nudge = Nudge.objects.create(
            workspace=workspace,
            name=f"{trigger} {number}",
            ladder=Ladder.objects.first(),
            trigger=trigger,
            template=template,
            **more,
        )
        if is_on:
            switch_on(nudge, member=None)
    return nudge


def rules(workspace, **said):
    with workspace_scope(workspace.pk):
        Attention.objects.update_or_create(workspace=workspace, defaults=said)


def look_on(workspace):
    """Let the nudges look until nothing is left to do."""
    for _ in range(20):
        if not look(workspace.pk):
            return
    raise AssertionError("the nudges never come to rest")


@pytest.fixture
def hannah(client, acme, monday):
    """Hannah of Harbor is on the path, and Alice holds sessions each morning."""
    publish_ladder(acme, TALKS)
    sender = Sender(client, acme)
    sender.send(identify("hannah", name="Hannah Berg", email="hannah@harbor.example"))
    sender.send(group("hannah", "harbor", name="Harbor"))
    with workspace_scope(acme.pk):
        Coach.objects.create(workspace=acme, member=Member.objects.get(), hours=HOURS, notice=2)
        refresh_offer()
        return Enrollment.objects.select_related("seat__person", "seat__account", "ladder").get()


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


def deliveries(workspace):
    with workspace_scope(workspace.pk):
        return list(Delivery.objects.order_by("pk"))


def reasons(workspace):
    with workspace_scope(workspace.pk):
        return list(Suppression.objects.order_by("pk").values_list("reason", flat=True))


def shown(workspace, person="hannah"):
    with workspace_scope(workspace.pk):
        return messages_for(Person.objects.get(external_id=person))
