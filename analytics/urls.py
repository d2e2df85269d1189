from django.urls import path

from analytics.pages import counting, definitions, executive, people

urlpatterns = [
    path("w/<slug:slug>/insight/", executive.executive_view, name="executive-view"),
    path("w/<slug:slug>/settings/counting/", counting.counting_page, name="counting"),
    path("w/<slug:slug>/insight/people/", people.people_behind_page, name="people-behind"),
    path("w/<slug:slug>/insight/definitions/", definitions.metric_list, name="metric-list"),
    path("w/<slug:slug>/insight/definitions/<str:key>/", definitions.metric_detail, name="metric-detail"),
]
