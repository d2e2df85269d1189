"""By what people can be split: what there is to choose from, and what its values are called."""

from collections import Counter
from datetime import date

from analytics.climbers import MONTH, ROLE, WEEK, Dimension
from analytics.conditions import ACCOUNT, MANAGER, PERSON, TRAIT, VERSION, Condition
from analytics.rollups.basis import counting_rules
from milestones.studio.roles import role_label
from onboarding.tenancy.models import Member
from onboarding.tracking.models import Account, Person

PLAIN = {
    ROLE: "Role",
    WEEK: "Week they began",
    MONTH: "Month they began",
    MANAGER: "Who looks after them",
    VERSION: "Version",
}
TIMES = (WEEK, MONTH)
SEEN, OFFERED, TELLING = (
    400,
    20,
    40,
)  # accounts looked at for their traits; traits offered; values above which a trait tells apart
NAMES = {"name", "email", "phone", "avatar", "firstName", "lastName", "website", "description"}


def dimension_of(text: str) -> Dimension | None:
    """The dimension that `str` wrote; None where it is none."""
    of, _, name = text.replace("\x00", "").partition(".")
    if of in (ACCOUNT, PERSON):
        return Dimension(of, name) if 0 < len(name) <= TRAIT else None
    return Dimension(of) if of in PLAIN and not name else None


def offered() -> list[tuple[str, list[Dimension]]]:
    """(heading, dimensions) to choose from; of the traits those that the latest accounts and people have and that tell some apart."""
    segments = counting_rules().segments
    accounts = [name for name in _traits(Account) if name not in segments]
    return [
        ("", [Dimension(of) for of in PLAIN]),
        ("Of the account", [Dimension(ACCOUNT, name) for name in [*segments, *accounts]]),
        ("Of the person", [Dimension(PERSON, name) for name in _traits(Person)]),
    ]


def _traits(model: type[Account] | type[Person]) -> list[str]:
    values: dict[str, Counter] = {}
    for traits in model.objects.order_by("-pk").values_list("traits", flat=True)[:SEEN]:
        for name, value in traits.items():
            if isinstance(value, (str, int, float, bool)) and name not in NAMES and len(name) <= TRAIT:
                values.setdefault(name, Counter())[str(value)[:100]] += 1
    telling = [name for name, seen in values.items() if 1 < len(seen) <= TELLING]
    return sorted(telling, key=lambda name: (-values[name].total(), name))[:OFFERED]


def one_of(dimension: Dimension) -> str:
    """What one of its values is called in a sentence: role, industry, colleague."""
    return "colleague" if dimension.of == MANAGER else name_of(dimension).lower()


def name_of(dimension: Dimension) -> str:
    """What it is called: Role, Industry."""
    return PLAIN.get(dimension.of) or dimension.name.replace("_", " ").capitalize()


class Namer:
    """What the values of dimensions are called; asks for each kind once."""

    def __init__(self):
        self._members: dict[str, str] | None = None

    def value(self, dimension: Dimension, value: str) -> str:
        if dimension.of == MANAGER:
            return self._manager(value) if value else "Nobody"
        if dimension.of == ROLE:
            return role_label(value) if value else "No role"
        if dimension.of == VERSION:
            return f"Version {value}"
        if dimension.of in TIMES:
            return (
                f"{date.fromisoformat(value):%-d %b %Y}"
                if dimension.of == WEEK
                else f"{date.fromisoformat(value):%b %Y}"
            )
        return value or f"No {name_of(dimension).lower()}"

    def condition(self, condition: Condition) -> str:
        """Industry: rail."""
        dimension = Dimension(condition.of, condition.name)
        return f"{name_of(dimension)}: {self.value(dimension, condition.value)}"

    def _manager(self, value: str) -> str:
        if self._members is None:
            members = Member.objects.select_related("user")
            self._members = {str(member.pk): str(member.user) for member in members}
        return self._members.get(value, "Somebody who left")
