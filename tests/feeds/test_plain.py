"""The quick reader of ordinary entries and feedparser must read the same: each test reads a document both ways.

An element that only feedparser knows what to do with makes a document feedparser's, and changes nothing else.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ReadError
from aggregator.feeds import read_feed
from aggregator.feeds.look import Look
from aggregator.feeds.plain import plain_entries
from aggregator.model import Reading
from aggregator.text.encoding import decode

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = Path(__file__).resolve()
SHARED = HERE.parents[2] / ".." / "shared" / "listing" / "dev"
DOCUMENTS = [*sorted((HERE.parents[1] / "data" / "feeds").glob("*.xml")), *sorted(SHARED.glob("*/feed.xml"))]
UNUSUAL = "<onbekend>x</onbekend>"

RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:xml="http://www.w3.org/XML/1998/namespace">
<channel><title>FME</title><link>https://fme.nl/</link><language>nl</language>{}<ttl>60</ttl></channel></rss>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>FME</title></channel>{}</rdf:RDF>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl_NL" xmlns:dc="http://purl.org/dc/elements/1.1/">
<title>FME</title><id>https://fme.nl/</id>{}</feed>"""


def read(text: str) -> Reading:
    return read_feed(text.encode(), url="https://fme.nl/feed", now=NOW)


def both_ways(text: str) -> tuple[Reading, Reading]:
    return read(text), read(re.sub(r"(</(?:item|entry)>)", rf"{UNUSUAL}\1", text))


def is_plain(text: str) -> bool:
    return plain_entries(Look(text)) is not None


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_real_feeds_say_the_same_both_ways(path: Path) -> None:
    quick, thorough = both_ways(decode(path.read_bytes()))
    assert quick == thorough


def test_most_real_feeds_are_ordinary() -> None:
    found = sorted(SHARED.glob("*/feed.xml"))
    if not found:
        pytest.skip("../shared/listing is not beside this checkout")
    assert sum(is_plain(decode(path.read_bytes())) for path in found) >= 0.9 * len(found)


RSS_ITEMS = [
    "<title>Meer meisjes</title><link>https://fme.nl/a</link><guid>https://fme.nl/a</guid>",
    "<title>a</title><guid>https://fme.nl/a</guid>",
    "<title>a</title><guid>/a</guid>",
    "<guid isPermaLink='false'>17</guid><link>https://fme.nl/a</link><title>a</title>",
    "<guid isPermaLink='false'>17</guid><title>a</title><link/>",
    "<title>R&amp;D &amp;amp; &lt;b&gt;meer&lt;/b&gt;</title>",
    "<title>a &lt; b</title>",
    "<title/><title>tweede</title>",
    "<title type='html'>&lt;i&gt;x&lt;/i&gt;</title>",
    "<title>a</title><link>https://fme.nl/?a=1&amp;amp;b=2&amp;copy;=3</link><link>https://fme.nl/b</link>",
    "<title>a</title><description>K &lt;b&gt;b&lt;/b&gt;</description><content:encoded>&lt;p&gt;Lang</content:encoded>",
    "<title>a</title><content:encoded>&lt;p&gt;Lang</content:encoded><description>Kort</description>",
    "<title>a</title><content:encoded>&lt;p&gt;Lang</content:encoded><content:encoded>Langer</content:encoded>",
    "<title>a</title><dc:date>2022-06-30</dc:date><pubDate>Thu, 30 Jun 2022 10:00:00 +0200</pubDate>",
    "<title>a</title><pubDate>Thu, 30 Jun 2022 10:00 GMT</pubDate><pubDate/>",
    "<title>a</title><pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate><dc:date>2022-02-28T10:00:00Z</dc:date>",
    "<title>a</title><dc:creator>Jan</dc:creator><author>Piet</author><dc:creator/>",
    "<title>a</title><category>x</category><category domain='y'>x</category><category/><dc:subject>z</dc:subject>",
    "<title>a</title><enclosure url='https://fme.nl/a.jpg' type='IMAGE/jpeg' length='3'/><comments>x</comments>",
    "<title>a</title><source url='https://b.nl/'>B</source><slash:comments>3</slash:comments>",
    "<title>a</title><atom:link rel='Alternate' href='https://fme.nl/a'/><atom:link href='/b' rel='self'/>",
    "<title>FinanciÃ«le opleiding</title><description>één</description>",
]
ATOM_ENTRIES = [
    "<title>a</title><id>https://fme.nl/a</id><link href='https://fme.nl/b'/><updated>2022-06-30T10:00:00Z</updated>",
    "<title type='html'>&lt;b&gt;x&lt;/b&gt;</title><id>tag:x</id><published>2022-06-30T10:00:00.5+02:00</published>",
    "<title type='text'>&lt;b&gt;x</title><id>urn:x</id><link rel='via' href='https://fme.nl/b'/>",
    "<title>a</title><summary>kort</summary><content type='html'>&lt;p&gt;lang</content>",
    "<title>a</title><content type='text' xml:base='https://b.nl/'>a</content><summary type='html'>k</summary>",
    "<title>a</title><content>x</content><rights>van ons</rights><category term='t' label='T'/><category/>",
    "<title>a</title><author><name>Jan</name><uri>u</uri></author><author><name>Piet</name></author>",
    "<title>a</title><link href='https://fme.nl/a.pdf' type='application/pdf'/><id>https://fme.nl/b</id>",
]


@pytest.mark.parametrize("item", RSS_ITEMS)
def test_rss_entries_are_read_as_feedparser_reads_them(item: str) -> None:
    text = RSS.format(f"<item>{item}</item><item><title>ander</title></item>")
    quick, thorough = both_ways(text)
    assert is_plain(text)
    assert quick == thorough


@pytest.mark.parametrize("entry", ATOM_ENTRIES)
def test_atom_entries_are_read_as_feedparser_reads_them(entry: str) -> None:
    text = ATOM.format(f"<entry>{entry}</entry>")
    quick, thorough = both_ways(text)
    assert is_plain(text)
    assert quick == thorough


@pytest.mark.parametrize("text", ["<rss><item>{}</item></rss>", "<channel><item>{}</item></channel>"])
def test_half_a_frame_is_enough(text: str) -> None:
    quick, thorough = both_ways(text.format("<title>a</title>"))
    assert is_plain(text)
    assert quick == thorough


def test_a_day_that_does_not_exist_is_no_date() -> None:
    reading = read(RSS.format("<item><title>a</title><pubDate>Thu, 31 Feb 2022 10:00:00 GMT</pubDate></item>"))
    assert reading.entries[0].published is None
    assert [problem.code for problem in reading.problems] == ["date-unreadable"]


def test_rss_1_entries_are_named_by_their_address() -> None:
    text = RDF.format("<item rdf:about='https://fme.nl/a'><title>a</title><dc:date>2022-06-30</dc:date></item>")
    quick, thorough = both_ways(text)
    assert is_plain(text)
    assert quick == thorough
    assert quick.entries[0].id == "https://fme.nl/a"


@pytest.mark.parametrize(
    "item",
    [
        "<title>a <b>b</b></title>",
        "<title type='xhtml'>a</title>",
        "<title>a</title><source>b</source><title>c</title>",
        "<title kleur='rood'>a</title>",
        "<title>a</title><description>x</description><dc:description>y</dc:description>",
        "<title>a</title><description>x</description><description>y</description>",
        "<title>a</title><link>http:///fme.nl/a</link>",
        "<title>a</title><guid>http:///fme.nl/a</guid>",
        "<title>a</title><atom:link>https://fme.nl/a</atom:link>",
        "<title>a</title><enclosure type='image/png'/>",
        "<title>a</title><pubDate>30 juni 2022</pubDate>",
        "<title>a</title><author>jan@fme.nl (Jan)</author>",
        "<title>a</title><comments><b/></comments>",
        "<title>a</title><slash:comments><b/></slash:comments>",
        "<title>\x85a</title>",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_feedparser(item: str) -> None:
    assert not is_plain(RSS.format(f"<item>{item}</item>"))


@pytest.mark.parametrize(
    "text",
    [
        RSS.format(""),
        RSS.format("<item><title>a</title></item><title>b</title><item><title>c</title></item>"),
        RSS.format("<image><item/></image><item><title>a</title></item>"),
        RSS.format("<item><title>a</title></item>").replace("<channel>", "<channel xml:base='https://fme.nl/x/'>"),
        RSS.format("<item xml:lang='fy'><title>a</title></item>"),
        "<dossier><rss/><item><title>a</title></item></dossier>",
        ATOM.format(
            "<entry><title>a</title><author><name>Jan</name></author><author><email>a@b.nl</email></author></entry>"
        ),
        ATOM.format("<entry><title>a</title><author><name>Jan</name><functie>x</functie></author></entry>"),
        ATOM.format("<entry><title>a</title><category term='x'>y</category></entry>"),
        ATOM.format("<entry><title>a</title><content type='image/png'>x</content></entry>"),
    ],
)
def test_documents_of_another_build_are_left_to_feedparser(text: str) -> None:
    quick, thorough = both_ways(text)
    assert quick == thorough
    assert not is_plain(text)


TEXTS = st.one_of(
    st.sampled_from(
        ["Nieuws", "R&D", "a &amp; b", "<b>vet</b>", "&eacute;én", "één", "Ã©", "https://fme.nl/a?b=1&c;=2", ""]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20),
)
NAMES = ["title", "link", "description", "guid", "author", "category", "pubDate", "dc:creator", "dc:date", "dc:subject"]
ELEMENTS = st.tuples(st.sampled_from([*NAMES, "content:encoded", "comments", "source"]), TEXTS)


@given(st.lists(ELEMENTS, max_size=8), st.sampled_from(["", "isPermaLink", "domain", "type"]), TEXTS)
def test_any_entry_of_known_elements_is_read_the_same(
    elements: list[tuple[str, str]], attribute: str, value: str
) -> None:
    first = f" {attribute}={quoteattr(value)}" if attribute else ""
    inside = "".join(f"<{name}{first}>{escape(text)}</{name}>" for name, text in elements)
    try:
        quick, thorough = both_ways(RSS.format(f"<item>{inside}</item>"))
    except ReadError:
        return
    assert quick == thorough
