"""The roles of a workspace: the usual three until somebody says otherwise, and what people are called by them."""

from django.db.models import Count, F

from onboarding.tenancy.scope import current_workspace_id, remembered
from onboarding.tracking.models import Role, Seat
from onboarding.tracking.role_keys import role_key

USUAL = ("Administrator", "Power user", "Operator")
MOST = 40


def roles() -> list[Role]:
    """The workspace's roles in order. Those of a workspace that has said nothing are not stored."""
    own = list(Role.objects.order_by("position", "pk"))
    return own or [Role(key=role_key(name), name=name, position=place) for place, name in enumerate(USUAL)]


def role_name(key: str) -> str:
    """What a role is called: as the workspace says, else "power_user" → "Power user"; "No role" for none."""
    names = remembered("role names", lambda: {role.key: role.name for role in roles()})
    return names.get(key) or (key.replace("_", " ").capitalize() if key else "No role")


def people_by_role() -> dict[str, int]:
    """How many seats have each role now, by its key; those without a role are not among them."""
    seats = Seat.objects.filter(left_at=None).exclude(role="").order_by()
    return dict(seats.values("role").annotate(people=Count("pk")).values_list("role", "people"))


def add_role(name: str) -> Role:
    """Name a role. Raises ValueError where it has no letters, is there already, or there are too many."""
    key, own = role_key(name), _stored()
    if not key:
        raise ValueError("Give it a name with letters or digits.")
    if any(role.key == key for role in own):
        raise ValueError("There is a role of this name already.")
    if len(own) >= MOST:
        raise ValueError(f"At most {MOST} roles.")
    last = max((role.position for role in own), default=-1)
    return Role.objects.create(workspace_id=current_workspace_id(), key=key, name=name, position=last + 1)


def rename_role(role: Role, name: str) -> None:
    """Call it something else; its key stays, since traits and ladders name it by that."""
    Role.objects.filter(pk=role.pk).update(name=name)


def move_role(role: Role, *, up: bool) -> bool:
    """Put a role one place up or down; False where it stands at that end."""
    own = _stored()
    place = next(n for n, each in enumerate(own) if each.pk == role.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(own):
        return False
    own[place], own[other] = own[other], own[place]
    for position, each in enumerate(own):
        if each.position != position:
            Role.objects.filter(pk=each.pk).update(position=position)
    return True


def remove_role(role: Role) -> None:
    """Take a role off the list. Who has it keeps it."""
    _stored()
    Role.objects.filter(position__gt=role.position).update(position=F("position") - 1)
    role.delete()


def find_role(key: str) -> Role | None:
    """The role of that key, stored with the others if nobody had yet."""
    return next((role for role in _stored() if role.key == key), None)


def _stored() -> list[Role]:
    own = roles()
    if own and own[0].pk is None:
        for role in own:
            role.workspace_id = current_workspace_id()
        own = Role.objects.bulk_create(own)
    return own
