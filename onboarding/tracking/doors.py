"""`/v1/…`: a source's key, as the SDKs send it."""

import base64
import binascii

from onboarding import clock
from onboarding.tenancy.access import SOURCE_KEY
from onboarding.tracking.answers import refuse
from onboarding.tracking.decoding import BodyError, read_body, write_key_of
from onboarding.tracking.lookups import find_source_key

PUBLIC_PREFIX = "/v1/projects/"


class SourceKeyDoor:
    """Basic auth with the key as user name, or `writeKey` in the body: the key alone decides the workspace."""

    def locate(self, request):
        if request.method == "OPTIONS" or request.path_info.startswith(PUBLIC_PREFIX):
            return None
        if request.method != "POST":
            return refuse(request, 405, "method_not_allowed", "Send events with POST.")
        request.received_at = int(clock.now().timestamp() * 1_000_000)
        try:
            request.event_body = read_body(
                request,
                content_length=_length(request),
                content_encoding=request.headers.get("Content-Encoding", ""),
            )
        except BodyError as error:
            return refuse(request, error.status, error.code, error.message)
        found = find_source_key(_basic_user(request) or write_key_of(request.event_body) or "")
        if found is None:
            return refuse(request, 401, "unauthorized", "Send a live write key as the Basic auth user name.")
        request.source_key, request.door = found, SOURCE_KEY
        return None  # the view opens the scope where one statement does not do

    def admit(self, request):
        """Never asked: locate answers no workspace."""


def _length(request) -> int | None:
    try:
        return int(request.headers.get("Content-Length") or "")
    except ValueError:
        return None


def _basic_user(request) -> str:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


source_key = SourceKeyDoor()
