from django.urls import path

from milestones.demo import sandbox

urlpatterns = [
    path("sandbox/", sandbox.sandbox, name="sandbox"),
    path("sandbox/do/<slug:action>", sandbox.do, name="sandbox-do"),
    path("sandbox/token", sandbox.token, name="sandbox-token"),
]
