from django.urls import path, re_path

from playbooks import preferences, widget
from playbooks.pages import (
    account_activity,
    attention,
    handing_over,
    nudges,
    playbook,
    portfolio,
    tasks,
    templates,
    webhooks,
)

NUDGE = "w/<slug:slug>/nudges/<int:pk>"
PLAY = "w/<slug:slug>/playbook/<slug:kind>/<str:key>"
MESSAGE = "w/<slug:slug>/messages/<str:key>"

urlpatterns = [
    path("widget/v1/messages", widget.widget_messages, name="widget-messages"),
    re_path(
        r"^widget/v1/messages/(?P<message>[0-9a-f]{16})/(?P<deed>seen|clicked|dismissed)$",
        widget.widget_message_deed,
        name="widget-message-deed",
    ),
    path("n/<str:token>/", preferences.preferences, name="preferences"),
    path("n/<str:token>/stop/", preferences.unsubscribe, name="unsubscribe"),
    path("w/<slug:slug>/accounts/", portfolio.account_list, name="account-list"),
    path("w/<slug:slug>/accounts/together/", portfolio.account_bulk, name="account-bulk"),
    path("w/<slug:slug>/accounts/digest/", portfolio.digest_choose, name="digest-choose"),
    path("w/<slug:slug>/accounts/views/save/", portfolio.portfolio_view_save, name="portfolio-view-save"),
    path(
        "w/<slug:slug>/accounts/views/<int:pk>/remove/", portfolio.portfolio_view_remove, name="portfolio-view-remove"
    ),
    path("w/<slug:slug>/accounts/<int:pk>/activity/", account_activity.account_activity, name="account-activity"),
    path("w/<slug:slug>/accounts/<int:pk>/activity/task/", account_activity.account_task, name="account-task"),
    path("w/<slug:slug>/accounts/<int:pk>/work/", account_activity.account_work, name="account-work"),
    path("w/<slug:slug>/notes/<int:pk>/<slug:verb>/", account_activity.note_act, name="note-act"),
    path("w/<slug:slug>/people/<int:pk>/messages/", account_activity.person_messages, name="person-messages"),
    path("w/<slug:slug>/team/<int:pk>/hand-over/", handing_over.member_hand_over, name="member-hand-over"),
    path("w/<slug:slug>/playbook/", playbook.playbook_list, name="playbook-list"),
    path("w/<slug:slug>/playbook/whole/<slug:kind>/", playbook.playbook_whole, name="playbook-whole"),
    path(f"{PLAY}/", playbook.playbook_page, name="playbook-page"),
    path(f"{PLAY}/edit/", playbook.playbook_edit, name="playbook-edit"),
    path(f"{PLAY}/editions/", playbook.playbook_editions, name="playbook-editions"),
    path(f"{PLAY}/remarks/", playbook.playbook_remark, name="playbook-remark"),
    path(f"{PLAY}/review/", playbook.playbook_review, name="playbook-review"),
    path("w/<slug:slug>/nudges/", nudges.nudge_list, name="nudge-list"),
    path("w/<slug:slug>/nudges/new/", nudges.nudge_new, name="nudge-new"),
    path("w/<slug:slug>/nudges/week/", nudges.nudge_week, name="nudge-week"),
    path("w/<slug:slug>/nudges/attention/", attention.attention_page, name="attention"),
    path("w/<slug:slug>/nudges/attention/stop/", attention.attention_stop, name="attention-stop"),
    path("w/<slug:slug>/nudges/attention/addresses/<int:pk>/", attention.attention_address, name="attention-address"),
    path(f"{NUDGE}/", nudges.nudge_detail, name="nudge-detail"),
    path(f"{NUDGE}/edit/", nudges.nudge_edit, name="nudge-edit"),
    path(f"{NUDGE}/switch/", nudges.nudge_switch, name="nudge-switch"),
    path(f"{NUDGE}/remove/", nudges.nudge_remove, name="nudge-remove"),
    path("w/<slug:slug>/messages/", templates.template_list, name="message-list"),
    path("w/<slug:slug>/messages/new/", templates.template_new, name="message-new"),
    path(f"{MESSAGE}/", templates.template_detail, name="message-detail"),
    path(f"{MESSAGE}/preview/", templates.template_preview, name="message-preview"),
    path(f"{MESSAGE}/test/", templates.template_test, name="message-test"),
    path(f"{MESSAGE}/settings/", templates.template_settings, name="message-settings"),
    path(f"{MESSAGE}/remove/", templates.template_remove, name="message-remove"),
    path("w/<slug:slug>/webhooks/", webhooks.webhook_list, name="webhook-list"),
    path("w/<slug:slug>/webhooks/<int:pk>/", webhooks.webhook_detail, name="webhook-detail"),
    path("w/<slug:slug>/webhooks/<int:pk>/<slug:verb>/", webhooks.webhook_act, name="webhook-act"),
    path("w/<slug:slug>/webhooks/messages/<int:pk>/", webhooks.webhook_message, name="webhook-message"),
    path("w/<slug:slug>/webhooks/messages/<int:pk>/again/", webhooks.webhook_replay, name="webhook-replay"),
    path("w/<slug:slug>/tasks/", tasks.task_list, name="task-list"),
    path("w/<slug:slug>/tasks/<int:pk>/<slug:verb>/", tasks.task_act, name="task-act"),
]
