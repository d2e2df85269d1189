"""A month of 5,000 people in twelve time zones: a vendor, its nudges, a mail server, and what people do, day by day."""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.db import connections

from milestones import acts
from milestones.checklist.actions import ActionRefusedError, rate
from milestones.models import Enrollment, Ladder
from milestones.publishing import draft, publish
from onboarding import clock
from onboarding.tenancy.models import Member, User
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.workspaces import open_workspace
from onboarding.tracking.decoding import decode
from onboarding.tracking.ingestion import accept
from onboarding.tracking.sources import add_source
from playbooks.models import Coach, MessageTemplate, MessageText, Nudge, Preference, Undeliverable
from playbooks.nudging.attention import kept_attention
from playbooks.nudging.switching import switch_on
from playbooks.sessions.booking import refresh_offer
from tests.ladders import ladder, milestone
from tests.live import free_port

START = datetime(2026, 3, 5, 6, tzinfo=UTC)  # the clocks change on the 8th, the 29th, and on 5 April
DAYS, PEOPLE, AN_ACCOUNT = 31, 5_000, 50
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = (
    *("Europe/Berlin", "America/New_York", "America/Los_Angeles", "Europe/London", "Asia/Kolkata", "Asia/Tokyo"),
    *("Australia/Sydney", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Pacific/Auckland", "UTC"),
)
STEPS = ("connect", "build", "share", "board")
PATH = ladder(
    milestone("connect", {"event": "Connected"}),
    milestone("build", {"event": "Built"}),
    milestone("share", {"event": "Shared"}),
    milestone("board", {"event": "Boarded"}),
    rungs={
        "build": {"due": {"days": 4, "from": "enrolled"}},
        "share": {"requires": ["build"]},
        "board": {"tracks": ["operator", "auditor"]},
    },
    enroll={"when": "first_seen", "since": "2026-01-01"},
)
# A loop that no limit of Liquid's own ends; a second of a processor does.
ENDLESS = (
    "{% assign t = 'ab' %}{% for i in (1..12) %}{% assign t = t | append: t %}{% endfor %}{% for i in (1..900) %}"
    "{% assign u = t | replace: 'a', 'bb' | split: 'b' | join: 'a' | reverse %}{% endfor %}"
)
# name: (trigger, rung, days, channel, body, more)
NUDGES = {
    "welcome": ("opened", "connect", 0, "in_app", "Hello {{ person.first_name | default: 'there' }}", {}),
    "stuck": ("stalled", "build", 0, "email", "Still at {{ milestone.title }}?", {}),
    "soon": ("due_soon", "build", 1, "in_app", "Due on {{ milestone.due }}", {}),
    "late": (
        "overdue",
        "build",
        0,
        "email",
        "{{ milestone.days_late | default: 0 }} days late",
        {"hour": 9, "patience": 1},
    ),
    "done": ("reached", "connect", 1, "in_app", "{{ milestone.title }} is done", {}),
    "end": ("finished", "", 0, "email", "All done", {}),
    "away": ("inactive", "", 6, "email", "We miss you", {"patience": 14}),
    "week": (
        "weekly",
        "",
        0,
        "email",
        "{{ week.count }} this week: {{ week.steps }}",
        {"roles": ["power_user"], "patience": 2},
    ),
    "sour": ("low_rating", "", 2, "task", "{{ person.name }} is unhappy", {}),
    "call": ("opened", "share", 3, "task", "Call {{ account.name }}", {"roles": ["power_user"]}),
    "operators": ("opened", "board", 2, "in_app", "For operators", {}),
    "no words": ("opened", "build", 1, "in_app", None, {}),
    "no name": ("opened", "build", 1, "in_app", "Hello {{ account.manager }}", {}),
    "broken": ("reached", "build", 0, "in_app", "{{ 1 | divided_by: milestone.days_late }}{{ 1 | divided_by: 0 }}", {}),
    "crm": ("opened", "connect", 5, "webhook", "For the CRM", {"roles": ["power_user"]}),
    "to be removed": ("opened", "share", 2, "in_app", "Soon gone", {}),
    "to be moved": ("opened", "connect", 3, "in_app", "On to sharing", {"roles": ["power_user"]}),
    "together": (
        "opened",
        "share",
        1,
        "session",
        "Shall we do {{ milestone.title }} together?",
        {"roles": ["power_user"]},
    ),
    "without end": ("opened", "board", 0, "in_app", ENDLESS, {"roles": ["auditor"], "patience": 28}),
}


class Sink:
    """A mail server: keeps what it takes, refuses some addresses, and dies under some mails after it has them.

    While it `is_full` it takes none for now.
    """

    def __init__(self):
        self.is_full = False
        self.mails: list[tuple[str, str]] = []  # (to, subject)
        self.died: list[str] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.is_full:
            return "451 no room for now"
        if address.startswith("refused"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session, envelope):
        [to] = envelope.rcpt_tos
        if to.startswith("dying"):
            self.died.append(to)
            server.transport.abort()
            return "451 dying"
        text = envelope.content.decode("utf-8", "replace")
        subject = next(line for line in text.splitlines() if line.startswith("Subject:"))
        self.mails.append((to, subject.removeprefix("Subject: ")))
        return "250 OK"

    def serve(self) -> Controller:
        server = Controller(self, hostname="127.0.0.1", port=free_port())
        server.start()
        return server


@dataclass
class World:
    """The vendor, and what its people will do: hour → events of the tracking API."""

    workspace: object
    source: object
    chance: random.Random = field(default_factory=lambda: random.Random(6))
    agenda: dict[int, list[dict]] = field(default_factory=dict)
    number: int = 0
    sour: list[int] = field(default_factory=list)  # enrollments that rated low the day before

    def at(self, hour: float, **event) -> None:
        self.number += 1
        moment = START + hour * HOUR
        said = {"messageId": f"m{self.number}", "timestamp": moment.isoformat(), **event}
        self.agenda.setdefault(int(hour), []).append(said)

    def send(self, hour: int) -> None:
        """Everything of that hour, into the inbox."""
        events = self.agenda.pop(hour, [])
        with workspace_scope(self.workspace.pk):
            for start in range(0, len(events), 200):
                body = json.dumps({"batch": events[start : start + 200]}).encode()
                received_at = int(clock.now().timestamp() * 1_000_000)
                decoded = decode(body, path_kind="batch", source_kind="server", received_at=received_at)
                assert not decoded.refusals
                accept(decoded, source_id=self.source.pk, received_at=received_at)


def open_world() -> World:
    owner = User.objects.create_user("owner@month.example", "correct horse battery", name="Owner")
    workspace = open_workspace(name="Month", owner=owner)
    with workspace_scope(workspace.pk):
        version, _ = draft(PATH)
        publish(version)
        source, _ = add_source(name="server", kind="server")
        rules = kept_attention()
        rules.account_day, rules.workspace_hour, rules.spacing_hours = 5, 60, 4
        rules.save()
        for name, said in NUDGES.items():
            _nudge(workspace, name, *said)
    world = World(workspace, source)
    for number in range(PEOPLE):
        _plan(world, number)
    return world


def _nudge(workspace, name: str, trigger, rung, days, channel, body, more) -> None:
    template = MessageTemplate.objects.create(
        workspace=workspace, key=name.replace(" ", "-"), name=name, channel=channel
    )
    if body is not None:
        MessageText.objects.create(workspace=workspace, template=template, language="en", subject=f"{name}", body=body)
    path = Ladder.objects.get()
    rule = {"trigger": trigger, "rung": rung, "days": days, "template": template}
    switch_on(Nudge.objects.create(workspace=workspace, name=name, ladder=path, **rule, **more), member=None)


def _plan(world: World, number: int) -> None:
    """One person's month: when they come, what they do and when, if they do it."""
    chance, user, account = world.chance, f"p{number}", f"a{number // AN_ACCOUNT}"
    kind = ("", "refused", "dying", "bounced", "complained")[number % 250] if number % 250 < 5 else ""
    email = "" if number % 40 == 7 else f"{kind or 'p'}{number}@customer.example"
    traits = {
        "name": f"Person {number}",
        "timezone": ZONES[number % len(ZONES)],
        "role": "auditor" if number % 500 == 250 else "operator" if number % 3 else "power_user",
    }
    begin = chance.uniform(0, 24 * 20)
    world.at(
        begin,
        type="identify",
        userId=user,
        traits=traits | ({"email": email} if email else {}),
        context={"groupId": account},
    )
    at = begin
    for name, luck in (("Connected", 0.75), ("Built", 0.6), ("Shared", 0.8), ("Boarded", 0.8)):
        at += chance.expovariate(1 / 60)
        if chance.random() > luck or at > DAYS * 24 - 30:
            break
        world.at(at, type="track", userId=user, event=name, context={"groupId": account})
    if number % 9 == 0:
        world.at(
            min(at + 200, DAYS * 24 - 30), type="track", userId=user, event="Looked in", context={"groupId": account}
        )
    if number % 50 == 11:
        world.at(begin + 30, type="identify", userId=user, traits={"role": "power_user"}, context={"groupId": account})


def some_do_otherwise(world: World, day: int, now: datetime) -> None:
    """What members and people do in Cairn on that day: skip, reopen, leave, rate low and then high."""
    running = Enrollment.objects.filter(ended_at=None).select_related("seat__person", "seat__account", "ladder")
    fresh: list[int] = []
    for each in running.order_by("pk")[day * 40 : day * 40 + 40]:
        said = {"seat": each.seat, "ladder": "path"}
        match each.pk % 8:
            case 0:
                acts.write(verb="skipped", rung="build", by="manager", actor="Owner", **said)
            case 1:
                acts.write(verb="unenrolled", by="manager", actor="Owner", **said)
            case 2 | 3:
                fresh += [each.pk] if _rate(each, 1) and each.pk % 8 == 2 else []
            case 4:
                acts.write(verb="reopened", rung="connect", by="manager", actor="Owner", note="again", **said)
    for each in running.filter(pk__in=world.sour):
        _rate(each, 5)
    world.sour = fresh


def _rate(enrollment: Enrollment, stars: int) -> bool:
    """Whether they could: only what is reached is rated."""
    try:
        rate(enrollment, "connect", rating=stars)
    except ActionRefusedError:
        return False
    return True


def hold_sessions() -> None:
    """From now on somebody has time."""
    member = Member.objects.get()
    hours = [[day, "09:00", "17:00"] for day in range(1, 6)]
    Coach.objects.create(workspace_id=member.workspace_id, member=member, hours=hours)
    refresh_offer()


def break_tasks() -> None:
    """A fault of our own: no task can be stored."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
               create trigger broken before insert on playbooks_task for each row execute function broken()"""
        )


def mend_tasks() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("drop trigger broken on playbooks_task; drop function broken()")


def some_choose(world: World, now: datetime) -> None:
    """Of those who are known by then: some want no mails, some want a pause, some addresses are known to be dead."""
    people = list(Enrollment.objects.values_list("seat__person_id", "seat__person__email", named=False).order_by("pk"))
    for number, (person, email) in enumerate(people):
        if number % 12 == 1:
            choice = {"no_email": number % 24 == 1, "no_in_app": number % 36 == 1, "changed_at": now}
            Preference.objects.get_or_create(workspace=world.workspace, person_id=person, defaults=choice)
        elif number % 12 == 2:
            pause = {"paused_until": now + 5 * DAY, "changed_at": now}
            Preference.objects.get_or_create(workspace=world.workspace, person_id=person, defaults=pause)
        for why in Undeliverable.Why.values:
            if email.startswith(why):
                Undeliverable.objects.get_or_create(
                    workspace=world.workspace, email=email, defaults={"why": why, "at": now}
                )
