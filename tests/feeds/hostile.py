"""Bodies that are there to harm, and a program that reads one of them: `python -m tests.feeds.hostile NAME`.

It prints the outcome, the seconds it took and the peak of its memory in MB, as JSON.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from aggregator.errors import ReadError
from aggregator.feeds import read_feed


def rss(items: str, prolog: str = "") -> bytes:
    return f'{prolog}<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()


def item(inside: str) -> bytes:
    return rss(f"<item><title>t</title><link>https://a.nl/1</link>{inside}</item>")


ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(100_000))
LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
NAMESPACES = " ".join(f'xmlns:n{n}="u:{n}"' for n in range(50_000))
XHTML = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>x</title>'
    '<content type="xhtml"><div>{}</div></content></entry></feed>'
)

BODIES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "100,000 attributes": ("too-many-attributes", lambda: item(f"<x {ATTRIBUTES}/>")),
    "100,000 attributes in the root": ("too-many-attributes", lambda: f"<rss {ATTRIBUTES}></rss>".encode()),
    "100,000 attributes in tag soup": ("too-many-attributes", lambda: item(f"<x {ATTRIBUTES}><b>")),
    "50,000 namespaces": (
        "too-many-attributes",
        lambda: f"<rss {NAMESPACES}></rss>".encode(),
    ),
    "100,000 undeclared prefixes": ("too-many-attributes", lambda: rss("".join(f"<p{n}:x/>" for n in range(100_000)))),
    "a billion laughs": ("entities", lambda: rss("&l9;", f"<!DOCTYPE x [<!ENTITY l0 'lol'>{LAUGHS}]>")),
    "an external entity": ("entities", lambda: rss("&x;", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')),
    "a parameter entity": ("entities", lambda: rss("&x;", '<!DOCTYPE x [<!ENTITY % x "y">]>')),
    "a long entity a million times": (
        "entities",
        lambda: rss("&a;" * 1_000_000, f"<!DOCTYPE x [<!ENTITY a '{'a' * 200}'>]>"),
    ),
    "a document type inside": ("read", lambda: rss("<!DOCTYPE x [<!ENTITY a 'b'>]><item/>")),
    "100,000 nested tags": ("too-deep", lambda: rss("<a>" * 100_000 + "</a>" * 100_000)),
    "100,000 open tags": ("too-deep", lambda: rss("<a>" * 100_000)),
    "9,000 nested items": ("too-deep", lambda: rss("<item>" * 9_000)),
    "nested tag soup": ("too-deep", lambda: rss("<b><i></b>" * 100_000)),
    "a million entries": ("too-many-entries", lambda: rss("<item/>" * 1_000_000)),
    "a million items of JSON": ("too-many-entries", lambda: b'{"items":[' + b"{}," * 1_000_000 + b"{}]}"),
    "400,000 paragraphs": ("too-large", lambda: XHTML.format("<p>x</p>" * 400_000).encode()),
    "more than 8 MB": ("too-large", lambda: rss("x" * 8_000_000)),
    "100,000 less-than signs": ("unreadable", lambda: item("<" * 100_000)),
    "100,000 open quotes": ("unreadable", lambda: item("<a b='" * 100_000)),
    "a million bare ampersands": ("unreadable", lambda: item("&" * 1_000_000)),
    "garbage behind a root": ("unreadable", lambda: b"<rss><channel>" + random.Random(1).randbytes(7_900_000)),
    "100,000 categories": ("unreadable", lambda: item("<category>c</category>" * 100_000)),
    "a name of a megabyte": ("unreadable", lambda: item(f"<author>{'a' * 1_000_000}</author>")),
    "a date of a megabyte": ("unreadable", lambda: item(f"<pubDate>{'1 ' * 500_000}</pubDate>")),
    "a number of a megabyte": ("not-a-feed", lambda: b'{"items":[{"id":' + b"9" * 1_000_000 + b"}]}"),
    "8 MB of garbage": ("not-a-feed", lambda: random.Random(1).randbytes(7_900_000)),
    "a million brackets": ("too-deep", lambda: b"[" * 1_000_000),
    "a title of a megabyte": ("read", lambda: rss(f"<item><title>{'woord ' * 170_000}</title></item>")),
    "a link of 7 MB": ("read", lambda: rss(f"<item><title>x</title><link>{'http://' * 1_000_000}</link></item>")),
    "a CDATA section of 7 MB": (
        "read",
        lambda: item(f"<description><![CDATA[{'x<b>y</b> ' * 700_000}]]></description>"),
    ),
    "7 MB of white space": ("read", lambda: b"\n" * 7_000_000 + rss("<item><title>x</title></item>")),
    "500,000 comments": ("read", lambda: rss("<!--" * 500_000)),
    "deep HTML": ("read", lambda: item(f"<description>{'&lt;div&gt;' * 100_000}</description>")),
    "deep HTML 3,000 times": (
        "read",
        lambda: rss(f"<item><description><![CDATA[{'<div>' * 480}x]]></description></item>" * 3_000),
    ),
    "words of noise 3,000 times": (
        "read",
        lambda: rss(f"<item><description>{'deel x ' * 110}</description></item>" * 3_000),
    ),
}


def peak_mb() -> int:
    """The most memory that this process had; not ru_maxrss, which begins at its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main(name: str) -> None:
    body = BODIES[name][1]()
    start = time.process_time()
    try:
        read_feed(body, url="https://a.nl/feed", now=datetime(2026, 1, 1, tzinfo=UTC))
        outcome = "read"
    except ReadError as error:
        outcome = error.code
    seconds = time.process_time() - start
    print(json.dumps([outcome, seconds, peak_mb()]))


if __name__ == "__main__":
    main(sys.argv[1])
