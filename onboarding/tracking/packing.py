"""Facts as the inbox keeps them: MessagePack, deflated lightly where that pays."""

import zlib

import msgspec

from onboarding.tracking.decoding import Fact

WORTH_IT = 1_000  # bytes
ZLIB = 0x78  # how zlib begins; a MessagePack list never does
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Fact]).decode


def pack(facts: list[Fact]) -> bytes:
    body = _encode(facts)
    return zlib.compress(body, 1) if len(body) > WORTH_IT else body


def unpack(body: bytes) -> list[Fact]:
    """Also what was written before anything was deflated."""
    return _decode(zlib.decompress(body) if body[:1] == bytes([ZLIB]) else body)
