"""Making, hashing and encrypting the secrets that Cairn hands out."""

import hashlib
import secrets as _random
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def new_secret(prefix: str) -> str:
    """A secret of 256 random bits, with a prefix that tells a leak scanner what it is."""
    return f"{prefix}_{_random.token_urlsafe(32)}"


def hash_secret(secret: str) -> bytes:
    """SHA-256; the secrets are random, so a slow hash would add nothing but time."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def hint_of(secret: str) -> str:
    """What a person may see of it later: the prefix and the last four characters."""
    prefix = "_".join(secret.split("_")[:2])
    return f"{prefix}_…{secret[-4:]}"


def encrypt(secret: str) -> bytes:
    return _fernet().encrypt(secret.encode())


def decrypt(encrypted: bytes) -> str:
    return _decrypted(bytes(encrypted), tuple(settings.CAIRN_SECRET_KEYS))


@lru_cache(maxsize=1024)  # a busy widget asks for the same few at every poll
def _decrypted(encrypted: bytes, keys: tuple[str, ...]) -> str:
    return MultiFernet([Fernet(key) for key in keys]).decrypt(encrypted).decode()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CAIRN_SECRET_KEYS])
