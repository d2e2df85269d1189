from django.urls import path

from onboarding.tenancy import entrance, health

urlpatterns = [
    path("", entrance.front_door, name="front-door"),
    path("workspaces/new/", entrance.workspace_new, name="workspace-new"),
    path("invitations/<str:token>/", entrance.invitation, name="invitation"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("w/<slug:slug>/", entrance.home, name="home"),
]
