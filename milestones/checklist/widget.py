"""What the widget asks: the checklist as JSON for a person's token, and the person's own actions."""

import json

from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from milestones.checklist import stored
from milestones.checklist.actions import ActionRefusedError, number_of, recommend, words_of
from milestones.checklist.actions import act as do
from milestones.checklist.document import empty
from milestones.languages import LANGUAGES, reading
from milestones.lookups import kept_checklists
from milestones.people import enrollments_of, find_person, first_unfinished
from milestones.people_tokens import TokenRefusedError, audience, claimed, claimed_text, verify
from onboarding import clock
from onboarding.tenancy.access import PERSON_TOKEN, open_to
from onboarding.tenancy.doors.api_keys import bearer
from onboarding.tenancy.models import Workspace
from onboarding.tracking.answers import cross_origin, preflight

POLLED = "/widget/v1/checklist"
MOST_SENT = 20_000  # bytes
METHODS, HEADERS = "GET, POST, OPTIONS", "Authorization, Content-Type, If-None-Match"


class PersonTokenDoor:
    """A person's token, in the Authorization header only. Every failure is 401 with one body."""

    def locate(self, request):
        if request.method == "OPTIONS" or not request.path_info.startswith("/widget/v1/"):
            return None
        request.person_token = bearer(request)
        if request.method == "GET" and request.path_info == POLLED:
            return self._poll(request)
        workspace = Workspace.objects.filter(public_id=audience(request.person_token)).first()
        if workspace is None:
            return unauthorized(request)
        request.workspace_asked = workspace
        return workspace.pk

    def _poll(self, request):
        """Most polls find what they had: one round trip reads the secrets and the kept checklist, and no scope is opened."""
        said = claimed(request.person_token)
        public_id, person = claimed_text(said, "aud", 40), claimed_text(said, "sub", 200)
        if not public_id or not person:
            return unauthorized(request)
        account = claimed_text(said, "account", 200)
        asked = {"account": account, "ladder": _ladder(request), "language": _language(request)}
        polled = kept_checklists(public_id, person, **asked, at=clock.now())
        if polled is None:
            return unauthorized(request)
        try:
            request.claims = verify(request.person_token, public_id=public_id, secrets=polled.secrets)
        except TokenRefusedError:
            return unauthorized(request)
        request.door = PERSON_TOKEN
        request.workspace_asked = Workspace(
            pk=polled.workspace_id, public_id=public_id, timezone=polled.timezone, origins=polled.origins
        )
        request.kept = stored.kept(polled)
        return None if request.kept else polled.workspace_id

    def admit(self, request):
        if getattr(request, "door", None) == PERSON_TOKEN:
            return None
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
        return say(request, {"code": "method_not_allowed", "message": "Ask with GET."}, status=405)
    ladder = _ladder(request)
    found = request.kept or stored.find(
        request.workspace_asked,
        request.claims.person,
        account=request.claims.account,
        ladder=ladder,
        language=_language(request),
    )
    if found is not None:
        if request.headers.get("If-None-Match") == found.etag:
            return _finish(request, HttpResponseNotModified(), found.etag)
        return _finish(request, HttpResponse(found.body, content_type="application/json"), found.etag)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    shown = empty(person.external_id, now=clock.now())
    shown.pop("moment")
    return say(request, shown)


@open_preflight
@open_to(PERSON_TOKEN)
def act(request, key, action):
    """POST /widget/v1/rungs/<key>/<action>[?ladder=key]: the person's own word."""
    if request.method != "POST":
        return say(request, {"code": "method_not_allowed", "message": "Act with POST."}, status=405)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    ladder = _ladder(request)
    enrollment = first_unfinished(enrollments_of(person, account=request.claims.account, ladder=ladder))
    if enrollment is None:
        return say(request, {"code": "unknown_step", "message": "This person is on no ladder."}, status=404)
    try:
        with reading(Workspace.objects.get(pk=request.workspace_asked.pk), person, _language(request)):
            shows = do(enrollment, key, action, _sent(request))
    except ActionRefusedError as error:
        return say(request, {"code": "refused", "message": str(error)}, status=409)
    return say(request, {"saved": True, "shows": shows}, status=200 if shows else 202)


@open_preflight
@open_to(PERSON_TOKEN)
def recommend_it(request):
    """POST /widget/v1/recommend[?ladder=key]: would they recommend it to a colleague, 0 to 10, and in what words."""
    if request.method != "POST":
        return say(request, {"code": "method_not_allowed", "message": "Act with POST."}, status=405)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    running = enrollments_of(person, account=request.claims.account, ladder=_ladder(request))
    if not running:
        return say(request, {"code": "unknown_step", "message": "This person is on no ladder."}, status=404)
    try:
        with reading(Workspace.objects.get(pk=request.workspace_asked.pk), person, _language(request)):
            sent = _sent(request)
            shows = recommend(
                first_unfinished(running) or running[0],
                rating=number_of(sent.get("rating")),
                text=words_of(sent.get("text")),
            )
    except ActionRefusedError as error:
        return say(request, {"code": "refused", "message": str(error)}, status=409)
    return say(request, {"saved": True, "shows": shows}, status=200 if shows else 202)


def _sent(request) -> dict:
    """The JSON object that came along; whatever else came is nothing."""
    if len(request.body) > MOST_SENT:
        raise ActionRefusedError("That is too much for one step.")
    try:
        said = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _ladder(request) -> str | None:
    """The ladder asked for; a key has no NUL, and the database takes none."""
    return request.GET.get("ladder", "").replace("\0", "\ufffd")[:100] or None


def _language(request) -> str:
    """The language asked for by the page around, "" for the person's own."""
    asked = request.GET.get("language", "")[:2].lower()
    return asked if asked in LANGUAGES else ""


def unknown(request) -> HttpResponse:
    return say(request, {"code": "unknown_person", "message": "No event of this person has arrived yet."}, status=404)


def say(request, body: dict, *, status: int = 200) -> HttpResponse:
    return _finish(request, JsonResponse(body, status=status), None)


def _finish(request, response: HttpResponse, etag: str | None) -> HttpResponse:
    if etag:
        response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Origin"
    answered = cross_origin(request, response, allowed=request.workspace_asked.origins)
    answered["Access-Control-Expose-Headers"] = "ETag"
    return answered
