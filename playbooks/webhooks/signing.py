"""Standard Webhooks: how a message is signed. https://github.com/standard-webhooks/standard-webhooks"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from onboarding import clock
from onboarding.tenancy.secrets import decrypt, encrypt
from playbooks.models import Endpoint

PREFIX = "whsec_"
OVERLAP = timedelta(hours=24)


def new_signing_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers_for(endpoint: Endpoint, message_id: str, body: str, *, now: datetime) -> dict[str, str]:
    """The headers of one try: the same id each time, the time of this one, and a signature by each secret that holds."""
    moment = str(int(now.timestamp()))
    signed = " ".join(signature(each, message_id, moment, body) for each in live_secrets(endpoint, now))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Cairn-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": signed,
    }


def signature(secret: str, message_id: str, moment: str, body: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    made = hmac.new(key, f"{message_id}.{moment}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def live_secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    """The present secret, and the earlier one while both hold."""
    found = [decrypt(endpoint.secret_encrypted)]
    if endpoint.earlier_encrypted and endpoint.earlier_until and endpoint.earlier_until > now:
        found.append(decrypt(endpoint.earlier_encrypted))
    return found


def rotate(endpoint: Endpoint) -> str:
    """A new secret, shown once; the one before signs beside it for a day."""
    secret = new_signing_secret()
    endpoint.earlier_encrypted, endpoint.earlier_until = endpoint.secret_encrypted, clock.now() + OVERLAP
    endpoint.secret_encrypted = encrypt(secret)
    endpoint.save(update_fields=["secret_encrypted", "earlier_encrypted", "earlier_until"])
    return secret
