"""A checklist in thought: what somebody of a role and an account would see of a version on a day. Nothing is stored."""

from datetime import datetime, timedelta

from milestones.checklist.document import compose
from milestones.climbing import Act, Known, fold
from milestones.models import Enrollment, Phase, Progress, Rung, Version
from milestones.rules import document_rules
from onboarding.tracking.models import Account, Person, Seat

MOST_DAYS = 366


def preview(
    version: Version, *, role: str, account: Account | None, enrolled_at: datetime, now: datetime, done: int = 0
) -> tuple[Person, dict]:
    """(the person in thought, the checklist's document) at `now`, with the first `done` steps of the track reached.

    Somebody who comes every day, started at `enrolled_at`, and reached the steps evenly since. Raises CriteriaError for a
    draft in which something is not complete.
    """
    rules = document_rules(version)
    person = Person(external_id="somebody", name="Robin Example", first_seen_at=enrolled_at, last_seen_at=now)
    seat = Seat(person=person, account=account, role=role, since=enrolled_at)
    enrollment = Enrollment(seat=seat, ladder=version.ladder, version=version, enrolled_at=enrolled_at)
    track = [rung.key for rung in rules.rules.rungs if not rung.tracks or role in rung.tracks][:done]
    apart = (now - enrolled_at) / (len(track) + 1)
    reached = [enrolled_at + apart * place for place in range(1, len(track) + 1)]
    days = min((now - enrolled_at).days + 1, MOST_DAYS)
    known = Known(
        enrolled_at=enrolled_at,
        acts=[Act(at=at, verb="sealed", rung=key, moment=at) for key, at in zip(track, reached, strict=True)],
        roles=[(enrolled_at, role)] if role else [],
        active_days=[enrolled_at + timedelta(days=day) for day in range(days)],
    )
    rows = {}
    for key, standing in fold(rules.rules, known).items():
        moments = {name: getattr(standing, name) for name in ("opened_at", "due_at", "missed_at", "reached_at", "how")}
        rows[key] = Progress(key=key, on_track=standing.on_track, **moments)
    return person, compose(enrollment, _rungs(version), rows, now=now)


def _rungs(version: Version) -> list[Rung]:
    document, rungs = version.document, []
    milestones = {milestone["key"]: milestone for milestone in document["milestones"]}
    for number, said in enumerate(document["phases"]):
        phase = Phase(pk=number, name=said["name"])
        for rung in said["rungs"]:
            content = {**milestones[rung["milestone"]], **rung.get("override", {})}
            placed = {
                "requires": rung.get("requires", []),
                "first_value": rung.get("first_value", False),
                "person_may": rung.get("person_may", []),
            }
            rungs.append(Rung(phase=phase, key=rung["milestone"], content=content, **placed))
    return rungs
