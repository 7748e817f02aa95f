"""OPML: a list that programs can take in without meeting an error."""

import listparser
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator.model import Source
from aggregator.publish.opml import sources_opml
from aggregator.publish.valid import complaints
from tests.publish.stories import ANY_LINK, ANY_SITE, ANY_SOURCES, SITE, SOURCES, source_like


def outlines(*sources: Source, **addresses: str) -> list[dict[str, str]]:
    """The attributes of each outline."""
    document = sources_opml(sources, SITE, addresses)
    assert complaints(document, "text/x-opml") == []
    return [dict(outline.attrib) for outline in etree.fromstring(document).iter("outline")]


def test_a_feed_is_an_address_to_subscribe_to() -> None:
    assert outlines(SOURCES["fme"]) == [
        {"type": "rss", "text": "FME", "title": "FME", "xmlUrl": "https://fme.example/feed", "language": "nl"}
    ]


def test_a_page_is_named_but_nothing_subscribes_to_it() -> None:
    named = {"text": "ROC & Zonen", "title": "ROC & Zonen", "htmlUrl": "https://roc.example/nieuws"}
    assert outlines(SOURCES["roc"]) == [named]
    assert outlines(source_like("roc", kind="auto")) == [named]


def test_a_feed_that_was_found_on_a_page_goes_with_that_page() -> None:
    [outline] = outlines(source_like("roc", kind="auto"), roc="https://roc.example/feed")
    assert outline["xmlUrl"] == "https://roc.example/feed"
    assert outline["htmlUrl"] == "https://roc.example/nieuws"


@given(ANY_SOURCES, ANY_SITE, st.dictionaries(st.sampled_from(["fme", "roc"]), ANY_LINK))
def test_whatever_is_configured_a_valid_list_comes_out(
    sources: dict[str, Source], site: object, addresses: dict[str, str]
) -> None:
    document = sources_opml(sources.values(), SITE, addresses)
    assert complaints(document, "text/x-opml") == []
    assert sources_opml(sources.values(), SITE, addresses) == document


def test_listparser_reads_the_feeds_back() -> None:
    parsed = listparser.parse(sources_opml(SOURCES.values(), SITE, {}).decode())
    assert [(feed.title, feed.url) for feed in parsed.feeds] == [
        (source.organisation, source.url) for source in SOURCES.values() if source.kind == "feed"
    ]
