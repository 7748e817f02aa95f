import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from aggregator.model import Evidence, Happening, Precision, Source, Story, Tags, Theme
from aggregator.publish.channel import Channel, Format
from aggregator.publish.site import (
    Chosen,
    Composed,
    Figures,
    Found,
    Month,
    PartnerStatus,
    Reason,
    account_page,
    agenda_page,
    api_page,
    archive_page,
    compose_page,
    feed_page,
    feeds_page,
    front_page,
    message_page,
    month_page,
    search_page,
    source_page,
    static_files,
    static_page,
    story_page,
    stylesheet,
    text_page,
    theme_page,
)
from aggregator.publish.site.style import following_script
from aggregator.text.dates import amsterdam_day, dutch_date
from tests.publish.site.content import LERAREN, NEWS, PPS, SITE, SOURCES, STATUSES, THEMES, front, story

FRONT = front()
COPYING = f"/static/{following_script()[0]}"
MONTH = Month(first=date(2022, 6, 1), count=70)
OPEN_DAY = Happening(key="1", title="Open dag", starts=datetime(2022, 9, 1, 18, tzinfo=UTC), place="Ede")
FOUND = Found(stories=FRONT.stories[:5], count=45, number=2, has_more=True)
ADDRESSES: dict[Format, str] = {
    "atom": "https://nieuws.example/feeds/search.atom?q=techniek&theme=publiek-privaat-samenwerken",
    "rss": "https://nieuws.example/feeds/search.rss?q=techniek&theme=publiek-privaat-samenwerken",
    "json": "https://nieuws.example/feeds/search.json?q=techniek&theme=publiek-privaat-samenwerken",
}
COMPOSED = Composed(name="“techniek” · PPS", addresses=ADDRESSES, stories=FRONT.stories[:3], per_week=2.4)
PARAMETER = {"name": "theme", "description": "Slug of a theme."}
DESCRIPTION = {
    "paths": {
        "/api/v1/stories": {
            "get": {
                "operationId": "stories",
                "description": "Stories, the latest first.",
                "parameters": [PARAMETER],
                "responses": {"200": {}, "400": {}},
            }
        }
    }
}
FIGURES = Figures(
    sources=12,
    by_feed=8,
    by_page=4,
    unreachable=1,
    public=106,
    placed=40,
    by_itself=30,
    corrected=2,
    withdrawn=1,
    delay=timedelta(hours=3),
    timed=20,
)
HOSTILE_NAME = "<script>alert(1)</script>\"' x=/.. &amp;"  # ids and slugs are ours or an editor's: text, at least
HOSTILE = "<script>alert(1)</script>\"' onload=x {{ 7*7 }} \x00\ud800\u202e&amp;"


def channels() -> list[Channel]:
    names = {"all": SITE.title}
    names |= {f"themes/{theme.slug}": f"{SITE.title}: {theme.label['nl']}" for theme in THEMES}
    names |= {f"sources/{source.id}": f"{SITE.title}: {source.organisation}" for source in SOURCES.values()}
    names |= {"labels/noord": f"{SITE.title}: noord"}
    created = datetime(2022, 1, 1, tzinfo=UTC)
    return [Channel(name=name, title=title, alternate=SITE.base_url, created=created) for name, title in names.items()]


def every_page(language: str) -> dict[str, bytes]:
    bare: dict[str, object] = {"stories": [], "counts": {}}
    unset = replace(SITE, contact="", subtitle="")
    silent = [replace(status, healthy=False, code="timeout") for status in STATUSES]
    return {
        "news": front_page(FRONT, SITE, language),
        "outage": front_page(front(statuses=silent), SITE, language),
        "starting": front_page(front(**bare, tried=4, unreachable=1), unset, language),
        "offline": front_page(front(**bare, unreachable=12), unset, language),
        "empty": front_page(front(**bare), SITE, language),
        "bare": front_page(front(**bare, total=0, tried=0, statuses=[], looked_on=None), unset, language),
        "theme": theme_page(THEMES[1], FRONT.stories[:3], FRONT, SITE, language),
        "source": source_page(STATUSES[0], FRONT.stories[:3], SOURCES, SITE, language, FRONT.today),
        "story": story_page(story(5), SOURCES, SITE, language),
        "feeds": feeds_page(channels(), SITE, language),
        "privacy": text_page("privacy", SITE, language),
        "accessibility": text_page("accessibility", SITE, language),
        "account": account_page(FIGURES, SITE, language),
        "agenda": agenda_page([("FME", OPEN_DAY)], SITE, language),
        "no-agenda": agenda_page([], SITE, language),
        "archive": archive_page([MONTH], SITE, language),
        "month": month_page(MONTH, 2, FRONT.stories, SOURCES, SITE, language),
        "story-alone": story_page(story(7), SOURCES, SITE, language),
        "feed": feed_page(channels()[-1], SITE, language),
        "search": search_page(Chosen(), Found(), {}, SOURCES, SITE, language),
        "found": search_page(Chosen(q="techniek", themes=[PPS]), FOUND, ADDRESSES, SOURCES, SITE, language),
        "many": search_page(
            Chosen(q="techniek"), replace(FOUND, count=None, more_than=1000), {}, SOURCES, SITE, language
        ),
        "hopeless": search_page(Chosen(q="++"), Found(is_hopeless=True), {}, SOURCES, SITE, language),
        "nothing": search_page(Chosen(q="xylofoon"), Found(), {}, SOURCES, SITE, language),
        "composer": compose_page(Chosen(), None, SOURCES, SITE, language),
        "composed": compose_page(Chosen(q="techniek", themes=[PPS]), COMPOSED, SOURCES, SITE, language),
        "composed-empty": compose_page(Chosen(q="x"), replace(COMPOSED, stories=[]), SOURCES, SITE, language),
        "static": static_page("search", SITE, language),
        "api": api_page(DESCRIPTION, SITE, language),
        "404": message_page(404, SITE, language),
        "410": message_page(410, SITE, language),
    }


def text(page: bytes, path: str = "//body") -> str:
    return " ".join(" ".join(node.text_content() for node in html.fromstring(page).xpath(path)).split())


PAGES = [
    pytest.param(page, language, id=f"{name}-{language}")
    for language in ("nl", "en")
    for name, page in every_page(language).items()
]


@pytest.mark.parametrize(("page", "language"), PAGES)
def test_every_page_has_its_language_landmarks_and_one_first_heading(page: bytes, language: str) -> None:
    tree = html.fromstring(page)
    assert page.startswith(b"<!doctype html>\n")
    assert tree.get("lang") == language
    assert [len(tree.xpath(f"//{tag}")) for tag in ("header", "main", "footer", "header//nav", "h1", "title")] == [
        1
    ] * 6
    assert tree.xpath("//a[1]/@href")[0] == "#content"
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False)), levels
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("page", "language"), PAGES)
def test_every_page_holds_to_a_strict_policy_and_asks_nobody_else(page: bytes, language: str) -> None:
    tree = html.fromstring(page)
    scripts = [each for each in tree.xpath("//script") if each.get("type") != "application/ld+json"]
    assert [(each.get("type"), each.get("src"), each.text) for each in scripts] in ([], [("module", COPYING, None)])
    assert bool(scripts) == bool(tree.xpath("//ul[@class='feeds']"))
    assert not tree.xpath(
        "//style|//iframe|//img|//form[not(starts-with(@action, '/'))]|//@style|//@*[starts-with(name(), 'on')]"
    )
    style, *more = tree.xpath("//link[@rel='stylesheet']/@href")
    assert style == f"/static/{stylesheet()[0]}"
    assert {each.removeprefix("/static/") for each in more} <= static_files().keys()
    assert [href[:19] for href in tree.xpath("//link[@rel='icon']/@href")] == ["data:image/svg+xml,"]
    assert b"None" not in page.replace(b"If-None-Match", b"")
    assert b"{{" not in page


@pytest.mark.parametrize(("page", "language"), PAGES)
def test_every_page_is_light_and_makes_few_requests(page: bytes, language: str) -> None:
    tree = html.fromstring(page)
    asked = set(tree.xpath("//link[@rel='stylesheet']/@href|//script/@src|//iframe/@src|//object/@data"))
    files = [body for name, body in static_files().items() if f"/static/{name}" in asked]
    assert len(files) == len(asked) <= 5  # and the page itself
    assert len(page) <= 50_000
    assert sum(len(gzip.compress(each)) for each in (page, *files)) < 20_000


def test_the_news_page_and_a_story_ask_for_one_style_sheet_and_nothing_else() -> None:
    for page in (front_page(FRONT, SITE, "nl"), story_page(story(5), SOURCES, SITE, "nl")):
        asked = html.fromstring(page).xpath("//link[@rel='stylesheet']/@href|//script/@src|//iframe/@src")
        assert asked == [f"/static/{stylesheet()[0]}"]


@pytest.mark.parametrize(("page", "language"), PAGES)
def test_every_page_names_its_feeds_and_its_other_language(page: bytes, language: str) -> None:
    tree = html.fromstring(page)
    types = tree.xpath("//link[@rel='alternate'][@type]/@type")
    assert types == ["application/atom+xml", "application/rss+xml", "application/feed+json"]
    other = {"nl": "en", "en": "nl"}[language]
    (alternate,) = tree.xpath("//link[@hreflang]")
    (switch,) = tree.xpath("//nav//a[@hreflang]")
    assert alternate.get("hreflang") == switch.get("hreflang") == switch.get("lang") == other
    assert alternate.get("href") == SITE.base_url + switch.get("href")


@pytest.mark.parametrize(("page", "language"), PAGES)
def test_a_chosen_language_lasts_over_every_link_to_a_page(page: bytes, language: str) -> None:
    links = html.fromstring(page).xpath("//body//a[not(@hreflang)]/@href")
    pages = [link for link in links if link.startswith("/") and not re.match(r"/feeds/[^?]*\.|/api/", link)]
    assert pages
    assert all(re.search(rf"[?&]lang={language}(#|$)", link) for link in pages), pages


def test_the_news_page_shows_of_each_story_what_the_partner_gave() -> None:
    tree = html.fromstring(front_page(FRONT, SITE, "nl"))
    shown = {}
    for item in tree.xpath("//li[@class='story']"):
        parts = {part: " ".join(item.xpath(f"string(.//{part})").split()) for part in ("h3", "time")}
        fields = {name: " ".join(item.xpath(f"string(.//*[@class='{name}'])").split()) for name in ("kicker",)}
        teaser = item.xpath("string(.//p[@class='story-teaser'])")
        themes = item.xpath(".//a[starts-with(@class, 'theme ')]/@href")
        shown[parts["h3"]] = (
            parts["time"],
            fields["kicker"],
            teaser,
            item.xpath("string(.//p[3]/a|.//p[2]/a)"),
            themes,
        )
    assert len(shown) == len(NEWS)
    assert shown["Bouwopleidingen, hoe staan ze er voor?"] == (
        "30 juni 2022",
        "Nieuws",
        NEWS[0][4],
        "Techniekpact",
        ["/themes/instroom?lang=nl"],
    )
    assert shown["Nieuwe afspraken over stageplaatsen in de maakindustrie"] == (
        "31 mei 2022",
        "",
        "",
        "FME",
        ["/themes/publiek-privaat-samenwerken?lang=nl"],
    )


def test_the_news_page_has_the_themes_the_way_to_follow_and_the_day_of_looking() -> None:
    page = text(front_page(FRONT, SITE, "nl"))
    assert "Laatst bij de partners gekeken: 4 juli 2022" in page
    assert "Instroom 48 berichten Kinderen, leerlingen en jonge studenten" in page
    assert "Leven lang ontwikkelen 1 bericht Volwassenen" in page
    assert "https://nieuws.example/feeds/all.atom Atom RSS JSON Feed Alle feeds en uitleg" in page
    assert "Technieknieuws verzamelt het nieuws van 12 partners" in page
    assert "ook bij 2 andere partners" in page
    assert "Gevonden op 2 juli 2022" in page


def test_english_readers_get_english_around_the_partners_dutch() -> None:
    page = front_page(front(stories=[story(0), story(1, language="en-GB")]), SITE, "en")
    tree = html.fromstring(page)
    assert "30 June 2022" in text(page)
    assert "Public-private cooperation" in text(page)
    assert tree.xpath("//h3[@class='story-title']/@lang") == ["nl"]
    assert tree.xpath("//p[@class='story-teaser']/@lang") == ["nl"]
    assert tree.xpath("//span[@class='kicker']/@lang") == ["nl"]
    assert tree.xpath("//p[@class='site-subtitle']/@lang") == ["nl"]


def test_the_first_start_tells_how_far_it_is_and_offers_the_demo() -> None:
    page = text(front_page(front(stories=[], tried=4, unreachable=1), SITE, "nl"), "//main")
    assert page.startswith("We zijn net begonnen")
    assert "Partners 12 Bekeken 4 Niet bereikbaar 1" in page
    assert "make demo of aggregator demo" in page


def test_without_internet_the_page_says_that_nothing_is_broken() -> None:
    page = text(front_page(front(stories=[], unreachable=12), SITE, "nl"), "//main")
    assert page.startswith("We bereiken de partners nog niet Van 12 partners was geen enkele site te bereiken.")
    assert "Er is niets kapot" in page
    assert "make demo" in page


def test_no_news_from_healthy_partners_is_said_as_such() -> None:
    page = text(front_page(front(stories=[]), SITE, "nl"), "//main")
    assert page.startswith("Er is nog geen nieuws Alles werkt.")
    assert "Laatst bij de partners gekeken: 4 juli 2022" in page
    assert "demo" not in page
    assert "gekeken" not in text(front_page(front(stories=[], looked_on=None), SITE, "nl"), "//main")


def test_an_outage_keeps_the_news_that_there_was() -> None:
    page = text(every_page("nl")["outage"], "//main")
    assert "Op dit moment bereiken we geen enkele partner." in page
    assert "Bouwopleidingen" in page


def test_the_operator_is_asked_for_a_contact_until_there_is_one() -> None:
    unset = front_page(FRONT, replace(SITE, contact=""), "nl")
    assert "er is nog geen contactadres" in text(unset, "//footer")
    assert "contactadres" not in text(front_page(FRONT, SITE, "nl"))


@pytest.mark.parametrize(
    ("contact", "links"),
    [
        ("redactie@nieuws.example", ["mailto:redactie@nieuws.example"]),
        ("https://nieuws.example/contact", ["https://nieuws.example/contact"]),
        ("javascript:alert(1)@x", []),
        ("bel ons", []),
    ],
)
def test_the_contact_is_a_link_if_it_can_be_one(contact: str, links: list[str]) -> None:
    page = html.fromstring(front_page(FRONT, replace(SITE, contact=contact), "nl"))
    assert page.xpath("//footer//p/a/@href") == links


def test_many_partners_are_counted_rather_than_all_listed() -> None:
    statuses = [
        PartnerStatus(source=Source(id=f"p{n}", organisation=f"Partner {n}", url=""), items=n) for n in range(200)
    ]
    page = html.fromstring(front_page(front(statuses=statuses), SITE, "nl"))
    names = page.xpath("//ul[@class='partners']//a/text()")
    assert len(names) == 40
    assert names == sorted(names)
    assert "Partner 199" in names
    assert "Partner 0" not in names
    assert "En nog 160 andere partners." in page.text_content()


def test_a_theme_page_says_what_the_theme_is_and_has_its_own_feed() -> None:
    page = theme_page(THEMES[2], FRONT.stories[:2], FRONT, SITE, "nl")
    assert THEMES[2].definition["nl"] in text(page, "//main")
    assert "36 berichten" in text(page, "//main")
    assert html.fromstring(page).xpath("//link[@type='application/atom+xml']/@*[name()='href' or name()='title']") == [
        "Technieknieuws: Publiek-privaat samenwerken (Atom)",
        "https://nieuws.example/feeds/themes/publiek-privaat-samenwerken.atom",
    ]
    assert "Hier staan nog geen berichten." in text(theme_page(THEMES[0], [], FRONT, SITE, "nl"))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ({}, "Laatst bekeken: 4 juli 2022. De site was goed te lezen."),
        ({"polled_on": None}, "Nog niet bekeken."),
        ({"healthy": False, "code": "gone"}, "bestaat niet meer"),
        ({"healthy": False, "code": "refused"}, "Daar houden we ons aan."),
        ({"healthy": False, "code": "throttled"}, "later terug te komen"),
        ({"healthy": False, "code": "tls_expired"}, "De site was niet goed te lezen."),
    ],
)
def test_a_partners_page_tells_calmly_how_the_last_visit_went(status: dict[str, object], says: str) -> None:
    told = replace(STATUSES[0], **status)  # type: ignore[arg-type]
    page = text(source_page(told, FRONT.stories[:2], SOURCES, SITE, "nl", FRONT.today), "//main")
    assert says in page
    assert "Naar de site van techniekpact.example" in page
    assert "3 berichten" in page


def test_a_partner_without_a_web_address_gets_no_link() -> None:
    status = PartnerStatus(source=Source(id="x", organisation="X", url=""))
    assert "Naar de site" not in text(source_page(status, [], SOURCES, SITE, "nl", FRONT.today))


def test_a_story_page_leads_to_the_article_and_names_all_who_have_it() -> None:
    tree = html.fromstring(story_page(story(5), SOURCES, SITE, "nl"))
    links = dict(zip(tree.xpath("//article//a/text()"), tree.xpath("//article//a/@href"), strict=True))
    assert links == {
        "Lees het hele bericht bij wij-techniek.example": "https://www.wij-techniek.example/nieuws/5",
        "Wij Techniek": "/sources/wij-techniek?lang=nl",
        "Techniek Nederland": "https://www.techniek-nederland.example/5",
        "FME": "https://www.fme.example/5",
        "Leven lang ontwikkelen": "/themes/leven-lang-ontwikkelen?lang=nl",
    }
    assert "Op deze site sinds 2 juli 2022" in " ".join(tree.text_content().split())


def test_web_readers_take_the_addresses_that_they_can_reach() -> None:
    address = "https%3A%2F%2Fnieuws.example%2Ffeeds%2Fall.atom"
    page = html.fromstring(feeds_page(channels(), SITE, "nl"))
    (first, *others) = page.xpath("//p[@class='readers']")
    assert dict(zip(first.xpath("a/text()"), first.xpath("a/@href"), strict=True)) == {
        "Feedly": f"https://feedly.com/i/subscription/feed%2F{address}",
        "Feedbin": f"https://feedbin.com/?subscribe={address}",
        "NewsBlur": f"https://www.newsblur.com/?url={address}",
        "The Old Reader": f"https://theoldreader.com/feeds/subscribe?url={address}",
    }
    assert " ".join(first.text_content().split()) == "Of open meteen in Feedly, Feedbin, NewsBlur, The Old Reader"
    assert len(others) == len(THEMES)
    for base in ("http://127.0.0.1:8000", "http://localhost:8000", "https://nieuws.local", "http://10.0.0.7"):
        hidden = feeds_page(channels(), replace(SITE, base_url=base), "nl")
        assert not html.fromstring(hidden).xpath("//p[@class='readers']")


def test_a_bare_story_still_makes_a_whole_page() -> None:
    page = text(story_page(story(10, link=None, summary="", title="", published=None), SOURCES, SITE, "nl"), "//main")
    assert page == "Gevonden op 2 juli 2022 s0010 Gepubliceerd door SBB Op deze site sinds 2 juli 2022"


def test_the_page_about_feeds_has_every_address_to_copy() -> None:
    page = html.fromstring(feeds_page(channels(), SITE, "nl"))
    assert page.xpath("//ul[@class='feeds'][2]//code/text()")[0] == "https://nieuws.example/feeds/themes/instroom.atom"
    assert len(page.xpath("//code")) == len(channels())
    shown = [" ".join(li.text_content().split()) for li in page.xpath("//ul[@class='feeds']/li")]
    assert "FME https://nieuws.example/feeds/sources/fme.atom" in shown
    assert "noord https://nieuws.example/feeds/labels/noord.atom" in shown
    headings = [heading.text for heading in page.xpath("//h2")]
    assert page.xpath("//p[@id='said']/@role") == ["status"]
    assert headings == ["Zo werkt het", "Al het nieuws", "Per thema", "Per partner", "Per onderwerp of regio"]


def test_the_page_about_feeds_leaves_out_what_there_is_none_of() -> None:
    page = html.fromstring(feeds_page(channels()[:1], SITE, "nl"))
    assert [heading.text for heading in page.xpath("//h2")] == ["Zo werkt het", "Al het nieuws"]


def test_a_theme_that_is_no_longer_configured_keeps_its_channels_name() -> None:
    page = feeds_page(channels()[:2], replace(SITE, themes=()), "en")
    assert "Instroom https://nieuws.example/feeds/themes/instroom.atom" in text(page)
    assert "Inflow into technical education https" in text(feeds_page(channels()[:2], SITE, "en"))


@pytest.mark.parametrize("status", [403, 404, 405, 410, 429, 500, 503])
def test_a_message_has_its_own_words_and_a_way_on(status: int) -> None:
    page = message_page(status, SITE, "nl")
    assert "Dat lukte niet" not in text(page)
    assert html.fromstring(page).xpath("//main//a/@href") == ["/?lang=nl"]


def test_a_status_without_words_of_its_own_still_says_something() -> None:
    assert "Dat lukte niet" in text(message_page(418, SITE, "nl"))


def test_the_same_front_gives_the_same_bytes() -> None:
    assert front_page(front(), SITE, "nl") == front_page(front(), SITE, "nl")


def test_another_day_alone_changes_only_the_day_of_looking() -> None:
    later = front_page(front(today=date(2022, 7, 5), looked_on=date(2022, 7, 5)), SITE, "nl")
    assert later.replace(b"2022-07-05", b"2022-07-04").replace(b"5 juli", b"4 juli") == front_page(FRONT, SITE, "nl")
    assert front_page(front(today=date(2022, 7, 5)), SITE, "nl") == front_page(FRONT, SITE, "nl")


def test_long_texts_and_many_partners_leave_a_page_under_50_kb() -> None:
    said = {
        "title": "Nieuwe afspraken over stageplaatsen in de maakindustrie en de bouw in de regio’s",
        "summary": "Scholen en bedrijven werken samen aan één opleiding voor techniek. " * 5,
        "kicker": "Nieuws",
        "link": "https://www.een-partner.example/actueel/nieuws/2022/06/" + "nieuwe-afspraken-over-" * 3,
    }
    tags = Tags(theme=LERAREN, second_theme=PPS)
    stories = [replace(story(5, **said), id=f"tag:x:story/{number:08}", tags=tags) for number in range(50)]
    statuses = [
        PartnerStatus(source=Source(id=f"partner-{n:04}", organisation=f"Partner met een naam {n}", url=""), items=1)
        for n in range(1000)
    ]
    for language in ("nl", "en"):
        page = front_page(front(stories=stories, statuses=statuses), SITE, language)
        assert 45_000 < len(page) <= 50_000
        assert len(html.fromstring(page).xpath("//li[@class='story']")) > 35


def test_an_ordinary_page_has_room_for_fifty() -> None:
    page = front_page(front(stories=[story(number) for number in range(50)]), SITE, "nl")
    assert len(html.fromstring(page).xpath("//li[@class='story']")) == 50


def test_a_page_that_never_fits_keeps_its_newest_story() -> None:
    page = front_page(front(), replace(SITE, rights="x" * 60_000), "nl")
    assert len(html.fromstring(page).xpath("//li[@class='story']")) == 1


def test_nothing_from_outside_is_markup() -> None:
    site = replace(
        SITE,
        title=HOSTILE,
        subtitle=HOSTILE,
        rights=HOSTILE,
        themes=(Theme(slug=HOSTILE_NAME, label={"nl": HOSTILE}, definition={"nl": HOSTILE}),),
    )
    sources = {id: replace(source, organisation=HOSTILE) for id, source in SOURCES.items()}
    hostile = story(0, title=HOSTILE, summary=HOSTILE, kicker=HOSTILE, language=HOSTILE, link="javascript:alert(1)")
    hostile = replace(hostile, id=f"tag:x:{HOSTILE_NAME}", tags=replace(hostile.tags, theme=HOSTILE_NAME))
    status = PartnerStatus(source=replace(STATUSES[0].source, organisation=HOSTILE, id=HOSTILE_NAME, url=HOSTILE))
    shown = front(stories=[hostile], sources=sources, statuses=[status])
    channel = Channel(
        name=f"labels/{HOSTILE_NAME}", title=HOSTILE, alternate="", created=datetime(2022, 1, 1, tzinfo=UTC)
    )
    pages = [
        front_page(shown, site, "nl"),
        theme_page(site.themes[0], [hostile], shown, site, "nl"),
        source_page(status, [hostile], shown.sources, site, "nl", shown.today),
        story_page(hostile, sources, site, "nl"),
        feeds_page([channel], site, "nl"),
        message_page(500, site, "nl"),
    ]
    for page in pages:
        tree = html.fromstring(page)
        for data in tree.xpath("//script/text()"):
            assert "<" not in data
            assert json.loads(data)["@type"] == "NewsArticle"
        assert not tree.xpath(
            f"//script[not(@type='application/ld+json' or @src='{COPYING}')]"
            "|//@onload|//a[starts-with(@href, 'javascript')]"
        )
        assert b"\x00" not in page


@settings(max_examples=60, deadline=None)
@given(title=st.text(), summary=st.text(), kicker=st.text(max_size=60), language=st.text(max_size=5))
def test_any_text_makes_a_page_that_reads_back(title: str, summary: str, kicker: str, language: str) -> None:
    shown = story(0, title=title, summary=summary, kicker=kicker, language=language)
    page = front_page(front(stories=[shown]), SITE, "nl").decode("utf-8")
    assert len(html.fromstring(page).xpath("//li[@class='story']")) == 1


def told_to_machines(shown: Story) -> dict[str, object]:
    (data,) = html.fromstring(story_page(shown, SOURCES, SITE, "nl")).xpath("//script/text()")
    found: dict[str, object] = json.loads(data)
    return found


@pytest.mark.parametrize(
    ("precision", "stated"),
    [(Precision.MONTH, "2022-06"), (Precision.DAY, "2022-06-30"), (Precision.MINUTE, "2022-06-30T00:00+02:00")],
)
def test_machines_are_told_the_date_as_exactly_as_the_partner_gave_it(precision: Precision, stated: str) -> None:
    day = amsterdam_day(date(2022, 6, 30))
    shown = story(5, published=day, date_precision=precision, date_evidence=Evidence.JSON_LD)
    assert told_to_machines(shown)["datePublished"] == stated


def test_machines_are_told_nothing_that_the_partner_did_not_say() -> None:
    told = told_to_machines(story(10, link=None, summary="", authors=(), published=None))
    assert not {"datePublished", "dateModified", "author", "abstract", "image"} & told.keys()
    assert told["publisher"] == {"@type": "Organization", "name": "SBB", "url": "https://www.sbb.example/"}


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        (
            Reason(is_from_feed=True, words=("techniek", "meisjes", "havo", "vmbo")),
            "Gevonden in de feed van {} op {}. Thema {}, onder meer om “techniek”, “meisjes” en “havo”. "
            "Automatisch geplaatst.",
        ),
        (
            Reason(is_placed_by_hand=True),
            "Gevonden op de site van {} op {}. Thema {}. Geplaatst door de redactie.",
        ),
        (
            Reason(is_added_by_hand=True, is_placed_by_hand=True, words=("techniek",)),
            "Door de redactie toegevoegd op {1}. Thema {2}, onder meer om “techniek”. Geplaatst door de redactie.",
        ),
    ],
)
def test_a_story_says_in_one_line_why_it_is_here(reason: Reason, line: str) -> None:
    shown = story(0)
    page = text(story_page(shown, SOURCES, SITE, "nl", reason), "//section[@class='why']/p").removesuffix(
        " Hoe wij werken"
    )
    partner = SOURCES[shown.origin.source_id].organisation
    day = dutch_date(shown.origin.first_seen, "nl")
    label = {theme.slug: theme.label["nl"] for theme in THEMES}[shown.tags.theme or ""]
    assert page == line.format(partner, day, label)
