"""A workspace's pages: they work, they need a log-in, they need membership, they hide other workspaces."""

from django.urls import reverse

from onboarding.tenancy.lookups import memberships_of
from onboarding.tenancy.models import User
from tests.cast import PASSWORD


def test_an_address_with_a_nought_byte_names_nothing(acme, signed_in, alice):
    for path in ("/w/acme/messages/%00/", "/w/acme/playbook/step/%00/", "/w/acme/insight/definitions/%00/"):
        assert signed_in(alice).get(path).status_code == 404, path


def test_a_member_sees_the_workspace(company, signed_in):
    response = signed_in(company.alice).get(reverse("home", args=["acme"]))
    assert response.status_code == 200
    assert "Acme" in response.content.decode()


def test_nobody_is_sent_to_sign_in(company, client):
    response = client.get(reverse("home", args=["acme"]))
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/w/acme/"


def test_a_strangers_workspace_looks_like_none(company, signed_in):
    client = signed_in(company.charlie)
    theirs, none = (client.get(f"/w/{slug}/") for slug in ("acme", "no-such-workspace"))
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.content.replace(b"acme", b"") == none.content.replace(b"no-such-workspace", b"")


def test_sign_up_opens_a_workspace_with_its_owner(client, db):
    form = {"name": "Dana", "workspace_name": "Initech", "email": "dana@initech.example", "password1": PASSWORD}
    response = client.post(reverse("account_signup"), form)
    assert response.status_code == 302, response.context["form"].errors
    [membership] = memberships_of(User.objects.get(email="dana@initech.example").pk)
    assert (membership.name, membership.slug, membership.access) == ("Initech", "initech", "owner")
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/w/initech/"


def test_sign_in_by_password(company, client):
    form = {"login": "alice@acme.example", "password": PASSWORD}
    assert client.post(reverse("account_login"), form).status_code == 302
    assert client.get("/").headers["Location"] == "/w/acme/"


def test_two_workspaces_of_one_name_get_two_slugs(company, signed_in):
    client = signed_in(company.alice)
    client.post(reverse("workspace-new"), {"name": "Globex"})
    slugs = {membership.slug for membership in memberships_of(company.alice.pk)}
    assert len(slugs) == 2
    assert "globex" not in slugs


def test_pages_tell_browsers_what_they_may_do(company, signed_in):
    headers = signed_in(company.alice).get("/w/acme/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
