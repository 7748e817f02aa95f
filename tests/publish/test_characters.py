"""Nothing leaves the house that would make a document or a link unreadable."""

import pytest
from hypothesis import given
from lxml import etree

from aggregator.publish.characters import language_tag, legal, web_address
from aggregator.publish.valid.syntax import is_iri, is_language
from tests.publish.stories import ANY_LINK, ANY_TEXT


@given(ANY_TEXT)
def test_legal_text_can_always_be_written(text: str) -> None:
    element = etree.Element("a")
    element.text = legal(text)
    assert legal(legal(text)) == legal(text)


def test_legal_text_loses_nothing_that_xml_allows() -> None:
    text = "één\t\n\r <&> \x85 🎓 \ue000 \ufffd"
    assert legal(text) == text


@given(ANY_LINK)
def test_what_is_called_a_web_address_is_one(text: str) -> None:
    address = web_address(text)
    assert address is None or is_iri(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://fme.nl/nieuws/één-jaar?a=1&b=%20#top",
        "http://user@fme.nl:8080/",
        "https://[2001:db8::1]/nieuws",
        "https://één-techniek.nl/",
    ],
)
def test_a_good_address_stays_as_it_is(address: str) -> None:
    assert web_address(address) == address


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (" https://fme.nl/a b ", "https://fme.nl/a%20b"),
        ('https://fme.nl/"<>{}|\\^`', "https://fme.nl/%22%3C%3E%7B%7D%7C%5C%5E%60"),
        ("https://fme.nl/100%", "https://fme.nl/100%25"),
        ("https://fme.nl/a\u202eb\x00", "https://fme.nl/a%E2%80%AEb"),
        ("https://fme.nl/?from={30 days ago}", "https://fme.nl/?from=%7B30%20days%20ago%7D"),
    ],
)
def test_an_address_that_could_be_meant_is_escaped(address: str, written: str) -> None:
    assert web_address(address) == written


@pytest.mark.parametrize(
    "address",
    ["", "/nieuws", "ftp://fme.nl/", "javascript:alert(1)", "https://", "https://a b/", "https://x:0/", "https://[x/"],
)
def test_what_is_no_web_address_is_none(address: str) -> None:
    assert web_address(address) is None


def test_the_first_language_tag_that_is_one_counts() -> None:
    assert language_tag("", "nl_NL", "nl-NL", "en") == "nl-NL"
    assert language_tag("", "Nederlands?") == "und"


@given(ANY_TEXT)
def test_a_language_tag_is_always_well_formed(text: str) -> None:
    assert is_language(language_tag(text))
