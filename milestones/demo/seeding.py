"""Fill an empty installation with the demo's two vendors, and write demo.json for whoever drives it."""

import itertools
import json
import os
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q

from milestones.checklist.links import make_link
from milestones.demo.agreements import agree, want
from milestones.demo.history import history
from milestones.demo.telling import Told, Untold
from milestones.demo.vendors import NORTHWIND, PASSWORD, VENDORS, Vendor
from milestones.demo.voices import speak
from milestones.draining import drain
from milestones.ladder_files import read
from milestones.models import Enrollment, Progress
from milestones.pace import measure_pace
from milestones.publishing import draft, publish, take_on
from milestones.segments import make
from onboarding import clock
from onboarding.tenancy.keys import add_api_key, add_signing_secret
from onboarding.tenancy.models import Access, Member, User, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.workspaces import open_workspace
from onboarding.tracking.decoding import decode
from onboarding.tracking.ingestion import accept
from onboarding.tracking.models import Account, Exclusion, InboxRow, Seat
from onboarding.tracking.sources import add_source, cairn_source

BATCH = 500
BATCHES_A_DRAIN = 10  # as many facts as one drain takes
LADDERS = Path(settings.ROOT) / "ladders"


def seed(*, size: str, tell: type[Told] = Untold) -> dict:
    """Make both vendors and return what demo.json holds; `tell` shows how far it is."""
    made = [_open(vendor, size=size, tell=tell(vendor.name)) for vendor in VENDORS]
    return {"base_url": settings.CAIRN_BASE_URL, **made[0], "other_workspace": made[1]}


def write(facts: dict, path: Path) -> None:
    """Write demo.json whole or not at all; it holds secrets, so only its owner may read it."""
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(facts, file, indent=2, ensure_ascii=False)
    temporary.replace(path)


def _open(vendor: Vendor, *, size: str, tell: Told) -> dict:
    users = {access: _user(vendor, access, name, mailbox) for access, name, mailbox in vendor.members}
    more = [_user(vendor, "manager", name, mailbox) for name, mailbox in vendor.managers]
    workspace = open_workspace(name=vendor.name, owner=users["owner"], timezone=vendor.timezone)
    holidays = [date.fromisoformat(day) for day in vendor.holidays]
    Workspace.objects.filter(pk=workspace.pk).update(
        slug=vendor.slug,
        holidays=holidays,
        mails_links=True,
        languages=list(vendor.languages),
        product_url=settings.CAIRN_BASE_URL,
    )
    with workspace_scope(workspace.pk):
        for access, user in users.items():
            Member.objects.get_or_create(workspace=workspace, user=user, defaults={"access": access})
        for user in more:
            Member.objects.create(workspace=workspace, user=user, access=Access.MANAGER)
        server, write_key = add_source(name="Product back end", kind="server")
        _, browser_key = add_source(name="Web app", kind="browser")
        cairn_source()
        _, api_key = add_api_key(name="Product", scopes=["read", "write"])
        _, signing_secret = add_signing_secret()
        for kind, trait, value in vendor.tests:
            Exclusion.objects.create(workspace=workspace, kind=kind, trait=trait, value=value)
        for name, of, rule in vendor.segments:
            make(name=name, of=of, rule=rule)
        for file in vendor.ladders:
            version, _ = draft(read((LADDERS / file).read_text()))
            publish(version, note="First version")
            take_on()
    _send(workspace, server.pk, vendor, size=size, tell=tell)
    with workspace_scope(workspace.pk):
        _look_after()
        if vendor is NORTHWIND:
            agree()
            want()
            speak()
        measure_pace(clock.now())
        shown = _shown_enrollment()
        token = make_link(shown)
        people = _people(first=shown.seat_id)
    return {
        "workspace": vendor.slug,
        "public_id": workspace.public_id,
        "write_key": write_key,
        "browser_key": browser_key,
        "api_key": api_key,
        "signing_secret": signing_secret,
        "logins": {access: {"email": user.email, "password": PASSWORD} for access, user in users.items()},
        "people": people,
        "checklist_url": f"{settings.CAIRN_BASE_URL}/c/{token}/",
    }


def _user(vendor: Vendor, access: str, name: str, mailbox: str) -> User:
    user = User.objects.create_user(f"{mailbox}@{vendor.domain}", PASSWORD, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _look_after() -> None:
    """Each account has somebody who looks after it: its managers in turn, the longest known account first."""
    members = itertools.cycle(Member.objects.filter(access=Access.MANAGER).order_by("pk"))
    accounts = list(Account.objects.filter(is_test=False).order_by("first_seen_at", "external_id"))
    for account, member in zip(accounts, members, strict=False):
        account.manager = member
    Account.objects.bulk_update(accounts, ["manager"], batch_size=1_000)


def _send(workspace: Workspace, source_id: int, vendor: Vendor, *, size: str, tell: Told) -> None:
    """Send the vendor's history the way its back end would: batches through the decoder, the inbox and the drain."""
    events = history(vendor, size=size, now=clock.now())
    for batches in _several(_several(events, BATCH), BATCHES_A_DRAIN):
        for batch in batches:
            _accept(workspace, source_id, batch)
        while drain(workspace.pk):
            pass
        tell.sent(sum(map(len, batches)), until=batches[-1][-1]["timestamp"])
    if vendor.tests:
        _accept(workspace, source_id, _tries(vendor))
        while drain(workspace.pk):
            pass
    tell.end()
    with workspace_scope(workspace.pk):
        if InboxRow.objects.exists():
            raise RuntimeError("the demo's history was not taken in whole")


def _tries(vendor: Vendor) -> list[dict]:
    """The vendor's own staff trying things out at a company of their own: no number counts them."""
    at, events = clock.now() - timedelta(days=20), []
    for number, (access, name, mailbox) in enumerate(vendor.members[:3]):
        who = {"userId": f"staff_{mailbox}", "context": {"groupId": "try-out"}}
        email, role = f"{mailbox}@{vendor.domain}", ("administrator", "power_user", "operator")[number]
        said = [
            {"type": "identify", "traits": {"name": name, "email": email, "role": role}},
            {"type": "group", "groupId": "try-out", "traits": {"name": f"{vendor.name}, trying out", "internal": True}},
            {"type": "track", "event": "Dashboard Viewed", "properties": {"dashboard": "d_0", "seconds": 12}},
        ]
        for place, each in enumerate(said):
            sent = (at + timedelta(hours=number, minutes=place)).isoformat()
            events.append({**who, **each, "messageId": f"try-{access}-{place}", "timestamp": sent})
    return events


def _accept(workspace: Workspace, source_id: int, batch: list[dict]) -> None:
    received_at = int(clock.now().timestamp() * 1_000_000)
    body = json.dumps({"batch": batch}).encode()
    decoded = decode(body, path_kind="batch", source_kind="server", received_at=received_at)
    if decoded.refusals:
        raise RuntimeError(f"the demo's own event was refused: {decoded.refusals[0]}")
    with workspace_scope(workspace.pk):
        accept(decoded, source_id=source_id, received_at=received_at)


def _several(items: Iterable, count: int) -> Iterator[list]:
    """The items in lists of so many; the last may be shorter."""
    items = iter(items)
    while several := list(itertools.islice(items, count)):
        yield several


def _shown_enrollment() -> Enrollment:
    """Somebody under way whose next step is a click away: on the track one rung reached, the second one open; whatever day
    the history ends on. They read English, as do most who try the demo.
    """
    mine = Q(progress__on_track=True)
    under_way = Enrollment.objects.filter(ended_at=None, ladder__position=0).annotate(
        reached=Count("progress", filter=mine & Q(progress__reached_at__isnull=False)),
        left=Count("progress", filter=mine & Q(progress__reached_at=None, progress__skipped_at=None)),
    )
    second = Progress.objects.filter(
        enrollment=OuterRef("pk"), on_track=True, reached_at=None, key="publish-dashboard", opened_at__lte=clock.now()
    )
    at_it = under_way.filter(Exists(second), reached=1, left__gt=1, seat__role="power_user").order_by("-enrolled_at")
    return (
        at_it.exclude(seat__person__traits__has_key="locale").first()
        or at_it.first()
        or under_way.filter(reached__gt=0, left__gt=0).order_by("-enrolled_at").first()
        or under_way.first()
    )


def _people(*, first: int) -> list[dict]:
    """Everybody's seats, that of the person who is shown first: the sandbox opens with whom the checklist link opens."""
    seats = Seat.objects.filter(person__external_id__isnull=False).select_related("person", "account").order_by("id")
    seats = sorted(seats, key=lambda seat: seat.pk != first)
    return [
        {"external_id": s.person.external_id, "role": s.role, "account": s.account.external_id if s.account else None}
        for s in seats
    ]
