from django.urls import path

from onboarding.tracking.pages import catalogue, credentials, events, exclusions, managers, roles, sources

EVENTS, SOURCES = "w/<slug:slug>/events/", "w/<slug:slug>/sources/"

urlpatterns = [
    path(EVENTS, events.event_list, name="event-list"),
    path(f"{EVENTS}catalogue/", catalogue.event_catalogue, name="event-catalogue"),
    path(f"{EVENTS}parked/<int:pk>/retry/", events.retry_batch, name="batch-retry"),
    path(SOURCES, sources.source_list, name="source-list"),
    path(f"{SOURCES}add/", sources.add, name="source-add"),
    path(f"{SOURCES}<int:pk>/key/", sources.add_another_key, name="source-key-add"),
    path(f"{SOURCES}keys/<int:pk>/rotate/", sources.rotate, name="source-key-rotate"),
    path(f"{SOURCES}keys/<int:pk>/revoke/", sources.revoke, name="source-key-revoke"),
    path(f"{SOURCES}api-keys/add/", credentials.add_api, name="api-key-add"),
    path(f"{SOURCES}api-keys/<int:pk>/rotate/", credentials.rotate_api, name="api-key-rotate"),
    path(f"{SOURCES}api-keys/<int:pk>/revoke/", credentials.revoke_api, name="api-key-revoke"),
    path(f"{SOURCES}signing-secrets/add/", credentials.add_signing, name="signing-secret-add"),
    path(f"{SOURCES}signing-secrets/<int:pk>/rotate/", credentials.rotate_signing, name="signing-secret-rotate"),
    path(f"{SOURCES}signing-secrets/<int:pk>/revoke/", credentials.revoke_signing, name="signing-secret-revoke"),
    path("w/<slug:slug>/settings/roles/", roles.role_list, name="role-list"),
    path("w/<slug:slug>/settings/roles/<str:key>/<slug:verb>/", roles.role_edit, name="role-edit"),
    path("w/<slug:slug>/settings/tests/", exclusions.test_people, name="test-people"),
    path("w/<slug:slug>/settings/tests/<int:pk>/remove/", exclusions.exclusion_remove, name="exclusion-remove"),
    path("w/<slug:slug>/people/<int:pk>/test/", exclusions.person_test, name="person-test"),
    path("w/<slug:slug>/accounts/<int:pk>/test/", exclusions.account_test, name="account-test"),
    path("w/<slug:slug>/accounts/<int:pk>/manager/", managers.account_manager, name="account-manager"),
    path(f"{SOURCES}origins/", sources.set_origins, name="origins"),
]
