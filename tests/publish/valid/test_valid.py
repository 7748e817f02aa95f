"""The gate itself: it answers on any bytes, and looks nowhere else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.publish.valid import MEDIA_TYPES, complaints


@given(st.binary() | st.text().map(str.encode), st.sampled_from(sorted(MEDIA_TYPES)))
def test_any_bytes_get_an_answer_and_noise_is_never_valid(document: bytes, media_type: str) -> None:
    assert complaints(document, media_type)


def test_what_cannot_be_parsed_is_said_to_be_so() -> None:
    assert complaints(b"<feed>", "application/atom+xml")[0].startswith("not well-formed XML")
    assert complaints(b"", "application/rss+xml")[0].startswith("not well-formed XML")
    assert complaints(b"{", "application/feed+json")[0].startswith("not JSON")
    assert complaints(b'{"a": 1, "a": 2}', "application/feed+json")[0].startswith("not JSON: a member occurs twice")
    assert complaints(b'{"a": NaN}', "application/feed+json") == ["not JSON: NaN is not JSON"]
    assert complaints(b"[" * 100_000, "application/feed+json")[0].startswith("not JSON")
    assert complaints(b'"\xff"', "application/feed+json")[0].startswith("not JSON")


def test_a_document_type_is_refused_and_its_entities_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim")
    entity = f'<!DOCTYPE opml [<!ENTITY a SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    outline = '<opml version="2.0"><head/><body><outline text="a" language="?">&a;</outline></body></opml>'
    found = complaints((entity + outline).encode(), "text/x-opml")
    assert found == ["has a document type declaration", "outline 1: language '?' is no language tag"]


def test_without_rules_there_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no rules for text/html"):
        complaints(b"", "text/html")
