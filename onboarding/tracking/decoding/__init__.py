"""The strict decoder of the tracking API: bytes in, facts and refusals out. No database, no Django."""

from .bodies import BodyError, read_body
from .decoder import decode
from .envelopes import write_key_of
from .facts import Decoded, Fact, Kind, Mark
from .refusals import Reason, Refusal

__all__ = [
    "BodyError",
    "Decoded",
    "Fact",
    "Kind",
    "Mark",
    "Reason",
    "Refusal",
    "decode",
    "read_body",
    "write_key_of",
]
