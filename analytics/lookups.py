"""Questions of this floor asked before a workspace is known."""

from onboarding.tenancy.lookups import rows


def workspaces_to_keep() -> list[int]:
    """The workspaces with facts or transitions that the roll-ups have not counted yet."""
    return [pk for (pk,) in rows("select * from workspaces_to_keep()", [])]
