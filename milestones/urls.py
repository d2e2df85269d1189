from django.urls import include, path, re_path

from milestones import first_climb, moved, ofrep
from milestones.api.enrollments import person_enroll
from milestones.api.goals import goal_value
from milestones.api.progress import person_progress
from milestones.checklist import hosted, mailed_links, widget, widget_script
from milestones.guests.kickoff import guest_kickoff
from milestones.guests.questions import guest_questions

urlpatterns = [
    path("widget/v1/checklist", widget.checklist, name="widget-checklist"),
    re_path(
        r"^widget/v1/rungs/(?P<key>[^/]+)/(?P<action>confirm|tick|later|not-for-me|help|feedback)$",
        widget.act,
        name="widget-act",
    ),
    path("ofrep/v1/evaluate/flags", ofrep.all_flags, name="ofrep-flags"),
    path("ofrep/v1/evaluate/flags/<str:key>", ofrep.one_flag, name="ofrep-flag"),
    path("widget/v1.js", widget_script.widget_script, name="widget-script"),
    path("widget/v1.panel.js", widget_script.widget_panel, name="widget-panel"),
    path("widget/v1/recommend", widget.recommend_it, name="widget-recommend"),
    path("m/<str:public_id>/", mailed_links.ask_for_link, name="checklist-by-mail"),
    path("m/<str:public_id>/<str:token>/", mailed_links.use_link, name="checklist-mailed"),
    path("c/<str:token>/", hosted.page, name="checklist"),
    path("c/<str:token>/live", hosted.live, name="checklist-live"),
    path("c/<str:token>/rungs/<str:key>/<slug:action>", hosted.act_on_rung, name="checklist-act"),
    path("c/<str:token>/recommend", hosted.recommend_ladder, name="checklist-recommend"),
    path("api/v1/people/<path:external_id>/progress/", person_progress, name="api-person-progress"),
    path("d/<str:token>/", guest_questions, name="guest-questions"),
    path("k/<str:token>/", guest_kickoff, name="guest-kickoff"),
    path("api/v1/accounts/<path:external_id>/goals/<str:key>/values/", goal_value, name="api-goal-value"),
    path("api/v1/people/<path:external_id>/enrollments/", person_enroll, name="api-person-enroll"),
    path("w/<slug:slug>/", first_climb.home, name="home"),
    path("w/<slug:slug>/climb/", first_climb.live, name="home-live"),
    path("w/<slug:slug>/events/<int:pk>/moved/", moved.moved, name="event-moved"),
    path("", include("milestones.studio.urls")),
    path("", include("milestones.demo.urls")),
]
