"""The tracking API: what Segment's and RudderStack's SDKs speak, unmodified."""

from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt

from onboarding.tenancy.access import EVERYONE, SOURCE_KEY, open_to
from onboarding.tenancy.doors.api_keys import is_untouched, touch
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.answers import cross_origin, preflight, refuse, taken
from onboarding.tracking.bell import APART, ring
from onboarding.tracking.decoding import BodyError, decode
from onboarding.tracking.ingestion import accept, accept_at_once
from onboarding.tracking.lookups import find_source_key
from onboarding.tracking.models import SourceKey

METHODS, HEADERS = "POST, OPTIONS", "Content-Type, Authorization"
SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}


def track(request, call):
    """POST /v1/<call>: durable before the answer."""
    return _preflight(request) if request.method == "OPTIONS" else _accept(request, SHORT.get(call, call))


track = csrf_exempt(track)
track.route_class = SOURCE_KEY  # a preflight has no key yet, so the view asks for the door itself


@open_to(EVERYONE)
def _preflight(request):
    return preflight(request, methods=METHODS, headers=HEADERS)


@open_to(SOURCE_KEY)
def _accept(request, path_kind):
    key = request.source_key
    try:
        decoded = decode(request.event_body, path_kind=path_kind, source_kind=key.kind, received_at=request.received_at)
    except BodyError as error:
        return refuse(request, error.status, error.code, error.message)
    if is_untouched(SourceKey, key.key_id):
        with workspace_scope(key.workspace_id):
            touch(SourceKey, key.key_id)
    where = {"source_id": key.source_id, "received_at": request.received_at}
    if decoded.facts and not decoded.refusals:
        accept_at_once(decoded, workspace_id=key.workspace_id, **where)
    else:
        with workspace_scope(key.workspace_id):
            accept(decoded, **where)
    if not decoded.facts:
        why = decoded.refusals[0].message if decoded.refusals else "The batch is empty."
        return refuse(request, 400, "nothing_valid", why)
    ring(key.workspace_id, apart=APART)
    return cross_origin(request, taken(), allowed=_origins(key.workspace_id) if "Origin" in request.headers else None)


def _origins(workspace_id: int) -> list[str]:
    return Workspace.objects.values_list("origins", flat=True).get(pk=workspace_id)


@csrf_exempt
@open_to(EVERYONE)
def settings(request, browser_key):
    """GET /v1/projects/<browser key>/settings: what the browser SDK asks first."""
    if request.method == "OPTIONS":
        return preflight(request, methods="GET, OPTIONS", headers=HEADERS)
    found = find_source_key(browser_key)
    if found is None or found.kind != "browser":
        return refuse(request, 404, "unknown_key", "No such browser key.")
    integration = {"apiKey": browser_key, "apiHost": f"{request.get_host()}/v1", "protocol": request.scheme}
    body = {"integrations": {"Segment.io": integration}, "plan": {}, "edgeFunction": {}, "analyticsNextEnabled": True}
    return cross_origin(request, JsonResponse(body), allowed=None)
