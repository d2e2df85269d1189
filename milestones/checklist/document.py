"""The checklist's document: everything that is shown about one enrollment, in order, as plain values."""

from collections.abc import Callable, Collection, Container
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language, get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from milestones import acts as cairn_acts
from milestones.checklist.celebrating import celebrate
from milestones.checklist.sentences import comma, days_in_words, headline, opens_text, peers_in_words
from milestones.climbing import reopenings
from milestones.concluding import acts_of
from milestones.criteria import (
    TO_YOU,
    Address,
    ConfirmedSignal,
    Criteria,
    EventSignal,
    Group,
    MilestoneSignal,
    in_words,
    parse,
    signal_in_words,
)
from milestones.evaluation import measure
from milestones.forecasts import done_between, outlook_of
from milestones.impact import tell
from milestones.impact_templates import read as read_told
from milestones.judging import climber_of, load, make_candidate
from milestones.models import Enrollment, Feature, Hit, Progress, Rung, StepArticle, UsualTime
from milestones.pace import usual_times
from milestones.peers import peers_of
from milestones.signals_in_sql import event_name
from milestones.teams import is_team, standings
from milestones.translated import translated, translated_rules
from milestones.voices import NOTHING, Said, said_by
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import EventName, Person

MOST_NAMED = 10
SHOWN = ("outcome", "why", "cue", "link", "story", "effort_minutes")
HOW = {
    "criteria": gettext_lazy("Seen in your activity"),
    "confirmed": gettext_lazy("Confirmed by your customer success team"),
    "kept": gettext_lazy("Seen in your activity"),
    "sealed": gettext_lazy("Seen in your activity"),
}


def document(enrollment: Enrollment, *, now: datetime, address: Address = TO_YOU) -> dict:
    """The checklist of one enrollment at `now`; times are aware datetimes, keys as DESIGN.md section 7 names them.

    `address` is to whom its sentences are said: to the person, or to the team about them.
    """
    [enrollment] = load([enrollment.pk])
    rungs = list(Rung.objects.filter(version=enrollment.version_id).select_related("phase").order_by("position"))
    rows = {row.key: row for row in Progress.objects.filter(enrollment=enrollment)}
    met = {(hit.rung, hit.signal) for hit in Hit.objects.filter(enrollment=enrollment)}
    told = {"met": met, "far": _values, "said": said_by(enrollment), "together": _together, "address": address}
    shown = compose(enrollment, rungs, rows, now=now, **told)
    on_track = [row for row in rows.values() if row.on_track]
    shown |= _brought(enrollment, shown, rungs, now)
    shown["peers"] = _peers(enrollment, shown["next"])
    _add_help(shown)
    shown["sessions"] = Workspace.objects.filter(pk=current_workspace_id(), offers_sessions=True).exists()
    shown["forecast"] = done_between(outlook_of(enrollment.ladder_id, enrollment.seat.role), enrollment, on_track, now)
    return shown


def compose(
    enrollment: Enrollment,
    rungs: list[Rung],
    rows: dict[str, Progress],
    *,
    now: datetime,
    met: Container[tuple[str, int]] = (),
    far: Callable[..., dict] = lambda *asked: {},
    said: Said = NOTHING,
    together: Callable[..., dict] = lambda *asked: {},
    address: Address = TO_YOU,
) -> dict:
    """The document from rungs in order and where the enrollment stands on each; neither needs to be stored.

    `met` are the signals (rung, index) that hold, `far` answers how far the others have come, `together` how
    far the account is on team steps, `said` is what the person said of it.
    """
    shown = [rung for rung in rungs if rung.key in rows and rows[rung.key].on_track]
    criteria = {rung.key: parse(rung.content["criteria"]) for rung in shown}
    contents = {rung.key: translated(rung.content) for rung in rungs}
    titles = {key: content["title"] for key, content in contents.items()}
    rules = translated_rules(enrollment.version.rules)
    names = dict(Feature.objects.values_list("key", "name")) | rules.get("features", {})
    values = far(enrollment, shown, rows, criteria, now)
    teams = together(enrollment, shown, rows, criteria, now)
    role, traits = enrollment.seat.role, enrollment.seat.account.traits if enrollment.seat.account else {}
    usual = usual_times(enrollment.ladder_id, role)
    has_video = any(rung.content.get("video") for rung in shown)
    hosts = Workspace.objects.get(pk=current_workspace_id()).video_hosts if has_video else []
    phases: dict[int, dict] = {}
    for rung in shown:
        row = rows[rung.key]
        state = row.state(now)
        signals = _signals(rung.key, criteria[rung.key], titles, met, values, state, rows, address)
        content = contents[rung.key]
        entry = {
            "key": rung.key,
            "title": content["title"],
            **{name: content.get(name) or ("" if name != "effort_minutes" else None) for name in SHOWN},
            "why": why_for(content, role),
            "story": story_for(content, role, traits),
            "hints": content.get("hints", []),
            "actions": content.get("actions", []),
            "tips": content.get("tips", []),
            "video": content.get("video") and video_of(content["video"], hosts),
            "quick_win": bool(content.get("quick_win")),
            "first_value": rung.first_value,
            "unlocks": [{"key": key, "name": names.get(key, key)} for key in content.get("unlocks", [])],
            "unlock_names": comma().join(names.get(key, key) for key in content.get("unlocks", [])),
            "state": state,
            "opened_at": row.opened_at if state != "locked" else None,
            "opens_at": row.opened_at if state == "locked" else None,
            "due_at": row.due_shown,
            "reached_at": row.reached_at,
            "skipped_at": row.skipped_at if state == "skipped" else None,
            "missed_at": row.missed_at if row.missed_at and row.missed_at <= now else None,
            "overdue": row.is_overdue(now),
            "missed": bool(row.missed_at and row.missed_at <= now and state in ("open", "locked")),
            **_far(criteria[rung.key], signals, state),
            "sentence": in_words(criteria[rung.key], titles, address),
            "signals": signals,
            "team": teams.get(rung.key),
            "usual": _usual(usual.get(rung.key)),
            "blocked_by": [
                {"key": key, "title": titles[key]}
                for key in rung.requires
                if key in rows and not _is_done(rows[key], now)
            ],
            "can_confirm": state in ("open", "locked")
            and any(isinstance(s, ConfirmedSignal) and s.by == "person" for s in criteria[rung.key].signals),
            "impact": None,
            "how": str(HOW.get(row.how, "")) if state == "reached" else "",
            **_said(rung, state, said, now),
        }
        entry["opens_text"] = opens_text(entry) if state == "locked" else ""
        named = rules.get("phases", {}).get(rung.phase.name, rung.phase.name)
        phases.setdefault(rung.phase_id, {"name": named, "rungs": []})["rungs"].append(entry)
    entries = [entry for phase in phases.values() for entry in phase["rungs"]]
    counted = [entry for entry in entries if entry["state"] != "skipped"]
    waiting = [entry for entry in entries if entry["state"] == "open" and not entry["missed"]]
    upcoming = next((entry for entry in waiting if not entry["later_until"]), waiting[0] if waiting else None)
    version = enrollment.version
    shown = {
        "person": enrollment.seat.person.external_id,
        "language": get_language(),
        "is_rtl": get_language_bidi(),
        "ladder": {
            "key": enrollment.ladder.key,
            "name": rules.get("name") or enrollment.ladder.name,
            "version": version.number,
            "promise": promise_for(rules, role),
        },
        "phases": list(phases.values()),
        "reached": sum(1 for entry in entries if entry["state"] == "reached"),
        "total": len(counted),
        "next": upcoming["key"] if upcoming else None,
        "forecast": None,
        "value": None,
        "peers": None,
        "recommended": said.recommended.rating if said.recommended else None,
        "recommended_text": said.recommended.note if said.recommended else "",
        "sessions": False,
        "moment": now,
    }
    return shown | {"headline": headline(shown, upcoming), "celebrate": celebrate(shown, now)}


def _add_help(shown: dict) -> None:
    """The published articles that help with each step, in the reader's language where there are such, else the usual one."""
    entries = {entry["key"]: entry for phase in shown["phases"] for entry in phase["rungs"]}
    rows = list(StepArticle.objects.filter(milestone__in=list(entries)).order_by("pk"))
    if not rows:
        return
    workspace = Workspace.objects.get(pk=current_workspace_id())
    if not workspace.shows_help:
        return
    order = {language: place for place, language in enumerate((get_language(), *workspace.languages))}
    best: dict[tuple[str, str], StepArticle] = {}
    for row in sorted(rows, key=lambda row: order.get(row.language, len(order))):
        best.setdefault((row.milestone, row.article), row)
    for (milestone, article), row in best.items():
        url = f"{settings.CAIRN_BASE_URL}/h/{workspace.public_id}/{article}/?language={row.language}"
        entries[milestone]["help"].append({"key": article, "title": row.title, "url": url})


def _peers(enrollment: Enrollment, key: str | None) -> dict | None:
    """How teams like this one do on the next step; None where too few are known."""
    row = peers_of(enrollment.ladder_id, enrollment.seat.account).get(key) if key else None
    return row and {"text": peers_in_words(row), "step": key, "reached": row.reached, "teams": row.accounts}


def _brought(enrollment: Enrollment, shown: dict, rungs: list[Rung], now: datetime) -> dict:
    """Lay what each reached step has brought over its entry; returns the value so far of the whole ladder."""
    content = {rung.key: translated(rung.content).get("impact") for rung in rungs}
    reached = [entry for phase in shown["phases"] for entry in phase["rungs"] if entry["state"] == "reached"]
    templates = {
        entry["key"]: (read_told(content[entry["key"]]), entry["reached_at"])
        for entry in reached
        if content[entry["key"]] and entry["reached_at"] >= enrollment.enrolled_at
    }
    value = translated_rules(enrollment.version.rules).get("value")
    told = tell(templates | ({"": (read_told(value), now)} if value else {}), enrollment, now=now)
    for entry in reached:
        entry["impact"] = told.get(entry["key"])
    return {"value": told.get("") and told[""]["text"]}


def _said(rung: Rung, state: str, said: Said, now: datetime) -> dict:
    """What the person has ticked, put off, asked and rated, and what they may do."""
    until, ask, rating = said.later.get(rung.key), said.asks.get(rung.key), said.ratings.get(rung.key)
    count = len(rung.content.get("actions", []))
    return {
        "ticked": sorted(place for place in said.ticks.get(rung.key, ()) if place is not None and place < count),
        "may": [each for each in rung.person_may if state in ("open", "locked")],
        "help": [],
        "later_until": until if until and until > now and state == "open" else None,
        "asked": {"at": ask.at, "text": ask.note} if ask else None,
        "rating": {"stars": rating.rating, "text": rating.note} if rating else None,
    }


def video_of(video: dict, hosts: Collection[str]) -> dict:
    """A video with `plays`: whether it is a file at a host that the workspace allows, and so may be shown in the page."""
    try:
        place = urlsplit(video["url"])
    except ValueError:
        return {**video, "plays": False, "length": ""}
    is_file = place.path.lower().endswith((".mp4", ".webm", ".m4v"))
    seconds = video.get("seconds")
    length = ""
    if seconds:
        length = (
            _("%(seconds)s s") % {"seconds": seconds}
            if seconds < 60
            else _("%(minutes)s min") % {"minutes": round(seconds / 60)}
        )
    return {**video, "plays": is_file and place.scheme == "https" and place.hostname in hosts, "length": length}


def promise_for(rules: dict, role: str) -> str:
    """What a ladder promises to somebody of this role."""
    return rules.get("promise_for", {}).get(role) or rules.get("promise", "")


def why_for(content: dict, role: str) -> str:
    """Why a milestone matters to somebody of this role."""
    return content.get("why_for", {}).get(role) or content.get("why") or ""


def story_for(content: dict, role: str, traits: dict) -> str:
    """The customer story that is most like the person: of their role, industry and company size. A story that names another
    role, industry or size is not told; without a matching one it is the milestone's story for everybody.
    """
    mine = {"role": role, "industry": str(traits.get("industry", "")), "size": str(traits.get("size", ""))}
    best, most = content.get("story") or "", 0
    for story in content.get("stories", []):
        named = {key: story[key] for key in mine if story.get(key)}
        if len(named) > most and all(mine[key].casefold() == value.casefold() for key, value in named.items()):
            best, most = story["text"], len(named)
    return best


def empty(external_id: str, *, now: datetime) -> dict:
    """The document of somebody who is on no ladder."""
    return {
        "person": external_id,
        "ladder": None,
        "phases": [],
        "reached": 0,
        "total": 0,
        "next": None,
        "forecast": None,
        "moment": now,
    }


def _is_done(row: Progress, now: datetime) -> bool:
    return row.state(now) in ("reached", "skipped")


def _values(enrollment, shown, rows, criteria, now) -> dict[tuple[str, int], float]:
    """(rung, signal) → how far an event signal has come, for what is not done yet."""
    acts = acts_of(cairn_acts.read({enrollment.seat.person_id}), enrollment)
    climber, wanted = climber_of(enrollment), {}
    for rung in shown:
        if _is_done(rows[rung.key], now):
            continue
        for index, signal in enumerate(criteria[rung.key].signals):
            if isinstance(signal, EventSignal) and signal.by in ("person", "account"):
                marks = reopenings(acts, rung.key)
                after = marks[-1] if marks else None
                wanted[rung.key, index] = make_candidate(signal, climber, acts=acts, key=rung.key, after=after)
    names = {event_name(candidate.signal) for candidate in wanted.values()}
    name_ids = dict(EventName.objects.filter(name__in=names).values_list("name", "id"))
    measured = measure(list(wanted.values()), name_ids, now=now)
    return {place: measured.get(candidate, 0) for place, candidate in wanted.items()}


def _usual(time: UsualTime | None) -> dict | None:
    """How long it usually takes, in days and in words; None where nothing can be said."""
    if time is None or time.low is None or time.high is None:
        return None
    return {"low": time.low, "high": time.high, "people": time.people, "text": days_in_words(time.low, time.high)}


def _together(enrollment, shown, rows, criteria, now) -> dict[str, dict]:
    """rung → how far the account is on its team step: how many have done their part of how many, and who, where they may know."""
    asked = [
        (rung.key, index, signal)
        for rung in shown
        if rows[rung.key].state(now) in ("open", "reached")
        for index, signal in enumerate(criteria[rung.key].signals)
        if is_team(signal)
    ]
    if not asked:
        return {}
    acts = acts_of(cairn_acts.read({enrollment.seat.person_id}), enrollment)
    told = standings(enrollment, asked, acts=acts, now=now)
    names = {}
    if Workspace.objects.get(pk=current_workspace_id()).names_colleagues:
        people = {person for standing in told.values() for person in (*standing.done, *standing.missing)}
        names = {pk: str(person) for pk, person in Person.objects.in_bulk(people).items()}
    found: dict[str, dict] = {}
    for (rung, _index), standing in told.items():
        found.setdefault(  # of several team signals the first is told
            rung,
            {
                "done": len(standing.done),
                "needed": standing.needed,
                "names": [names[person] for person in standing.done if person in names],
                "missing": [names[person] for person in standing.missing if person in names][:MOST_NAMED],
            },
        )
    return found


def _signals(key, criteria: Criteria, titles, met, values, state, rows, address: Address) -> list[dict]:
    found = []
    for index, signal in enumerate(criteria.signals):
        held = state == "reached" or (key, index) in met
        if isinstance(signal, MilestoneSignal):
            held = held or (signal.key in rows and rows[signal.key].reached_at is not None)
        target = signal.threshold if isinstance(signal, EventSignal) and signal.by in ("person", "account") else 1
        current = target if held else min(values.get((key, index), 0), target)
        found.append(
            {
                "sentence": _sentence(signal_in_words(signal, titles, address)),
                "current": _plain(current),
                "target": _plain(target),
                "met": held,
            }
        )
    return found


def _far(criteria: Criteria, signals: list[dict], state: str) -> dict:
    """`current` and `target` of the whole rung: its one signal's, the number of signals met, or of the nearest way."""
    if state == "reached":
        current, target = _node_far(criteria.root, signals)
        return {"current": target, "target": target}
    current, target = _node_far(criteria.root, signals)
    return {"current": current, "target": target}


def _node_far(node: Group | int, signals: list[dict]) -> tuple[float, float]:
    if isinstance(node, int):
        return signals[node]["current"], signals[node]["target"]
    parts = [_node_far(part, signals) for part in node.parts]
    if len(parts) == 1:
        return parts[0]
    if node.kind == "any":
        return max(parts, key=lambda part: part[0] / part[1])
    return sum(1 for current, target in parts if current >= target), len(parts)


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}"


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else round(float(value), 2)
