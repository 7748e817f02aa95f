import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.fetch.inflate import Body, BodyError

TEXT = b"<feed>" + b"techniek " * 500 + b"</feed>"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "x-gzip": gzip.compress(TEXT, mtime=0),
    "GZIP , identity": gzip.compress(TEXT, mtime=0),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT),
    "": TEXT,
    "identity": TEXT,
}
Pack = Callable[[bytes], bytes]
PACKERS: list[tuple[str, Pack]] = [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
CASES = [*PACKED.items(), ("deflate", raw_deflate(TEXT)), ("deflate", gzip.compress(TEXT, mtime=0))]


def body_of(encoding: str, *pieces: bytes, most: int = 8_000_000, ratio: int = 200, cut: bool = False) -> bytes:
    body = Body(encoding, most=most, ratio=ratio, cut=cut)
    for piece in pieces:
        body.write(piece)
    return body.content()


@pytest.mark.parametrize(("encoding", "packed"), CASES)
def test_a_body_comes_out_whole_however_it_was_cut_on_the_way(encoding: str, packed: bytes) -> None:
    assert body_of(encoding, packed) == TEXT
    assert body_of(encoding, *(packed[n : n + 1] for n in range(len(packed)))) == TEXT


@pytest.mark.parametrize(("encoding", "packed"), [case for case in CASES if case[0] not in ("", "identity")])
def test_a_body_that_ends_too_early_is_truncated(encoding: str, packed: bytes) -> None:
    for end in (1, 5, len(packed) // 2, len(packed) - 1):
        with pytest.raises(BodyError) as caught:
            body_of(encoding, packed[:end])
        assert caught.value.code == "truncated"


def test_all_members_of_a_gzip_file_count() -> None:
    packed = gzip.compress(b"one ", mtime=0) + gzip.compress(b"two ") + gzip.compress(b"")
    assert body_of("gzip", packed) == b"one two "
    assert body_of("gzip", *(packed[n : n + 1] for n in range(len(packed)))) == b"one two "
    with pytest.raises(BodyError):
        body_of("gzip", packed[:-3])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("junk", [b"\0", b"\0\0\0\0", b"<!-- cached -->"])
def test_junk_behind_the_end_is_ignored(encoding: str, junk: bytes) -> None:
    assert body_of(encoding, PACKED[encoding], junk, b"more") == TEXT
    if encoding != "br":
        assert body_of(encoding, PACKED[encoding] + junk) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "gzip, br", "compress"])
def test_what_cannot_be_inflated_is_badly_encoded(encoding: str) -> None:
    with pytest.raises(BodyError) as caught:
        body_of(encoding, b"<rss>" * 100)
    assert caught.value.code == "bad-encoding"


@pytest.mark.parametrize(("encoding", "packed"), CASES)
def test_a_body_of_the_largest_size_is_kept_and_a_byte_more_is_too_large(encoding: str, packed: bytes) -> None:
    assert body_of(encoding, packed, most=len(TEXT)) == TEXT
    with pytest.raises(BodyError) as caught:
        body_of(encoding, packed, most=len(TEXT) - 1, ratio=10_000)
    assert caught.value.code == "too-large"


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_a_bomb_is_called_one(encoding: str, pack: Pack) -> None:
    packed = pack(bytes(50_000_000))
    with pytest.raises(BodyError) as caught:
        body_of(encoding, *(packed[n : n + 1000] for n in range(0, len(packed), 1000)))
    assert caught.value.code == "bomb"


def test_a_good_ratio_is_no_bomb_while_the_body_is_small() -> None:
    assert len(body_of("gzip", gzip.compress(bytes(900_000), mtime=0))) == 900_000
    with pytest.raises(BodyError) as caught:
        body_of("gzip", gzip.compress(bytes(1_100_000), mtime=0))
    assert caught.value.code == "bomb"


@pytest.mark.parametrize(("encoding", "packed"), CASES)
def test_where_only_the_beginning_counts_the_rest_is_cut(encoding: str, packed: bytes) -> None:
    body = Body(encoding, most=100, ratio=200, cut=True)
    body.write(packed)
    assert body.full
    assert body.content() == TEXT[:100]


def test_no_body_is_empty_and_not_truncated() -> None:
    assert body_of("gzip") == b""


@settings(max_examples=50)
@given(st.binary(max_size=5000), st.integers(1, 200))
def test_bytes_survive_every_coding(data: bytes, step: int) -> None:
    for encoding, pack in PACKERS:
        packed = pack(data)
        pieces = [packed[n : n + step] for n in range(0, len(packed), step)]
        assert body_of(encoding, *pieces) == data
