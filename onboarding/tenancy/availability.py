"""What people and machines see when something is away or broken."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.shortcuts import render

from onboarding.tenancy.problems import problem

MACHINE_PATHS = ("/v1/", "/api/", "/widget/", "/ofrep/")


def is_away(error: BaseException | None) -> bool:
    """Whether the database did not answer; the driver has no name of its own for one that died in the middle of a question."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def is_too_much(error: BaseException) -> bool:
    """Whether the database is there, and gave up on this very question: it took too long, or its answer is larger than may be."""
    code = getattr(error.__cause__, "pgcode", None) or ""
    return code == "57014" or code.startswith("54")


def server_error(request):
    """handler500: a database that is away is 503 with Retry-After, anything else 500; JSON where machines ask."""
    # Everything that goes wrong ends here, from views and from middleware alike, so one place tells the two apart.
    away = is_away(sys.exc_info()[1])
    status = 503 if away else 500
    if request.path_info.startswith(MACHINE_PATHS):
        if away:
            return problem(503, "unavailable", "The service is away for a moment. Send it again.")
        return problem(500, "internal_error", "Something broke on our side. It has been logged.")
    response = render(None, "500.html", {"away": away}, status=status)
    if away:
        response["Retry-After"] = "5"
    return response


def not_found(request, exception=None):
    """handler404: the same for what does not exist and what is somebody else's."""
    if request.path_info.startswith(MACHINE_PATHS):
        return problem(404, "not_found", "There is nothing at this address.")
    return render(request, "404.html", status=404)
