"""The addresses. Each floor keeps its own list; the building only names them."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from onboarding.tenancy.security_headers import with_styles_of_its_own

api_docs = SpectacularSwaggerSplitView.as_view(url_name="api-schema")

urlpatterns = [
    # The first that matches answers, so what machines ask thousands of times a second stands before what people open.
    path("", include("onboarding.tracking.urls")),
    path("", include("milestones.urls")),
    path("", include("playbooks.urls")),
    path("", include("analytics.urls")),
    path("", include("onboarding.tenancy.urls")),
    path("accounts/", include("allauth.urls")),
    path("mail-service/", include("anymail.urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs/", with_styles_of_its_own(api_docs), name="api-docs"),
]

handler404 = "onboarding.tenancy.availability.not_found"
handler500 = "onboarding.tenancy.availability.server_error"
