"""What a message may say of somebody: the documented set, and its values for one person. Plain values by allow-list only."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils.dateformat import format as format_date
from django.utils.timezone import localtime

from milestones.checklist.document import document
from milestones.checklist.sentences import comma
from milestones.models import Enrollment, Ladder, Rung
from milestones.prose import as_text
from onboarding.tenancy.models import Workspace
from onboarding.tracking.models import Role, Seat
from playbooks.wording.rendering import UnsayableError, renderer

WEEK = timedelta(days=7)
LONGEST = 500  # characters of a value


@dataclass(frozen=True)
class Variable:
    """One name that a message may use. `sample` is what it may look like."""

    name: str
    meaning: str
    sample: str


VARIABLES = (
    Variable("person.name", "The person’s name", "Hannah Bergström"),
    Variable("person.first_name", "The first word of it", "Hannah"),
    Variable("person.role", "Their role, as the workspace names it", "Administrator"),
    Variable("person.traits", "A trait of the person: person.traits.team", "logistics"),
    Variable("account.name", "The customer", "Harbor Logistics"),
    Variable("account.people", "How many people the customer has here", "52"),
    Variable("account.manager", "Who looks after the customer", "Maya Okafor"),
    Variable("account.traits", "A trait of the account: account.traits.industry", "freight"),
    Variable("ladder.name", "The ladder", "Core onboarding"),
    Variable("milestone.title", "The step that the message is about", "Publish your first dashboard"),
    Variable("milestone.outcome", "What it brings, as the library says", "Your numbers on one page"),
    Variable("milestone.why", "Why it matters, for their role", "It replaces a number you chase"),
    Variable("milestone.minutes", "How many minutes it takes", "10"),
    Variable("milestone.due", "When it is due, in words", "12 August"),
    Variable("milestone.days_open", "For how many days it has been open", "6"),
    Variable("milestone.days_late", "How many days ago it was due", "2"),
    Variable("milestone.unlocks", "What it unlocks", "Alerts and Sharing"),
    Variable("milestone.link", "Where the step is done, if the library says so", "https://…"),
    Variable("progress.reached", "How many steps they have reached", "4"),
    Variable("progress.total", "Of how many", "9"),
    Variable("progress.left", "How many are left", "5"),
    Variable("progress.percent", "The share, without a sign", "44"),
    Variable("progress.headline", "The sentence on top of their checklist", "Four steps done. Next: …"),
    Variable("progress.next", "The step that comes next", "Invite a colleague"),
    Variable("week.count", "How many steps they reached in the last seven days", "2"),
    Variable("week.steps", "Which ones", "Connect a source and Publish"),
    Variable("week.unlocks", "What those unlocked", "Alerts"),
    Variable("value.so_far", "What it has brought so far, if the ladder says so", "12 hours back"),
    Variable("vendor.name", "Your company, as the workspace is called", "Northwind Analytics"),
    Variable("links.checklist", "Their checklist", "https://…"),
)
OPEN = ("person.traits", "account.traits")  # any name may follow
KNOWN = {each.name for each in VARIABLES}


def values_for(enrollment: Enrollment, rung: str, *, workspace: Workspace, checklist: str, now) -> dict:
    """The context of one message, in the language that is active. What is not known is left out."""
    shown = document(enrollment, now=now)
    steps = {entry["key"]: entry for phase in shown["phases"] for entry in phase["rungs"]}
    seat = enrollment.seat
    words = {
        "person": _person(seat),
        "account": _account(seat),
        "ladder": {"name": shown["ladder"]["name"]},
        "milestone": _milestone(steps.get(rung), now) | _way(steps.get(rung), workspace, checklist),
        "progress": {
            "reached": shown["reached"],
            "total": shown["total"],
            "left": shown["total"] - shown["reached"],
            "percent": round(100 * shown["reached"] / shown["total"]) if shown["total"] else None,
            "headline": shown["headline"],
            "next": steps[shown["next"]]["title"] if shown["next"] in steps else None,
        },
        "week": _week(list(steps.values()), now),
        "value": {"so_far": shown["value"]},
        "vendor": {"name": workspace.name},
        "links": {"checklist": checklist},
    }
    known = {group: _known(each) for group, each in words.items()}
    if "link" in words["milestone"]:
        known["milestone"]["link"] = words["milestone"][
            "link"
        ]  # also where nobody has said where it leads: it is no name too many
    return known


def _person(seat: Seat) -> dict:
    role = Role.objects.filter(key=seat.role).values_list("name", flat=True).first() if seat.role else None
    name = seat.person.name.strip()
    first = name.split()[0] if name else None
    return {"name": name, "first_name": first, "role": role, "traits": _traits(seat.person.traits)}


def _account(seat: Seat) -> dict:
    account = seat.account
    if account is None:
        return {"traits": {}}
    people = Seat.objects.filter(Q(left_at=None), account=account).count()
    manager = str(account.manager.user) if account.manager_id else None
    return {"name": str(account), "people": people, "manager": manager, "traits": _traits(account.traits)}


def _milestone(entry: dict | None, now) -> dict:
    if entry is None:
        return {}
    opened, due = entry["opened_at"], entry["due_at"]
    return {
        "title": entry["title"],
        "outcome": as_text(entry["outcome"]),
        "why": as_text(entry["why"]),
        "minutes": entry["effort_minutes"],
        "due": format_date(localtime(due), "j F") if due else None,
        "days_open": (now - opened).days if opened and opened <= now else None,
        "days_late": (now - due).days if due and due <= now else None,
        "unlocks": entry["unlock_names"],
    }


def _way(entry: dict | None, workspace: Workspace, checklist: str) -> dict:
    """A path leads into the product; where that is not known, to the checklist, which a message in the product opens by itself."""
    link = entry["link"] if entry else None
    return {"link": workspace.way_to(link) or checklist} if link else {}


def _week(entries: list[dict], now) -> dict:
    """What the seven days behind have brought; nothing of what came before."""
    fresh = [each for each in entries if each["reached_at"] and now - WEEK < each["reached_at"] <= now]
    unlocked = [each["unlock_names"] for each in fresh if each["unlock_names"]]
    return {
        "count": len(fresh) or None,
        "steps": comma().join(each["title"] for each in fresh),
        "unlocks": comma().join(unlocked),
    }


def _traits(traits: dict) -> dict:
    return {name: value for name, value in traits.items() if isinstance(value, str | int | float | bool)}


def _known(values: dict) -> dict:
    """Without what is nothing, and no text longer than a message needs."""
    kept = {}
    for name, value in values.items():
        if isinstance(value, dict):
            kept[name] = _known(value)
        elif value not in (None, ""):
            kept[name] = value[:LONGEST] if isinstance(value, str) else value
    return kept


def complaints(source: str) -> list[str]:
    """What is wrong with a text, in words; nothing where it can be rendered for somebody of whom everything is known."""
    try:
        found = renderer.look(source)
    except UnsayableError as error:
        return [f"{error.said[:1].upper()}{error.said[1:].rstrip('.')}."]
    if found["filters"]:
        return [f"There is no filter {name}." for name in found["filters"]]
    return [f"There is no {{{{ {name} }}}}.{_near(name)}" for name in sorted(found["names"]) if not _is_known(name)]


def _is_known(name: str) -> bool:
    return name in KNOWN or any(name.startswith(f"{each}.") for each in OPEN)


def _near(name: str) -> str:
    """The name that was perhaps meant."""
    last = name.rsplit(".", 1)[-1]
    near = [known for known in sorted(KNOWN) if known.endswith(f".{last}") or known.split(".")[0] == name.split(".")[0]]
    return f" Did you mean {{{{ {near[0]} }}}}?" if near else ""


def sample_of(ladder: Ladder | None) -> dict:
    """A context of samples, for a workspace in which nobody is on a ladder yet."""
    made: dict = {}
    for each in VARIABLES:
        group, name = each.name.split(".")
        made.setdefault(group, {})[name] = {} if each.name in OPEN else each.sample
    if ladder and ladder.live_id:
        made["ladder"]["name"] = ladder.name
        rung = Rung.objects.filter(version=ladder.live_id).order_by("position").first()
        if rung:
            made["milestone"]["title"] = rung.content["title"]
    return made
