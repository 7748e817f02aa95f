"""HTML from outside: harmless, absolute, and the same again when cleaned twice; texts without markup."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.html import clean_html, clean_text, cut, embedded, is_pixel, plain_text, text_of_clean
from tests.pace import Stopwatch

BASE = "https://fme.example/nieuws/"

TAGS = [
    "p",
    "div",
    "a",
    "b",
    "i",
    "br",
    "li",
    "ul",
    "table",
    "td",
    "tr",
    "pre",
    "span",
    "button",
    "form",
    "h2",
    "h3",
    "svg",
    "math",
    "select",
    "script",
    "style",
    "img",
    "figure",
    "font",
]
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from([f'<{tag} href="/x" src="y" onclick=z style="a">' for tag in TAGS]),
    st.sampled_from(
        ["&lt;", "&amp;lt;b&gt;", "<!--", "-->", "<![CDATA[", "]]>", "&#x202e;", "\u200d", "\ud800", "\n\n"]
    ),
    st.text(max_size=5),
)
FRAGMENTS = st.lists(PIECES, max_size=14).map("".join)


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ('<p onclick="x()">Zie <b>dit</b></p>', "<p>Zie <b>dit</b></p>"),
        ("<script>alert(1)</script>Tekst", "Tekst"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<a href="../a?b=1">x</a>', '<a href="https://fme.example/a?b=1" rel="noopener noreferrer">x</a>'),
        ('<a href="mailto:a@b.nl">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<img src="a.jpg" onerror=x>', '<img src="https://fme.example/nieuws/a.jpg">'),
        ('a<img src="a.gif" width="1" height="1">b', "ab"),
        ('a<img src="https://stats.wordpress.com/b.gif?x=1">b', "ab"),
        ('a<img src="data:image/png;base64,AA">b', "ab"),
        ("<iframe src=x></iframe><object></object>a", "a"),
        ("<form><p>a</p></form>", "<p>a</p>"),
        ("<div><table><tr><td>a</table></div>", "<div><table><tbody><tr><td>a</td></tr></tbody></table></div>"),
        ("half \ud800", "half "),
        ("<pre>\n\n\nx\n\ny</pre>", "<pre>x\n\ny</pre>"),
    ],
)
def test_only_what_is_harmless_stays(html: str, cleaned: str) -> None:
    assert clean_html(html, BASE) == cleaned


@pytest.mark.parametrize("base", ["", "geen adres", "file:///etc/", "http://[", "https://a.nl:99999/"])
def test_without_a_usable_base_relative_links_go(base: str) -> None:
    assert clean_html('<a href="/x">a</a>', base) == '<a rel="noopener noreferrer">a</a>'


@pytest.mark.parametrize("odd", ["<h2><a href=x>", "<table><a><td><a>", "<nobr><h2>", "<h2><b><a>", "<a><div><h2>"])
def test_odd_nesting_is_settled_at_once(odd: str) -> None:
    once = clean_html(odd * 12, BASE)
    assert clean_html(once, BASE) == once


@given(FRAGMENTS)
def test_cleaning_twice_is_cleaning_once(html: str) -> None:
    once = clean_html(html, BASE)
    assert clean_html(once, BASE) == once
    assert not re.search(r"<script|<svg|<style|onclick|javascript:", once)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h2>Nieuws</h2><p>Caf&eacute;<br>en <b>brood</b>jes", "Nieuws Café en broodjes"),
        ("<style>p{}</style><table><td>a<td>b<!-- c -->", "a b"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("zonder iets", "zonder iets"),
        ("één\n &amp;\t twee", "één & twee"),
        ("a\u202eb\u0085c\u0007d\u200be\u00adf\ufeff", "ab cdef"),
        ("e\u0301e\u0301n <i>x</i>", "één x"),
        ("<p>👩\u200d🔧 las\u200dser</p>", "👩\u200d🔧 lasser"),
        ("<p>half \ud83d paar</p>", "half paar"),
    ],
)
def test_text_is_what_a_reader_reads(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(FRAGMENTS)
def test_text_has_no_controls_and_is_its_own_text(html: str) -> None:
    text = plain_text(html)
    assert text == clean_text(text) == unicodedata.normalize("NFC", text)
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)
    text.encode()


@given(st.text(max_size=400), st.integers(2, 60))
def test_a_cut_text_is_never_longer_and_begins_as_the_text_does(text: str, length: int) -> None:
    short = cut(text, length)
    assert len(short) <= length
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_a_text_is_cut_between_words_and_never_inside_a_letter() -> None:
    assert cut("Techniek is overal, om ons heen", 21) == "Techniek is overal…"
    assert cut("kort", 300) == "kort"
    assert cut("aaaae\u0301bbbb", 6) == "aaaa…"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<div><table></div></table>" * 30_000,
        "".join(f"<p><font color={number}></p>" for number in range(30_000)),
        "<a " + " ".join(f"a{number}=1" for number in range(100_000)) + ">x</a>",
        "<" * 100_000,
        '<a "' * 30_000,
        "x" * 2_000_000,
        "<p>een <b>twee</b>" * 20_000,
        "<figure><img src=a.jpg></figure>" * 5_000 + "</div>" * 200,
    ],
)
def test_absurd_markup_costs_little(html: str) -> None:
    with Stopwatch() as watch:
        assert "<div" not in plain_text(html)
        clean_html(html, BASE)
    assert watch.cpu < 4


def test_a_long_list_of_unclosed_elements_is_not_deep() -> None:
    html = "<ul>" + "<li><p>een</p></li><br>" * 200 + "</ul>"
    assert clean_html(html, BASE).count("<li>") == 200


def test_unclosed_formatting_is_closed_by_what_is_around_it() -> None:
    assert clean_html("<div><b>x</div>" * 60, BASE).count("<div>") == 60


def test_what_nobody_wrote_keeps_its_words() -> None:
    assert plain_text("<div>" * 1000 + "woord &amp; daad") == "woord & daad"
    assert "&lt;script" not in clean_html("<div>" * 1000 + "<script>x</script>a < b", BASE)


@pytest.mark.parametrize(
    "attribute",
    [
        'href="/x"',
        "HREF='/x'",
        "href=/x",
        'href = "/x"',
        "href\n=\n/x",
        'href="&#47;x"',
        'href=" /x"',
    ],
)
def test_an_address_is_completed_however_it_is_written(attribute: str) -> None:
    cleaned = clean_html(f"<a {attribute}>x</a>", BASE)
    assert re.search(r'href="https?://', cleaned)


def test_the_look_at_clean_html_finds_the_words_that_a_reader_reads() -> None:
    html = clean_html("<h2>R&amp;D</h2><p>Eén &lt; <b>twee</b><br>drie", BASE)
    assert text_of_clean(html).split() == plain_text(html).split()


@given(st.text())
def test_the_look_at_a_beginning_shows_no_part_of_a_tag(text: str) -> None:
    html = clean_html(f'<p>a</p><img src="https://fme.example/x.png" alt="{text}">', BASE)
    for length in range(len(html)):
        assert set(text_of_clean(html[:length]).split()) <= {"a"}


def test_a_pixel_is_told_by_its_size_or_its_host() -> None:
    assert is_pixel("https://a.nl/x.gif", "1")
    assert is_pixel("https://feeds.feedburner.com/~r/x")
    assert not is_pixel("https://a.nl/foto.jpg", "100", "1000")


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ('<iframe width="1" src="https://a.nl/b?c=1&amp;d=2"></iframe>', ("https://a.nl/b?c=1&d=2",)),
        ("<IFRAME\nSRC='https://a.nl/b'>", ("https://a.nl/b",)),
        ("<iframe src=https://a.nl/b></iframe>", ("https://a.nl/b",)),
        ('<p>Meer:</p><Our-News theme="x"></our-news>', ("our-news",)),
        ("<iframe data-src='https://a.nl/b'><p>x</p><a href='src=c'>d</a> 5 <a-", ()),
        ("<iframe " + "x" * 3000 + " src=a>" + "<iframe " * 100_000, ()),
    ],
)
def test_what_a_text_shows_of_others_is_told_before_cleaning_takes_it(html: str, shown: tuple[str, ...]) -> None:
    assert embedded(html) == shown
