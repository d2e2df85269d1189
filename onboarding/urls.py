"""The addresses. Each floor keeps its own list; the building only names them."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("onboarding.tenancy.urls")),
    path("", include("onboarding.tracking.urls")),
    path("", include("milestones.urls")),
]

handler404 = "onboarding.tenancy.availability.not_found"
handler500 = "onboarding.tenancy.availability.server_error"
