"""What the roll-ups of a workspace hold, in words that tests compare."""

from datetime import date

from analytics.asking import Asked, read_asked
from analytics.behind import how_many, people_behind
from analytics.climbers import Dimension
from analytics.conditions import ACCOUNT, PERSON
from analytics.exploring import Question, explore
from analytics.measures import measure_of
from analytics.models import Climb, MatrixRow, PersonDay
from analytics.rollups.basis import counting_rules
from analytics.rollups.keeping import keep
from analytics.rollups.matrices import unpacked
from milestones.models import Version
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import EventName, Identity

INDUSTRY, FLOOR = Dimension(ACCOUNT, "industry"), Dimension(PERSON, "floor")


def keep_all(workspace) -> None:
    while keep(workspace.pk):
        pass


def counted_behind(asked: Asked, step: str, what: str, *, longer: int = 0) -> int:
    """How many people are listed behind a number; as many as are said to be."""
    listed = people_behind(asked, step, what, longer=longer, most=10_000)
    assert len(listed) == how_many(asked, step, what, longer=longer)
    return len(listed)


def laid_out(workspace, key, *, row=None, column=None, compared=False, **said) -> dict:
    """{(row, column): cell} of a measure; None is everybody."""
    with workspace_scope(workspace.pk):
        asked = read_asked({"period": "60", **said}, workspace.zone)
        question = Question(measure_of(asked.ladder, key), asked, row, column, compared)
        found = explore(question, counting_rules(), str(workspace.zone), seed=1)
    return {
        (r, k): cell
        for (r, _), cells in zip(found["rows"], found["cells"], strict=True)
        for (k, _), cell in zip(found["columns"], cells, strict=True)
    }


def days_of(workspace) -> dict[tuple[str, date], list[str]]:
    """(a person's id, day) → the names of what they did."""
    with workspace_scope(workspace.pk):
        names = dict(EventName.objects.values_list("id", "name"))
        people = dict(Identity.objects.filter(kind="user").order_by("-value").values_list("person_id", "value"))
        return {
            (people.get(row.person_id), row.day): sorted(names[name] for name in row.names)
            for row in PersonDay.objects.all()
        }


def matrix_of(workspace, *, segment: int = 0) -> dict[tuple, dict]:
    """(version, role, value, measure, cohort) → what the row counts, without what is nought."""
    with workspace_scope(workspace.pk):
        numbers = dict(Version.objects.values_list("id", "number"))
        return {
            (numbers[row.version_id], row.role, row.value, row.measure, row.cohort): {
                name: value
                for name in ("eligible", "not_theirs", "skipped", "left_out", "reached", "gone", "ended")
                if (value := _said(getattr(row, name)))
            }
            for row in MatrixRow.objects.filter(segment=segment)
        }


def everything(workspace) -> list:
    """All rows of all roll-ups, for comparing."""
    with workspace_scope(workspace.pk):
        rows = []
        for model, left in ((PersonDay, ()), (Climb, ()), (MatrixRow, ("id",))):
            columns = [field.attname for field in model._meta.concrete_fields if field.attname not in left]
            found = [tuple(map(_plain, row)) for row in model.objects.values_list(*columns)]
            rows.append(sorted(found, key=repr))
        return rows


def _said(value):
    return value if isinstance(value, int) else unpacked(bytes(value))


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else repr(value) if isinstance(value, dict) else value
