from django.urls import path

from milestones.checklist import hosted

urlpatterns = [
    path("c/<str:token>/", hosted.page, name="checklist"),
    path("c/<str:token>/live", hosted.live, name="checklist-live"),
    path("c/<str:token>/rungs/<str:key>/confirm", hosted.confirm_rung, name="checklist-confirm"),
]
