"""API keys and signing secrets: made, rotated with an overlap, revoked."""

import secrets as _random
from datetime import timedelta

from onboarding import clock
from onboarding.tenancy.models import ApiKey, SigningSecret
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tenancy.secrets import encrypt, hash_secret, hint_of, new_secret

OVERLAP = timedelta(days=7)
MAX_SIGNING_SECRETS = 2


class TooManySecretsError(Exception):
    """At most two signing secrets are live at once."""


def add_api_key(*, name: str, scopes: list[str]) -> tuple[ApiKey, str]:
    """A new API key; its text is returned once and kept as a hash."""
    secret = new_secret("cairn_api")
    key = ApiKey.objects.create(
        workspace_id=current_workspace_id(),
        name=name,
        key_hash=hash_secret(secret),
        hint=hint_of(secret),
        scopes=scopes,
        created_at=clock.now(),
    )
    return key, secret


def add_signing_secret() -> tuple[SigningSecret, str]:
    """A new signing secret, kept encrypted. Raises TooManySecretsError when two are live."""
    if live_signing_secrets().count() >= MAX_SIGNING_SECRETS:
        raise TooManySecretsError("Two signing secrets are live. Revoke one first.")
    secret = new_secret("cairn_sign")
    row = SigningSecret.objects.create(
        workspace_id=current_workspace_id(),
        kid=f"k_{_random.token_hex(6)}",
        secret_encrypted=encrypt(secret),
        hint=hint_of(secret),
        created_at=clock.now(),
    )
    return row, secret


def live_signing_secrets():
    now = clock.now()
    return SigningSecret.objects.filter(revoked_at=None).exclude(expires_at__lte=now).order_by("created_at")


def rotate_signing_secret(row: SigningSecret, *, overlap: timedelta = OVERLAP) -> tuple[SigningSecret, str]:
    """A second secret; the first still verifies for the overlap."""
    made = add_signing_secret()
    retire(row, overlap=overlap)
    return made


def rotate_api_key(key: ApiKey, *, overlap: timedelta = OVERLAP) -> tuple[ApiKey, str]:
    made = add_api_key(name=key.name, scopes=key.scopes)
    retire(key, overlap=overlap)
    return made


def retire(row: ApiKey | SigningSecret, *, overlap: timedelta) -> None:
    ends = clock.now() + overlap
    row.expires_at = min(row.expires_at or ends, ends)
    row.save(update_fields=["expires_at"])


def revoke(row: ApiKey | SigningSecret) -> None:
    """From the next request on it opens nothing."""
    type(row).objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=clock.now())
