from django.urls import path, re_path

from playbooks import preferences, widget

urlpatterns = [
    path("widget/v1/messages", widget.widget_messages, name="widget-messages"),
    re_path(
        r"^widget/v1/messages/(?P<message>[0-9a-f]{16})/(?P<deed>seen|clicked|dismissed)$",
        widget.widget_message_deed,
        name="widget-message-deed",
    ),
    path("n/<str:token>/", preferences.preferences, name="preferences"),
    path("n/<str:token>/stop/", preferences.unsubscribe, name="unsubscribe"),
]
