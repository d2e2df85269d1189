"""Sources and their keys: made, rotated with an overlap, revoked."""

from datetime import timedelta

from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tenancy.secrets import hash_secret, hint_of, new_secret
from onboarding.tracking.models import Source, SourceKey

PREFIXES = {Source.Kind.SERVER: "cairn_sk", Source.Kind.BROWSER: "cairn_bk"}
OVERLAP = timedelta(days=7)


def add_source(*, name: str, kind: str) -> tuple[Source, str]:
    """A new source with its first key. The key's text is returned once and kept as a hash."""
    source = Source.objects.create(workspace_id=current_workspace_id(), name=name, kind=kind, created_at=clock.now())
    return source, add_key(source=source)


def add_key(*, source: Source) -> str:
    secret = new_secret(PREFIXES[source.kind])
    # A browser key stands in the page's source, so there is nothing to hide.
    hint = secret if source.kind == Source.Kind.BROWSER else hint_of(secret)
    SourceKey.objects.create(
        workspace_id=current_workspace_id(),
        source=source,
        key_hash=hash_secret(secret),
        hint=hint,
        created_at=clock.now(),
    )
    return secret


def rotate_key(*, key: SourceKey, overlap: timedelta = OVERLAP) -> str:
    """A new key for the same source; the old one still works for the overlap."""
    key.expires_at = min(filter(None, (key.expires_at, clock.now() + overlap)))
    key.save(update_fields=["expires_at"])
    return add_key(source=key.source)


def revoke_key(*, key: SourceKey) -> None:
    SourceKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now())


def cairn_source() -> Source:
    """The open workspace's own source, for what people and members do in Cairn."""
    source, _ = Source.objects.get_or_create(
        workspace_id=current_workspace_id(),
        kind=Source.Kind.CAIRN,
        defaults={"name": "Cairn", "created_at": clock.now()},
    )
    return source
