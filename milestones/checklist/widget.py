"""What the widget asks: the checklist as JSON for a person's token, and the person's own actions."""

import hashlib
import json
from datetime import datetime

from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from milestones.checklist.actions import ActionRefusedError, confirm
from milestones.checklist.document import document, empty
from milestones.people import enrollments_of, find_person, first_unfinished
from milestones.people_tokens import TokenRefusedError, audience, verify
from onboarding import clock
from onboarding.tenancy.access import PERSON_TOKEN, open_to
from onboarding.tenancy.doors.api_keys import bearer
from onboarding.tenancy.models import Workspace
from onboarding.tracking.answers import cross_origin, preflight

METHODS, HEADERS = "GET, POST, OPTIONS", "Authorization, Content-Type, If-None-Match"


class PersonTokenDoor:
    """A person's token, in the Authorization header only. Every failure is 401 with one body."""

    def locate(self, request):
        if request.method == "OPTIONS" or not request.path_info.startswith("/widget/v1/"):
            return None
        request.person_token = bearer(request)
        workspace = Workspace.objects.filter(public_id=audience(request.person_token)).first()
        if workspace is None:
            return unauthorized(request)
        request.workspace_asked = workspace
        return workspace.pk

    def admit(self, request):
        try:
            request.claims = verify(request.person_token, public_id=request.workspace_asked.public_id)
        except TokenRefusedError:
            return unauthorized(request)
        request.door = PERSON_TOKEN
        return None


person_token = PersonTokenDoor()


def unauthorized(request) -> HttpResponse:
    body = {"code": "unauthorized", "message": "Send a live token of this person: Authorization: Bearer …"}
    return cross_origin(request, JsonResponse(body, status=401), allowed=None)


def open_preflight(view):
    """Answer preflights for anybody, pass the rest on: a preflight carries no token."""

    def answered(request, *args, **kwargs):
        if request.method == "OPTIONS":
            return preflight(request, methods=METHODS, headers=HEADERS)
        return view(request, *args, **kwargs)

    answered.route_class = PERSON_TOKEN
    return csrf_exempt(answered)


@open_preflight
@open_to(PERSON_TOKEN)
def checklist(request):
    """GET /widget/v1/checklist[?ladder=key]"""
    if request.method != "GET":
        return _answer(request, {"code": "method_not_allowed", "message": "Ask with GET."}, status=405)
    found = _find(request)
    if isinstance(found, HttpResponse):
        return found
    person, enrollment = found
    now = clock.now()
    shown = document(enrollment, now=now) if enrollment else empty(person.external_id, now=now)
    shown.pop("moment")
    return _answer(request, shown)


@open_preflight
@open_to(PERSON_TOKEN)
def act(request, key, action):
    """POST /widget/v1/rungs/<key>/<action>[?ladder=key]: the person's own word."""
    if request.method != "POST":
        return _answer(request, {"code": "method_not_allowed", "message": "Act with POST."}, status=405)
    found = _find(request)
    if isinstance(found, HttpResponse):
        return found
    _, enrollment = found
    if enrollment is None:
        return _answer(request, {"code": "unknown_step", "message": "This person is on no ladder."}, status=404)
    try:
        shows = confirm(enrollment, key)
    except ActionRefusedError as error:
        return _answer(request, {"code": "refused", "message": str(error)}, status=409)
    return _answer(request, {"saved": True, "shows": shows}, status=200 if shows else 202)


def _find(request):
    """(person, enrollment or None) that the token and `?ladder=` ask for, or the answer that says there is none."""
    person = find_person(request.claims.person)
    if person is None:
        return _answer(
            request, {"code": "unknown_person", "message": "No event of this person has arrived yet."}, status=404
        )
    ladder = request.GET.get("ladder") or None
    enrollments = enrollments_of(person, account=request.claims.account, ladder=ladder)
    return person, first_unfinished(enrollments)


def _answer(request, body: dict, *, status: int = 200) -> HttpResponse:
    content = json.dumps(body, default=_text, ensure_ascii=False, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if status == 200 and request.method == "GET" and request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(content, status=status, content_type="application/json")
    if status == 200:
        response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Origin"
    answered = cross_origin(request, response, allowed=request.workspace_asked.origins)
    answered["Access-Control-Expose-Headers"] = "ETag"
    return answered


def _text(value):
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
