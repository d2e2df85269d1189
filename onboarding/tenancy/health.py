"""Liveness and readiness."""

from django.db import DatabaseError, connection
from django.http import JsonResponse

from onboarding.tenancy.access import EVERYONE, open_to


@open_to(EVERYONE)
def healthz(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


@open_to(EVERYONE)
def readyz(request):
    """The process can serve: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "away"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok", "database": "ok"})
