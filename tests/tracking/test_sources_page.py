"""Sources and keys: a secret is shown once; admins only; other workspaces stay out of reach; revoking works at once."""

import base64
import re

import pytest
from django.urls import reverse

from onboarding.tenancy.keys import add_api_key, add_signing_secret
from onboarding.tenancy.lookups import find_api_key
from onboarding.tenancy.models import ApiKey, AuditEntry, SigningSecret, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.lookups import find_source_key
from onboarding.tracking.models import Source, SourceKey
from onboarding.tracking.pages.forms import read_origin
from onboarding.tracking.sources import add_source, cairn_source
from tests import cast

PAGE = "/w/acme/sources/"
SECRET = re.compile(r"cairn_(?:sk|bk|api|sign)_[\w-]{43}")


@pytest.fixture
def admin(signed_in, alice, acme):
    return signed_in(alice)


@pytest.fixture
def things(acme):
    """One of each, in Acme."""
    with workspace_scope(acme.pk):
        source, key = add_source(name="Billing", kind="server")
        api_key, api_secret = add_api_key(name="Flags", scopes=["read"])
        signing, _ = add_signing_secret()
        return {
            "source": source,
            "source_key": SourceKey.objects.get(),
            "key": key,
            "api_key": api_key,
            "api_secret": api_secret,
            "signing": signing,
        }


def actions(things) -> list[tuple[str, list, dict]]:
    """Every action of the page: (URL name, arguments after the slug, form)."""
    return [
        ("source-add", [], {"name": "New", "kind": "server"}),
        ("source-key-add", [things["source"].pk], {}),
        ("source-key-rotate", [things["source_key"].pk], {}),
        ("source-key-revoke", [things["source_key"].pk], {}),
        ("api-key-add", [], {"name": "New", "scope": "write"}),
        ("api-key-rotate", [things["api_key"].pk], {}),
        ("api-key-revoke", [things["api_key"].pk], {}),
        ("signing-secret-add", [], {}),
        ("signing-secret-rotate", [things["signing"].pk], {}),
        ("signing-secret-revoke", [things["signing"].pk], {}),
        ("origins", [], {"origins": "https://evil.example"}),
    ]


def rows(workspace) -> dict:
    """Everything that the page can change, for comparing."""
    with workspace_scope(workspace.pk):
        tables = (Source, SourceKey, ApiKey, SigningSecret)
        kept = {
            model.__name__: list(model.objects.order_by("pk").values("pk", "name" if model is Source else "revoked_at"))
            for model in tables
        }
        return {**kept, "origins": Workspace.objects.get(pk=workspace.pk).origins}


def test_nobody_is_sent_to_sign_in(acme, client):
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize("access", ["executive", "manager"])
def test_only_admins_see_and_change_keys(access, acme, things, signed_in):
    user = cast.user("mia@acme.example", "Mia")
    cast.member(acme, user, access)
    client, before = signed_in(user), rows(acme)
    assert client.get(PAGE).status_code == 403
    for name, arguments, form in actions(things):
        assert client.post(reverse(name, args=["acme", *arguments]), form).status_code == 403, name
    assert rows(acme) == before


def test_other_workspaces_keys_cannot_be_reached(acme, globex, charlie, things, signed_in):
    client, before = signed_in(charlie), rows(acme)
    for name, arguments, form in actions(things):
        assert client.post(reverse(name, args=["acme", *arguments]), form).status_code == 404, name
        if arguments:
            assert client.post(reverse(name, args=["globex", *arguments]), form).status_code == 404, name
    assert "Billing" not in client.get("/w/globex/sources/").content.decode()
    assert rows(acme) == before


@pytest.mark.parametrize("place", range(11))
def test_every_change_is_audited(place, acme, admin, things):
    name, arguments, form = actions(things)[place]
    assert admin.post(reverse(name, args=["acme", *arguments]), form).status_code in (200, 302)
    with workspace_scope(acme.pk):
        assert AuditEntry.objects.exclude(verb="opened").count() == 1, name


def test_actions_are_no_links(admin, things):
    for name, arguments, _ in actions(things):
        assert admin.get(reverse(name, args=["acme", *arguments])).status_code == 405, name


@pytest.mark.parametrize(
    ("name", "form", "opens"),
    [
        ("source-add", {"name": "Shop", "kind": "server"}, find_source_key),
        ("api-key-add", {"name": "Flags", "scope": "read"}, find_api_key),
    ],
)
def test_a_secret_is_shown_once_and_opens(name, form, opens, admin):
    response = admin.post(reverse(name, args=["acme"]), form)
    assert "no-store" in response["Cache-Control"]
    [secret] = set(SECRET.findall(response.content.decode()))
    assert opens(secret) is not None
    assert secret not in admin.get(PAGE).content.decode()
    assert secret not in str(dict(admin.session))


def test_a_signing_secret_is_shown_once(admin):
    response = admin.post(reverse("signing-secret-add", args=["acme"]))
    [secret] = set(SECRET.findall(response.content.decode()))
    assert secret not in admin.get(PAGE).content.decode()


def test_a_browser_key_stays_readable_since_it_is_public(admin):
    response = admin.post(reverse("source-add", args=["acme"]), {"name": "Web", "kind": "browser"})
    [key] = set(SECRET.findall(response.content.decode()))
    assert key in admin.get(PAGE).content.decode()


def test_snippets_carry_the_key_and_our_address(admin, settings):
    page = admin.post(reverse("source-add", args=["acme"]), {"name": "Shop", "kind": "server"}).content.decode()
    [key] = set(SECRET.findall(page))
    assert f"-u {key}:" in page
    assert f'analytics.write_key = "{key}"' in page
    assert f"writeKey: &#x27;{key}&#x27;" in page or f"writeKey: '{key}'" in page
    assert page.count(settings.CAIRN_BASE_URL) >= 3


def test_the_curl_snippet_is_taken(admin, client):
    page = admin.post(reverse("source-add", args=["acme"]), {"name": "Shop", "kind": "server"}).content.decode()
    snippet = re.search(r'id="with-curl">(.*?)</code>', page, re.S)[1]
    body = re.search(r"-d '(.*)'", snippet)[1].replace("&quot;", '"')
    user = re.search(r"-u (\S+:)", snippet)[1]
    headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}
    response = client.post("/v1/track", body, content_type="application/json", headers=headers)
    assert response.json() == {"success": True}


def test_a_rotated_key_works_on_beside_the_new_one(admin, things):
    response = admin.post(reverse("source-key-rotate", args=["acme", things["source_key"].pk]))
    [fresh] = set(SECRET.findall(response.content.decode()))
    assert find_source_key(fresh).source_id == find_source_key(things["key"]).source_id
    assert "Works until" in response.content.decode()


def test_a_key_is_rotated_once(acme, admin, things):
    address = reverse("source-key-rotate", args=["acme", things["source_key"].pk])
    admin.post(address)
    assert "replaced or revoked already" in admin.post(address).content.decode()
    with workspace_scope(acme.pk):
        assert SourceKey.objects.count() == 2


def test_a_revoked_key_opens_nothing(admin, things):
    assert find_source_key(things["key"])
    assert find_api_key(things["api_secret"])
    admin.post(reverse("source-key-revoke", args=["acme", things["source_key"].pk]))
    admin.post(reverse("api-key-revoke", args=["acme", things["api_key"].pk]))
    assert find_source_key(things["key"]) is None
    assert find_api_key(things["api_secret"]) is None
    page = admin.get(PAGE).content.decode()
    assert "Revoked" in page
    assert reverse("source-key-add", args=["acme", things["source"].pk]) in page


def test_at_most_two_signing_secrets_are_live(acme, admin, things):
    add = reverse("signing-secret-add", args=["acme"])
    assert SECRET.search(admin.post(add).content.decode())
    assert "Two signing secrets are live" in admin.post(add).content.decode()
    rotate = reverse("signing-secret-rotate", args=["acme", things["signing"].pk])
    assert "Two signing secrets are live" in admin.post(rotate).content.decode()
    with workspace_scope(acme.pk):
        assert SigningSecret.objects.count() == 2
        assert SigningSecret.objects.get(pk=things["signing"].pk).expires_at is None


def test_an_api_key_has_the_scopes_that_were_chosen(acme, admin):
    for scope, scopes in (("read", ["read"]), ("write", ["read", "write"])):
        admin.post(reverse("api-key-add", args=["acme"]), {"name": scope, "scope": scope})
        with workspace_scope(acme.pk):
            assert ApiKey.objects.get(name=scope).scopes == scopes


def test_nobody_makes_a_source_of_cairns_own_kind(acme, admin):
    response = admin.post(reverse("source-add", args=["acme"]), {"name": "Sneaky", "kind": "cairn"})
    assert response.context["source_form"].errors
    with workspace_scope(acme.pk):
        own = cairn_source()
    assert admin.post(reverse("source-key-add", args=["acme", own.pk])).status_code == 404
    with workspace_scope(acme.pk):
        assert not SourceKey.objects.exists()


def test_a_source_without_a_name_is_asked_for_one(acme, admin):
    response = admin.post(reverse("source-add", args=["acme"]), {"name": " ", "kind": "server"})
    assert response.status_code == 200
    assert "Name it after what sends" in response.content.decode()


def test_origins_are_kept_as_browsers_send_them(acme, admin):
    text = "https://App.Example.com/\n\nhttp://localhost:3000\nhttps://app.example.com:443\nhttps://b.example:8443"
    assert admin.post(reverse("origins", args=["acme"]), {"origins": text}).status_code == 302
    acme.refresh_from_db()
    assert acme.origins == ["https://app.example.com", "http://localhost:3000", "https://b.example:8443"]


def test_a_warning_stands_while_no_origin_is_listed(admin):
    warning = "None is listed"
    assert warning in admin.get(PAGE).content.decode()
    admin.post(reverse("origins", args=["acme"]), {"origins": "https://app.example.com"})
    assert warning not in admin.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "app.example.com",
        "http://app.example.com",
        "https://app.example.com/path",
        "https://app.example.com?x",
        "https://user@app.example.com",
        "https://*.example.com",
        "https://exämple.com",
        "https://",
        "https://a b.example",
        "https://a.example:99999",
        "ftp://localhost",
        "javascript:alert(1)",
        "https://" + "a" * 300 + ".example",
    ],
)
def test_what_is_no_origin_is_refused_at_its_field(text, acme, admin):
    response = admin.post(reverse("origins", args=["acme"]), {"origins": text})
    assert response.status_code == 200
    assert response.context["origins_form"].errors["origins"]
    acme.refresh_from_db()
    assert acme.origins == []


def test_an_ipv6_address_keeps_its_brackets():
    assert read_origin("http://[::1]:3000") == "http://[::1]:3000"


def test_many_sources_are_paged_with_few_questions(acme, admin, django_assert_max_num_queries):
    with workspace_scope(acme.pk):
        for number in range(60):
            add_source(name=f"Source {number:02}", kind="server")
    with django_assert_max_num_queries(16):
        response = admin.get(PAGE)
    assert len(response.context["sources"].entries) == 50
    assert len(admin.get(f"{PAGE}?page=2").context["sources"].entries) == 10
