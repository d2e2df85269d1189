"""OFREP, the open standard for asking about feature flags: `/ofrep/v1/evaluate/flags[/<key>]`."""

import hashlib
import json
import re

import msgspec
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from milestones.models import Enrollment, Feature
from milestones.people import find_person
from milestones.people_tokens import TokenRefusedError, audience, verify
from milestones.unlocks import Answer, evaluate, of_account, of_person
from onboarding.tenancy.access import FLAG_READER, open_to
from onboarding.tenancy.doors.api_keys import bearer, touch
from onboarding.tenancy.lookups import find_api_key
from onboarding.tenancy.models import ApiKey, Workspace
from onboarding.tracking.answers import cross_origin, preflight

KEY = re.compile(r"[A-Za-z0-9._-]{1,100}")
MAX_BODY = 64_000


class FlagReaderDoor:
    """An API key, or a person's token, which may only ask about its own person."""

    def locate(self, request):
        if request.method == "OPTIONS":
            return None
        credential = bearer(request)
        request.api_key, request.claims = find_api_key(credential), None
        if request.api_key:
            return request.api_key.workspace_id
        request.person_token = credential
        workspace = Workspace.objects.filter(public_id=audience(credential)).first()
        return workspace.pk if workspace else _unauthorized(request)

    def admit(self, request):
        if request.api_key:
            touch(ApiKey, request.api_key.key_id)
            request.workspace_asked = Workspace.objects.get(pk=request.api_key.workspace_id)
        else:
            request.workspace_asked = Workspace.objects.get(public_id=audience(request.person_token))
            try:
                request.claims = verify(request.person_token, public_id=request.workspace_asked.public_id)
            except TokenRefusedError:
                return _unauthorized(request)
        request.door = FLAG_READER
        return None


flag_reader = FlagReaderDoor()


def _unauthorized(request) -> HttpResponse:
    body = {"errorCode": "GENERAL", "errorDetails": "Send an API key or a person's token as the bearer."}
    return cross_origin(request, JsonResponse(body, status=401), allowed=None)


def _open(view):
    def answered(request, *args, **kwargs):
        if request.method == "OPTIONS":
            return preflight(request, methods="POST, OPTIONS", headers="Authorization, Content-Type, If-None-Match")
        return view(request, *args, **kwargs)

    answered.route_class = FLAG_READER
    return csrf_exempt(answered)


@_open
@open_to(FLAG_READER)
def one_flag(request, key):
    """POST /ofrep/v1/evaluate/flags/<key>"""
    if request.method != "POST":
        return _fail(request, 405, key, "GENERAL", "Ask with POST.")
    context = _context(request)
    if isinstance(context, str):
        return _fail(
            request, 400, key, "TARGETING_KEY_MISSING" if context == "missing" else "INVALID_CONTEXT", CONTEXT[context]
        )
    if context is None:
        return _fail(request, 403, key, "INVALID_CONTEXT", CONTEXT["other"])
    feature = Feature.objects.filter(key=key).first() if KEY.fullmatch(key) else None
    if feature is None:
        return _fail(request, 404, key, "FLAG_NOT_FOUND", "There is no feature of this key.")
    [answer] = evaluate([feature], enrollments=_target(context))
    return _finish(request, JsonResponse(_flag(answer)))


@_open
@open_to(FLAG_READER)
def all_flags(request):
    """POST /ofrep/v1/evaluate/flags: every feature of the workspace, with an ETag."""
    if request.method != "POST":
        return _fail(request, 405, None, "GENERAL", "Ask with POST.")
    context = _context(request)
    if isinstance(context, str):
        return _fail(
            request, 400, None, "TARGETING_KEY_MISSING" if context == "missing" else "INVALID_CONTEXT", CONTEXT[context]
        )
    if context is None:
        return _fail(request, 403, None, "INVALID_CONTEXT", CONTEXT["other"])
    answers = evaluate(list(Feature.objects.order_by("key")), enrollments=_target(context))
    content = json.dumps({"flags": [_flag(answer) for answer in answers]}, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(content, content_type="application/json")
    response["ETag"] = etag
    return _finish(request, response)


CONTEXT = {
    "missing": "The context needs a targetingKey: the person's id, or the account's with kind account.",
    "broken": "The body must be a JSON object with a context object.",
    "other": "A person's token may only ask about its own person.",
}


def _context(request) -> dict | str | None:
    """The evaluation context; 'missing' or 'broken' when it does not fit, None when the token may not ask it."""
    body = request.body
    if len(body) > MAX_BODY:
        return "broken"
    try:
        document = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "broken"
    context = document.get("context", {}) if isinstance(document, dict) else None
    if not isinstance(context, dict):
        return "broken"
    target, kind, account = context.get("targetingKey"), context.get("kind", "person"), context.get("account")
    if not isinstance(target, str) or not 0 < len(target) <= 200 or "\0" in target:
        return "missing"
    if kind not in ("person", "account") or not (account is None or (isinstance(account, str) and "\0" not in account)):
        return "broken"
    claims = request.claims
    if claims and (
        kind != "person" or target != claims.person or (claims.account and account not in (None, claims.account))
    ):
        return None
    return {"target": target, "kind": kind, "account": account or (claims.account if claims else None)}


def _target(context: dict) -> QuerySet[Enrollment]:
    if context["kind"] == "account":
        return of_account(context["target"])
    return of_person(find_person(context["target"]), context["account"])


def _flag(answer: Answer) -> dict:
    return {
        "key": answer.key,
        "value": answer.value,
        "reason": answer.reason,
        "variant": answer.variant,
        "metadata": answer.metadata,
    }


def _fail(request, status: int, key: str | None, code: str, details: str) -> HttpResponse:
    body = {"errorCode": code, "errorDetails": details}
    return _finish(request, JsonResponse(({"key": key} if key is not None else {}) | body, status=status))


def _finish(request, response: HttpResponse) -> HttpResponse:
    response["Vary"] = "Authorization, Origin"
    answered = cross_origin(request, response, allowed=request.workspace_asked.origins)
    answered["Access-Control-Expose-Headers"] = "ETag"
    return answered
