"""One version of a ladder, read only: each rung in words, with how many have reached it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from milestones.criteria import EventSignal, in_words, parse, signal_in_words
from milestones.models import Feature, Ladder, Rung, Version
from milestones.studio.days import Calendar, Moment
from milestones.studio.funnels import RungShare, shares_of
from milestones.studio.heard import Stars, stars_of
from milestones.studio.roles import role_label
from milestones.studio.splits import counted, listed


@dataclass(frozen=True)
class RungCard:
    number: int
    key: str
    title: str
    outcome: str
    criteria: str
    events: list[str]
    tracks: list[tuple[str, str]]  # (key, label); empty: open to everybody
    requires: list[str]  # titles
    unlocks: list[str]
    due: str
    effort: int | None
    is_quick_win: bool
    is_first_value: bool
    share: RungShare
    stars: Stars | None

    def is_climbed_by(self, role: str) -> bool:
        return not self.tracks or role in {key for key, _ in self.tracks}


@dataclass(frozen=True)
class VersionRow:
    version: Version
    is_live: bool
    people: int  # running enrollments
    published: Moment | None


def rung_cards(version: Version) -> list[tuple[str, list[RungCard]]]:
    """The version's phases in order, each with its rungs."""
    rungs = list(Rung.objects.filter(version=version).select_related("phase").order_by("position"))
    titles, shares = {rung.key: rung.title for rung in rungs}, shares_of(version.ladder)
    stars = stars_of(version.ladder_id)
    names = dict(Feature.objects.values_list("key", "name"))
    phases: dict[int, tuple[str, list[RungCard]]] = {}
    for number, rung in enumerate(rungs, start=1):
        share = shares.get((version.ladder_id, rung.key), (0, 0))
        card = _card(number, rung, titles, names, RungShare(rung.key, rung.title, *share), stars.get(rung.key))
        phases.setdefault(rung.phase_id, (rung.phase.name, []))[1].append(card)
    return list(phases.values())


def _card(
    number: int, rung: Rung, titles: dict[str, str], names: dict[str, str], share: RungShare, stars: Stars | None
) -> RungCard:
    criteria, content = parse(rung.content["criteria"]), rung.content
    return RungCard(
        number=number,
        key=rung.key,
        title=rung.title,
        outcome=content.get("outcome", ""),
        criteria=in_words(criteria, titles),
        events=list(dict.fromkeys(signal.event for signal in criteria.signals if isinstance(signal, EventSignal))),
        tracks=[(key, role_label(key)) for key in rung.tracks],
        requires=[titles.get(key, key) for key in rung.requires],
        unlocks=[names.get(key, key) for key in content.get("unlocks", [])],
        due=due_in_words(rung.due),
        effort=content.get("effort_minutes"),
        is_quick_win=bool(content.get("quick_win")),
        is_first_value=rung.first_value,
        share=share,
        stars=stars,
    )


def due_in_words(due: dict | None) -> str:
    """ "Due 3 days after enrollment", "Due 7 days after it opens", or ""."""
    if not due or due.get("days") is None:
        return ""
    after = "enrollment" if due.get("from") == "enrolled" else "it opens"
    day = "business day" if due.get("business") else "day"
    return f"Due {due['days']:g} {day}{'' if due['days'] == 1 else 's'} after {after}"


def version_rows(ladder: Ladder, calendar: Calendar) -> list[VersionRow]:
    """The ladder's versions, the newest first."""
    running = Count("enrollments", filter=Q(enrollments__ended_at=None))
    rows = ladder.versions.defer("document").annotate(people=running).order_by("-number")
    return [VersionRow(row, row.pk == ladder.live_id, row.people, calendar.date(row.published_at)) for row in rows]


def enrollment_in_words(version: Version) -> str:
    """Who is taken on, and when, as one sentence."""
    enroll = version.rules.get("enroll") or {"when": "first_seen"}
    roles = [role_label(role).lower() for role in enroll.get("roles", [])]
    who = f"Everyone with the role {_or(roles)}" if roles else "Everyone"
    conds = [_within_a_sentence(in_words(parse(cond))) for cond in enroll.get("where", [])]
    whose = f" of whom it is true that {listed(conds)}" if conds else ""
    if enroll.get("when") == "manual":
        return "Nobody is taken on by a rule: members enroll people by hand."
    if enroll.get("when") == "finished":
        before = Ladder.objects.filter(key=enroll["ladder"]).values_list("name", flat=True).first()
        return f"{who}{whose} is put on it once they are done with “{before or enroll['ladder']}”."
    if enroll.get("when") == "event":
        event = signal_in_words(parse({"event": enroll["event"], "where": enroll.get("event_where", [])}).signals[0])
        when = f"once {event}"
    else:
        when = "with their first event"
    return f"{who}{whose} is taken on {when}{_since(enroll.get('since'))}."


def _within_a_sentence(said: str) -> str:
    return said[0].lower() + said[1:].removesuffix(".")


def _since(day: str | None) -> str:
    """Facts count from that day, else from the first publication on."""
    if day is None:
        return " after the ladder was first published"
    at = date.fromisoformat(day)
    return f", counted from {at.day} {at:%B %Y}"


def _or(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def pace_in_words(version: Version) -> list[str]:
    """The limits on how fast rungs open; empty where there are none."""
    rules, said = version.rules, []
    if rules.get("at_once"):
        said.append(f"At most {counted(rules['at_once'], 'rung')} open at once.")
    if rules.get("per_day"):
        said.append(f"At most {counted(rules['per_day'], 'rung')} a day of activity.")
    if rules.get("spacing_hours"):
        said.append(f"{rules['spacing_hours']:g} hours between one rung and the next.")
    return said


def value_in_words(phases: list[tuple[str, list[RungCard]]]) -> str:
    """How many have reached each rung that is marked as first value."""
    marked = [card for _, cards in phases for card in cards if card.is_first_value and card.share.eligible]
    said = [f"{card.share.reached:,} of {card.share.eligible:,} have reached “{card.title}”" for card in marked]
    return f"First value: {listed(said)}." if said else ""
