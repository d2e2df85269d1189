"""What a form of the builder does to a draft's order: a verb with what was sent makes an edit, its words and its place."""

from milestones.drafting import edits
from milestones.drafting.edits import EditRefusedError
from milestones.models import Milestone
from milestones.studio.asked import whole_number

MOST = 10_000  # no phase and no position lies beyond it


def _rung(sent) -> str:
    return sent.get("key", "")[:100]


def _number(sent, name: str) -> int:
    return min(whole_number(sent.get(name)) or 0, MOST)


def _place(sent, document):
    milestone = Milestone.objects.filter(key=_rung(sent), archived_at=None).first()
    if milestone is None:
        raise EditRefusedError("This milestone is no longer in the library.")
    phase = _number(sent, "phase") if sent.get("phase") else len(document["phases"]) - 1
    position = _number(sent, "position") if sent.get("position") else None
    said = {"key": milestone.key, **milestone.content}
    return lambda d: edits.place(d, said, phase=phase, position=position), f"Added “{milestone.title}”", "order"


def _move(sent, document):
    key, phase, position = _rung(sent), _number(sent, "phase"), _number(sent, "position")
    said = f"Moved “{edits.title_of(document, key)}”"
    return lambda d: edits.move(d, key, phase=phase, position=position), said, "order"


def _step(down: bool):
    def step(sent, document):
        key = _rung(sent)
        said = f"Moved “{edits.title_of(document, key)}” {'down' if down else 'up'}"
        return lambda d: edits.step(d, key, down=down), said, "order"

    return step


def _remove(sent, document):
    key = _rung(sent)
    return lambda d: edits.remove(d, key), f"Removed “{edits.title_of(document, key)}”", f"rung:{key}"


def _phase_name(sent) -> str:
    name = sent.get("name", "").strip()
    if not 1 <= len(name) <= 200:
        raise EditRefusedError("Give the phase a name of 1 to 200 characters.")
    return name


def _phase(sent, document) -> tuple[int, str]:
    number = _number(sent, "phase")
    if number >= len(document["phases"]):
        raise EditRefusedError("This phase is no longer on the ladder.")
    return number, document["phases"][number]["name"]


def _add_phase(sent, document):
    name = _phase_name(sent)
    return lambda d: edits.add_phase(d, name), f"Added the phase “{name}”", "order"


def _rename_phase(sent, document):
    (number, was), name = _phase(sent, document), _phase_name(sent)
    return lambda d: edits.rename_phase(d, number, name), f"Renamed the phase “{was}” to “{name}”", "order"


def _step_phase(down: bool):
    def step(sent, document):
        number, name = _phase(sent, document)
        return lambda d: edits.step_phase(d, number, down=down), f"Moved the phase “{name}”", "order"

    return step


def _remove_phase(sent, document):
    number, name = _phase(sent, document)
    return lambda d: edits.remove_phase(d, number), f"Removed the phase “{name}”", "order"


def _quick_wins(sent, document):
    return edits.quick_wins_first, "Put quick wins first", "order"


VERBS = {
    "place": _place,
    "move": _move,
    "up": _step(down=False),
    "down": _step(down=True),
    "remove": _remove,
    "phase-add": _add_phase,
    "phase-rename": _rename_phase,
    "phase-up": _step_phase(down=False),
    "phase-down": _step_phase(down=True),
    "phase-remove": _remove_phase,
    "quick-wins": _quick_wins,
}
