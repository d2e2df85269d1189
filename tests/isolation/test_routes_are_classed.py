"""Each route says who may pass; a new one without a class fails here."""

from django.urls import URLPattern, URLResolver, get_resolver

from onboarding.tenancy.access import DOORS, EVERYONE, SIGNED_IN
from onboarding.tenancy.models import Access

# Routes of packages, which we cannot decorate: allauth guards its own, the API's documentation is public, and anymail believes
# only who knows the secret of the mail service.
PACKAGE_ROUTES = ("accounts/", "api/v1/schema/", "api/v1/docs/", "mail-service/")


def routes(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern


def test_every_route_has_a_class():
    unclassed = [
        route
        for route, pattern in routes()
        if not route.startswith(PACKAGE_ROUTES) and not hasattr(pattern.callback, "route_class")
    ]
    assert unclassed == []


def test_every_class_is_a_known_one():
    known = {EVERYONE, SIGNED_IN, *DOORS, *Access}
    classes = {p.callback.route_class for _, p in routes() if hasattr(p.callback, "route_class")}
    assert classes <= known
    assert len(classes) >= 3


def test_members_routes_stand_below_a_workspace():
    for route, pattern in routes():
        if isinstance(getattr(pattern.callback, "route_class", None), Access):
            assert route.startswith("w/<slug:slug>/"), route
