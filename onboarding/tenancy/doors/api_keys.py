"""`/api/…`: a bearer API key."""

from datetime import datetime, timedelta

from django.db.models import Q

from onboarding import clock
from onboarding.tenancy.access import API_KEY
from onboarding.tenancy.lookups import find_api_key
from onboarding.tenancy.models import ApiKey
from onboarding.tenancy.problems import problem

PUBLIC_PATHS = ("/api/v1/schema/", "/api/v1/docs/")


class ApiKeyDoor:
    def locate(self, request):
        if request.path_info.startswith(PUBLIC_PATHS):
            return None
        found = find_api_key(bearer(request))
        if found is None:
            return problem(401, "unauthorized", "Send a live API key: Authorization: Bearer cairn_api_…")
        request.api_key = found
        return found.workspace_id

    def admit(self, request):
        request.door = API_KEY
        touch(ApiKey, request.api_key.key_id)
        if request.method not in ("GET", "HEAD", "OPTIONS") and "write" not in request.api_key.scopes:
            return problem(403, "forbidden", "This API key may only read.")
        return None


def bearer(request) -> str:
    """The bearer credential of the request, or ''."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def is_untouched(model, key_id: int) -> bool:
    """Whether this process has not noted a use of the key within the last minute."""
    at, now = _touched.get((model.__name__, key_id)), clock.now()
    return at is None or not at <= now < at + timedelta(minutes=1)


_touched: dict[tuple[str, int], datetime] = {}


def touch(model, key_id: int) -> None:
    """Note that a key was used; at most once a minute, so that busy keys do not queue for their own row."""
    if not is_untouched(model, key_id):
        return
    if len(_touched) > 10_000:
        _touched.clear()
    now = _touched[model.__name__, key_id] = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
    model.objects.filter(stale, pk=key_id).update(last_used_at=now)
