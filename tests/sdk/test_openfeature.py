"""The OpenFeature SDK with its OFREP provider, as installed: a feature opens when a rung is reached."""

import base64
import json
import urllib.request
import uuid

import pytest
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

FLAG = "live-dashboards"  # unlocked by the rung connect-source


def send(live, *facts: dict) -> None:
    key = base64.b64encode(f"{live.demo['write_key']}:".encode()).decode()
    body = json.dumps({"batch": [{"messageId": uuid.uuid4().hex, **fact} for fact in facts]}).encode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{live.url}/v1/batch", body, headers), timeout=10) as answer:
        assert json.load(answer) == {"success": True}


@pytest.fixture
def client_with(live):
    """`client_with(credential)` answers an OpenFeature client of its own domain."""

    def make(credential: str):
        provider = OFREPProvider(live.url, headers_factory=lambda: {"Authorization": f"Bearer {credential}"})
        domain = uuid.uuid4().hex
        api.set_provider(provider, domain)
        return api.get_client(domain)

    yield make
    api.clear_providers()


def test_a_feature_opens_when_its_rung_is_reached(live, client_with):
    person = f"ofrep-{uuid.uuid4().hex[:8]}"
    client, context = client_with(live.demo["api_key"]), EvaluationContext(targeting_key=person)
    send(live, {"type": "identify", "userId": person, "traits": {"role": "power_user"}})
    live.eventually(lambda: live.progress(person), "the person's progress")
    before = client.get_boolean_details(FLAG, True, context)
    assert (before.value, before.reason, before.error_code) == (False, Reason.DEFAULT, None)
    assert before.flag_metadata["blocked_by"] == "connect-source"

    send(
        live, {"type": "track", "userId": person, "event": "Data Source Connected", "properties": {"kind": "warehouse"}}
    )
    live.eventually(lambda: client.get_boolean_value(FLAG, False, context), "the feature open")
    after = client.get_boolean_details(FLAG, False, context)
    assert (after.value, after.reason) == (True, Reason.TARGETING_MATCH)


def test_somebody_unknown_gets_the_locked_answer(live, client_with):
    found = client_with(live.demo["api_key"]).get_boolean_details(FLAG, True, EvaluationContext(targeting_key="nobody"))
    assert (found.value, found.reason) == (False, Reason.DEFAULT)


@pytest.mark.parametrize(
    ("flag", "context", "code"),
    [
        ("no-such-feature", EvaluationContext(targeting_key="hannah"), ErrorCode.FLAG_NOT_FOUND),
        (FLAG, EvaluationContext(), ErrorCode.TARGETING_KEY_MISSING),
    ],
)
def test_an_error_is_the_providers_own_and_the_vendors_default_holds(live, client_with, flag, context, code):
    found = client_with(live.demo["api_key"]).get_boolean_details(flag, True, context)
    assert (found.value, found.reason, found.error_code) == (True, Reason.ERROR, code)


def test_a_wrong_key_leaves_the_vendors_default(live, client_with):
    found = client_with("cairn_api_wrong").get_boolean_details(FLAG, True, EvaluationContext(targeting_key="hannah"))
    assert (found.value, found.error_code) == (True, ErrorCode.GENERAL)
