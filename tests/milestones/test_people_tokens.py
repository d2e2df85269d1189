"""A person's token opens that person's checklist in that workspace; nothing else opens anything."""

import base64
import json
import time
from datetime import timedelta

import jwt
import pytest

from onboarding import clock
from onboarding.tenancy.keys import add_signing_secret, revoke, rotate_signing_secret
from onboarding.tenancy.scope import workspace_scope
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify, track

URL = "/widget/v1/checklist"


@pytest.fixture
def signing(client, acme):
    publish_ladder(
        acme, ladder(milestone("share", {"event": "Shared"}), milestone("agree", {"confirmed_by": "person"}))
    )
    Sender(client, acme).send(identify("hannah", clock.now(), name="Hannah"))
    with workspace_scope(acme.pk):
        return add_signing_secret()


def claims(workspace, **changes) -> dict:
    now = int(clock.now().timestamp())
    found = {"sub": "hannah", "aud": workspace.public_id, "iat": now, "exp": now + 3600, **changes}
    return {key: value for key, value in found.items() if value is not None}


def ask(client, token, url=URL, method="get", **headers):
    return getattr(client, method)(url, headers={"Authorization": f"Bearer {token}", **headers})


def sign(secret, body, algorithm="HS256", **headers):
    return jwt.encode(body, secret, algorithm=algorithm, headers=headers or None)


def test_it_opens_the_persons_checklist(client, acme, signing):
    response = ask(client, sign(signing[1], claims(acme)))
    assert response.status_code == 200
    body = response.json()
    assert (body["person"], body["total"], body["next"]) == ("hannah", 2, "share")
    assert body["phases"][0]["rungs"][0]["state"] == "open"
    assert ask(client, sign(signing[1], claims(acme)), **{"If-None-Match": response["ETag"]}).status_code == 304


def test_an_unknown_person_is_told_so(client, acme, signing):
    response = ask(client, sign(signing[1], claims(acme, sub="nobody")))
    assert (response.status_code, response.json()["code"]) == (404, "unknown_person")


def test_somebody_on_no_ladder_gets_an_empty_answer(client, globex):
    Sender(client, globex).send(track("rosa", "Opened", clock.now()))
    with workspace_scope(globex.pk):
        _, secret = add_signing_secret()
    body = ask(client, sign(secret, claims(globex, sub="rosa"))).json()
    assert (body["ladder"], body["total"], body["phases"]) == (None, 0, [])


def unsigned(body):
    part = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in ({"alg": "none"}, body)]
    return f"{part[0]}.{part[1]}."


def forgeries(workspace, other, row, secret):
    good, now = claims(workspace), int(clock.now().timestamp())
    yield "none at all", ""
    yield "no token", "nonsense"
    yield "alg none", unsigned(good)
    yield "another secret", sign("x" * 48, good)
    yield "another algorithm", sign(secret, good, algorithm="HS512")
    yield "another workspace", sign(secret, claims(other))
    yield "expired", sign(secret, claims(workspace, iat=now - 7200, exp=now - 3600))
    yield "issued in the future", sign(secret, claims(workspace, iat=now + 600, exp=now + 1200))
    yield "lives too long", sign(secret, claims(workspace, exp=now + 90_000))
    yield "an unknown kid", sign(secret, good, kid="k_other")
    yield "a kid that is no text", sign(secret, good) and _with_header(secret, good, {"kid": 7})
    yield "crit", _with_header(secret, good, {"crit": ["exp"]})
    for name in ("sub", "aud", "iat", "exp"):
        yield f"without {name}", sign(secret, claims(workspace, **{name: None}))
    yield "a sub that is no text", _with_header(secret, claims(workspace, sub=["hannah"]), {})
    yield "an empty sub", sign(secret, claims(workspace, sub=""))
    yield "a long sub", sign(secret, claims(workspace, sub="x" * 201))
    yield "an aud list", _with_header(secret, claims(workspace, aud=[workspace.public_id]), {})
    yield "tampered", sign(secret, good)[:-4] + "AAAA"


def _with_header(secret, body, header):
    """Signed as it should be, with claims and headers that the library itself would refuse to write."""
    import hashlib
    import hmac

    def part(document):
        return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()

    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', **header})}.{part(body)}"
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_every_forgery_gets_the_same_401(client, acme, globex, signing):
    bodies, names = set(), []
    for name, token in forgeries(acme, globex, *signing):
        response = ask(client, token)
        assert response.status_code == 401, name
        bodies.add(response.content)
        names.append(name)
    assert len(bodies) == 1
    assert len(names) >= 20


def test_a_token_in_the_address_opens_nothing(client, acme, signing):
    token = sign(signing[1], claims(acme))
    assert client.get(f"{URL}?token={token}").status_code == 401


def test_rotation_overlaps_and_revocation_is_at_once(client, acme, signing):
    row, old = signing
    with workspace_scope(acme.pk):
        fresh_row, fresh = rotate_signing_secret(row, overlap=timedelta(days=1))
    assert ask(client, sign(old, claims(acme))).status_code == 200
    assert ask(client, sign(fresh, claims(acme), kid=fresh_row.kid)).status_code == 200
    assert ask(client, sign(old, claims(acme), kid=fresh_row.kid)).status_code == 401
    with workspace_scope(acme.pk):
        revoke(row)
    began = time.monotonic()
    assert ask(client, sign(old, claims(acme))).status_code == 401
    assert time.monotonic() - began < 1


def test_the_person_confirms_what_asks_for_it(client, acme, signing):
    token = sign(signing[1], claims(acme))
    assert ask(client, token, "/widget/v1/rungs/share/confirm", "post").status_code == 409
    response = ask(client, token, "/widget/v1/rungs/agree/confirm", "post")
    assert (response.status_code, response.json()) == (200, {"saved": True, "shows": True})
    rungs = ask(client, token).json()["phases"][0]["rungs"]
    assert [rung["state"] for rung in rungs] == ["open", "reached"]


def test_another_origin_reads_only_what_the_workspace_allows(client, acme, signing):
    token = sign(signing[1], claims(acme))
    origin = "https://app.harbor.example"
    assert ask(client, token, Origin=origin)["Access-Control-Allow-Origin"] == origin
    acme.origins = ["https://elsewhere.example"]
    acme.save()
    assert "Access-Control-Allow-Origin" not in ask(client, token, Origin=origin)
