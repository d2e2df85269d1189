"""What the demo's vendor says: messages and nudges, and some weeks in which they were really decided and sent."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from milestones.models import Ladder, Progress
from onboarding import clock
from onboarding.tenancy.models import Access, Member, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.secrets import encrypt
from onboarding.tracking.models import Person
from playbooks.messages import do
from playbooks.models import Delivery, Endpoint, MessageTemplate, MessageText, Nudge, Task, WebhookAttempt
from playbooks.nudging.attention import kept_attention
from playbooks.nudging.facts import OF_THE_LADDER
from playbooks.nudging.handing import hand_over_claimed
from playbooks.nudging.noticing import make_delivery
from playbooks.nudging.settling import settle_due
from playbooks.nudging.switching import switch_on
from playbooks.webhooks.delivering import settle
from playbooks.webhooks.posting import Answer
from playbooks.webhooks.signing import new_signing_secret
from playbooks.webhooks.telling import from_here, queue_for

BACK, STEP = timedelta(days=16), timedelta(hours=4)
FOLLOW = {"card": 0.4, "banner": 0.05, "hint": 0.3}  # of those who see it; people are tired of the banner
HEARD = 40  # transitions that the webhook of the demo has heard of
IMPRINT = "Northwind Analytics, 4 Quay Street, Bremen"
MESSAGES = {
    "start-from-a-template": {
        "name": "Start from a template",
        "channel": "in_app",
        "shape": "card",
        "milestone": "publish-dashboard",
        "texts": {
            "en": (
                "Start from a page that already works",
                '{{ person.first_name | default: "There" }}, the {{ account.traits.industry | default: "starter" }} template has the numbers that most teams look at first. It takes about {{ milestone.minutes | default: 10 }} minutes.',
                "Use the template",
            ),
            "de": (
                "Fangen Sie mit einer fertigen Seite an",
                '{{ person.first_name | default: "Guten Tag" }}, die Vorlage hat die Zahlen, auf die die meisten zuerst schauen. Das dauert etwa {{ milestone.minutes | default: 10 }} Minuten.',
                "Vorlage nehmen",
            ),
        },
    },
    "first-dashboard-by-mail": {
        "name": "Your first dashboard",
        "channel": "email",
        "milestone": "publish-dashboard",
        "texts": {
            "en": (
                "Your first dashboard is one page away",
                'Hello {{ person.first_name | default: "there" }},\n\nyour data is in {{ vendor.name }}. All that is missing is a page to put it on: **{{ milestone.title }}** is the step that people come back for.\n\nMost people finish in one sitting. If you would rather do it together, answer this mail{% if account.manager %} and {{ account.manager }} will share a screen with you{% endif %}.',
                "Build the page",
            ),
        },
    },
    "due-soon": {
        "name": "Due soon",
        "channel": "in_app",
        "shape": "banner",
        "milestone": "",
        "texts": {
            "en": (
                "“{{ milestone.title }}” is due on {{ milestone.due }}",
                "{{ progress.reached }} of {{ progress.total }} steps are done.",
                "Go to the step",
            )
        },
    },
    "well-done": {
        "name": "A quiet well done",
        "channel": "in_app",
        "shape": "card",
        "milestone": "",
        "texts": {
            "en": (
                "{{ milestone.title }}: done",
                "{% if milestone.unlocks %}You now have {{ milestone.unlocks }}. {% endif %}{% if progress.next %}Next comes “{{ progress.next }}”, when it suits you.{% else %}That was the last one.{% endif %}",
                "",
            )
        },
    },
    "call-them": {
        "name": "Call them",
        "channel": "task",
        "milestone": "",
        "texts": {
            "en": (
                '{{ person.name | default: "Somebody" }} of {{ account.name | default: "no account" }} is stuck at “{{ milestone.title }}”',
                "Open for {{ milestone.days_open }} days. They have done {{ progress.reached }} of {{ progress.total }} steps.\nAsk what is in the way before you offer anything.",
                "",
            )
        },
    },
    "do-it-together": {
        "name": "Do it together",
        "channel": "session",
        "milestone": "",
        "texts": {
            "en": (
                "Shall we do “{{ milestone.title }}” together?",
                "It takes others about {{ milestone.minutes | default: 15 }} minutes once they know where to begin. Choose a time, and we begin together.",
                "",
            )
        },
    },
    "your-week": {
        "name": "Your week",
        "channel": "email",
        "milestone": "",
        "texts": {
            "en": (
                "{{ week.count }} step{% if week.count > 1 %}s{% endif %} further this week",
                'Hello {{ person.first_name | default: "there" }},\n\nthis week you reached **{{ week.steps }}**.{% if week.unlocks %} You now have {{ week.unlocks }}.{% endif %}\n\n{% if progress.next %}Next comes “{{ progress.next }}”.{% else %}That was the last one.{% endif %}',
                "See where I am",
            )
        },
    },
    "we-miss-you": {
        "name": "Not seen for a while",
        "channel": "email",
        "milestone": "",
        "texts": {
            "en": (
                "Where you were with {{ vendor.name }}",
                'Hello {{ person.first_name | default: "there" }},\n\n{{ progress.headline }}\n\nIt is all as you left it.',
                "Go on where I was",
            )
        },
    },
}
NUDGES = (
    ("First dashboard takes long", "stalled", "publish-dashboard", 0, "start-from-a-template", {}),
    (
        "First dashboard, by mail",
        "stalled",
        "publish-dashboard",
        3,
        "first-dashboard-by-mail",
        {"hour": 9, "roles": ["administrator", "power_user"]},
    ),
    ("A step is due soon", "due_soon", "", 2, "due-soon", {}),
    ("A dashboard is published", "reached", "publish-dashboard", 0, "well-done", {"takes_late": True}),
    ("A word from the team", "stalled", "share-dashboard", 10, "call-them", {"patience": 14}),
    (
        "Stuck for a month: offer a session",
        "stalled",
        "publish-dashboard",
        21,
        "do-it-together",
        {"hour": 10, "is_on": False},
    ),
    ("Your week", "weekly", "", 0, "your-week", {"hour": 8, "patience": 2, "is_on": False}),
    ("Not seen for three weeks", "inactive", "", 21, "we-miss-you", {"hour": 9, "is_on": False}),
)


def write(workspace: Workspace) -> list[Nudge]:
    """The messages and the nudges, the latter off."""
    member = Member.objects.filter(access=Access.MANAGER).order_by("pk").first()
    templates = {}
    for key, said in MESSAGES.items():
        looks = {name: said[name] for name in ("name", "channel", "milestone")} | {"shape": said.get("shape", "card")}
        templates[key] = MessageTemplate.objects.create(workspace=workspace, key=key, **looks)
        for language, (subject, body, button) in said["texts"].items():
            words = {"subject": subject, "body": body, "button": button, "link": _link(said, button)}
            MessageText.objects.create(workspace=workspace, template=templates[key], language=language, **words)
    ladder = Ladder.objects.exclude(live=None).order_by("position").first()
    return [
        Nudge.objects.create(
            workspace=workspace,
            name=name,
            ladder=ladder,
            trigger=trigger,
            rung=rung,
            days=days,
            template=templates[key],
            made_by=member,
            **{"is_on": True} | more,
        )
        for name, trigger, rung, days, key, more in NUDGES
    ]


def _link(said: dict, button: str) -> str:
    return "https://app.northwind.example/dashboards/new" if button and said["channel"] == "in_app" else ""


def live_some_weeks(workspace: Workspace, nudges: list[Nudge]) -> None:
    """Decide and send for the last sixteen days, a few hours at a time, as it would have been; then go on from now."""
    with workspace_scope(workspace.pk):
        rules = kept_attention()
        rules.imprint, rules.sender = IMPRINT, "Maya at Northwind"
        rules.save(update_fields=["imprint", "sender"])
        began = clock.now() - BACK
        for nudge in nudges:
            if nudge.is_on and nudge.trigger not in OF_THE_LADDER:
                _plan(nudge, began)
    usual, chance = settings.CAIRN_CLOCK_OFFSET, random.Random(workspace.name)
    end = clock.now()
    try:
        at = began
        while at < end:
            settings.CAIRN_CLOCK_OFFSET = usual - (end - at).total_seconds()
            _look(workspace, chance)
            at += STEP
    finally:
        settings.CAIRN_CLOCK_OFFSET = usual
    with workspace_scope(workspace.pk):
        for nudge in Nudge.objects.filter(is_on=True):
            switch_on(nudge, member=nudge.made_by)
        _do_tasks(end)


def tell_the_crm(workspace: Workspace) -> None:
    """A webhook that was told of the last steps, and is switched off: the demo calls nobody outside."""
    now, member = clock.now(), Member.objects.filter(access=Access.OWNER).first()
    endpoint = Endpoint.objects.create(
        workspace=workspace,
        name="Sales CRM",
        url="https://hooks.northwind.example/cairn",
        kinds=["step.reached", "step.overdue"],
        takes_late=True,
        secret_encrypted=encrypt(new_signing_secret()),
        is_on=False,
        number=max(from_here() - HEARD, 0),
        made_at=now - BACK,
        made_by=member,
    )
    while queue_for(endpoint, now=now):
        pass
    for message in endpoint.messages.order_by("pk"):
        if not WebhookAttempt.objects.filter(message__endpoint=endpoint).exists():
            settle(message, Answer(503, "", 2_040), now=now)
        settle(message, Answer(200, "", 80 + message.pk * 37 % 160), now=now)


def _do_tasks(end: datetime) -> None:
    """The team has done what it was asked to, but for the last days'."""
    for task in Task.objects.filter(made_at__lt=end - timedelta(days=4)):
        task.done_at, task.done_by = task.made_at + timedelta(hours=21), task.owner
        task.save(update_fields=["done_at", "done_by"])


def _plan(nudge: Nudge, began: datetime) -> None:
    """What it would have planned: of each step that opened, or was reached, since then."""
    column = "reached_at" if nudge.trigger == Nudge.Trigger.REACHED else "opened_at"
    rows = Progress.objects.filter(enrollment__ladder=nudge.ladder_id, on_track=True, **{f"{column}__gt": began - BACK})
    if nudge.rung:
        rows = rows.filter(key=nudge.rung)
    named = (column, "enrollment__seat__person_id", "enrollment__seat__account_id", "enrollment_id", "key")
    planned = [(at, make_delivery(nudge, *place)) for at, *place in rows.values_list(*named)]
    for at, each in planned:
        each.planned_at = each.due_at = max(at, began)
    Delivery.objects.bulk_create([each for _, each in planned], ignore_conflicts=True)


def _look(workspace: Workspace, chance: random.Random) -> None:
    with workspace_scope(workspace.pk):
        while settle_due(kept_attention(), now=clock.now()):
            pass
    hand_over_claimed(workspace.pk)
    with workspace_scope(workspace.pk):
        fresh = Delivery.objects.filter(channel="in_app", state="sent", sent_at__gt=clock.now() - STEP, seen_at=None)
        for each in fresh.order_by("pk"):
            person = Person.objects.get(pk=each.person_id)
            if chance.random() < 0.7:
                do(person, each.said["id"], "seen")
                luck, follow = chance.random(), FOLLOW[each.said["shape"]]
                if luck < 0.7:
                    do(person, each.said["id"], "clicked" if luck < follow else "dismissed")
