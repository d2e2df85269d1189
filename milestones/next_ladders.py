"""One ladder's end starts another: whoever is done with the one is put on the next, by a fact like any other."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from milestones import acts
from milestones.climbing import Standing
from milestones.enrolling import fits
from milestones.models import Enrollment, Ladder
from milestones.rules import version_rules
from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import EventKey
from onboarding.tracking.sources import cairn_source


def finished_at(standings: Iterable[Standing]) -> datetime | None:
    """When everything on the person's track was reached or skipped; None while something is left, or there is nothing."""
    on_track = [each for each in standings if each.on_track]
    if not on_track or any(each.reached_at is None and each.skipped_at is None for each in on_track):
        return None
    return max(each.reached_at or each.skipped_at for each in on_track)


def start_next(concluded: Iterable[tuple[Enrollment, Mapping[str, Standing]]]) -> None:
    """Write the facts that enroll those who are done; a fact of the same end is the same fact, however often it is written."""
    done = [
        (enrollment, at)
        for enrollment, standings in concluded
        if enrollment.ended_at is None and (at := finished_at(standings.values())) is not None
    ]
    next_of = followers() if done else {}
    wanted = {
        f"cairn-after-{enrollment.pk}-{ladder}": (enrollment, at, ladder, enroll)
        for enrollment, at in done
        for ladder, enroll in next_of.get(enrollment.ladder.key, [])
    }
    for message_id in wanted.keys() - _written(wanted):
        enrollment, at, ladder, enroll = wanted[message_id]
        if fits(enrollment.seat, enroll, clock.now()):
            said = {"by": "ladder", "actor": enrollment.ladder.key, "message_id": message_id}
            acts.write(verb="enrolled", seat=enrollment.seat, ladder=ladder, at=at, **said)


def _written(message_ids: Iterable[str]) -> set[str]:
    """Those that were written before: writing them again would only count as repeats."""
    ids = list(message_ids)
    if not ids:
        return set()
    keys = EventKey.objects.filter(source_id=cairn_source().pk, message_id__in=ids)
    return set(keys.values_list("message_id", flat=True))


def followers() -> dict[str, list[tuple[str, dict]]]:
    """ladder key → (key, enrollment rule) of the live ladders that its end starts."""
    found: dict[str, list[tuple[str, dict]]] = {}
    for key, live in Ladder.objects.exclude(live=None).values_list("key", "live_id"):
        enroll = version_rules(live, current_workspace_id()).enroll
        if enroll.get("when") == "finished" and enroll.get("ladder") != key:
            found.setdefault(enroll.get("ladder", ""), []).append((key, enroll))
    return found
