"""Alice owns Acme, Bob may only look, Charlie owns Globex and must never see Acme."""

from onboarding.tenancy.models import Member, User
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.workspaces import open_workspace

PASSWORD = "correct horse battery"


def user(email: str, name: str) -> User:
    return User.objects.create_user(email, PASSWORD, name=name)


def workspace(name: str, owner: User):
    return open_workspace(name=name, owner=owner)


def member(workspace, user: User, access: str) -> Member:
    with workspace_scope(workspace.pk):
        return Member.objects.create(workspace=workspace, user=user, access=access)
