"""Who may pass through a route. Each route carries its class; a test walks the URL table and fails on one without."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404

from onboarding.tenancy.models.members import Access

EVERYONE = "everyone"
SIGNED_IN = "signed in"
SOURCE_KEY = "source key"
API_KEY = "api key"
PERSON_TOKEN = "person token"
FLAG_READER = "flag reader"
LINK = "link"
DOORS = {SOURCE_KEY, API_KEY, PERSON_TOKEN, FLAG_READER, LINK}


def open_to(route_class: str | Access) -> Callable:
    """Class a view: a member's least Access, one of the doors' names, SIGNED_IN or EVERYONE."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            _refuse_unless_admitted(request, route_class)
            return view(request, *args, **kwargs)

        guarded.route_class = route_class
        return guarded

    return decorate


def _refuse_unless_admitted(request, route_class) -> None:
    if isinstance(route_class, Access):
        member = getattr(request, "member", None)
        if member is None:
            raise Http404
        if not member.may(route_class):
            raise PermissionDenied
    elif route_class == SIGNED_IN:
        if not request.user.is_authenticated:
            raise Http404
    elif route_class in DOORS and getattr(request, "door", None) != route_class:
        raise Http404
