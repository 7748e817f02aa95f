"""Articles of the usual shapes give what they say and nothing else; no date rather than a wrong one."""

import json
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Evidence
from aggregator.pages.article import Article, continuation, read_article
from aggregator.text.dates import amsterdam_day, dutch_date
from tests.pace import Stopwatch

PAGES = Path(__file__).parents[1] / "data" / "articles"
NOW = datetime(2025, 7, 10, 12, tzinfo=UTC)
URL = "https://www.vereniging-techniek.example/nieuws/meer-meisjes"
TEXT = (
    "Het aantal meisjes dat kiest voor een technische opleiding in het mbo is voor het derde jaar op rij gestegen. "
    "Vooral in de installatietechniek en de mobiliteit melden zich meer meisjes aan dan in de jaren daarvoor."
)
ARTICLE = f"<main><article><h1>Meer meisjes kiezen voor techniek</h1><p>{TEXT}</p></article></main>"


def read(markup: str, url: str = URL, **more: Any) -> Article:
    return read_article(markup.encode(), url=url, now=NOW, **more)


def dated(between: str, head: str = "", url: str = URL, **more: Any) -> str:
    """The day that is read with `between` under the heading, "" if none."""
    article = read(head + ARTICLE.replace("</h1>", f"</h1>{between}"), url, **more)
    return article.published.at.strftime("%Y-%m-%d %H:%M") if article.published else ""


def ld(**fields: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | fields)}</script>'


JUNE_30 = "2022-06-29 22:00"


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_an_article_gives_exactly_what_it_says(name: str) -> None:
    expected = json.loads((PAGES / f"{name}.json").read_text())
    language = expected.pop("language", "nl")
    now, url = datetime.fromisoformat(expected.pop("now")), expected.pop("url")
    article = read_article((PAGES / f"{name}.html").read_bytes(), url=url, now=now, language=language)
    image = article.image
    found = {
        "title": article.title,
        "published": article.published.at.isoformat() if article.published else None,
        "precision": article.published.precision.value if article.published else None,
        "evidence": article.evidence.value if article.evidence else None,
        "image": {key: getattr(image, key) for key in ("url", "alt", "caption", "credit")} if image else None,
        "canonical": article.canonical,
        "teaser": article.teaser,
        "tdm_reserved": article.tdm_reserved,
        "code": article.code,
    }
    assert found == expected
    assert article.is_article == (not expected["code"])


# --- Dates --------------------------------------------------------------------------------------------------------


def test_the_data_of_this_article_counts_not_that_of_another() -> None:
    ours = ld(url=URL, headline="Iets anders", datePublished="2022-06-30")
    other = ld(url="/nieuws/ander", headline="Een ander bericht", datePublished="2024-01-01")
    called = ld(headline="Meer meisjes kiezen voor techniek", datePublished="2022-06-30")
    title = "<title>Meer meisjes kiezen voor techniek | Vereniging</title>"
    assert dated("", other + ours) == JUNE_30
    assert dated("", title + other + called) == JUNE_30
    assert dated("", ld(datePublished="2022-06-30")) == JUNE_30
    assert dated("", other) == ""
    assert dated("", ld(datePublished="2022-06-30") + ld(datePublished="2024-01-01")) == ""


def test_data_about_the_page_serves_where_there_is_none_about_the_article() -> None:
    assert dated("", ld(**{"@type": "WebPage", "url": URL, "datePublished": "2022-06-30"})) == JUNE_30
    assert dated("", ld(**{"@type": "WebPage", "datePublished": "2022-06-30"})) == JUNE_30
    assert dated("", ld(**{"@type": "WebPage", "url": "/elders", "datePublished": "2022-06-30"})) == ""


def test_a_date_off_by_one_day_is_the_one_that_is_shown() -> None:
    assert dated("<p>30 juni 2022</p>", ld(url=URL, datePublished="2022-06-29T20:00:00Z")) == JUNE_30


def test_a_later_date_that_is_shown_may_be_of_anything_else() -> None:
    data = ld(url=URL, datePublished="2022-06-30")
    assert dated("<p>6 juli 2022</p>", data) == JUNE_30
    assert dated('<p class="publicatiedatum">6 juli 2022</p>', data) == "2022-07-05 22:00"
    assert dated("<p>3 mei 2017</p>", data) == "2017-05-02 22:00"


@pytest.mark.parametrize(
    "between",
    [
        "<p>Open dag 12 mei 2022</p>",
        "<p>Start cursus: 12 mei 2022</p>",
        "<p>Laatst gewijzigd op 12 mei 2022</p>",
        '<p class="updated">12 mei 2022</p>',
        "<p>12 mei</p>",
        "<p>12 mei 2027</p>",
        '<aside class="sidebar"><p>12 mei 2022</p></aside>',
        '<div class="related"><p>12 mei 2022</p></div>',
        '<p>Op 12 mei 2022 begint de campagne die tot 31 december 2022 duurt. <a href="/x">Alles daarover</a></p>',
        "<p>© 12 mei 2022</p>",
        "<p>Wanneer:</p><p>12 mei 2022</p>",
    ],
)
def test_dates_of_something_else_are_not_the_articles(between: str) -> None:
    assert dated(between) == ""


@pytest.mark.parametrize(
    "between",
    [
        "<time datetime='2022-06-30'>30 juni</time>",
        "<div>Nieuws | 30 juni 2022</div>",
        "<div>Door Jan de Vries op 30 juni 2022</div>",
        "<div>Jan de Vries<br>30 juni 2022<br>3 minuten lezen</div>",
        "30-06-2022",
        "<ul><li>Nieuws</li><li>do 30 jun. 2022</li></ul>",
        "<a href='/nieuws/meer-meisjes'><span>30 juni 2022</span></a>",
    ],
)
def test_the_date_under_the_heading_is_read(between: str) -> None:
    assert dated(between) == JUNE_30


@pytest.mark.parametrize("name", ["article:published_time", "DC.date.issued", "pubdate", "date"])
def test_meta_elements_tell_the_date(name: str) -> None:
    assert dated("", f'<head><meta name="{name}" content="2022-06-30"></head>') == JUNE_30


def test_a_weak_meta_element_gives_way_to_what_is_shown() -> None:
    assert dated("<p>30 juni 2022</p>", '<head><meta name="date" content="2023-01-05"></head>') == JUNE_30


def test_two_dates_in_microdata_are_none() -> None:
    first = '<div hidden><meta itemprop="datePublished" content="2022-06-30"></div>'
    second = '<div hidden><time itemprop="datePublished" datetime="2022-07-05"></time></div>'
    assert dated("", ARTICLE.replace("</p>", "</p>" + first)) == JUNE_30
    page = ARTICLE.replace("</article>", f"{first}{second}</article>")
    assert read(page).published is None


def test_a_date_of_an_agenda_is_no_publication() -> None:
    assert dated("<p>30 juni 2022</p>", url="https://x.example/agenda/open-dag") == ""
    assert dated("<p>30 juni 2022</p>", ld(**{"@type": "Event", "name": "Open dag"})) == ""


def test_two_lines_that_both_say_published_are_none() -> None:
    end = "<p>Gepubliceerd op 30 juni 2022</p><p>Geplaatst op 3 juli 2022</p>"
    assert read(ARTICLE.replace("</article>", end + "</article>")).published is None
    late = "<p>Gepubliceerd op 30 juni 2026</p>"
    assert read(ARTICLE.replace("</article>", late + "</article>")).published is None
    linked = '<a href="/x"><span>Gepubliceerd op 30 juni 2022</span></a>'
    assert read(ARTICLE.replace("</article>", linked + "</article>")).published is None


def test_the_address_is_the_last_to_be_asked() -> None:
    url = "https://x.example/2022/06/30/meer-meisjes"
    assert dated("", url=url) == JUNE_30
    assert dated("<p>1 juli 2022</p>", url=url) == "2022-06-30 22:00"
    assert dated("", url="https://x.example/2030/06/30/meer-meisjes") == ""


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2025, 7, 1)), st.booleans())
def test_any_day_is_read_as_that_day(day: date, is_above: bool) -> None:
    line = f"<p>{dutch_date(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))}</p>"
    page = ARTICLE.replace("<h1>", f"{line}<h1>") if is_above else ARTICLE.replace("</h1>", f"</h1>{line}")
    article = read(page)
    assert article.published
    assert article.published.at == amsterdam_day(day)
    assert article.evidence is Evidence.TEXT


# --- Texts --------------------------------------------------------------------------------------------------------


def described(text: str) -> str:
    return read(f'<head><meta name="description" content="{text}"></head>' + ARTICLE).teaser


def test_a_description_that_is_cut_is_completed_from_the_text() -> None:
    assert described(TEXT[:80] + "...") == TEXT
    assert described(TEXT[:80] + " […]") == TEXT
    assert described(TEXT.partition(". ")[0] + ".") == TEXT.partition(". ")[0] + "."


def test_a_description_in_other_words_stays_as_it_is() -> None:
    said = "Meer meisjes gaan naar technische opleidingen in het mbo, vertellen de scholen…"
    assert described(said) == said


def test_what_a_site_says_of_itself_on_each_page_is_no_teaser() -> None:
    assert described("Wij behartigen de belangen van ondernemers, al honderd jaar en overal.") == TEXT


def test_a_page_without_text_keeps_its_description() -> None:
    markup = '<head><meta name="description" content="Kijk de video."></head><main><h1>Video</h1></main>'
    assert read(markup).teaser == "Kijk de video."


def test_a_teaser_is_never_longer_than_300_characters() -> None:
    article = read(ARTICLE.replace("</p>", f" {TEXT} {TEXT} {TEXT} {TEXT}</p>"))
    assert len(article.teaser) <= 300
    assert article.teaser.endswith("…")
    assert len(article.lead) <= 700


@pytest.mark.parametrize(
    "noise",
    [
        '<p class="intro"><a href="/x">Lees ook het bericht over techniek in de bouw en in de installatie</a></p>',
        "<figure><img src=/a.jpg><figcaption>Drie meisjes in de hal van een school, bij een pers</figcaption></figure>",
        "<p>Foto: Jan Jansen, gemaakt in de hal van de school bij een machine</p>",
        "<p>Door de redactie van de Vereniging Techniek in Den Haag en Utrecht</p>",
        "<p>Deze website maakt gebruik van cookies om het gebruik te meten en te verbeteren.</p>",
        "<form><p>Schrijf u in voor de nieuwsbrief en blijf op de hoogte van het nieuws</p></form>",
        '<article><h3><a href="/x">Een ander</a></h3><p>Met een tekst van veertig tekens of meer.</p></article>',
        '<div class="card"><h3><a href="/x">Een ander</a></h3><p>Met een tekst van veertig tekens of meer.</p></div>',
        "<p>Techniek</p>",
    ],
)
def test_the_text_begins_with_its_first_paragraph(noise: str) -> None:
    assert read(ARTICLE.replace("</h1>", f"</h1>{noise}")).teaser == TEXT


def test_the_text_ends_where_other_items_begin() -> None:
    short = "<p>Dit is een kort bericht van een enkele zin over techniek.</p>"
    more = f"<h3>Lees ook</h3><p>{TEXT}</p>"
    assert read(f"<main><h1>Een kort bericht</h1>{short}{more}</main>").lead == short[3:-4]


def test_a_page_without_a_heading_is_read_all_the_same() -> None:
    assert read(f"<title>Meer meisjes</title><p>{TEXT}</p>").teaser == TEXT
    assert read(f"<title>Meer meisjes</title><p>{TEXT}</p>").title == "Meer meisjes"


def test_the_heading_is_the_one_that_the_title_names() -> None:
    head = "<title>Meer meisjes kiezen voor techniek - Vereniging</title>"
    logo = "<header><h1>Vereniging</h1></header>"
    assert read(head + logo + ARTICLE.replace("h1>", "h2>")).title == "Meer meisjes kiezen voor techniek"
    hero = "<header><h1>Meer meisjes kiezen voor techniek</h1></header>"
    article = read(f"{head}{hero}<main><p>30 juni 2022</p><p>{TEXT}</p></main>")
    assert (article.title, article.teaser) == ("Meer meisjes kiezen voor techniek", TEXT)
    assert article.published


def test_a_wrong_charset_does_no_harm() -> None:
    page = ARTICLE.replace("meisjes", "coëfficiënten").encode("cp1252")
    assert "coëfficiënten" in read_article(page, url=URL, now=NOW, charset="utf-8").teaser


# --- Pictures, addresses, reservation -----------------------------------------------------------------------------


def pictured(head: str, inside: str = "") -> str:
    image = read(f"<head>{head}</head>" + ARTICLE.replace("</h1>", f"</h1>{inside}")).image
    return f"{image.url.rpartition('/')[2]}|{image.alt}|{image.caption}|{image.credit}" if image else ""


def test_the_picture_that_data_names_takes_its_texts_from_the_page() -> None:
    inside = (
        '<img src="/portret-300x200.jpg" alt="Portret"><figure><img src="/hal-800x600.jpg" alt="De hal">'
        "<figcaption>In de hal | Foto: Jan</figcaption></figure>"
    )
    assert pictured('<meta property="og:image" content="/hal.jpg">', inside) == "hal.jpg|De hal|In de hal|Foto: Jan"
    assert pictured('<meta property="og:image" content="/iets.jpg">', inside) == "iets.jpg|||"
    assert pictured("", inside).startswith("portret-300x200.jpg|Portret|")


def test_a_logo_a_pixel_and_a_picture_of_the_sidebar_are_none() -> None:
    aside = '<aside class="sidebar"><img src="/banner.jpg"></aside>'
    assert pictured('<meta property="og:image" content="/logo.png">', aside + '<img src="/x.gif" width="1">') == ""


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/nieuws/meer-meisjes/", URL + "/"),
        ("https://elders.example/bron", "https://elders.example/bron"),
        ("/", None),
        ("javascript:x", None),
        ("", None),
    ],
)
def test_the_canonical_address_is_absolute_or_absent(href: str, expected: str | None) -> None:
    assert read(f'<head><link rel="Canonical" href="{href}"></head>' + ARTICLE).canonical == expected


def test_a_front_page_may_be_its_own_canonical() -> None:
    front = "https://x.example/"
    assert read(f'<head><link rel="canonical" href="{front}"></head>' + ARTICLE, front).canonical == front


def test_a_reservation_in_the_header_stops_the_reading_at_the_head() -> None:
    article = read(ARTICLE, tdm_reservation=" 1 ")
    assert (article.tdm_reserved, article.teaser, article.lead, article.image) == (True, "", "", None)
    assert read(ARTICLE, tdm_reservation="0").teaser == TEXT


# --- What is no article -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"<!-- -->", "unreadable"),
        (b"<div>" * 5_000, "too-deep"),
        (b"x" * 10_000_001, "too-large"),
    ],
)
def test_what_cannot_be_read_is_no_article(body: bytes, code: str) -> None:
    assert read_article(body, url=URL, now=NOW).code == code


def test_a_login_form_beside_an_article_does_no_harm() -> None:
    form = '<form><input type="password"></form>'
    assert read(form + ARTICLE).is_article
    assert read(f"<main><h1>Inloggen</h1>{form}</main>").code == "login-page"


def test_a_page_that_says_little_is_taken_for_an_article() -> None:
    assert read("<main><h1>Kijk de video</h1></main>").is_article
    assert read('<head><meta property="og:type" content="article"></head><p>Cookies accepteren?</p>').is_article


def test_what_continues_a_text_is_found_only_where_it_is_sure() -> None:
    assert continuation("Het aantal meisjes dat kiest…", TEXT) == TEXT
    assert continuation("Het aantal…", TEXT) == ""
    assert continuation("Het aantal jongens dat kiest…", TEXT) == ""
    assert continuation(TEXT, TEXT) == ""


# --- Hostile pages ------------------------------------------------------------------------------------------------

HOSTILE = {
    "5 MB of paragraphs": "ARTICLE + '<p>Een alinea van een redelijke lengte over techniek.</p>' * 90000",
    "5 MB of text": "'<h1>Kop</h1><p>' + 'Er staat hier 3 juni 2022 en nog meer. ' * 130000",
    "deep": "'<div>' * 1400 + ARTICLE",
    "endless": "'<div>' * 200000 + ARTICLE",
    "huge JSON-LD": "'<script type=\"application/ld+json\">[' + '{},' * 1600000 + '{}]</script>' + ARTICLE",
    "deep JSON-LD": "'<script type=\"application/ld+json\">' + '[' * 4000000 + '</script>' + ARTICLE",
    "many JSON-LD": '\'<script type="application/ld+json">{"@type":"Article"}</script>\' * 80000 + ARTICLE',
    "many metas": "'<head>' + '<meta name=date content=2022-06-30>' * 140000 + '</head>' + ARTICLE",
    "open scripts": "'<body>' + '<script ld+json' * 330000",
    "unclosed scripts": "'<body>' + '<script type=ld+json>' * 240000",
    "many headings": "'<h1>Kop over techniek</h1>' * 140000 + ARTICLE",
    "many pictures": "ARTICLE + '<img src=/a.jpg>' * 250000",
    "many dates": "'<main><h1>Kop</h1>' + '<time datetime=2022-06-30>30 juni 2022</time>' * 100000",
    "many attributes": "'<p ' + ' '.join(f'a{n}=1' for n in range(100000)) + '>x</p>' + ARTICLE",
    "many links": "'<h1>Kop</h1><p>' + '<a href=/x>Gepubliceerd op 3 juni 2022</a> ' * 100000",
    "nested links": "'<h1>Kop</h1>' + '<div><span>' * 700 + 'Gepubliceerd op 3 juni 2022'",
    "wrong charset": "(ARTICLE * 20000).encode('utf-16-le').decode('latin-1')",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_less_than_5_seconds_and_300_mb(name: str) -> None:
    program = f"""
        import resource
        from datetime import UTC, date, datetime
        from pathlib import Path
        from aggregator.pages.article import read_article
        ARTICLE = {ARTICLE!r}
        body = ({HOSTILE[name]}).encode()
        before = resource.getrusage(resource.RUSAGE_SELF)
        read_article(body, url={URL!r}, now=datetime(2025, 7, 4, tzinfo=UTC))
        after = resource.getrusage(resource.RUSAGE_SELF)
        status = Path("/proc/self/status").read_text()  # not ru_maxrss, which begins at the parent's
        peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
        print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with Stopwatch() as watch:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    seconds, megabytes = done.stdout.split()
    assert watch.of_child(float(seconds)) < 5
    assert int(megabytes) < 300


def test_an_ordinary_page_of_100_kb_is_read_in_some_10_ms() -> None:
    menu = '<nav class="menu">' + "".join(f'<li><a href="/m/{n}">Onderdeel {n}</a></li>' for n in range(150)) + "</nav>"
    script = "<script>" + "var techniek = {opleiding: 'mbo', instroom: 12};\n" * 1_500 + "</script>"
    text = f"<p>{TEXT} <a href='/x'>Meer</a></p>" * 80
    page = (
        f"<head><title>Meer meisjes</title>{script}</head>" + menu + ARTICLE.replace("</p>", "</p>" + text)
    ).encode()
    assert 90_000 < len(page) < 120_000
    seconds = []
    for _ in range(5):
        with Stopwatch() as watch:
            read_article(page, url=URL, now=NOW)
        seconds.append(watch.cpu)
    assert min(seconds) < 0.025  # 5 ms on an idle machine
