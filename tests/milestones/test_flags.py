"""OFREP: is the feature unlocked? It works, it needs a credential, it tells one's own state only."""

import json

import pytest

from milestones.models import Feature
from onboarding import clock
from onboarding.tenancy.keys import add_api_key, add_signing_secret
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.milestones.test_people_tokens import claims, sign
from tests.senders import Sender, group, identify, track


@pytest.fixture
def product(client, acme):
    """Acme's product with two people at Harbor, and `ask(path, context, credential)`."""
    publish_ladder(
        acme,
        ladder(
            milestone("connect", {"event": "Connected"}), milestone("share", {"event": "Shared"}, unlocks=["comments"])
        ),
    )
    sender, now = Sender(client, acme), clock.now()
    for user in ("hannah", "kofi"):
        sender.send(identify(user, now), group(user, "harbor", now))
    with workspace_scope(acme.pk):
        Feature.objects.create(workspace=acme, key="exports", name="Exports")
        Feature.objects.create(workspace=acme, key="beta", name="Beta", default=False)
        sender.api_key = add_api_key(name="Product", scopes=["read"])[1]
        sender.secret = add_signing_secret()[1]

    def ask(key, context, credential=None, **headers):
        path = "/ofrep/v1/evaluate/flags" + (f"/{key}" if key else "")
        headers = {"Authorization": f"Bearer {credential or sender.api_key}", **headers}
        return client.post(path, json.dumps({"context": context}), content_type="application/json", headers=headers)

    sender.ask = ask
    return sender


def test_a_locked_feature_says_what_stands_in_the_way(product):
    body = product.ask("comments", {"targetingKey": "hannah"}).json()
    assert body == {
        "key": "comments",
        "value": False,
        "reason": "DEFAULT",
        "variant": "locked",
        "metadata": {"blocked_by": "share", "blocked_by_title": "Share", "next_step": "Connect"},
    }


def test_reaching_the_rung_unlocks_it(product):
    product.send(track("hannah", "Shared", clock.now()))
    body = product.ask("comments", {"targetingKey": "hannah"}).json()
    assert (body["value"], body["reason"], body["variant"]) == (True, "TARGETING_MATCH", "unlocked")
    assert product.ask("comments", {"targetingKey": "kofi"}).json()["value"] is False


def test_an_account_has_what_one_of_its_people_unlocked(product):
    ask = {"targetingKey": "harbor", "kind": "account"}
    assert product.ask("comments", ask).json()["value"] is False
    product.send(track("hannah", "Shared", clock.now()))
    assert product.ask("comments", ask).json()["value"] is True


@pytest.mark.parametrize(("key", "value"), [("exports", True), ("beta", False)])
def test_what_no_published_version_unlocks_has_its_default(product, key, value):
    body = product.ask(key, {"targetingKey": "hannah"}).json()
    assert (body["value"], body["reason"]) == (value, "STATIC")


def test_an_unknown_person_gets_the_locked_answer(product):
    body = product.ask("comments", {"targetingKey": "nobody"}).json()
    assert (body["value"], body["reason"]) == (False, "DEFAULT")


def test_all_at_once_with_an_etag(product):
    response = product.ask(None, {"targetingKey": "hannah"})
    assert [flag["key"] for flag in response.json()["flags"]] == ["beta", "comments", "exports"]
    same = product.ask(None, {"targetingKey": "hannah"}, **{"If-None-Match": response["ETag"]})
    assert same.status_code == 304


@pytest.mark.parametrize(
    ("key", "context", "status", "code"),
    [
        ("none", {"targetingKey": "hannah"}, 404, "FLAG_NOT_FOUND"),
        ("comments", {}, 400, "TARGETING_KEY_MISSING"),
        ("comments", {"targetingKey": "hannah", "kind": "team"}, 400, "INVALID_CONTEXT"),
        ("comments", "x", 400, "INVALID_CONTEXT"),
    ],
)
def test_what_does_not_fit_says_so(product, key, context, status, code):
    response = product.ask(key, context)
    assert (response.status_code, response.json()["errorCode"], response.json()["key"]) == (status, code, key)


def test_a_persons_token_asks_about_that_person_only(product, acme):
    token = sign(product.secret, claims(acme))
    assert product.ask("comments", {"targetingKey": "hannah"}, token).status_code == 200
    assert product.ask("comments", {"targetingKey": "kofi"}, token).status_code == 403
    assert product.ask("comments", {"targetingKey": "harbor", "kind": "account"}, token).status_code == 403


def test_it_needs_a_credential_and_hides_other_workspaces(product, globex):
    assert product.ask("comments", {"targetingKey": "hannah"}, "cairn_api_wrong").status_code == 401
    with workspace_scope(globex.pk):
        _, theirs = add_api_key(name="Other", scopes=["read"])
    assert product.ask("comments", {"targetingKey": "hannah"}, theirs).status_code == 404


def test_the_api_gives_progress_with_evidence(product, client):
    product.send(track("hannah", "Shared", clock.now()))
    headers = {"Authorization": f"Bearer {product.api_key}"}
    body = client.get("/api/v1/people/hannah/progress/", headers=headers).json()
    [connect, share] = body["phases"][0]["rungs"]
    assert (connect["state"], share["state"], share["evidence"][0]["name"]) == ("open", "reached", "Shared")
    assert client.get("/api/v1/people/no/one/progress/", headers=headers).json()["code"] == "unknown_person"
    assert client.get("/api/v1/people/hannah/progress/").status_code == 401
    assert client.get("/api/v1/schema/").status_code == 200
    assert client.get("/api/v1/docs/").status_code == 200
