"""The workspace's first page: a new one climbs its own first ladder; later, how its people are doing at a glance."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from milestones.models import Enrollment, Ladder, Progress, Rung, Transition
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access, Invitation, Member
from onboarding.tracking.counting import real
from onboarding.tracking.models import Account, Event, Person, Source, SourceKey

TEMPLATE = "milestones/first_climb.html"
LATEST = 8
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Step:
    """One step of the first climb, ticked by what is really there."""

    key: str
    title: str
    why: str
    done: bool


@dataclass(frozen=True)
class Glance:
    """How the workspace's people are doing."""

    under_way: int
    accounts: int
    reached: int  # rungs reached in the last seven days
    climbers: int  # by so many people
    latest: list["News"]


@dataclass(frozen=True)
class News:
    """A rung that somebody reached."""

    person: Person | None
    account: str
    rung: str
    ladder: str
    at: datetime


@require_GET
@open_to(Access.EXECUTIVE)
def home(request, slug):
    return _answer(request, TEMPLATE)


@require_GET
@open_to(Access.EXECUTIVE)
def live(request, slug):
    """The part that moves, or 204 while it has not."""
    return _answer(request, f"{TEMPLATE}#live")


def _answer(request, template: str):
    steps = first_climb()
    done = sum(step.done for step in steps)
    stamp = "-".join(str(int(step.done)) for step in steps)
    if request.htmx and request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    context = {
        "nav_current": "home",
        "steps": steps,
        "done": done,
        "left": len(steps) - done,
        "share": round(100 * done / len(steps)),
        "next": next((step for step in steps if not step.done), None),
        "stamp": stamp,
        "glance": glance(clock.now()) if done == len(steps) else None,
        "acts": request.member.may(Access.ADMIN),
        "local_day": clock.now().astimezone(request.workspace.zone).date(),
    }
    with timezone.override(request.workspace.zone):
        return render(request, template, context)


def first_climb() -> list[Step]:
    """The open workspace's own ladder, in order."""
    has_events = Event.objects.exclude(source_id__in=Source.objects.filter(kind=Source.Kind.CAIRN)).exists()
    used = SourceKey.objects.exclude(last_used_at=None).exists()
    return [
        Step(
            "key",
            "Make a key",
            "Your product sends its events with it. Add a source for your back end, and its key is made with it.",
            SourceKey.objects.exists(),
        ),
        Step(
            "snippet",
            "Paste a snippet into your product",
            "It stands beside the new key, in curl, Python and Node. If you use Segment or RudderStack, change the address and keep the code.",
            used or has_events,
        ),
        Step(
            "event",
            "See the first event arrive",
            "Run the snippet. The event shows within two seconds, here and under Events.",
            has_events,
        ),
        Step(
            "ladder",
            "Publish a ladder",
            "A ladder is the path from first sign-in to value. Start from a template, and put your own events in.",
            Ladder.objects.exclude(live=None).exists(),
        ),
        Step(
            "colleague",
            "Invite a colleague",
            "Somebody who knows the customers will see what is missing.",
            Invitation.objects.exists() or Member.objects.count() > 1,
        ),
    ]


def glance(now: datetime) -> Glance:
    """The workspace at `now`, over the versions that are live."""
    running = Enrollment.objects.filter(real("seat"), ended_at=None)
    under_way = running.aggregate(
        people=Count("seat__person_id", distinct=True), accounts=Count("seat__account_id", distinct=True)
    )
    # By rung, because that is how progress is indexed.
    week = Progress.objects.filter(
        real("enrollment__seat"),
        rung_id__in=list(Rung.objects.filter(version__published_at__isnull=False).values_list("pk", flat=True)),
        reached_at__gt=now - WEEK,
        reached_at__lte=now,
    ).aggregate(reached=Count("pk"), climbers=Count("enrollment__seat__person_id", distinct=True))
    return Glance(under_way["people"], under_way["accounts"], week["reached"], week["climbers"], latest_news())


def latest_news() -> list[News]:
    """The rungs reached last, newest first: an import concludes them in another order than they happened in."""
    rows = list(Transition.objects.filter(change="reached").order_by("-number")[: LATEST * 5])
    rows = sorted(rows, key=lambda row: row.at or row.written_at, reverse=True)[:LATEST]
    people = Person.objects.in_bulk({row.person_id for row in rows})
    accounts = Account.objects.in_bulk({row.account_id for row in rows if row.account_id})
    ladders = dict(Ladder.objects.filter(key__in={row.ladder for row in rows}).values_list("key", "name"))
    titles = {
        (ladder, key): content["title"]
        for ladder, key, content in Rung.objects.filter(key__in={row.rung for row in rows})
        .order_by("version_id")
        .values_list("version__ladder__key", "key", "content")
    }
    return [
        News(
            person=people.get(row.person_id),
            account=str(accounts.get(row.account_id, "")),
            rung=titles.get((row.ladder, row.rung), row.rung),
            ladder=ladders.get(row.ladder, row.ladder),
            at=row.at or row.written_at,
        )
        for row in rows
    ]
