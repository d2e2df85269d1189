"""Changing what a member may do, and letting a member go."""

from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access, Member


class ChangeRefusedError(Exception):
    """The change is not allowed; the text says why."""


def change_access(*, member: Member, access: str, by: Member) -> None:
    """Give a member another access. Raises ChangeRefusedError above one's own, or for the last owner."""
    _require_power(by, over=member)
    if not by.may(access):
        raise ChangeRefusedError("You can give access up to your own.")
    if access == member.access:
        return
    _require_another_owner(member)
    before, member.access = member.access, access
    member.save(update_fields=["access"])
    record(member=by, verb="changed the access of", subject=member.user.email, detail={"from": before, "to": access})


def remove(*, member: Member, by: Member) -> None:
    """End a membership; the next request of theirs finds no workspace, and invitations they sent no longer open."""
    _require_power(by, over=member)
    _require_another_owner(member)
    email = member.user.email
    record(member=by, verb="removed", subject=email, detail={"access": member.access})
    member.delete()


def _require_power(by: Member, *, over: Member) -> None:
    if not by.may(Access.ADMIN):
        raise ChangeRefusedError("Only admins and owners change who may do what.")
    if not by.may(over.access):
        raise ChangeRefusedError(f"{over.user} has more access than you.")


def _require_another_owner(member: Member) -> None:
    """Locks the owners, so that two of them who demote each other at once do not leave none."""
    if member.access != Access.OWNER:
        return
    owners = Member.objects.select_for_update().filter(access=Access.OWNER).order_by("pk")
    if [owner.pk for owner in owners] == [member.pk]:
        raise ChangeRefusedError(f"{member.user} is the last owner. Make somebody else an owner first.")
