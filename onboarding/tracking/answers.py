"""What the tracking API answers, as the SDKs read it."""

from django.http import HttpResponse, JsonResponse


def taken() -> HttpResponse:
    """Exactly what the SDKs take for success; 202 and 204 make some of them resend."""
    return HttpResponse(b'{"success": true}', content_type="application/json")


def refuse(request, status: int, code: str, message: str) -> HttpResponse:
    """An error with top-level `code` and `message`, without which one SDK retries even a 400."""
    response = JsonResponse({"code": code, "message": message}, status=status)
    if status in (429, 503):
        response["Retry-After"] = "5"
    return cross_origin(request, response, allowed=None)


def cross_origin(request, response: HttpResponse, *, allowed: list[str] | None) -> HttpResponse:
    """Let a page of another origin read the answer: any origin while the workspace lists none (`allowed` empty or None)."""
    origin = request.headers.get("Origin")
    if origin and (not allowed or origin in allowed):
        response["Access-Control-Allow-Origin"] = origin
        response["Vary"] = "Origin"
    return response


def preflight(request, *, methods: str, headers: str) -> HttpResponse:
    """A preflight carries no credential, so no workspace is known yet: any origin may ask; none gets credentials."""
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
    response["Access-Control-Allow-Methods"] = methods
    response["Access-Control-Allow-Headers"] = headers
    response["Access-Control-Max-Age"] = "600"
    response["Vary"] = "Origin"
    return response
