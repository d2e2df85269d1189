"""Headers on every answer: what a browser may do with our pages."""

from collections.abc import Sequence
from functools import wraps

CSP = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'self'; style-src-attr 'unsafe-inline'"
)


def with_styles_of_its_own(view):
    """For a page of a package that writes style elements, and shows nothing of any customer: the API's documentation."""

    @wraps(view)
    def answered(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = CSP.replace("style-src 'self';", "style-src 'self' 'unsafe-inline';")
        return response

    return answered


# The two style elements that Plotly writes: an empty one, whose rules it adds by script, and that of a part we do not use.
CHART_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
)


def with_charts(view):
    """For a page with charts: these two style elements, to the letter, and no others."""

    @wraps(view)
    def answered(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = CSP.replace("style-src 'self';", f"style-src 'self' {CHART_STYLES};")
        return response

    return answered


def with_frames_of_ours(view):
    """For a page that shows another of our pages in a frame."""

    @wraps(view)
    def answered(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
        return response

    return answered


def framed_by_us(view):
    """For a page that one of our own pages shows in a frame; nobody else's may."""

    @wraps(view)
    def answered(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        policy = response.headers.get("Content-Security-Policy", CSP)
        response["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        response["X-Frame-Options"] = "SAMEORIGIN"
        return response

    return answered


def let_show_videos(response, hosts: Sequence[str]) -> None:
    """Let a page play videos, with their captions and posters, from the hosts that its workspace allows."""
    if hosts:
        sources = " ".join(f"https://{host}" for host in hosts)
        policy = CSP.replace("img-src 'self' data: blob:", f"img-src 'self' data: blob: {sources}")
        response["Content-Security-Policy"] = f"{policy}; media-src {sources}"


class SecurityHeadersMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CSP)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if not request.path_info.startswith("/static/"):
            headers.setdefault("Cache-Control", "private, no-store")
        return response
