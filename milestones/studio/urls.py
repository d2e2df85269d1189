"""The studio's addresses on this floor."""

from django.urls import path

from milestones.studio import accounts, ladders, people

ENROLLMENT = "w/<slug:slug>/people/<int:pk>/enrollments/<int:enrollment>"

urlpatterns = [
    path("w/<slug:slug>/accounts/", accounts.account_list, name="account-list"),
    path("w/<slug:slug>/accounts/<int:pk>/", accounts.account_detail, name="account-detail"),
    path("w/<slug:slug>/people/", people.person_list, name="person-list"),
    path("w/<slug:slug>/people/<int:pk>/", people.person_detail, name="person-detail"),
    path(f"{ENROLLMENT}/link/", people.enrollment_link, name="enrollment-link"),
    path(f"{ENROLLMENT}/pause/", people.enrollment_pause, name="enrollment-pause"),
    path(f"{ENROLLMENT}/resume/", people.enrollment_resume, name="enrollment-resume"),
    path(f"{ENROLLMENT}/rungs/<str:key>/<slug:verb>/", people.rung_act, name="rung-act"),
    path("w/<slug:slug>/ladders/", ladders.ladder_list, name="ladder-list"),
    path("w/<slug:slug>/ladders/<str:key>/", ladders.ladder_detail, name="ladder-detail"),
    path("w/<slug:slug>/ladders/<str:key>/file/", ladders.ladder_file, name="ladder-file"),
]
