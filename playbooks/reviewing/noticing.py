"""What Cairn looks for, once an hour: each look answers what is so now, with its evidence."""

from collections import defaultdict
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from django.db.models import Avg, Count, Q

from milestones.criteria import EventSignal, parse
from milestones.models import Feature, Rating, Rung
from onboarding.tenancy.models import AuditEntry
from onboarding.tracking.models import EventName
from playbooks.models import Delivery, Matter, Nudge
from playbooks.reviewing.queue import tell

Kind = Matter.Kind
QUIET = timedelta(days=7)
OFTEN = 20  # events of a name, below which its silence says nothing
ALIKE = 0.6  # of two names
LOW, VOICES, LATELY = 2.5, 5, timedelta(days=60)
SEEN, CLOSED, FOLLOWED = (
    20,
    0.5,
    0.1,
)  # of a message in thirty days: shown so often, closed by so many, followed by so few
MONTH = timedelta(days=30)


def look_over(now: datetime) -> int:
    """Look for everything in the open workspace; how much is new."""
    looks = {
        Kind.SILENT: silent_events,
        Kind.UNRATED: low_ratings,
        Kind.FATIGUE: tired_of,
        Kind.FEATURE: changed_features,
    }
    return sum(tell(kind, look(now), now=now) for kind, look in looks.items())


def live_rungs() -> list[Rung]:
    rungs = Rung.objects.filter(version__ladder__live_id__isnull=False).select_related("version__ladder")
    return [
        each
        for each in rungs.order_by("version__ladder__position", "position")
        if each.version.ladder.live_id == each.version_id
    ]


def silent_events(now: datetime) -> dict[str, dict]:
    """Events that a live rung's criteria ask for, and that have not come for a week while others did; or never came."""
    asked: dict[str, list[Rung]] = defaultdict(list)
    for rung in live_rungs():
        for signal in parse(rung.content["criteria"]).signals:
            if isinstance(signal, EventSignal):
                asked[signal.event].append(rung)
    known = {each.name: each for each in EventName.objects.exclude(name__startswith="cairn:")}
    newest = max((each.last_seen_at for each in known.values()), default=None)
    if newest is None or newest < now - QUIET:
        return {}  # nothing comes at all: that is told on the events' page
    found = {}
    for name, rungs in asked.items():
        event, rung = known.get(name), rungs[0]
        said = {"ladder": rung.version.ladder.key, "rung": rung.key, "title": rung.title, "rungs": len(rungs)}
        if event is None:
            since = rung.version.published_at
            if since and since < now - QUIET:
                found[name] = said | {"never": True, "since": since.isoformat()} | _instead(name, since, known)
        elif event.seen >= OFTEN and event.last_seen_at < now - QUIET:
            found[name] = said | {"last": event.last_seen_at.isoformat(), "seen": event.seen}
            found[name] |= _instead(name, event.last_seen_at - timedelta(days=1), known)
    return found


def _instead(name: str, since: datetime, known: dict[str, EventName]) -> dict:
    """A name like it that came up since then: it may have been renamed."""
    fresh = [each for each in known.values() if each.first_seen_at >= since and each.name != name]
    likeness = {each.name: SequenceMatcher(None, name.lower(), each.name.lower()).ratio() for each in fresh}
    best = max(likeness, key=likeness.get, default=None)
    return {"instead": best} if best and likeness[best] >= ALIKE else {}


def low_ratings(now: datetime) -> dict[str, dict]:
    """Rungs that several people of late have rated low."""
    rows = Rating.objects.filter(at__gt=now - LATELY, person__is_test=False).order_by()
    told = rows.values_list("ladder__key", "rung").annotate(mean=Avg("stars"), count=Count("pk"))
    titles = {(rung.version.ladder.key, rung.key): rung.title for rung in live_rungs()}
    return {
        f"{ladder}/{rung}": {
            "ladder": ladder,
            "rung": rung,
            "title": titles[ladder, rung],
            "mean": round(float(mean), 1),
            "count": count,
        }
        for ladder, rung, mean, count in told
        if count >= VOICES and mean <= LOW and (ladder, rung) in titles
    }


def tired_of(now: datetime) -> dict[str, dict]:
    """Nudges whose messages in the product most people close, and hardly anybody follows."""
    rows = Delivery.objects.filter(channel="in_app", seen_at__gt=now - MONTH, nudge__archived_at=None).order_by()
    told = rows.values_list("nudge").annotate(
        seen=Count("pk"),
        closed=Count("pk", filter=Q(dismissed_at__isnull=False, clicked_at=None, reason="")),  # not what was taken back
        followed=Count("pk", filter=Q(clicked_at__isnull=False)),
    )
    tired = {
        pk: {"seen": seen, "closed": closed, "followed": followed}
        for pk, seen, closed, followed in told
        if seen >= SEEN and closed >= CLOSED * seen and followed <= FOLLOWED * seen
    }
    nudges = Nudge.objects.filter(pk__in=list(tired)).select_related("ladder")
    return {
        f"nudge {each.pk}": {
            "ladder": each.ladder.key,
            "rung": each.rung,
            "nudge": each.pk,
            "name": each.name,
            **tired[each.pk],
        }
        for each in nudges
    }


def changed_features(now: datetime) -> dict[str, dict]:
    """Features that were changed after the ladder that unlocks them was published: its text may speak of what was."""
    changes = AuditEntry.objects.filter(verb="changed a feature", at__gt=now - 3 * MONTH).order_by("at")
    changed = {each.detail.get("key"): each for each in changes if each.detail.get("key")}
    if not changed:
        return {}
    names = dict(Feature.objects.filter(key__in=list(changed)).values_list("key", "name"))
    found = {}
    for rung in live_rungs():
        for key in rung.content.get("unlocks", []):
            entry, since = changed.get(key), rung.version.published_at
            if entry and key in names and since and entry.at > since:
                found[f"{key} at {rung.key}"] = {
                    "ladder": rung.version.ladder.key,
                    "rung": rung.key,
                    "title": rung.title,
                    "feature": names[key],
                    "by": entry.actor,
                    "at": entry.at.isoformat(),
                }
    return found
