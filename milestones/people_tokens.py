"""A person's token: a JWT that the vendor's back end signs, HS256 and nothing else (DESIGN.md section 7)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import jwt

from onboarding import clock
from onboarding.tenancy.keys import live_signing_secrets
from onboarding.tenancy.secrets import decrypt

LEEWAY = timedelta(seconds=60)
LIFETIME = timedelta(hours=24)
MAX_LENGTH = 4096
_reader = jwt.PyJWT()

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no database takes it


class TokenRefusedError(Exception):
    """The token does not open anything. Why is for the log only: every failure answers the same."""


@dataclass(frozen=True)
class Claims:
    person: str
    account: str | None
    kid: str


def claimed(token: str) -> dict:
    """What a token says before anybody has checked it: good for finding the secrets that check it, and for nothing else."""
    return _opened(token)[1] if token and len(token) <= MAX_LENGTH else {}


def audience(token: str) -> str:
    """The workspace that an unverified token claims to be for; '' when it says none."""
    return claimed_text(claimed(token), "aud", 40) or ""


def claimed_text(claims: dict, name: str, longest: int) -> str | None:
    """A claim that is a short text that a database takes; None for anything else."""
    found = claims.get(name)
    return found if isinstance(found, str) and len(found) <= longest and not UNSTORABLE.search(found) else None


def verify(token: str, *, public_id: str, secrets: Iterable | None = None) -> Claims:
    """The claims of a token for the workspace of this public id; raises TokenRefusedError for any doubt.

    `secrets` are its live ones (kid, secret_encrypted), read in the open scope unless they are given.
    """
    header = _opened(token)[0] if len(token) <= MAX_LENGTH else {}
    if header.get("alg") != "HS256" or "crit" in header:
        raise TokenRefusedError("algorithm")
    secrets = list(live_signing_secrets() if secrets is None else secrets)
    kid = header.get("kid")
    if kid is not None:
        secrets = [secret for secret in secrets if isinstance(kid, str) and secret.kid == kid]
    for secret in secrets:
        claims = _claims(token, decrypt(secret.secret_encrypted), public_id)
        if claims is not None and _is_sound(claims, public_id):
            return Claims(claims["sub"], claims.get("account"), secret.kid)
    raise TokenRefusedError("no live secret verifies it")


# A widget polls with one token for an hour. Whether a secret signed a token never changes, so it is worked out once; what
# changes, the secrets that live and the time, is asked each time.
@lru_cache(maxsize=2048)
def _opened(token: str) -> tuple[dict, dict]:
    """(header, claims) as they stand in the token, unverified; empty when it is none."""
    try:
        whole = jwt.decode_complete(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return {}, {}
    return whole["header"], whole["payload"]


@lru_cache(maxsize=2048)
def _claims(token: str, secret: str, public_id: str) -> dict | None:
    """The claims that the secret signed for this audience; None when it did not."""
    try:
        return _reader.decode(
            token,
            secret.encode(),
            algorithms=["HS256"],
            audience=public_id,
            # Times are compared below with our own clock, which the demo and the tests may move.
            options={
                "require": ["sub", "aud", "iat", "exp"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.InvalidTokenError:
        return None


def _is_sound(claims: dict, public_id: str) -> bool:
    now = clock.now().timestamp()
    account, issued, expires = (claims.get(key) for key in ("account", "iat", "exp"))
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (issued, expires))
    if not numbers or claims.get("aud") != public_id:
        return False
    if not claimed_text(claims, "sub", 200):
        return False
    if account is not None and not claimed_text(claims, "account", 200):
        return False
    in_time = issued <= now + LEEWAY.total_seconds() and now < expires + LEEWAY.total_seconds()
    return in_time and 0 < expires - issued <= LIFETIME.total_seconds()
