"""Feeds gone wrong: whole ones that are cut, flipped, doubled, nested, recoded and laced, and ones made of chance."""

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>Techniek &amp; onderwijs</title><link>https://partner.example/</link><language>nl</language>
<ttl>60</ttl><sy:updatePeriod>hourly</sy:updatePeriod><skipHours><hour>3</hour></skipHours>
<item><title>Één reünie voor mbo’ers</title><link>https://partner.example/1</link><guid>urn:1</guid>
<pubDate>Mon, 23 Nov 2026 09:00:00 +0100</pubDate><category>techniek</category><dc:creator>Thea</dc:creator>
<description><![CDATA[<p>Samen <b>leren</b> <img src="/a.jpg" alt="a"></p>]]></description>
<content:encoded><![CDATA[<p>Alles <a href="/verder">verder</a></p>]]></content:encoded></item>
<item><title>Tweede</title><link>https://partner.example/2</link><pubDate>di, 24 nov 2026 10:00:00 CET</pubDate>
<description>Kort &lt;em&gt;maar&lt;/em&gt; krachtig</description>
<media:content url="https://partner.example/b.jpg" medium="image"><media:title>B</media:title></media:content></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl" xml:base="https://partner.example/"><title>Nieuws</title>
<id>urn:feed</id><updated>2026-11-23T08:00:00Z</updated><link href="/feed" rel="self"/>
<entry><id>urn:e1</id><title type="html">Nieuw &lt;b&gt;lab&lt;/b&gt;</title><link href="/e1"/>
<published>2026-11-22T10:00:00+01:00</published><updated>2026-11-23T08:00:00Z</updated><author><name>Jan</name></author>
<summary>Het lab is open.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Welkom</p></div>
</content><source><id>urn:other</id><link href="https://other.example/"/></source></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://partner.example/"><title>RDF</title></channel>
<item rdf:about="https://partner.example/r1"><title>Oud maar goed</title><link>https://partner.example/r1</link>
<dc:date>2026-11-20</dc:date><description>Tekst</description></item></rdf:RDF>"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Nieuws", "language": "nl", "items": [
{"id": "1", "url": "https://partner.example/j1", "title": "Robots in de klas", "content_html": "<p>Hoe <i>dan</i></p>",
"date_published": "2026-11-21T10:00:00+01:00", "authors": [{"name": "Noor"}], "tags": ["techniek"],
"image": "https://partner.example/c.jpg"}, {"id": 2, "url": "/j2", "content_text": "Kort bericht"}]}"""

WHOLE = [text.encode() for text in (RSS, ATOM, RDF, JSON)]

HOSTILE = [
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "<![CDATA[<script>alert(1)</script><img src=x onerror=alert(1)>]]>",
    "<![CDATA[<a href='javascript:alert(1)'>a</a><svg onload=alert(1)><iframe srcdoc='<script>x</script>'>]]>",
    "<link>javascript:alert(1)</link>",
    '<link href="javascript:alert(1)"/>',
    "<guid>javascript:alert(1)</guid>",
    '<a xml:base="javascript:alert(1)//"><b/></a>',
    '<enclosure url="data:text/html,&lt;script>alert(1)&lt;/script>" type="image/png"/>',
    '"url": "javascript:alert(1)", "image": "data:image/svg+xml,<script>",',
    '"title": "</title><script>alert(1)</script>", "content_html": "<script>alert(1)</script>",',
    "]]>",
    "<!--",
    "<!DOCTYPE x [<!ENTITY y 'z'>]>",
    "&y;&#0;&#xD800;&#x1F600;&nosuch;",
    "\\ud800\\u0000",
    "\x00\x0b\x1f\x7f\ufffe\u202e\u2028",
    "<pubDate>99 Foo 0000 99:99:99 +9999</pubDate>",
    "<updated>10000-13-32T25:61:61+99:99</updated>",
    "<dc:date>0000-00-00</dc:date>",
    "<link>http://[::1</link><link>https://a:99999/</link><link>https://" + "a" * 300 + "/</link>",
    '<item xmlns="urn:x" xmlns:atom="http://www.w3.org/2005/Atom"><atom:id/></item>',
    "<ttl>" + "9" * 400 + "</ttl>",
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp037", "utf-7", "shift_jis"]
LABELS = ["utf-8", "iso-8859-1", "utf-16", "utf-7", "hex", "idna", "nosuch", "koi8-r", "ebcdic-cp-us", "utf-8-sig", ""]
TAG = re.compile(rb"<[^<>]{1,200}>")

Mutation = Callable[[bytes, Random], bytes]


def mutated(body: bytes, seed: int, count: int) -> bytes:
    """Let `count` things go wrong with `body`, the same ones for the same seed."""
    chance = Random(seed)
    for _ in range(count):
        body = chance.choice(MUTATIONS)(body, chance) or b" "
    return body


def _flip(body: bytes, chance: Random) -> bytes:
    flipped = bytearray(body)
    for _ in range(chance.randint(1, 20)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _cut(body: bytes, chance: Random) -> bytes:
    start, end = _span(body, chance)
    return body[:start] if chance.random() < 0.5 else body[:start] + body[end:]


def _double(body: bytes, chance: Random) -> bytes:
    start, end = _span(body, chance)
    return body[:end] + body[start:end][:2000] * chance.choice([1, 2, 50]) + body[end:]


def _double_tag(body: bytes, chance: Random) -> bytes:
    tags = [match.span() for match in TAG.finditer(body)]
    if not tags:
        return body
    start, end = chance.choice(tags)
    return body[:end] + body[start:end] * chance.choice([1, 3, 300]) + body[end:]


def _move(body: bytes, chance: Random) -> bytes:
    start, end = _span(body, chance)
    rest = body[:start] + body[end:]
    place = chance.randint(0, len(rest))
    return rest[:place] + body[start:end] + rest[place:]


def _lace(body: bytes, chance: Random) -> bytes:
    ends = [match.end() for match in TAG.finditer(body)] or [0]
    place = chance.choice(ends) if chance.random() < 0.8 else chance.randint(0, len(body))
    return body[:place] + chance.choice(HOSTILE).encode("utf-8", "surrogatepass") + body[place:]


def _nest(body: bytes, chance: Random) -> bytes:
    ends = [match.end() for match in TAG.finditer(body)] or [0]
    place, depth = chance.choice(ends), chance.choice([10, 200, 5000])
    name = chance.choice([b"item", b"entry", b"div", b"title", b"x:y", b"content"])
    closing = b"</%b>" % name * depth if chance.random() < 0.5 else b""
    return body[:place] + b"<%b>" % name * depth + closing + body[place:]


def _recode(body: bytes, chance: Random) -> bytes:
    return body.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "xmlcharrefreplace")


def _mislabel(body: bytes, chance: Random) -> bytes:
    label = chance.choice(LABELS).encode()
    return re.sub(rb"<\?xml[^>]*>", b'<?xml version="1.%d" encoding="%b"?>' % (chance.randint(0, 9), label), body)


def _random(body: bytes, chance: Random) -> bytes:
    start, end = _span(body, chance)
    return body[:start] + chance.randbytes(min(end - start, 500)) + body[end:]


def _span(body: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randint(0, len(body))
    return start, min(len(body), start + chance.choice([1, 10, 100, 1000]))


MUTATIONS: list[Mutation] = [
    _flip,
    _cut,
    _double,
    _double_tag,
    _move,
    _lace,
    _lace,
    _nest,
    _recode,
    _mislabel,
    _random,
]

# --- Feeds of chance --------------------------------------------------------------------------------------------------

NAMES = [
    *("rss", "channel", "item", "title", "link", "guid", "pubDate", "description", "category", "author", "enclosure"),
    *("feed", "entry", "id", "updated", "published", "summary", "content", "source", "image", "ttl", "skipDays", "day"),
    *(
        "dc:date",
        "dc:creator",
        "media:content",
        "media:title",
        "content:encoded",
        "sy:updatePeriod",
        "feedburner:origLink",
    ),
]
KEYS = [
    *("version", "title", "items", "id", "url", "external_url", "content_html", "content_text", "summary", "image"),
    *("date_published", "date_modified", "authors", "author", "name", "tags", "language", "hubs", "attachments"),
]
VALUES = st.sampled_from([*HOSTILE, "https://a.example/1", "2026-11-23", "nl", "html", "xhtml", "", "1e400", "true"])
TEXTS = st.one_of(VALUES, st.text(max_size=30))
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["href", "rel", "type", "url", "xml:base", "xml:lang", "isPermaLink", "xmlns", "term", "label"]),
    TEXTS,
    max_size=3,
)


def _element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def written(name: str, attributes: dict[str, str], inside: list[str]) -> str:
        quoted = "".join(f' {key}="{value.replace(chr(34), "")}"' for key, value in attributes.items())
        return f"<{name}{quoted}>{''.join(inside)}</{name}>"

    return st.builds(written, st.sampled_from(NAMES), ATTRIBUTES, st.lists(children, max_size=5))


XML: st.SearchStrategy[bytes] = st.builds(
    lambda root, parts: f"<{root}>{''.join(parts)}</{root.split()[0]}>".encode("utf-8", "surrogatepass"),
    st.sampled_from(['rss version="2.0"', 'feed xmlns="http://www.w3.org/2005/Atom"', "rdf:RDF", "channel", "opml"]),
    st.lists(st.recursive(TEXTS, _element, max_leaves=20), max_size=5),
)

ANY: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inside: st.one_of(st.lists(inside, max_size=4), st.dictionaries(st.sampled_from(KEYS), inside, max_size=6)),
    max_leaves=20,
)
JSON_FEEDS: st.SearchStrategy[bytes] = st.builds(
    lambda head, items: json.dumps(
        head | {"version": "https://jsonfeed.org/version/1.1", "items": items}, ensure_ascii=False
    ).encode("utf-8", "surrogatepass"),
    st.dictionaries(st.sampled_from(KEYS), ANY, max_size=5),
    ANY,
)
MUTATED: st.SearchStrategy[bytes] = st.builds(
    mutated, st.sampled_from(WHOLE), st.integers(0, 2**32 - 1), st.integers(1, 6)
)
BODIES: st.SearchStrategy[bytes] = st.one_of(MUTATED, MUTATED, XML, JSON_FEEDS)
