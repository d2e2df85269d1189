"""What still keeps a draft from being published, each with the rung that it is about."""

from dataclasses import dataclass

from milestones.drafting.edits import content_of, find, keys
from milestones.ladder_files import LadderFileError, Problem, check

# field → what is missing, as it is said. A reason under `waived` lets a milestone go without.
EXPECTED = {
    "unlocks": "nothing that it unlocks",
    "cue": "no cue that says what to do",
    "success_metric": "no measure of success",
}


@dataclass(frozen=True)
class Obstacle:
    """Why a draft cannot be published yet. `rung` is its key, or "" where it is about the ladder."""

    message: str
    rung: str = ""
    field: str = ""


def obstacles(document: dict) -> list[Obstacle]:
    """Empty when the draft can be published."""
    if not keys(document):
        return [Obstacle("The ladder has no rungs yet. Add one from the library.")]
    found = [
        Obstacle(f"The phase “{phase['name']}” has no rungs. Fill it or remove it.")
        for phase in document["phases"]
        if not phase["rungs"]
    ]
    if not found:
        try:
            check(document)
        except LadderFileError as error:
            found = [_from_file(document, problem) for problem in error.problems]
    return found + unexplained(document)


def unexplained(document: dict) -> list[Obstacle]:
    """Milestones without an unlock, a cue or a measure, unless waived with a reason."""
    return [
        Obstacle(f"“{content['title']}” has {words}. Add it, or say why it needs none.", key, field)
        for key in keys(document)
        for content in [content_of(document, key)]
        for field, words in EXPECTED.items()
        if not content.get(field) and not content.get("waived", {}).get(field, "").strip()
    ]


def _from_file(document: dict, problem: Problem) -> Obstacle:
    parts = problem.place.split("/")
    if parts[0] == "phases" and len(parts) > 3 and parts[1].isdigit() and parts[3].isdigit():
        rung = document["phases"][int(parts[1])]["rungs"][int(parts[3])]
        parts = ["phases", "…", rung["milestone"], *parts[4:]]
    elif parts[0] == "milestones" and len(parts) > 1 and parts[1].isdigit():
        parts = ["milestones", document["milestones"][int(parts[1])]["key"], *parts[2:]]
    key = next((part for part in parts[1:] if part in keys(document)), "")
    if key:
        title = content_of(document, key).get("title") or find(document, key)[2]["milestone"]
        where = ", ".join(part.replace("_", " ") for part in parts[parts.index(key) + 1 :] if not part.isdigit())
        return Obstacle(f"“{title}”{f', {where}' if where else ''}: {problem.message}", key, parts[-1])
    return Obstacle(f"{problem.place.replace('_', ' ')}: {problem.message}")
