"""Whatever answers with 400 or more has written nothing, however it failed."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from onboarding.tenancy.audit import record
from onboarding.tenancy.middleware import WorkspaceMiddleware
from onboarding.tenancy.models import AuditEntry
from onboarding.tenancy.scope import workspace_scope


class DoorTo:
    def __init__(self, workspace):
        self.workspace = workspace

    def locate(self, request):
        return self.workspace.pk

    def admit(self, request):
        return None


def serve(workspace, *, status, keep=False):
    def view(request):
        record(member=None, verb="wrote", subject="something")
        response = HttpResponse(status=status)
        response.keep_writes = keep
        return response

    middleware = WorkspaceMiddleware(view)
    middleware.doors = [("/", DoorTo(workspace))]
    middleware(RequestFactory().get("/anything"))


def written(workspace):
    with workspace_scope(workspace.pk):
        return AuditEntry.objects.filter(verb="wrote").count()


@pytest.mark.parametrize(("status", "kept"), [(200, 1), (302, 1), (400, 0), (404, 0), (422, 0), (500, 0), (503, 0)])
def test_the_status_decides(acme, status, kept):
    serve(acme, status=status)
    assert written(acme) == kept


def test_a_view_may_mark_its_refusal_to_be_kept(acme):
    serve(acme, status=400, keep=True)
    assert written(acme) == 1
