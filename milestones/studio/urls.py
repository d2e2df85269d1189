"""The studio's addresses on this floor."""

from django.urls import path

from milestones.studio import (
    accounts,
    builder,
    enroll_list,
    features,
    ladders,
    library,
    new_ladder,
    people,
    preview_page,
    publish_page,
    segments,
)

DRAFT = "w/<slug:slug>/ladders/<str:key>/draft"
ENROLLMENT = "w/<slug:slug>/people/<int:pk>/enrollments/<int:enrollment>"

urlpatterns = [
    path("w/<slug:slug>/accounts/", accounts.account_list, name="account-list"),
    path("w/<slug:slug>/accounts/<int:pk>/", accounts.account_detail, name="account-detail"),
    path("w/<slug:slug>/accounts/<int:pk>/enroll/", accounts.account_enroll, name="account-enroll"),
    path("w/<slug:slug>/people/<int:pk>/enroll/", people.person_enroll, name="person-enroll"),
    path(f"{ENROLLMENT}/leave/", people.enrollment_leave, name="enrollment-leave"),
    path(f"{ENROLLMENT}/track/", people.enrollment_track, name="enrollment-track"),
    path("w/<slug:slug>/people/", people.person_list, name="person-list"),
    path("w/<slug:slug>/people/<int:pk>/", people.person_detail, name="person-detail"),
    path(f"{ENROLLMENT}/link/", people.enrollment_link, name="enrollment-link"),
    path(f"{ENROLLMENT}/pause/", people.enrollment_pause, name="enrollment-pause"),
    path(f"{ENROLLMENT}/resume/", people.enrollment_resume, name="enrollment-resume"),
    path(f"{ENROLLMENT}/rungs/<str:key>/<slug:verb>/", people.rung_act, name="rung-act"),
    path("w/<slug:slug>/ladders/", ladders.ladder_list, name="ladder-list"),
    path("w/<slug:slug>/segments/", segments.segment_list, name="segment-list"),
    path("w/<slug:slug>/segments/new/", segments.segment_new, name="segment-new"),
    path("w/<slug:slug>/segments/<str:key>/", segments.segment_detail, name="segment-detail"),
    path("w/<slug:slug>/segments/<str:key>/enroll/", segments.segment_enroll, name="segment-enroll"),
    path("w/<slug:slug>/segments/<str:key>/remove/", segments.segment_remove, name="segment-remove"),
    path("w/<slug:slug>/features/", features.feature_list, name="feature-list"),
    path("w/<slug:slug>/features/<str:key>/", features.feature_detail, name="feature-detail"),
    path("w/<slug:slug>/features/<str:key>/remove/", features.feature_remove, name="feature-remove"),
    path("w/<slug:slug>/milestones/", library.milestone_list, name="milestone-list"),
    path("w/<slug:slug>/milestones/new/", library.milestone_new, name="milestone-new"),
    path("w/<slug:slug>/milestones/<str:key>/", library.milestone_detail, name="milestone-detail"),
    path("w/<slug:slug>/milestones/<str:key>/criteria/", library.milestone_criteria, name="milestone-criteria"),
    path("w/<slug:slug>/milestones/<str:key>/archive/", library.milestone_archive, name="milestone-archive"),
    path("w/<slug:slug>/milestones/<str:key>/duplicate/", library.milestone_duplicate, name="milestone-duplicate"),
    path("w/<slug:slug>/ladders/new/", new_ladder.ladder_new, name="ladder-new"),
    path("w/<slug:slug>/ladders/<str:key>/", ladders.ladder_detail, name="ladder-detail"),
    path(f"{DRAFT}/", builder.builder, name="ladder-draft"),
    path(f"{DRAFT}/open/", builder.draft_open, name="draft-open"),
    path(f"{DRAFT}/rules/", builder.draft_rules, name="draft-rules"),
    path(f"{DRAFT}/edit/<slug:verb>/", builder.draft_edit, name="draft-edit"),
    path(f"{DRAFT}/rungs/<str:rung>/", builder.draft_rung, name="draft-rung"),
    path(f"{DRAFT}/rungs/<str:rung>/criteria/", builder.draft_criteria, name="draft-criteria"),
    path(f"{DRAFT}/unschedule/", publish_page.draft_unschedule, name="draft-unschedule"),
    path(f"{DRAFT}/publish/", publish_page.draft_publish, name="draft-publish"),
    path("w/<slug:slug>/ladders/<str:key>/enroll/", enroll_list.enroll_list, name="enroll-list"),
    path("w/<slug:slug>/ladders/<str:key>/preview/", preview_page.ladder_preview, name="ladder-preview"),
    path(
        "w/<slug:slug>/ladders/<str:key>/preview/frame/", preview_page.ladder_preview_frame, name="ladder-preview-frame"
    ),
    path("w/<slug:slug>/ladders/<str:key>/compare/", publish_page.version_compare, name="version-compare"),
    path(
        "w/<slug:slug>/ladders/<str:key>/versions/<int:number>/restore/",
        publish_page.version_restore,
        name="version-restore",
    ),
    path("w/<slug:slug>/ladders/<str:key>/file/", ladders.ladder_file, name="ladder-file"),
]
