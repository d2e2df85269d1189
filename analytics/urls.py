from django.urls import path

from analytics.pages import counting, definitions, executive, explorer, ninety, people, saved_views, validity

urlpatterns = [
    path("w/<slug:slug>/insight/", executive.executive_view, name="executive-view"),
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
