"""`/sandbox/`: the fictitious vendor's product. Its back end knows Cairn by demo.json and HTTP alone."""

import json
import re
from types import SimpleNamespace

import jwt
import pytest
import yaml
from django.conf import settings as django_settings
from django.test import Client

from milestones.demo import product
from milestones.people_tokens import verify
from onboarding import clock
from onboarding.tenancy.keys import add_signing_secret
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, group, identify

LADDERS = sorted((django_settings.ROOT / "ladders").glob("northwind-*.yaml"))


@pytest.fixture
def northwind(acme, client, settings, tmp_path):
    """Acme plays the demo's vendor: a ladder, three people, a server key, and demo.json that says so."""
    publish_ladder(acme, ladder(milestone("share", {"event": "Dashboard Shared"})))
    sender = Sender(client, acme)
    people = [("ada", "administrator"), ("pia", "power_user"), ("olga", "operator")]
    facts = [
        fact for user, role in people for fact in (identify(user, name=user.title(), role=role), group(user, "harbor"))
    ]
    sender.send(*facts)
    with workspace_scope(acme.pk):
        _, signing_secret = add_signing_secret()
    settings.CAIRN_STATE = tmp_path
    demo = {
        "public_id": acme.public_id,
        "write_key": sender.key,
        "signing_secret": signing_secret,
        "people": [{"external_id": user, "role": role, "account": "harbor"} for user, role in people],
    }
    (tmp_path / "demo.json").write_text(json.dumps(demo))
    return SimpleNamespace(workspace=acme, sender=sender, demo=demo)


@pytest.fixture
def answers(monkeypatch):
    """What the back end sent, without a network; `answers.status` is what Cairn says."""
    seen = SimpleNamespace(requests=[], status=200, problem="")

    def post(request):
        seen.requests.append(request)
        return seen.status, seen.problem

    monkeypatch.setattr(product, "_post", post)
    return seen


def press(client, action, person="pia", **form):
    return client.post(f"/sandbox/do/{action}", {"person": person, **form}, follow=True)


# --- The page ----------------------------------------------------------------------------------
def test_it_shows_the_product_with_the_checklist_of_whom_is_signed_in(client, northwind):
    page = client.get("/sandbox/?person=ada").text
    assert "Dispatch overview" in page
    assert '<script src="/widget/v1.js" async></script>' in page
    token = re.search(r'<cairn-checklist token="([^"]+)"', page)[1]
    with workspace_scope(northwind.workspace.pk):
        claims = verify(token, public_id=northwind.workspace.public_id)
    assert (claims.person, claims.account) == ("ada", "harbor")


def test_somebody_who_builds_dashboards_is_signed_in_first(client, northwind):
    assert '<option value="pia" selected>' in client.get("/sandbox/").text


def test_a_stranger_is_not_signed_in(client, northwind):
    assert client.get("/sandbox/?person=mallory").status_code == 404
    assert press(client, "comment", person="mallory").status_code == 404
    assert client.get("/sandbox/token?person=mallory").status_code == 404


def test_the_switcher_stays_short_but_holds_whom_is_signed_in(client, northwind, tmp_path):
    crowd = [{"external_id": f"op-{n}", "role": "operator", "account": "harbor"} for n in range(30)]
    (tmp_path / "demo.json").write_text(json.dumps(northwind.demo | {"people": crowd}))
    page = client.get("/sandbox/?person=op-29").text
    assert page.partition('id="language"')[0].count("<option value=") == 5
    assert '<option value="op-29" selected>' in page


def test_every_action_has_a_form_on_the_page(client, northwind):
    page = client.get("/sandbox/").text
    assert set(re.findall(r'action="/sandbox/do/([a-z-]+)"', page)) == {*product.ACTIONS, "open-checklist"}


# --- Pressing a button -------------------------------------------------------------------------
def test_a_button_sends_one_event_that_cairn_takes(client, northwind, answers):
    page = press(client, "share-dashboard", colleague="Ana Duarte")
    (request,) = answers.requests
    assert request.full_url == f"{django_settings.CAIRN_BASE_URL}/v1/batch"
    response = client.post(
        "/v1/batch",
        request.data,
        content_type="application/json",
        headers={"Authorization": request.get_header("Authorization")},
    )
    assert response.json() == {"success": True}
    (fact,) = json.loads(request.data)["batch"]
    assert (fact["userId"], fact["event"], fact["context"]) == ("pia", "Dashboard Shared", {"groupId": "harbor"})
    assert fact["properties"] == {"dashboard": "Dispatch overview", "audience": "team", "recipient": "Ana Duarte"}
    assert "Dashboard Shared: taken by Cairn" in page.text


def test_each_press_is_an_event_of_its_own(client, northwind, answers):
    for _ in range(2):
        press(client, "comment")
    first, second = (json.loads(request.data)["batch"][0]["messageId"] for request in answers.requests)
    assert first != second


def test_the_product_remembers_what_each_person_did(client, northwind, answers):
    press(client, "connect-source", source="warehouse")
    assert "Done: warehouse" in client.get("/sandbox/?person=pia").text
    assert "Done: warehouse" not in client.get("/sandbox/?person=ada").text


@pytest.mark.parametrize(
    ("status", "problem"), [(401, "Send a live key."), (None, "Cairn did not answer: timed out"), (503, "Try later.")]
)
def test_a_refusal_is_shown_and_nothing_is_done(client, northwind, answers, status, problem):
    answers.status, answers.problem = status, problem
    page = press(client, "connect-source", source="warehouse").text
    assert f"Data Source Connected was not taken: {problem}" in page
    assert "Done: warehouse" not in page


def test_what_is_not_offered_is_refused(client, northwind, answers):
    assert press(client, "connect-source", source="mainframe").status_code == 400
    assert press(client, "connect-source").status_code == 400
    assert press(client, "delete-everything").status_code == 404
    assert client.get("/sandbox/do/comment").status_code == 405
    assert answers.requests == []


def test_a_form_from_another_site_is_refused(northwind, answers):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sandbox/do/comment", {"person": "pia"}).status_code == 403
    assert answers.requests == []


def test_cairn_away_is_an_answer_too(settings):
    settings.CAIRN_BASE_URL = "http://127.0.0.1:9"  # the discard port: nothing listens
    answer = product.tell(
        "Comment Added", {}, person="pia", account=None, at=clock.now(), base_url=settings.CAIRN_BASE_URL, write_key="x"
    )
    assert answer.status is None
    assert answer.problem.startswith("Cairn did not answer: ")


# --- Tokens and links --------------------------------------------------------------------------
def test_a_fresh_token_opens_the_checklist_of_that_person(client, northwind):
    token = client.get("/sandbox/token?person=olga").json()["token"]
    shown = client.get("/widget/v1/checklist", headers={"Authorization": f"Bearer {token}"}).json()
    assert (shown["person"], shown["total"]) == ("olga", 1)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600


def test_the_product_opens_the_checklist_as_a_page(client, northwind):
    answer = press(client, "open-checklist")
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0].startswith("/c/cairn_link")
    assert "Share" in answer.text


def test_who_is_on_no_ladder_hears_so(client, northwind, tmp_path):
    nobody = {"external_id": "nobody", "role": None, "account": None}
    (tmp_path / "demo.json").write_text(json.dumps(northwind.demo | {"people": [nobody]}))
    assert "nobody is on no ladder yet." in press(client, "open-checklist", person="nobody").text


# --- Only here ---------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/sandbox/", "/sandbox/token"])
def test_it_is_not_there_in_production(client, northwind, settings, path):
    assert client.get(path).status_code == 200
    settings.CAIRN_MODE = "production"
    assert client.get(path).status_code == 404
    assert press(client, "comment").status_code == 404


def test_it_is_not_there_before_the_demo_is(client, settings, tmp_path):
    settings.CAIRN_STATE = tmp_path
    assert client.get("/sandbox/").status_code == 404


# --- The buttons fit the ladders ---------------------------------------------------------------
def events_in(node):
    """Every event name in a criteria tree or a ladder file."""
    if isinstance(node, dict):
        yield from ([node["event"]] if isinstance(node.get("event"), str) else [])
        yield from (name for name in node.get("events", []) if isinstance(name, str))
        for value in node.values():
            yield from events_in(value)
    elif isinstance(node, list):
        for each in node:
            yield from events_in(each)


def test_every_button_moves_something_of_northwinds_ladders():
    known = {name for path in LADDERS for name in events_in(yaml.safe_load(path.read_text()))}
    assert {action.event for action in product.ACTIONS.values()} - known == set()


def test_every_step_of_the_first_ladder_can_be_taken_here():
    first = yaml.safe_load((django_settings.ROOT / "ladders/northwind-first-value.yaml").read_text())
    asked = {name for each in first["milestones"] for name in events_in(each["criteria"])}
    assert len(asked) >= 8
    assert asked - {action.event for action in product.ACTIONS.values()} == set()
