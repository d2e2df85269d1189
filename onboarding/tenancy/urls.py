from django.urls import path

from onboarding.tenancy import (
    audit_page,
    entrance,
    files,
    health,
    mailbox,
    notifications,
    search_page,
    settings_page,
    team,
)

urlpatterns = [
    path("", entrance.front_door, name="front-door"),
    path("workspaces/new/", entrance.workspace_new, name="workspace-new"),
    path("invitations/<str:token>/", entrance.invitation, name="invitation"),
    path("files/<str:token>", files.file, name="file"),
    path("w/<slug:slug>/settings/", settings_page.settings, name="settings"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("w/<slug:slug>/team/", team.member_list, name="member-list"),
    path("w/<slug:slug>/team/invite/", team.invite_member, name="member-invite"),
    path("w/<slug:slug>/team/invitations/<int:pk>/revoke/", team.revoke_invitation, name="invitation-revoke"),
    path("w/<slug:slug>/team/<int:pk>/access/", team.change_access, name="member-access"),
    path("w/<slug:slug>/team/<int:pk>/remove/", team.remove_member, name="member-remove"),
    path("w/<slug:slug>/audit/", audit_page.audit_trail, name="audit-trail"),
    path("w/<slug:slug>/search/", search_page.search_page, name="search"),
    path("w/<slug:slug>/notifications/", notifications.notification_list, name="notification-list"),
    path("w/<slug:slug>/notifications/read/", notifications.notifications_read, name="notifications-read"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<str:file>/<int:number>/", mailbox.mail, name="mailbox-mail"),
]
