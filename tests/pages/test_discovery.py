"""What a page offers for machines, in the order in which it is worth a try."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pages.discovery import Candidate, candidates, robots_sitemaps
from tests.pace import Stopwatch

HOME = "https://www.vereniging-techniek.nl/"
NEWS = HOME + "nieuws/"
FEED = "application/rss+xml"


def found(markup: str, url: str = HOME, sitemaps: tuple[str, ...] = ()) -> tuple[Candidate, ...]:
    return candidates(markup.encode(), url, "utf-8", sitemaps)


def addresses(markup: str, rung: str, url: str = HOME) -> list[str]:
    return [each.url.removeprefix(HOME) for each in found(markup, url) if each.rung == rung]


def alternate(href: str, type_: str = FEED, title: str = "") -> str:
    return f'<link rel="alternate" type="{type_}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    "type_",
    [
        FEED,
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "Application/RSS+XML; charset=utf-8",
    ],
)
def test_linked_feeds_are_found_by_their_type(type_: str) -> None:
    assert addresses(alternate("/x", type_), "feed-link") == ["x"]


def test_types_that_say_little_need_a_name_that_says_feed() -> None:
    markup = (
        alternate("/nieuws/feed.json", "application/json")
        + alternate("/export", "text/xml", "RSS van het nieuws")
        + alternate("/wp-json/wp/v2/feeds/12", "application/json")
        + alternate("/oembed?format=json", "application/json+oembed")
        + alternate("/x.json", "application/json")
        + '<link rel="alternate" hreflang="en" href="/en/feed/">'
        + '<link rel="stylesheet" type="application/rss+xml" href="/feed.css">'
    )
    assert addresses(markup, "feed-link") == ["nieuws/feed.json", "export"]


def test_comments_events_and_one_author_come_after_all_else() -> None:
    markup = (
        alternate("/comments/feed/", title="Reacties")
        + alternate("/agenda/feed/", title="Agenda")
        + alternate("/author/jan/feed/", title="Berichten van Jan")
        + alternate("/feed/", title="Vereniging Techniek")
    )
    all_found = found(markup)
    assert (all_found[0].url, all_found[0].last_resort) == (HOME + "feed/", False)
    assert [each.note for each in all_found[-3:]] == ["part", "comments", "other"]
    assert all(each.last_resort for each in all_found[-3:])


def test_the_feed_of_the_pages_own_section_comes_first() -> None:
    markup = alternate("/feed/", title="Alles") + alternate("/category/nieuws/feed/", title="Categorie Nieuws")
    page = HOME + "category/nieuws/"
    assert addresses(markup, "feed-link", page) == ["category/nieuws/feed/", "feed/"]
    assert not found(markup, page)[0].last_resort
    assert addresses(markup, "feed-link") == ["feed/", "category/nieuws/feed/"]


def test_news_comes_before_other_feeds_of_a_site() -> None:
    markup = alternate("/rss/organisatie", title="Organisatie") + alternate("/rss/nieuws", title="Nieuws")
    assert addresses(markup, "feed-link") == ["rss/nieuws", "rss/organisatie"]


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="/abonneer">RSS</a>',
        '<a href="/abonneer" title="RSS-feed"><svg></svg></a>',
        '<a href="/abonneer" aria-label="Volg ons via RSS"></a>',
        '<a href="/abonneer"><img src="/rss.png" alt="RSS"></a>',
    ],
)
def test_an_ordinary_link_called_rss_is_tried(anchor: str) -> None:
    assert addresses(anchor, "feed-anchor") == ["abonneer"]


@pytest.mark.parametrize(
    "path", ["nieuws/feed/", "nieuws.rss", "rss/nieuws.xml", "index.php?format=feed", "?feed=rss2"]
)
def test_a_link_to_an_address_of_a_feed_is_tried(path: str) -> None:
    assert addresses(f'<a href="/{path}">Nieuws volgen</a>', "feed-anchor") == [path]


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="https://feedly.com/i/subscription/feed/https://x.nl/feed">Volg op Feedly</a>',
        '<a href="https://elders.example/feed/">RSS</a>',
        '<a href="mailto:rss@vereniging-techniek.nl">RSS</a>',
        '<a href="javascript:rss()">RSS</a>',
        '<a href="/kernfysica">De atom in de klas</a>',
        '<a href="/feedback">Geef feedback</a>',
        '<a href="/a">Atomaire krachten in de klas en meer: een feed van feiten over het onderwijs</a>',
        '<a href="/">RSS</a>',
        '<a href="">RSS</a>',
        '<a href="http://[::1">RSS</a>',
        "<a>RSS</a>",
    ],
)
def test_other_links_are_not(anchor: str) -> None:
    assert addresses(anchor, "feed-anchor") == []


def test_each_address_is_offered_once_by_its_best_rung() -> None:
    markup = alternate("/feed/") + '<a href="/feed">RSS</a><a href="https://vereniging-techniek.nl/feed/">RSS</a>'
    offered = found(markup + '<meta name="generator" content="WordPress 6.8">')
    assert [each.rung for each in offered if each.url.rstrip("/").endswith("nl/feed")] == ["feed-link"]
    assert [each.rung for each in offered[:3]] == ["feed-link", "wordpress", "common-path"]


def test_a_comment_feed_does_not_return_as_a_common_path() -> None:
    markup = alternate("/nieuws/feed/", title="Nieuws Reacties Feed")
    assert "nieuws/feed/" not in addresses(markup, "common-path", NEWS)


def test_common_paths_are_few_on_this_host_and_start_with_the_section() -> None:
    paths = addresses("<p>", "common-path", NEWS)
    assert paths[:3] == ["nieuws/feed/", "nieuws/rss", "nieuws/rss.xml"]
    assert len(paths) == 8
    assert addresses("<p>", "common-path")[0] == "feed/"
    assert addresses("<p>", "common-path", HOME + "nieuws/index.html")[0] == "nieuws/feed/"
    assert all(each.url.startswith(HOME) for each in found('<base href="https://elders.example/"><p>', NEWS))


@pytest.mark.parametrize(
    ("generator", "path"),
    [("Hugo 0.129.0", "index.xml"), ("Jekyll v4.3", "feed.xml"), ("Drupal 10 (https://www.drupal.org)", "rss.xml")],
)
def test_the_feed_of_the_system_that_made_the_page_is_tried_first(generator: str, path: str) -> None:
    paths = addresses(f'<meta name="generator" content="{generator}">', "common-path", HOME + "afdeling/nieuws/")
    assert paths[:3] == [f"afdeling/nieuws/{path}", f"afdeling/{path}", path]
    assert len(paths) == 8


def test_wordpress_is_asked_for_its_posts_where_it_says_its_api_is() -> None:
    markup = '<link rel="https://api.w.org/" href="/blog/wp-json/">'
    assert addresses(markup, "wordpress")[0].startswith("blog/wp-json/wp/v2/posts?per_page=20&")
    plain = '<link rel="https://api.w.org/" href="/?rest_route=/">'
    assert addresses(plain, "wordpress")[0].startswith("?rest_route=/wp/v2/posts&per_page=20&")


@pytest.mark.parametrize(
    "sign",
    [
        '<meta name="generator" content="WordPress 6.8">',
        '<link rel="stylesheet" href="/wp-content/themes/x/style.css">',
        '<img src="/wp-content/uploads/2022/06/foto.jpg">',
    ],
)
def test_wordpress_is_known_by_its_signs(sign: str) -> None:
    assert addresses(2 * sign, "wordpress")[0].startswith("wp-json/wp/v2/posts?")


def test_an_api_of_another_site_is_not_asked() -> None:
    assert addresses('<link rel="https://api.w.org/" href="https://elders.example/wp-json/">', "wordpress") == []
    assert addresses("<p>", "wordpress") == []


def test_sitemaps_called_after_news_are_offered() -> None:
    robots = f"""
        User-agent: *
        Disallow: /x
        Sitemap: {HOME}sitemap_index.xml
        sitemap:{HOME}news-sitemap.xml
        Sitemap: javascript:alert(1)
        Sitemap: https://elders.example/news.xml
        Sitemap: {HOME}news-sitemap.xml
    """
    sitemaps = robots_sitemaps(robots)
    assert sitemaps == (HOME + "sitemap_index.xml", HOME + "news-sitemap.xml", "https://elders.example/news.xml")
    offered = [each.url for each in found("<p>", HOME, sitemaps) if each.rung == "news-sitemap"]
    assert offered == [HOME + "news-sitemap.xml", HOME + "sitemap-news.xml"]


def test_what_a_page_links_is_tried_before_what_is_only_usual() -> None:
    markup = '<a href="/rss/nieuws">RSS</a><meta name="generator" content="WordPress">' + alternate("/volg")
    rungs = list(dict.fromkeys(each.rung for each in found(markup)))
    assert rungs == ["feed-link", "feed-anchor", "wordpress", "common-path", "news-sitemap"]


def test_a_feed_may_live_at_a_feed_service() -> None:
    markup = '<a href="https://feeds.feedburner.com/techniek">RSS</a>' + alternate("//feeds.elders.example/techniek")
    assert [each.url for each in found(markup)[:2]] == [
        "https://feeds.elders.example/techniek",
        "https://feeds.feedburner.com/techniek",
    ]


def test_relative_addresses_follow_the_base_of_the_page() -> None:
    assert addresses('<base href="/site/"><base href="/x/">' + alternate("feed"), "feed-link") == ["site/feed"]


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<!-- -->",
        "\x00\x01",
        "<div>" * 50_000 + alternate("/feed/"),
        (alternate("/feed/{}") * 20_000),
        '<a href="/rss/x">RSS</a>' * 100_000,
        "<a " + " ".join(f"a{n}=1" for n in range(50_000)) + ">",
        "x" * 10_000_001,
        "<a href=/rss>" + "<b>RSS" * 20_000,
    ],
    ids=["empty", "comment", "bytes", "deep", "links", "anchors", "attributes", "long", "text"],
)
def test_hostile_pages_give_a_bounded_answer_in_time(markup: str) -> None:
    with Stopwatch() as watch:
        offered = found(markup)
    assert 0 < len(offered) <= 16
    assert watch.cpu < 5


@given(st.text(max_size=300), st.sampled_from([HOME, NEWS]))
def test_whatever_a_page_says_only_web_addresses_come_out(text: str, url: str) -> None:
    markup = f'{alternate(text)}<a href="{text}">RSS {text}</a><base href="{text}">{text}'
    assert all(each.url.startswith(("http://", "https://")) for each in found(markup, url))
