"""Bytes are what they are, not what their label says; text that went wrong before comes right, right text stays."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.encoding import decode, repair

TEXT = "Reünie: één café, 5 € – “mbo’ers”"
DUTCH = st.text(
    alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    " .,;:!?()-'\"àáäçèéêëíïîóöôúüûÀÉËÏÖÜ€–—‘’“”…©®°²½ñø"
)


@pytest.mark.parametrize(
    "declared", ["", "utf-8", "iso-8859-1", "windows-1257", "bestaat-niet", "utf-16", "utf-7", "a b", "\x00"]
)
def test_utf_8_is_utf_8_whatever_was_declared(declared: str) -> None:
    assert decode(TEXT.encode(), declared) == TEXT


@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1", "us-ascii", "bestaat-niet"])
def test_what_is_no_utf_8_is_windows_1252(declared: str) -> None:
    assert decode(TEXT.encode("cp1252"), declared) == TEXT


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "iso-8859-1") == TEXT


def test_marks_of_the_other_byte_order_and_no_marks_are_read_too() -> None:
    assert decode(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")) == TEXT
    assert decode(("<é>" + TEXT).encode("utf-16-le")) == "<é>" + TEXT
    assert decode(("<é>" + TEXT).encode("utf-16-be")) == "<é>" + TEXT


def test_another_encoding_is_believed_when_declared_outside_or_inside() -> None:
    assert decode("Łódź".encode("iso-8859-2"), "iso-8859-2") == "Łódź"
    document = '<?xml version="1.0" encoding="windows-1250"?><a>Łódź</a>'
    assert decode(document.encode("cp1250")) == document
    page = '<html><meta charset="windows-1250">Łódź'
    assert decode(page.encode("cp1250"), "utf-8") == page
    assert decode("日本".encode("iso2022_jp"), "iso-2022-jp") == "日本"
    assert decode(b"\x1b[0m gewoon") == "\x1b[0m gewoon"
    assert decode(b"\xff\xfe\x00"[:1] + b"x", "shift_jis_2004") == "ÿx"


def test_a_mixed_document_keeps_both_its_halves() -> None:
    assert decode("één café ".encode() + "reünie €".encode("cp1252")) == "één café reünie €"


@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "utf-16", "latin-1", "rot13", "idna"]))
def test_decoding_never_fails(body: bytes, declared: str) -> None:
    assert isinstance(decode(body, declared), str)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("FinanciÃ«le steun", "Financiële steun"),
        ("CommerciĆ«le ruimte", "Commerciële ruimte"),
        ("preventieā€¦", "preventie…"),
        ("financiƫle", "financiële"),
        ("bà¨ta, à©à©n", "bèta, één"),
        ("FinanciÃƒÂ«le", "Financiële"),
        ("â€œHalloâ€\x9d", "“Hallo”"),
        ("Â© TP", "© TP"),
        ("mboâ€™ers", "mbo’ers"),
    ],
)
def test_utf_8_that_was_read_as_something_else_is_put_right(wrong: str, right: str) -> None:
    assert repair(wrong) == right


@pytest.mark.parametrize(
    "right", ["à la carte", "São Paulo", "Århus en Ålesund", "Ćevapi", "7 í 8", "ĀBC", "Â", "voilà…", "à © TP", "Łódź"]
)
def test_right_text_stays_right(right: str) -> None:
    assert repair(right) == right


@given(DUTCH)
def test_dutch_is_never_touched(text: str) -> None:
    assert repair(text) == text


@given(DUTCH.filter(lambda text: not text.isascii()))
def test_dutch_read_wrongly_once_comes_back(text: str) -> None:
    assert repair(text.encode().decode("cp1252", "aggregator.windows-1252")) == text or "�" in text


def test_what_went_wrong_too_often_is_put_right_as_far_as_it_goes() -> None:
    text = "ë"
    for _ in range(5):
        text = text.encode().decode("cp1252", "aggregator.windows-1252")
    assert len(repair(text)) < len(text)
