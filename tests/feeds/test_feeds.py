"""read_feed: by content and not by label; refusals have names; one bad entry costs only itself."""

from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import ReadError
from aggregator.feeds import entries_of, looks_like_feed, read_feed
from aggregator.feeds.entry import Draft
from aggregator.model import Entry, Precision, Reading

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://fme.example/feeds/nieuws.xml"


def read(body: str | bytes, **options: Any) -> Reading:
    return read_feed(body.encode() if isinstance(body, str) else body, url=URL, now=NOW, **options)


def rss(items: str, head: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>FME</title>{head}{items}</channel></rss>'


def entry_of(inside: str) -> Entry:
    (entry,) = read(rss(f"<item><title>t</title>{inside}</item>")).entries
    return entry


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty"),
        (" \n\ufeff\x00", "empty"),
        ("<!DOCTYPE html><html><body>Nieuws</body></html>", "html-page"),
        ("<html><body><rss></rss>", "html-page"),
        ("<html><form><input name=p type='password'></form></html>", "login-page"),
        ("gewoon tekst", "not-a-feed"),
        ('{"a": 1}', "not-a-feed"),
        ('[{"title": "x"}]', "not-a-feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "unreadable"),
        (" " * 8_000_001, "too-large"),
        ("<opml><body/></opml>", "not-a-feed"),
        ("<channel/>", "not-a-feed"),
    ],
)
def test_what_is_no_feed_is_refused_by_name(body: str, code: str) -> None:
    with pytest.raises(ReadError) as refused:
        read(body, media_type="application/rss+xml")
    assert refused.value.code == code


@pytest.mark.parametrize("media_type", ["text/html", "application/json", "", "image/png"])
def test_the_label_does_not_count(media_type: str) -> None:
    assert read(rss(""), media_type=media_type).format == "rss20"
    assert read('{"version": "https://jsonfeed.org/version/1", "items": []}', media_type=media_type).format == "json10"


@pytest.mark.parametrize(
    ("body", "is_feed"),
    [
        (rss("").encode(), True),
        (b"\xef\xbb\xbf  <feed xmlns='x'>", True),
        (rss("").encode("utf-16"), True),
        (b'{"version":"https://jsonfeed.org/version/1"}', True),
        (b"<html><rss>", False),
        (b"<!doctype html><title>x", False),
        (b'{"a":1}', False),
        (b"", False),
    ],
)
def test_a_feed_is_known_by_its_first_bytes(body: bytes, is_feed: bool) -> None:
    assert looks_like_feed(body) is is_feed


def test_a_label_helps_where_content_leaves_it_open() -> None:
    assert looks_like_feed(b"<!-- a long comment -->", "application/rss+xml")
    assert looks_like_feed(b'{"x":', "application/feed+json")
    assert not looks_like_feed(b"<html>", "application/rss+xml")


class Unreadable(Draft):
    """An entry with something in it that no reader was ready for."""

    def __getattribute__(self, name: str) -> Any:
        raise ValueError("zo niet")


def test_one_bad_entry_costs_only_itself() -> None:
    entries, problems = entries_of([Draft(title="goed"), Unreadable(), Draft(title="ook")], NOW)
    assert [entry.title for entry in entries] == ["goed", "ook"]
    assert [problem.code for problem in problems] == ["entry-skipped"]


def test_a_guess_that_is_no_moment_is_no_date() -> None:
    guess = struct_time((99_999, 1, 1, 0, 0, 0, 0, 1, 0))
    (entry,), problems = entries_of([Draft(title="x", published="ooit", published_guess=guess)], NOW)
    assert entry.published is None
    assert [problem.code for problem in problems] == ["date-unreadable"]


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<link>https://a.nl/1</link>", "https://a.nl/1"),
        ("<link>\n /nieuws/een dag \n</link>", "https://fme.example/nieuws/een%20dag"),
        ("<link>//a.nl/x</link>", "https://a.nl/x"),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>ftp://a.nl/1</link>", None),
        ("<link>http://[::1</link>", None),
        ("<guid>https://a.nl/g</guid>", "https://a.nl/g"),
        ("<guid isPermaLink='false'>https://a.nl/g</guid>", None),
        ("<guid>nummer-5</guid>", None),
        ("<link>https://a.nl/1</link><guid>https://a.nl/g</guid>", "https://a.nl/1"),
        ("<link/>", None),
    ],
)
def test_links_are_absolute_web_addresses_or_none(inside: str, link: str | None) -> None:
    assert entry_of(inside).link == link


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Thu, 30 Jun 2022 09:15:00 GMT", datetime(2022, 6, 30, 9, 15, tzinfo=UTC)),
        ("2022-06-30", datetime(2022, 6, 29, 22, tzinfo=UTC)),
        ("0000-00-00 00:00:00", None),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("Mon, 01 Jan 2035 00:00:00 +0000", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("gisteren", None),
        ("", None),
    ],
)
def test_a_date_is_right_or_absent(date: str, published: datetime | None) -> None:
    entry = entry_of(f"<pubDate>{date}</pubDate>")
    assert entry.published == published
    assert (entry.date_evidence is None) == (published is None)


def test_a_date_only_feedparser_knows_is_taken_from_it() -> None:
    entry = entry_of("<pubDate>2004년 05월 28일 오후 01:31:15</pubDate>")
    assert entry.published is None or (entry.published.year, entry.date_precision) == (2004, Precision.MINUTE)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Q&amp;amp;A", "Q&A"),
        ("&amp;amp;amp; nu", "& nu"),
        ("&lt;b&gt;Vet&lt;/b&gt; nieuws", "Vet nieuws"),
        ("&amp;lt;b&amp;gt;Vet&amp;lt;/b&amp;gt; nieuws", "Vet nieuws"),
        ("1 &lt; 2 &gt; 0", "1 < 2 > 0"),
        ("Vacature &lt;Docent&gt;", "Vacature <Docent>"),
        ("<![CDATA[Caf&eacute; &#8211; <i>open</i>]]>", "Café – open"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Hoi", "Hoi"),
        ("rechts\u202enaar links", "rechtsnaar links"),
        ("R" + "&" + 5 * "amp;" + "D", "R&amp;D"),
    ],
)
def test_titles_are_text(title: str, text: str) -> None:
    (entry,) = read(rss(f"<item><title>{title}</title><link>https://a.nl/1</link></item>")).entries
    assert entry.title == text


def test_an_entry_without_title_gets_its_first_words_or_those_of_its_address() -> None:
    reading = read(
        rss(
            f"<item><description>{'woord ' * 40}</description></item>"
            "<item><link>https://a.nl/nieuws/meer-meisjes_in-techniek.html</link></item>"
            "<item><link>https://a.nl/</link></item>"
        )
    )
    assert [entry.title for entry in reading.entries] == [
        "woord " * 12 + "woord…",
        "Meer meisjes in techniek",
        "a.nl",
    ]


def test_a_long_description_is_teaser_and_content_a_short_one_only_teaser() -> None:
    long = entry_of(f"<description>&lt;p&gt;{'woord ' * 100}&lt;/p&gt;</description>")
    assert len(long.summary) <= 300
    assert long.content.startswith("<p>woord")
    assert entry_of("<description>&lt;p&gt;kort&lt;/p&gt;</description>").content == ""
    plain = entry_of(f"<description>{'woord ' * 100}</description>")
    assert (len(plain.summary), plain.content) == (599, "")


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        (
            '<enclosure url="javascript:x" type="image/png"/><enclosure url="/a.png" type="image/png"/>',
            "https://a.nl/a.png",
        ),
        ('<media:content url="/a.jpg" width="x"/><media:content url="/b.jpg" width="9"/>', "https://a.nl/b.jpg"),
        ('<media:content url="/a.mp4" type="video/mp4"/><media:thumbnail url="/t.jpg"/>', "https://a.nl/t.jpg"),
        ('<itunes:image href="/i.jpg"/>', "https://a.nl/i.jpg"),
        ('<enclosure url="/a.mp3" type="audio/mpeg"/>', None),
    ],
)
def test_the_picture_is_the_largest_that_is_one(inside: str, url: str | None) -> None:
    image = entry_of(f"<link>https://a.nl/1</link>{inside}").image
    assert (image and image.url) == url


def test_an_endless_id_becomes_a_hash() -> None:
    assert (entry_of(f"<guid>{'a' * 2000}</guid>").id or "").startswith("sha256:")
    assert entry_of("<guid>  </guid>").id is None


def test_the_language_is_the_nearest_one_said() -> None:
    assert entry_of("").language == "nl"
    assert read(rss("<item><title>x</title></item>"), language="fy").entries[0].language == "fy"
    assert read(rss("<item><title>x</title></item>", "<language>en_us</language>")).entries[0].language == "en-US"
    assert read(rss("<item><title>x</title></item>", "<language>!?</language>")).language == ""


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_damage_raises_anything_but_a_read_error(noise: bytes, position: int) -> None:
    body = rss(
        "<item><title>Techniek</title><link>https://a.nl/1</link><description>&lt;p&gt;x</description></item>"
    ).encode()
    try:
        reading = read(body[:position] + noise + body[position:])
    except ReadError:
        return
    for entry in reading.entries:
        assert entry.title
        assert entry.link is None or entry.link.startswith(("http://", "https://"))


def test_a_date_in_two_years_is_the_last_that_is_believed() -> None:
    soon = (NOW + timedelta(days=300)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert entry_of(f"<pubDate>{soon}</pubDate>").published is not None


def test_what_feedparser_stumbles_over_is_refused_and_not_a_bug_of_everyone() -> None:
    with pytest.raises(ReadError) as refused:
        read(rss("<item><title>t</title><category><item/>techniek</category></item>"))
    assert refused.value.code == "unreadable"
