"""A request's bytes are inflated and counted while they are read, and never more than the limit of them is held."""

import bz2
import gzip
import io
import tracemalloc
import zlib

import pytest

from onboarding.tracking.decoding import BodyError, read_body

BODY = b'{"batch": []}' * 10
ZIPPED = gzip.compress(BODY, mtime=0)  # the same bytes in each test process
MIB = 1024 * 1024


def read(data, encoding="", length="real", **options):
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    content_length = len(data) if length == "real" else length
    return read_body(stream, content_length=content_length, content_encoding=encoding, **options)


def bare_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize("length", ["real", None])
@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (BODY, ""),
        (BODY, None),
        (BODY, "identity"),
        (ZIPPED, "gzip"),
        (ZIPPED, " GZip "),
        (ZIPPED, "x-gzip"),
        (zlib.compress(BODY), "deflate"),
        (bare_deflate(BODY), "deflate"),
    ],
)
def test_the_body_is_read_and_inflated(data, encoding, length):
    assert read(data, encoding, length) == BODY


def test_an_empty_body_is_empty():
    assert read(b"") == b""


def test_a_large_body_comes_in_pieces():
    body = bytes(range(256)) * 8_000
    assert read(body) == body
    assert read(gzip.compress(body), "gzip") == body


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip,identity", "utf-8", "*"])
def test_another_encoding_is_not_supported(encoding):
    with pytest.raises(BodyError) as raised:
        read(BODY, encoding)
    assert (raised.value.status, raised.value.code) == (415, "unsupported_encoding")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        BODY,
        ZIPPED[:-1],
        ZIPPED[:5],
        ZIPPED + b"\0",
        ZIPPED + ZIPPED,
        gzip.compress(ZIPPED),
        ZIPPED[:-8] + bytes(8),
        zlib.compress(BODY),
        bz2.compress(BODY),
    ],
    ids=["empty", "plain", "cut", "beheaded", "tail", "members", "twice", "checksum", "zlib", "bzip2"],
)
def test_damaged_gzip_is_an_error(data):
    with pytest.raises(BodyError) as raised:
        read(data, "gzip")
    assert (raised.value.status, raised.value.code) == (400, "bad_compression")


def test_a_second_member_is_found_when_it_comes_in_the_next_piece():
    class Pieces:
        def __init__(self, *pieces):
            self.pieces = list(pieces)

        def read(self, size):
            return self.pieces.pop(0) if self.pieces else b""

    with pytest.raises(BodyError) as raised:
        read(Pieces(ZIPPED, ZIPPED), "gzip", length=None)
    assert raised.value.code == "bad_compression"


@pytest.mark.parametrize(("size", "fits"), [(1_000, True), (1_001, False)])
@pytest.mark.parametrize("length", ["real", None])
def test_the_limit_counts_inflated_bytes(size, fits, length):
    for data, encoding in ((b"x" * size, ""), (gzip.compress(b"x" * size), "gzip")):
        if fits:
            assert len(read(data, encoding, length, limit=1_000)) == size
            continue
        with pytest.raises(BodyError) as raised:
            read(data, encoding, length, limit=1_000)
        assert (raised.value.status, raised.value.code) == (413, "too_large")


def test_a_body_announced_as_too_large_is_not_even_read():
    class Unread:
        def read(self, size):
            raise AssertionError("was read")

    with pytest.raises(BodyError) as raised:
        read(Unread(), length=4 * MIB + 1)
    assert raised.value.status == 413


def test_a_bomb_is_stopped_at_the_limit():
    bomb = gzip.compress(bytes(256 * MIB), compresslevel=9)
    tracemalloc.start()
    with pytest.raises(BodyError) as raised:
        read(bomb, "gzip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert raised.value.status == 413
    assert peak < 20 * MIB


def test_compressed_nothing_is_stopped_too():
    empty_blocks = zlib.compress(b"")[:2] + b"\x00\x00\x00\xff\xff" * MIB
    with pytest.raises(BodyError) as raised:
        read(empty_blocks, "deflate", length=None)
    assert raised.value.status == 413


def test_no_more_is_read_than_was_announced():
    stream = io.BytesIO(BODY + b"the next request")
    assert read(stream, length=len(BODY)) == BODY
    assert stream.read() == b"the next request"


def test_a_connection_that_breaks_is_an_error():
    class Broken:
        def read(self, size):
            raise ConnectionResetError

    with pytest.raises(BodyError) as raised:
        read(Broken(), length=10)
    assert (raised.value.status, raised.value.code) == (400, "incomplete_body")
