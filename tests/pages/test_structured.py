"""News that a site offers as data: WordPress' REST API, JSON-LD, h-feed, news sitemaps."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ReadError
from aggregator.model import Evidence, Image, Precision, Reading
from aggregator.pages.structured import read_h_feed, read_json_ld, read_news_sitemap, read_wordpress
from tests.pace import Stopwatch

NOW = datetime(2022, 7, 1, 12, tzinfo=UTC)
SITE = "https://www.vereniging-techniek.nl/"
API = SITE + "wp-json/wp/v2/posts?per_page=20"
Reader = Callable[..., Reading]


def post(**other: Any) -> dict[str, Any]:
    return {
        "id": 12,
        "guid": {"rendered": SITE + "?p=12"},
        "date": "2022-06-30T10:15:00",
        "date_gmt": "2022-06-30T08:15:00",
        "modified_gmt": "2022-07-01T06:00:00",
        "link": SITE + "nieuws/meer-meisjes/",
        "title": {"rendered": "Meer meisjes &#8211; en jongens &amp; meer"},
        "excerpt": {"rendered": "<p>Het aantal meisjes stijgt voor het derde jaar [&hellip;]</p>\n"},
        "content": {"rendered": '<p onclick="x()">Het aantal.</p><script>x</script>', "protected": False},
    } | other


def posts(*every: object) -> Reading:
    return read_wordpress(json.dumps(every).encode(), url=API, now=NOW)


def test_a_post_of_wordpress_becomes_an_entry() -> None:
    media: dict[str, Any] = {
        "source_url": SITE + "wp-content/uploads/meisjes.jpg",
        "alt_text": "Meisjes in de hal",
        "caption": {"rendered": "<p>In de hal. Foto: Jan Jansen</p>\n"},
    }
    reading = posts(post(_embedded={"wp:featuredmedia": [media]}))
    entry = reading.entries[0]
    assert (reading.kind, reading.format, reading.link) == ("feed", "wordpress", SITE)
    assert (entry.id, entry.link) == (SITE + "?p=12", SITE + "nieuws/meer-meisjes/")
    assert entry.title == "Meer meisjes – en jongens & meer"
    assert entry.summary == "Het aantal meisjes stijgt voor het derde jaar…"
    assert entry.content == "<p>Het aantal.</p>"
    assert entry.published == datetime(2022, 6, 30, 8, 15, tzinfo=UTC)
    assert entry.updated == datetime(2022, 7, 1, 6, tzinfo=UTC)
    assert (entry.date_evidence, entry.date_precision) == (Evidence.FEED, Precision.MINUTE)
    assert entry.image == Image(
        url=media["source_url"], alt="Meisjes in de hal", caption="In de hal.", credit="Foto: Jan Jansen"
    )


def test_the_time_of_the_site_is_read_where_utc_is_missing() -> None:
    entry = posts(post(date_gmt=None)).entries[0]
    assert entry.published == datetime(2022, 6, 30, 8, 15, tzinfo=UTC)
    assert posts(post(date_gmt="0000-00-00T00:00:00", date="2022-06-30T10:15:00")).entries[0].published
    assert posts(post(date_gmt="2022-06-30T08:15:00Z")).entries[0].published == entry.published


def test_a_post_tells_what_it_embeds() -> None:
    shown = {"rendered": '<p>Meer:</p><iframe src="https://b.nl/embed/news"></iframe>', "protected": False}
    assert posts(post(content=shown)).entries[0].copied_from == ("https://b.nl/embed/news",)


def test_a_post_without_an_excerpt_gets_its_teaser_from_the_text() -> None:
    assert posts(post(excerpt={"rendered": ""})).entries[0].summary == "Het aantal."
    assert posts(post(excerpt={"rendered": "<p>Techniek is leuk. Lees meer</p>"})).entries[0].summary == (
        "Techniek is leuk."
    )
    assert posts(post(excerpt={"rendered": "Lees meer"}, content=None)).entries[0].summary == ""


def test_a_protected_post_keeps_its_text_to_itself() -> None:
    entry = posts(post(content={"rendered": "<p>Geheim", "protected": True}, excerpt=None)).entries[0]
    assert (entry.summary, entry.content) == ("", "")


@pytest.mark.parametrize(
    "other",
    [
        {"link": "javascript:alert(1)"},
        {"link": None},
        {"title": {"rendered": " <b></b> "}},
        {"title": "Meer meisjes"},
        {"title": None},
    ],
)
def test_a_post_without_title_or_link_costs_only_itself(other: dict[str, Any]) -> None:
    assert len(posts(post(**other), post()).entries) == 1


def test_absurd_values_are_dropped_and_the_post_stays() -> None:
    entry = posts(
        post(
            date="over een jaar",
            date_gmt="2032-01-01T00:00:00",
            modified_gmt=12,
            guid=[],
            excerpt=3,
            content={"rendered": 4},
            _embedded={"wp:featuredmedia": [{"source_url": "data:image/png;base64,x"}]},
        )
    ).entries[0]
    assert (entry.published, entry.updated, entry.image, entry.content) == (None, None, None, "")
    assert entry.id == entry.link


def test_one_address_is_one_entry() -> None:
    assert len(posts(post(), post(id=13)).entries) == 1


def test_a_site_without_posts_is_no_mistake() -> None:
    assert posts().entries == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-a-feed"),
        (b"<html>", "not-a-feed"),
        (b'{"code":"rest_no_route","message":"Geen route gevonden"}', "not-a-feed"),
        (b"[1, 2]", "not-a-feed"),
        (b"[" * 100_000, "too-deep"),
        (b"[" + b" " * 5_000_000 + b"]", "too-large"),
    ],
)
def test_what_is_no_list_of_posts_is_said_so(body: bytes, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_wordpress(body, url=API, now=NOW)
    assert caught.value.code == code


# --- JSON-LD ------------------------------------------------------------------------------------------------------


def article(number: int, **other: Any) -> dict[str, Any]:
    return {
        "@type": "NewsArticle",
        "url": f"/nieuws/{number}",
        "headline": f"Bericht {number}",
        "datePublished": f"2022-06-{number:02}T10:00:00+02:00",
        "description": "Een bericht over techniek.",
    } | other


def linked(data: object) -> Reading:
    markup = f'<html lang="nl"><script type="application/ld+json">{json.dumps(data)}</script>'
    return read_json_ld(markup.encode(), url=SITE, now=NOW)


ARTICLES = [article(number) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    "data",
    [
        ARTICLES,
        {"@graph": ARTICLES},
        {"@type": "Blog", "blogPost": ARTICLES},
        {"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": ARTICLES}},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": each} for each in ARTICLES]},
        [article(n, **{"@type": ["https://schema.org/BlogPosting", "Thing"]}) for n in (1, 2, 3)],
    ],
    ids=["list", "graph", "blog", "collection", "items", "types"],
)
def test_articles_are_found_in_every_kind_of_list(data: object) -> None:
    reading = linked(data)
    assert (reading.kind, reading.format, reading.language) == ("page", "json-ld", "nl")
    assert [entry.link for entry in reading.entries] == [f"{SITE}nieuws/{number}" for number in (1, 2, 3)]
    first = reading.entries[0]
    assert (first.title, first.summary) == ("Bericht 1", "Een bericht over techniek.")
    assert first.published == datetime(2022, 6, 1, 8, tzinfo=UTC)
    assert first.date_evidence is Evidence.JSON_LD


@pytest.mark.parametrize(
    "data",
    [
        ARTICLES[:2],
        [*ARTICLES[:2], article(2)],
        {"@type": "BreadcrumbList", "itemListElement": [{"name": f"Deel {n}", "item": f"{SITE}{n}"} for n in range(5)]},
        [article(n, **{"@type": "Product"}) for n in range(1, 5)],
        [article(n, headline="") for n in range(1, 5)],
        [article(n, url="mailto:x") for n in range(1, 5)],
        {"@type": "NewsArticle", "headline": "Een", "url": "/een", "mentions": ARTICLES, "hasPart": ARTICLES},
        "tekst",
        3,
    ],
    ids=["two", "twice", "crumbs", "products", "untitled", "unlinked", "mentioned", "text", "number"],
)
def test_what_is_no_list_of_articles_gives_none(data: object) -> None:
    assert linked(data).entries == ()


def test_a_day_without_a_time_stays_a_day() -> None:
    days = ["2022-06-30", "2022-06-30T00:00:00+00:00", "2022-06-29T22:00:00.000Z"]
    reading = linked([article(n, datePublished=day) for n, day in enumerate(days, 1)])
    assert {entry.published for entry in reading.entries} == {datetime(2022, 6, 29, 22, tzinfo=UTC)}
    assert {entry.date_precision for entry in reading.entries} == {Precision.DAY}


@pytest.mark.parametrize("value", ["2022-07-04", "morgen", "", 20220630, None, "0001-01-01T00:00:00", ["2022"]])
def test_a_date_that_cannot_be_is_absent(value: object) -> None:
    assert linked([article(n, datePublished=value) for n in (1, 2, 3)]).entries[0].published is None


@pytest.mark.parametrize(
    "image",
    [
        "/foto.jpg",
        ["/foto.jpg", "/twee.jpg"],
        {"@type": "ImageObject", "url": "/foto.jpg", "caption": "De hal", "creditText": "Jan"},
        {"contentUrl": "/foto.jpg", "caption": "De hal | Foto: Jan"},
        [{"url": "/foto.jpg", "author": {"name": "Jan"}}],
        {"url": "/foto.jpg", "copyrightHolder": [{"name": "Jan"}]},
    ],
)
def test_pictures_are_read_in_every_form(image: object) -> None:
    found = linked([article(n, image=image) for n in (1, 2, 3)]).entries[0].image
    assert found
    assert found.url == SITE + "foto.jpg"
    assert found.caption in ("", "De hal")
    assert found.credit in ("", "Jan", "Foto: Jan")


@pytest.mark.parametrize("image", ["/logo.svg", {"url": "/placeholder-1200.png"}, "data:image/gif;base64,x", [], 3, {}])
def test_a_logo_is_no_picture_of_an_article(image: object) -> None:
    assert linked([article(n, image=image) for n in (1, 2, 3)]).entries[0].image is None


@pytest.mark.parametrize(
    "broken",
    [
        "<!-- %s -->",
        "//<![CDATA[\n%s\n//]]>",
        "/*<![CDATA[*/ %s ]]>",
        "%s;",
        "\ufeff%s",
        "[%s,]",
    ],
)
def test_usual_mistakes_of_generators_are_mended(broken: str) -> None:
    script = broken % json.dumps(ARTICLES)
    markup = f'<script type="application/ld+json">{script}</script>'
    assert len(read_json_ld(markup.encode(), url=SITE, now=NOW).entries) == 3


def test_a_line_break_inside_a_text_and_escaped_quotes_are_mended() -> None:
    split = json.dumps(ARTICLES).replace("Een bericht", "Een\nbericht")
    escaped = json.dumps(ARTICLES).replace('"', "&quot;")
    for script in (split, escaped):
        markup = f'<script type="application/ld+json">{script}</script>'
        assert len(read_json_ld(markup.encode(), url=SITE, now=NOW).entries) == 3


def test_a_broken_script_does_not_cost_the_next_one() -> None:
    markup = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Een "kop""}</script>'
        '<script>var x = {"@type": "NewsArticle"};</script>'
        f'<script type="application/ld+json">{json.dumps(ARTICLES)}</script>'
    )
    assert len(read_json_ld(markup.encode(), url=SITE, now=NOW).entries) == 3


def test_text_with_markup_or_a_language_comes_out_plain() -> None:
    headline = {"@value": "<b>Meer</b> meisjes &amp; techniek", "@language": "nl"}
    entries = linked([article(n, headline=headline, description=["<p>Een", 3]) for n in (1, 2, 3)]).entries
    assert entries[0].title == "Meer meisjes & techniek"
    assert entries[0].summary == ""


# --- h-feed -------------------------------------------------------------------------------------------------------


def h_entry(number: int, body: str = "") -> str:
    return f"""
      <article class="h-entry">
        <div class="p-author h-card"><a class="u-url p-name" href="/j">Jan</a><img class="u-photo" src="/j.jpg"></div>
        <h2 class="p-name"><a class="u-url" href="/{number}">Bericht {number}</a></h2>
        <time class="dt-published" datetime="2022-06-{number:02}">{number} juni</time>
        <p class="p-summary">Een bericht over techniek.</p>
        <img class="u-featured" src="/foto-{number}.jpg" alt="De hal">{body}
      </article>"""


def marked(markup: str) -> Reading:
    return read_h_feed(markup.encode(), url=SITE, now=NOW)


def test_marked_entries_are_read_without_their_authors_and_replies() -> None:
    reply = '<div class="u-comment h-entry"><a class="p-name u-url" href="/reactie">Mooi</a></div>'
    entries = "".join(h_entry(number, reply) for number in (1, 2, 3))
    reading = marked(f'<html lang="nl">{h_entry(9)}<main class="h-feed">{entries}</main>')
    assert [entry.link for entry in reading.entries] == [SITE + "1", SITE + "2", SITE + "3"]
    first = reading.entries[0]
    assert (first.title, first.summary) == ("Bericht 1", "Een bericht over techniek.")
    assert first.published == datetime(2022, 5, 31, 22, tzinfo=UTC)
    assert (first.date_evidence, first.date_precision) == (Evidence.TIME, Precision.DAY)
    assert first.image == Image(url=SITE + "foto-1.jpg", alt="De hal")
    assert (reading.kind, reading.format, reading.language) == ("page", "h-feed", "nl")


def test_entries_without_a_feed_around_them_count_from_three() -> None:
    assert len(marked("".join(map(h_entry, (1, 2, 3)))).entries) == 3
    assert marked("".join(map(h_entry, (1, 2)))).entries == ()


def test_dates_and_teasers_are_found_where_they_are_written() -> None:
    plain = '<div class="h-entry"><a class="u-url p-name" href="/{0}">Bericht</a>{1}</div>'
    dates = [
        '<abbr class="dt-published" title="2022-06-30">gisteren</abbr>',
        '<span class="dt-published">2022-06-30</span>',
        '<span class="dt-published">ooit</span><p class="e-content">Tekst</p>',
    ]
    entries = marked("".join(plain.format(n, date) for n, date in enumerate(dates))).entries
    assert [bool(entry.published) for entry in entries] == [True, True, False]
    assert entries[2].summary == "Tekst"
    assert entries[2].image is None


@pytest.mark.parametrize(("body", "code"), [(b"", "empty"), (b"x" * 10_000_001, "too-large")])
def test_a_page_that_cannot_be_read_is_said_so(body: bytes, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_h_feed(body, url=SITE, now=NOW)
    assert caught.value.code == code


# --- News sitemaps ------------------------------------------------------------------------------------------------

URLSET = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)
NEWS = """<url><loc>{0}</loc><n:news><n:publication><n:name>Vereniging</n:name><n:language>nl</n:language>
</n:publication><n:publication_date>2022-06-30T08:00:00Z</n:publication_date><n:title>Meer &amp; meer</n:title>
</n:news><image:image><image:loc>/foto.jpg</image:loc></image:image></url>"""


def mapped(body: str) -> Reading:
    return read_news_sitemap(body.encode(), url=SITE + "news.xml", now=NOW)


def test_a_news_sitemap_gives_titles_dates_and_pictures() -> None:
    reading = mapped(URLSET + NEWS.format(SITE + "een") + NEWS.format("javascript:x") + "</urlset>")
    (entry,) = reading.entries
    assert (reading.kind, reading.format, reading.link) == ("feed", "news-sitemap", SITE)
    assert (entry.link, entry.title, entry.language) == (SITE + "een", "Meer & meer", "nl")
    assert entry.published == datetime(2022, 6, 30, 8, tzinfo=UTC)
    assert entry.date_evidence is Evidence.FEED
    assert entry.image == Image(url=SITE + "foto.jpg")


def test_a_news_sitemap_may_be_empty_and_may_be_cut_off() -> None:
    assert mapped(URLSET + "</urlset>").entries == ()
    assert len(mapped(URLSET + NEWS.format(SITE + "een") + "<url><loc>").entries) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (URLSET + f"<url><loc>{SITE}een</loc></url></urlset>", "no-list"),
        ('<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "not-a-feed"),
        ("<rss><channel/></rss>", "not-a-feed"),
        ("geen xml", "not-a-feed"),
        ("", "not-a-feed"),
        (URLSET + " " * 5_000_000, "too-large"),
    ],
)
def test_other_documents_are_no_news_sitemap(body: str, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        mapped(body)
    assert caught.value.code == code


def _laughs() -> str:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE urlset [<!ENTITY a0 "ha">{levels}]><urlset><url><loc>&a11;</loc></url></urlset>'


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (read_news_sitemap, _laughs()),
        (read_news_sitemap, "<urlset " + " ".join(f"a{n}='1'" for n in range(100_000)) + "/>"),
        (read_news_sitemap, "<urlset>" * 200_000),
        (read_news_sitemap, URLSET + "<url><loc>" + "x" * 4_000_000),
        (read_news_sitemap, URLSET + NEWS.format("/x") * 9_000),
        (read_wordpress, json.dumps([post(title={"rendered": "<b>" * 1_000_000})])),
        (read_wordpress, json.dumps([post(content={"rendered": "<div>" * 300_000})])),
        (read_json_ld, '<script type="application/ld+json">' + "[" * 1_000_000),
        (read_json_ld, '<script type="application/ld+json">[' + "{}," * 1_500_000 + "{}]"),
        (read_json_ld, '<script type="application/ld+json">' + '{"@graph":' * 900 + "{}" + "}" * 900),
        (read_json_ld, '<script type="application/ld+json">{"@graph":[' + "[{}]," * 40_000 + "{}]}"),
        (read_json_ld, '<script type="application/ld+json">{"a":' + "9" * 100_000 + "}"),
        (read_h_feed, h_entry(1) * 9_000),
        (read_h_feed, "<div class=h-feed>" * 1_400),
    ],
)
def test_hostile_documents_end_in_time(read: Reader, body: str) -> None:
    with Stopwatch() as watch, suppress(ReadError):
        assert len(read(body.encode(), url=SITE, now=NOW).entries) <= 1_000
    assert watch.cpu < 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("2022-06-30") | st.just(SITE),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*post(), *article(1), "image"]), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(JSON)
def test_whatever_the_fields_hold_texts_are_texts_and_links_are_links(value: Any) -> None:
    dressed = [article(n) | dict.fromkeys(("image", "headline", "datePublished"), value) for n in (1, 2, 3)]
    readings = [linked(value), linked(dressed), posts(post(**dict.fromkeys(("title", "guid", "_embedded"), value)))]
    for reading in readings:
        for entry in reading.entries:
            assert entry.link
            assert entry.link.startswith("https://")
            assert isinstance(entry.title, str)
