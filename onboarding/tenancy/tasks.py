"""How tasks carry the workspace: its id comes first, and the scope is open before the body runs."""

from celery import Task

from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope


class WorkspaceTask(Task):
    """A task whose first argument is a workspace id. An id that is not there is dropped, and the log says so."""

    def __call__(self, workspace_id, *args, **kwargs):
        if not isinstance(workspace_id, int) or not Workspace.objects.filter(pk=workspace_id).exists():
            self.get_logger_for(workspace_id)
            return None
        with workspace_scope(workspace_id):
            return super().__call__(workspace_id, *args, **kwargs)

    def get_logger_for(self, workspace_id):
        from celery.utils.log import get_task_logger

        get_task_logger(__name__).warning("%s: no workspace %r, dropped", self.name, workspace_id)
