"""A workspace's settings: time, working days, languages, video hosts and the logo, each refused beside its field."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from onboarding import clock
from onboarding import settings as building
from onboarding.tenancy.files import address_of
from onboarding.tenancy.models import AuditEntry, Workspace
from onboarding.tenancy.scope import workspace_scope

PAGE = "/w/acme/settings/"
SAID = {
    "name": "Acme",
    "timezone": "Europe/Berlin",
    "working_days": ["1", "2", "3", "4"],
    "holidays": "2026-12-25 Christmas\n\n2026-01-01",
    "languages": ["en", "de"],
    "video_hosts": "Videos.example.com\n",
    "checklist_name": "Your first month",
    "mails_links": "on",
}
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture
def admin(signed_in, alice, acme, settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "files": building._files(str(tmp_path))}
    return signed_in(alice)


def logo(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_they_are_saved_and_stand_on_the_audit_trail(admin, acme):
    admin.post(PAGE, SAID)
    acme.refresh_from_db()
    assert (acme.timezone, acme.working_days, acme.languages) == ("Europe/Berlin", [1, 2, 3, 4], ["en", "de"])
    assert acme.holidays == [date(2026, 1, 1), date(2026, 12, 25)]
    assert acme.video_hosts == ["videos.example.com"]
    assert (acme.checklist_name, acme.mails_links) == ("Your first month", True)
    assert f"/m/{acme.public_id}/" in admin.get(PAGE).content.decode()
    with workspace_scope(acme.pk):
        assert "holidays" in AuditEntry.objects.get(verb="changed the settings").detail["changed"]
    assert "2026-12-25" in admin.get(PAGE).content.decode()


def test_a_path_of_the_product_leads_into_it(admin, acme):
    assert (acme.way_to("/reports/new"), acme.way_to("https://docs.example/"), acme.way_to(None)) == (
        "",
        "https://docs.example/",
        "",
    )
    admin.post(PAGE, SAID | {"product_url": "https://app.example.com/start"})
    acme.refresh_from_db()
    assert acme.way_to("/reports/new?x=1") == "https://app.example.com/reports/new?x=1"


def test_the_usual_language_comes_first(admin, acme):
    admin.post(PAGE, SAID | {"usual_language": "de"})
    acme.refresh_from_db()
    assert acme.languages == ["de", "en"]
    assert "Tick it above, too." in admin.post(PAGE, SAID | {"usual_language": "fr"}).content.decode()


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("holidays", "2026-12-25\nChristmas", "Line 2: “Christmas” is not a day. Write it like 2026-12-25."),
        ("video_hosts", "https://videos.example.com/", "is not a host. Write it like videos.example.com"),
        ("product_url", "app.example.com", "Write the address of your product, beginning with https://."),
        ("product_url", "http://app.example.com", "beginning with https://."),
        ("product_url", "javascript:alert(1)", "beginning with https://."),
        ("product_url", "https://a@evil.example", "beginning with https://."),
        ("working_days", [], "Tick at least one day."),
        ("timezone", "Mars/Olympus", "Select a valid choice"),
        ("name", "", "Name the company."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_saved(admin, acme, field, text, message):
    page = admin.post(PAGE, SAID | {field: text}).content.decode()
    assert message in page
    acme.refresh_from_db()
    assert acme.timezone == "UTC"


def test_a_logo_is_kept_shown_and_replaced(admin, acme, tmp_path):
    admin.post(PAGE, SAID | {"logo": logo(PICTURE)})
    acme.refresh_from_db()
    assert acme.logo.startswith(f"workspaces/{acme.public_id}/")
    shown = admin.get(address_of(acme.logo))
    assert (shown["Content-Type"], b"".join(shown.streaming_content)) == ("image/png", PICTURE)
    admin.post(PAGE, SAID | {"logo": logo(b"\xff\xd8\xff" + b"0" * 9)})
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 1, "the old one is gone"
    admin.post(PAGE, SAID | {"remove_logo": "on"})
    acme.refresh_from_db()
    assert acme.logo == ""


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"GIF89a", PICTURE + b"0" * 250_000])
def test_what_is_no_small_picture_is_refused(admin, acme, content):
    assert admin.post(PAGE, SAID | {"logo": logo(content)}).status_code == 200
    acme.refresh_from_db()
    assert acme.logo == ""


def test_an_address_works_for_a_day_and_cannot_be_made_up(admin, acme, client, time_machine):
    admin.post(PAGE, SAID | {"logo": logo(PICTURE)})
    acme.refresh_from_db()
    address = address_of(acme.logo)
    client.logout()
    assert client.get(address).status_code == 200
    assert client.get(address[:-3] + "abc").status_code == 404
    time_machine.move_to(clock.now() + timedelta(hours=25))
    assert client.get(address).status_code == 404


def test_files_can_lie_in_a_bucket():
    from django.core.files.storage import storages
    from django.test import override_settings

    made = building._files("s3://cairn-files/prod?region_name=eu-central-1")
    with override_settings(STORAGES={"files": made}):
        storage = storages["files"]
        assert (storage.bucket_name, storage.location, storage.region_name) == ("cairn-files", "prod", "eu-central-1")


def test_only_admins_come_in(client, company):
    client.force_login(company.bob)
    assert client.get(PAGE).status_code == 403
    client.force_login(company.charlie)
    assert client.get(PAGE).status_code == 404
    assert Workspace.objects.get(slug="acme").timezone == "UTC"
