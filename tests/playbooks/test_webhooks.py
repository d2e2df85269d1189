"""Webhooks: told at least once, signed as Standard Webhooks says, to public machines only."""

import http.server
import json
import ssl
import threading
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core import mail
from standardwebhooks import Webhook, WebhookVerificationError

from onboarding import clock
from onboarding.tenancy.scope import workspace_scope
from onboarding.tenancy.secrets import decrypt, encrypt
from playbooks.models import Endpoint, WebhookAttempt, WebhookMessage
from playbooks.tasks import tell_workspace
from playbooks.webhooks import posting
from playbooks.webhooks.delivering import SCHEDULE, replay
from playbooks.webhooks.posting import ForbiddenAddressError, Place, is_public, place_of
from playbooks.webhooks.signing import new_signing_secret, rotate
from tests.playbooks.conftest import look_on, make_nudge
from tests.senders import identify, track

PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1"),
    *(
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "fe80::1%eth0",
    ),
]
ODD = [
    *(
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https:///x",
        "https://",
        "hooks.example",
        "javascript:alert(1)",
    ),
    *(
        "https://user:secret@hooks.example/",
        "https://hooks.example:22/",
        "https://hooks.example:80/",
        "https://hooks.example:6379/",
    ),
    *(
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
    ),
    *(
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://localhost./",
        "https://127.0.0.1.:443/",
        "https://①②⑦.⓪.⓪.①/",
    ),
    *(
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: x",
        "https://hooks.example:99999/",
        "https://[fe80::1%25lo]/",
    ),
]


class Receiver:
    """A machine on loopback that takes webhooks by TLS, and answers as it is told."""

    def __init__(self, folder):
        self.got: list[tuple[dict, str]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.got.append((dict(self.headers), body))
                status = outer.answers.pop(0) if outer.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"https://hooks.example:{outer.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        certificate = _certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.trusting = ssl.create_default_context(cafile=certificate)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def _certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = clock.now()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=900)).not_valid_after(now + timedelta(days=900))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = made.sign(key, hashes.SHA256())
    path = folder / "hooks.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    """Stands for hooks.example: the address alone is ours, everything else is as it goes out."""
    found = Receiver(tmp_path)
    usual = posting.post
    monkeypatch.setattr(posting, "place_of", lambda url: Place("hooks.example", found.port, "/cairn", "127.0.0.1"))
    monkeypatch.setattr(posting, "post", lambda *said: usual(*said, context=found.trusting))
    yield found
    found.server.shutdown()
    found.server.server_close()


def make_endpoint(workspace, **more):
    secret = new_signing_secret()
    said = {
        "name": "CRM",
        "url": "https://hooks.example/cairn",
        "kinds": ["step.reached"],
        "made_at": clock.now(),
    } | more
    with workspace_scope(workspace.pk):
        return Endpoint.objects.create(workspace=workspace, secret_encrypted=encrypt(secret), **said), secret


def told(workspace):
    with workspace_scope(workspace.pk):
        return list(WebhookMessage.objects.order_by("pk"))


def test_a_step_that_is_reached_is_told_once_and_verifies(vendor, acme, receiver):
    _, secret = make_endpoint(acme)
    vendor.send(identify("hannah", name="Hannah"), track("hannah", "Reported"))
    tell_workspace(acme.pk)
    tell_workspace(acme.pk)
    [(headers, body)] = receiver.got
    said = Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert said["type"] == "step.reached"
    assert said["data"]["person"] == {"id": "hannah", "name": "Hannah"}
    assert said["data"]["step"] == {"key": "report", "title": "Report"}
    [message] = told(acme)
    assert (message.state, message.tries, headers["webhook-id"]) == ("delivered", 1, message.public_id)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + " ", {name.lower(): value for name, value in headers.items()})


def test_while_a_secret_is_exchanged_both_verify(vendor, acme, receiver):
    endpoint, old = make_endpoint(acme)
    with workspace_scope(acme.pk):
        new = rotate(endpoint)
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    tell_workspace(acme.pk)
    [(headers, body)] = receiver.got
    for secret in (old, new):
        said = Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
        assert said["type"] == "step.reached"
    with pytest.raises(WebhookVerificationError):
        Webhook(new_signing_secret()).verify(body, {name.lower(): value for name, value in headers.items()})


def test_the_earlier_secret_ends_after_a_day(vendor, acme, receiver, monday):
    endpoint, _old = make_endpoint(acme)
    with workspace_scope(acme.pk):
        rotate(endpoint)
    monday.shift(timedelta(hours=25))
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    tell_workspace(acme.pk)
    assert len(receiver.got[0][0]["webhook-signature"].split()) == 1


def test_a_failure_is_tried_again_by_the_schedule_under_the_same_name(vendor, acme, receiver, monday):
    make_endpoint(acme)
    receiver.answers = [500, 503, 204]
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    tell_workspace(acme.pk)
    for wait in SCHEDULE[:2]:
        assert told(acme)[0].next_at == clock.now() + wait
        tell_workspace(acme.pk)  # not yet
        monday.shift(wait)
        tell_workspace(acme.pk)
    assert len(receiver.got) == 3
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == 3
    assert (told(acme)[0].state, told(acme)[0].tries) == ("delivered", 3)
    with workspace_scope(acme.pk):
        assert list(WebhookAttempt.objects.order_by("pk").values_list("status", flat=True)) == [500, 503, 204]
        assert Endpoint.objects.get().failing_since is None


def test_one_that_is_gone_is_switched_off_with_notice(vendor, acme, receiver, django_capture_on_commit_callbacks):
    make_endpoint(acme)
    receiver.answers = [410]
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    with django_capture_on_commit_callbacks(execute=True):
        tell_workspace(acme.pk)
    with workspace_scope(acme.pk):
        endpoint = Endpoint.objects.get()
    assert (endpoint.is_on, endpoint.why_off) == (False, "It answered that it is gone (410).")
    [notice] = mail.outbox
    assert notice.to == ["alice@acme.example"]
    assert "CRM" in notice.body


def test_one_at_which_nothing_arrives_for_three_days_is_switched_off_and_nothing_is_lost(
    vendor, acme, receiver, monday, django_capture_on_commit_callbacks
):
    make_endpoint(acme)
    receiver.answers = [500] * 20
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    for _ in range(12):
        with django_capture_on_commit_callbacks(execute=True):
            tell_workspace(acme.pk)
        monday.shift(timedelta(hours=25))
    with workspace_scope(acme.pk):
        endpoint = Endpoint.objects.get()
        assert not endpoint.is_on
        assert len(mail.outbox) == 1
        Endpoint.objects.update(is_on=True, failing_since=None)
        [message] = WebhookMessage.objects.all()
        replay(message, now=clock.now())
    receiver.answers = []
    tell_workspace(acme.pk)
    assert told(acme)[0].state == "delivered"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_a_redirect_is_not_followed(vendor, acme, receiver):
    make_endpoint(acme)
    receiver.answers = [302]
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    tell_workspace(acme.pk)
    assert len(receiver.got) == 1
    assert told(acme)[0].state == "waiting"


def test_only_what_was_asked_for_and_happens_now_is_told(vendor, acme, receiver):
    make_endpoint(acme, kinds=["step.opened"])
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    vendor.send(identify("old", clock.now() - timedelta(days=3)))
    tell_workspace(acme.pk)
    assert {json.loads(body)["type"] for _, body in receiver.got} == {"step.opened"}
    assert {json.loads(body)["data"]["person"]["id"] for _, body in receiver.got} == {"hannah"}


def test_a_nudge_can_use_it_as_its_way(vendor, acme, receiver):
    make_endpoint(acme, kinds=["message.wanted"])
    make_nudge(acme, "opened", rung="report", channel="webhook", body="Hello {{ person.name }}: {{ links.checklist }}")
    vendor.send(identify("hannah", name="Hannah"))
    look_on(acme)
    tell_workspace(acme.pk)
    [(_, body)] = receiver.got
    hello, _, address = json.loads(body)["data"]["text"].partition(": ")
    assert (hello, "/c/cairn_link_" in address) == ("Hello Hannah", True), "it is read outside of the product"


@pytest.mark.parametrize("form", ["slack", "teams"])
def test_people_read_a_sentence_in_which_no_name_is_a_command(vendor, acme, receiver, form):
    make_endpoint(acme, form=form)
    vendor.send(identify("hannah", name="<!channel> Hannah"), track("hannah", "Reported"))
    tell_workspace(acme.pk)
    said = json.loads(receiver.got[0][1])
    text = said["text"] if form == "slack" else said["attachments"][0]["content"]["body"][0]["inlines"][0]["text"]
    assert "Hannah has reached “Report”." in text
    assert "<!channel>" not in text or form == "teams"


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_none(address):
    assert not is_public(address)
    with pytest.raises(ForbiddenAddressError):
        place_of("https://hooks.example/", resolving=lambda host, port: ["93.184.216.34", address])


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111"])
def test_a_public_address_is_one(address):
    assert place_of("https://hooks.example:8443/a?b=c", resolving=lambda host, port: [address]) == Place(
        "hooks.example", 8443, "/a?b=c", address
    )


@pytest.mark.parametrize("url", ODD)
def test_an_odd_address_is_refused(url):
    with pytest.raises(ForbiddenAddressError):
        place_of(url)


def test_a_resolver_that_changes_its_mind_changes_nothing(monkeypatch):
    """The second answer would be loopback; a listener there sees no connection, for nobody asks a second time."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    place = place_of("https://hooks.example/", resolving=lambda host, port: answers.pop(0))
    asked = []
    monkeypatch.setattr(
        posting.socket,
        "create_connection",
        lambda where, timeout: asked.append(where) or (_ for _ in ()).throw(OSError()),
    )
    posting.post(place, b"{}", {})
    assert asked == [("93.184.216.34", 443)]
    assert len(answers) == 1


def test_every_try_looks_at_the_address_again(vendor, acme, monkeypatch):
    """What was public when it was typed in may lead inside by now: a listener there sees no connection."""
    listener = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    listener.timeout = 0
    make_endpoint(acme, url="https://hooks.example:8443/")
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *said, **more: [(0, 0, 0, "", ("127.0.0.1", 8443))])
    vendor.send(identify("hannah"), track("hannah", "Reported"))
    tell_workspace(acme.pk)
    with workspace_scope(acme.pk):
        assert WebhookAttempt.objects.get().trouble == "Only machines on the public internet are told anything."
    listener.server_close()


def test_addresses_are_looked_at_when_they_are_typed(acme, alice, signed_in):
    page = signed_in(alice).post(
        "/w/acme/webhooks/", {"name": "CRM", "url": "https://127.0.0.1/", "form": "standard", "kinds": ["step.reached"]}
    )
    assert "Only machines on the public internet" in page.content.decode()
    with workspace_scope(acme.pk):
        assert not Endpoint.objects.exists()


def test_a_secret_is_shown_once_and_kept_encrypted(acme, alice, signed_in, monkeypatch):
    monkeypatch.setattr(posting, "resolve", lambda host, port: ["93.184.216.34"])
    monkeypatch.setattr(
        posting.place_of, "__kwdefaults__", {"resolving": lambda h, p: ["93.184.216.34"], "allowed": is_public}
    )
    client = signed_in(alice)
    said = {"name": "CRM", "url": "https://hooks.example/", "form": "standard", "kinds": ["step.reached"]}
    page = client.post("/w/acme/webhooks/", said).content.decode()
    with workspace_scope(acme.pk):
        endpoint = Endpoint.objects.get()
        secret = decrypt(endpoint.secret_encrypted)
    assert secret in page
    assert secret not in client.get(f"/w/acme/webhooks/{endpoint.pk}/").content.decode()
    assert secret.encode() not in bytes(endpoint.secret_encrypted)
