"""Pages whose address is the right to them: a checklist, a customer's questions. Their forms need no cookie."""

from django.conf import settings
from django.http import HttpResponse


def refuse_foreign_form(request) -> HttpResponse | None:
    """A refusal where a form was sent from another site. Browsers send Origin with every POST: null or missing is foreign, too."""
    if request.method in ("GET", "HEAD"):
        return None
    here = (settings.CAIRN_BASE_URL, f"{request.scheme}://{request.get_host()}")
    if request.headers.get("Origin") in here:
        return None
    return HttpResponse("This form was sent from another site.", status=403, content_type="text/plain")


def private(response: HttpResponse) -> HttpResponse:
    """No referrer leaks the token to other sites; forms here need the Origin that no-referrer would take away."""
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
