"""From the bytes on the wire to the bytes of one bounded document."""

import zlib

LIMIT = 4 * 1024 * 1024  # bytes a request, inflated
CHUNK = 64 * 1024

GZIP, ZLIB, BARE_DEFLATE = 31, 15, -15  # zlib's names for the three wrappings are these window sizes
ENCODINGS = {"": None, "identity": None, "gzip": GZIP, "x-gzip": GZIP, "deflate": ZLIB}


class BodyError(Exception):
    """A request whose body can't be read at all: answer with `status`, a `code` and a `message`."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def read_body(stream, *, content_length: int | None, content_encoding: str, limit: int = LIMIT) -> bytes:
    """The request's bytes, inflated: at most `limit` of them are ever held.

    `stream` has `read(size)`; without a content length it is read to its end. Raises BodyError: 413 beyond the
    limit (compressed or inflated), 415 for an encoding other than gzip and deflate, 400 for bytes that don't inflate
    or a connection that breaks.
    """
    encoding = (content_encoding or "").strip().lower()
    if encoding not in ENCODINGS:
        raise BodyError(415, "unsupported_encoding", "Send the body plain, or with Content-Encoding gzip or deflate.")
    if content_length is not None and content_length > limit:
        raise _too_large(limit)
    chunks = _chunks(stream, content_length, limit)
    wrapping = ENCODINGS[encoding]
    return b"".join(chunks) if wrapping is None else _inflate(chunks, wrapping, limit)


def _chunks(stream, content_length: int | None, limit: int):
    """What the sender sent, piece by piece. A server may leave the socket open behind the body: never ask for more."""
    left = limit + 1 if content_length is None else content_length
    while left > 0:
        try:
            chunk = stream.read(min(CHUNK, left))
        except OSError as error:  # Django's UnreadablePostError is one
            raise BodyError(400, "incomplete_body", "The connection broke before the body was complete.") from error
        if not chunk:
            return
        left -= len(chunk)
        yield chunk
    if content_length is None:
        raise _too_large(limit)


def _inflate(chunks, wrapping: int, limit: int) -> bytes:
    inflated = bytearray()
    inflater = None
    for chunk in chunks:
        inflater = inflater or zlib.decompressobj(_real_wrapping(chunk, wrapping))
        if inflater.eof:
            raise _bad_compression("something follows its end")
        while chunk:
            try:
                inflated += inflater.decompress(chunk, limit + 1 - len(inflated))
            except zlib.error as error:
                raise _bad_compression("its bytes are damaged") from error
            if len(inflated) > limit:
                raise _too_large(limit)
            if inflater.unused_data:
                raise _bad_compression("something follows its end")
            chunk = inflater.unconsumed_tail
    if inflater is None or not inflater.eof:
        raise _bad_compression("it ends too early")
    if inflated.startswith(b"\x1f\x8b"):
        raise _bad_compression("it was compressed twice")
    return bytes(inflated)


def _real_wrapping(start: bytes, wrapping: int) -> int:
    """Senders disagree whether deflate has zlib's two-byte header; its low bits and checksum tell."""
    has_header = len(start) > 1 and start[0] & 15 == 8 and (start[0] << 8 | start[1]) % 31 == 0
    return BARE_DEFLATE if wrapping == ZLIB and not has_header else wrapping


def _too_large(limit: int) -> BodyError:
    return BodyError(413, "too_large", f"A request may have {limit:,} bytes, counted uncompressed.")


def _bad_compression(why: str) -> BodyError:
    return BodyError(400, "bad_compression", f"The compressed body can't be read: {why}.")
