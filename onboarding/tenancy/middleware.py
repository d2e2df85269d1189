"""The one middleware that turns a credential into a workspace and opens its scope around the rest of the request."""

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.module_loading import import_string

from onboarding.tenancy.scope import workspace_scope


class WorkspaceMiddleware:
    """Ask the door of the path's prefix for the workspace, then serve inside its scope.

    A door has two steps: `locate(request)` answers a workspace id before any scope is open, and `admit(request)` checks the
    rest inside it; either may answer an HttpResponse instead, which ends the request.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.doors = [(prefix, import_string(path)) for prefix, path in settings.CAIRN_DOORS]

    def __call__(self, request):
        if "\0" in request.path_info:
            raise Http404  # it names nothing, and no database takes it
        door = next((door for prefix, door in self.doors if request.path_info.startswith(prefix)), None)
        if door is None:
            return self.get_response(request)
        located = door.locate(request)
        if isinstance(located, HttpResponse):
            return located
        if located is None:
            return self.get_response(request)
        with workspace_scope(located):
            response = door.admit(request) or self.get_response(request)
            # Django turns an exception into a response further in, so the transaction would otherwise commit after a 500.
            if response.status_code >= 400 and not getattr(response, "keep_writes", False):
                transaction.set_rollback(True)
        return response
