"""The demo's sessions: who holds them when, some weeks of them with what came of each, and some that are ahead."""

import random
import secrets
from datetime import datetime, timedelta

from milestones.models import Progress
from onboarding import clock
from onboarding.tenancy.models import Member, Workspace
from onboarding.tracking.counting import real
from playbooks.models import Coach, Session
from playbooks.sessions.booking import State, free_times, offer, refresh_offer
from playbooks.sessions.evidence import attended

WEEKS = {
    "Maya Okafor": (
        [[1, "09:00", "12:00"], [3, "13:00", "16:00"], [4, "09:00", "12:00"]],
        "https://meet.northwind.example/maya",
    ),
    "Luca Brandt": (
        [[2, "10:00", "12:00"], [2, "14:00", "16:30"], [5, "09:00", "11:30"]],
        "https://meet.northwind.example/luca",
    ),
}
DAY = timedelta(days=1)
HELD, AHEAD, ASKED = 14, 4, 3
CAME = (
    "Built the first page together. They took it from there.",
    "The numbers were right, the names were not. Renamed three of them.",
    "They have a colleague who does this now. Invited her.",
    "Half an hour was enough; the template did most of it.",
    "Went through an alert from end to end. The rest is habit.",
    "It was the sign-on that was in the way. IT will fix it this week.",
)
WISHES = ("Where do I begin?", "We tried twice and the chart stays empty.", "Could we do this with my whole shift?", "")


def write_sessions(workspace: Workspace) -> None:
    """To be called inside the workspace's scope, when progress is there."""
    now, chance = clock.now(), random.Random(workspace.name)
    for member in Member.objects.select_related("user"):
        if str(member.user) in WEEKS:
            hours, place = WEEKS[str(member.user)]
            Coach.objects.create(workspace=workspace, member=member, hours=hours, place=place)
    refresh_offer()
    coaches = {each.member_id: each for each in Coach.objects.all()}
    if not coaches:
        return
    steps = _slow_steps(now)
    chance.shuffle(steps)
    _held(workspace, steps[:HELD], coaches, now, chance)
    _ahead(workspace, steps[HELD : HELD + AHEAD], coaches)
    for row in steps[HELD + AHEAD : HELD + AHEAD + ASKED]:
        _make(workspace, row, coaches, State.ASKED, made_at=now - timedelta(hours=chance.randrange(3, 40)))
    rest = steps[HELD + AHEAD + ASKED :]
    if rest:
        offer(rest[0].enrollment, rest[0].key, member=next(iter(coaches.values())).member)
    Session.objects.update(to_tell="")  # nobody is written to about what was so


def _slow_steps(now: datetime) -> list[Progress]:
    """Steps that took long, one of each person: open for weeks, or reached after weeks."""
    rows = Progress.objects.filter(
        real("enrollment__seat"),
        on_track=True,
        skipped_at=None,
        enrollment__ended_at=None,
        enrollment__seat__account__isnull=False,
    )
    rows = rows.filter(opened_at__lt=now - 24 * DAY, opened_at__gt=now - 80 * DAY)
    rows = rows.select_related("enrollment__seat__person", "enrollment__seat__account", "enrollment__ladder")
    found: dict[int, Progress] = {}
    for row in rows.order_by("enrollment__seat__person_id", "opened_at"):
        took = (row.reached_at or now) - row.opened_at
        if took > 18 * DAY:
            found.setdefault(row.enrollment.seat.person_id, row)
    return list(found.values())[:120]


def _make(workspace: Workspace, row: Progress, coaches: dict, state: str, **said) -> Session:
    seat = row.enrollment.seat
    coach = coaches.get(seat.account.manager_id) or next(iter(coaches.values()))
    own = {"person": seat.person, "account": seat.account, "enrollment": row.enrollment}
    about = {"ladder": row.enrollment.ladder.key, "rung": row.key, "coach": coach, "minutes": coach.minutes}
    name = {"card": secrets.token_hex(8), "nonce": secrets.token_hex(12)}
    wish = WISHES[row.pk % len(WISHES)]
    asked = row.pk % 3 > 0
    return Session.objects.create(
        workspace=workspace, state=state, wish=wish, is_asked=asked, **name, **own, **about, **said
    )


def _held(workspace: Workspace, rows: list[Progress], coaches: dict, now: datetime, chance: random.Random) -> None:
    """Held some days after the step opened, before it was reached where it was."""
    for place, row in enumerate(rows):
        latest = (row.reached_at or now) - DAY
        at = min(row.opened_at + chance.randrange(9, 17) * DAY, latest)
        at = at.replace(hour=9 + place % 3, minute=0, second=0, microsecond=place)
        came = chance.random() < 0.8
        outcome = CAME[place % len(CAME)] if came else "Did not come; offered another time."
        state = State.HELD if came else State.MISSED
        said = {"starts_at": at, "made_at": at - 3 * DAY, "ended_at": at + timedelta(minutes=40), "outcome": outcome}
        session = _make(workspace, row, coaches, state, **said)
        if came:
            attended(session)


def _ahead(workspace: Workspace, rows: list[Progress], coaches: dict) -> None:
    for place, row in enumerate(rows):
        session = _make(workspace, row, coaches, State.ASKED, made_at=clock.now() - (place + 1) * timedelta(hours=7))
        times = free_times(session.coach)
        if times:
            session.state, session.starts_at = State.BOOKED, times[min(2 * place, len(times) - 1)]
            session.save(update_fields=["state", "starts_at"])
