from django.urls import path

from analytics.pages import (
    counting,
    definitions,
    executive,
    explorer,
    ninety,
    people,
    reports,
    saved_views,
    shared_report,
    validity,
)

urlpatterns = [
    path("w/<slug:slug>/insight/", executive.executive_view, name="executive-view"),
    path("w/<slug:slug>/reports/", reports.report_list, name="report-list"),
    path("w/<slug:slug>/reports/new/", reports.report_new, name="report-new"),
    path("w/<slug:slug>/reports/<int:pk>/", reports.report_detail, name="report-detail"),
    path("w/<slug:slug>/reports/<int:pk>/share/", reports.report_share, name="report-share"),
    path("w/<slug:slug>/reports/<int:pk>/remove/", reports.report_remove, name="report-remove"),
    path("w/<slug:slug>/reports/links/<int:pk>/revoke/", reports.report_revoke, name="report-revoke"),
    path("w/<slug:slug>/reports/schedules/<int:pk>/stop/", reports.report_schedule_stop, name="report-schedule-stop"),
    path("w/<slug:slug>/reports/<int:pk>/<slug:kind>/", reports.report_file, name="report-file"),
    path("r/<str:token>/", shared_report.shared_report, name="shared-report"),
    path("r/<str:token>/stop/", shared_report.shared_report_stop, name="shared-report-stop"),
    path("r/<str:token>/<slug:kind>/", shared_report.shared_report_file, name="shared-report-file"),
    path("w/<slug:slug>/insight/ninety-days/", ninety.ninety_page, name="ninety-days"),
    path("w/<slug:slug>/insight/validity/", validity.validity_page, name="validity"),
    path("w/<slug:slug>/insight/explore/", explorer.explorer, name="explorer"),
    path("w/<slug:slug>/insight/views/save/", saved_views.view_save, name="view-save"),
    path("w/<slug:slug>/insight/views/<int:pk>/remove/", saved_views.view_remove, name="view-remove"),
    path("w/<slug:slug>/settings/counting/", counting.counting_page, name="counting"),
    path("w/<slug:slug>/insight/people/", people.people_behind_page, name="people-behind"),
    path("w/<slug:slug>/insight/definitions/", definitions.metric_list, name="metric-list"),
    path("w/<slug:slug>/insight/definitions/<str:key>/", definitions.metric_detail, name="metric-detail"),
]
