from django.urls import include, path, re_path

from onboarding.tracking import tracking_api

CALLS = "identify|track|page|screen|group|alias|batch|i|t|p|s|g|a|b"

urlpatterns = [
    re_path(rf"^v1/(?P<call>{CALLS})$", tracking_api.track, name="track"),
    path("v1/projects/<str:browser_key>/settings", tracking_api.settings, name="browser-settings"),
    path("", include("onboarding.tracking.pages.urls")),
]
