"""Errors that machines read: problem+json, with the code and message that tracking SDKs look for."""

from django.http import JsonResponse


def problem(status: int, code: str, message: str, **extra) -> JsonResponse:
    """An error answer; `code` is stable, `message` says what to do."""
    body = {"type": "about:blank", "title": code.replace("_", " "), "status": status, "code": code, "message": message}
    response = JsonResponse(
        {**body, "detail": message, **extra}, status=status, content_type="application/problem+json"
    )
    if status in (429, 503):
        response["Retry-After"] = "5"
    return response
