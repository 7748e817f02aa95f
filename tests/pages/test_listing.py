"""What the list finder does with small pages that show one difficulty each."""

from datetime import UTC, datetime

import pytest

from aggregator.errors import ReadError
from aggregator.model import Entry, Image
from aggregator.pages import find_in, read_page
from aggregator.pages.links import MAX_LINKS
from aggregator.pages.pictures import MAX_PORTRAITS
from aggregator.pages.tree import MAX_BYTES
from aggregator.text.dates import day_in_amsterdam

NOW = datetime(2022, 7, 4, 10, tzinfo=UTC)
TITLES = ["Bouwen met leerlingen", "Meisjes kiezen techniek", "Docenten lopen stage", "Subsidie opent weer"]
DAYS = ["30 juni 2022", "24 juni 2022", "17 juni 2022", "9 juni 2022"]


def read(markup: str, url: str = "https://net.example.nl/nieuws", language: str = "nl") -> tuple[Entry, ...]:
    return read_page(markup.encode(), url=url, now=NOW, language=language).entries


def items(inner: str, **more: list[str]) -> str:
    """Return a page of four articles; {title}, {day}, {n} and more are filled in."""
    rows = zip(*more.values(), strict=True) if more else [()] * len(TITLES)
    filled = [
        inner.format(title=title, day=day, n=n, **dict(zip(more, row, strict=True)))
        for n, (title, day, row) in enumerate(zip(TITLES, DAYS, rows, strict=True))
    ]
    return "<main><h1>Nieuws</h1>" + "".join(f"<article>{item}</article>" for item in filled) + "</main>"


def days(entries: tuple[Entry, ...]) -> list[str | None]:
    return [day_in_amsterdam(entry.published).isoformat() if entry.published else None for entry in entries]


def test_a_title_may_stand_in_an_attribute_only() -> None:
    page = items('<a href="/n/item-{n}-a" title="{title}"><img src="/{n}.jpg" alt=""></a><p>{day}</p>')
    assert [entry.title for entry in read(page)] == TITLES
    page = items('<a href="/n/item-{n}-a"><img src="/{n}.jpg" alt="{title}"></a><p>{day}</p>')
    assert [entry.title for entry in read(page)] == TITLES


def test_what_has_no_title_at_all_is_no_entry() -> None:
    page = items('<a href="/n/item-{n}-a">{name}</a><p>{day}</p>', name=[*TITLES[:3], "Lees meer"])
    assert [entry.title for entry in read(page)] == TITLES[:3]


def test_a_date_set_apart_in_a_title_is_cut_off() -> None:
    page = items('<h2><a href="/n/item-{n}-a">{title} - <span>{day}</span></a></h2>')
    entries = read(page)
    assert [entry.title for entry in entries] == TITLES
    assert all(entry.published for entry in entries)


def test_words_of_the_template_are_no_title() -> None:
    page = items(
        '<h3>Wat gaan we doen?</h3><p class="kop">{title}</p><p>{day}</p><a href="/n/item-{n}-a">Lees meer</a>'
    )
    assert [entry.title for entry in read(page)] == TITLES


@pytest.mark.parametrize(
    "stamp",
    ["2022-06-30T23:30:00-05:00", "2022-06-30T00:00:00+09:00", "2022-06-30"],
    ids=["another zone", "midnight", "a day"],
)
def test_the_day_that_is_printed_counts(stamp: str) -> None:
    title = '<h2><a href="/n/een-bericht">Een bericht over techniek</a></h2>'
    page = f'<main><article>{title}<time datetime="{stamp}">30 June</time></article></main>'
    (entry,) = read(page)
    assert entry.published == datetime(2022, 6, 29, 22, tzinfo=UTC)


def test_a_machine_value_that_contradicts_the_print_does_not_count() -> None:
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><time datetime="2022-07-01T08:00:00Z">{day}</time>')
    assert days(read(page)) == ["2022-06-30", "2022-06-24", "2022-06-17", "2022-06-09"]
    assert [entry.date_evidence for entry in read(page)] == ["text"] * 4


def test_a_machine_value_that_is_no_date_leaves_the_print() -> None:
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><time datetime="onbekend">{day}</time>')
    assert [entry.date_evidence for entry in read(page)] == ["text"] * 4


def test_microdata_and_hatom_are_read() -> None:
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><meta itemprop="datePublished" content="2022-06-1{n}">')
    assert [entry.date_evidence for entry in read(page)] == ["time"] * 4
    page = items(
        '<h2><a href="/n/item-{n}-a">{title}</a></h2><abbr class="published" title="2022-06-1{n}T08:00Z"></abbr>'
    )
    assert [entry.date_evidence for entry in read(page)] == ["time"] * 4


def test_a_date_in_one_teaser_is_no_date_of_the_item() -> None:
    texts = [*["Een tekst over techniek en onderwijs in de regio."] * 3, "Inschrijven kan tot 1 mei 2022."]
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><p>{text}</p>', text=texts)
    assert days(read(page)) == [None] * 4


def test_days_to_come_are_no_dates_of_publication() -> None:
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><p class="d">{on}</p>', on=[*DAYS[:3], "1 juni 2023"])
    assert days(read(page))[3] is None


def test_slashes_that_tell_no_order_give_no_date() -> None:
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><p>0{m}/05/2022</p>', m=["6", "4", "3", "2"])
    assert days(read(page, language="en")) == [None] * 4
    assert [entry.published is not None for entry in read(page)] == [True] * 4
    american = f'<html lang="en-US"><body>{page}</body></html>'
    assert [entry.published.month for entry in read(american, language="en") if entry.published] == [6, 4, 3, 2]
    assert days(read(american.replace("en-US", "en"), language="nl")) == [None] * 4
    british = american.replace("en-US", "en-GB")
    assert {entry.published.month for entry in read(british, language="en") if entry.published} == {5}


def test_days_without_a_year_that_go_up_and_down_are_not_guessed() -> None:
    page = items(
        '<h2><a href="/n/item-{n}-a">{title}</a></h2><p>{on}</p>', on=["3 mei", "6 april", "6 november", "2 juni"]
    )
    assert days(read(page)) == [None] * 4
    page = items(
        '<h2><a href="/n/item-{n}-a">{title}</a></h2><p>{on}</p>', on=["3 juni", "3 mei", "6 april", "2 maart"]
    )
    assert all(days(read(page)))


def test_the_address_gives_the_year_of_a_day() -> None:
    page = items(
        '<h2><a href="/2019/0{m}/item-{n}-a">{title}</a></h2><p>3 {on}</p>',
        m=list("6543"),
        on=["juni", "mei", "april", "maart"],
    )
    assert [entry.published.year for entry in read(page) if entry.published] == [2019] * 4


def test_29_february_under_another_year_is_no_date() -> None:
    page = "<main><h2>2021</h2>" + items(
        '<h3><a href="/n/item-{n}-a">{title}</a></h3><p>{on}</p>', on=["29 februari"] * 4
    )
    assert not any(days(read(page)))


def test_a_page_with_news_and_an_agenda_gives_the_news() -> None:
    agenda = "".join(
        f'<li><a href="/agenda/bijeenkomst-nummer-{n}">Bijeenkomst {n} over techniek</a><p>{n} oktober 2022</p></li>'
        for n in range(1, 9)
    )
    news = "".join(
        f'<li><a href="/nieuws/bericht-{n}-over-techniek">{title}</a></li>' for n, title in enumerate(TITLES)
    )
    page = f'<ul class="agenda">{agenda}</ul><ul class="nieuws">{news}</ul>'
    assert [entry.title for entry in read(page, "https://net.example.nl/")] == TITLES


@pytest.mark.parametrize(
    "mark",
    ['<div itemscope itemtype="https://schema.org/Event">', '<div class="h-event">', '<div class="vevent">'],
)
def test_event_markup_makes_an_agenda(mark: str) -> None:
    page = items(mark + '<h2><a href="/a/item-{n}-a">{title}</a></h2><p>{on}</p></div>', on=[*DAYS[:3], "1 juni 2023"])
    assert find_in(page.encode(), url="https://net.example.nl/agenda", now=NOW).kind == "agenda"
    assert read(page) == ()


def test_a_background_is_a_picture_and_an_icon_is_none() -> None:
    page = items(
        '<div style="background-image:url(\'/foto/{n}.jpg\')" aria-label="Foto {n}"></div><img src="/icons/arrow.svg">'
        '<img src="/x.png" width="16"><h2><a href="/n/item-{n}-a">{title}</a></h2><p>{day}</p>'
    )
    assert [entry.image for entry in read(page)] == [
        Image(url=f"https://net.example.nl/foto/{n}.jpg", alt=f"Foto {n}") for n in range(4)
    ]


def test_caption_and_credit_are_told_apart() -> None:
    page = items(
        '<figure><img src="/{n}.jpg" alt="Klas"><figcaption>Een klas aan het werk<span class="credit">Jan Jansen</span>'
        '</figcaption></figure><h2><a href="/n/item-{n}-a">{title}</a></h2><p>{day}</p>'
    )
    image = read(page)[0].image
    assert image is not None
    assert (image.caption, image.credit) == ("Een klas aan het werk", "Jan Jansen")


def test_a_picture_that_two_items_could_own_is_nobodys() -> None:
    figure = '<figure><img src="/p.jpg" alt="Bouwen"><figcaption>Sanne de Boer © TP</figcaption></figure>'
    page = figure + items(
        '<h2><a href="/n/item-{n}-a">{title}</a></h2><p>{day}</p><p>Sanne de Boer over haar werk.</p>'
    )
    assert [entry.image for entry in read(page)] == [None] * 4


def test_links_that_cannot_be_followed_are_left_out() -> None:
    page = items(
        '<h2><a href="{to}">{title}</a></h2><p>{day}</p>', to=["/n/a-b-c", "javascript:x()", "http://[", "/n/d-e-f"]
    )
    assert [entry.title for entry in read(page)] == [TITLES[0], TITLES[3]]


@pytest.mark.parametrize("base", ["javascript:alert(1)", "http://[", "data:text/html,x", "ftp://x.example/"])
def test_a_base_that_is_no_web_address_does_not_count(base: str) -> None:
    page = f'<base href="{base}">' + items('<h2><a href="item-{n}-a-b">{title}</a></h2><p>{day}</p>')
    assert read(page)[0].link == "https://net.example.nl/item-0-a-b"


def test_too_large_a_body_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(ReadError) as caught:
        read_page(b"a" * (MAX_BYTES + 1), url="https://net.example.nl/", now=NOW)
    assert caught.value.code == "too-large"


def test_a_page_says_what_is_unsure_about_it() -> None:
    page = "<ul>" + "".join(f'<li><a href="/x/thema-{n}-hier">Thema {n} hier</a></li>' for n in range(4)) + "</ul>"
    reading = read_page(page.encode(), url="https://net.example.nl/", now=NOW)
    assert [problem.code for problem in reading.problems] == ["no-dates", "low-confidence"]


def test_a_month_that_agrees_leaves_the_exact_day() -> None:
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><time datetime="2022-06-1{n}">Juni 2022</time>')
    assert days(read(page)) == [f"2022-06-1{n}" for n in range(4)]


def test_29_february_in_a_year_without_one_is_no_date() -> None:
    page = items('<h2><a href="/2021/02/item-{n}-a">{title}</a></h2><p>29 februari</p>').encode()
    listing = find_in(page, url="https://net.example.nl/nieuws", now=datetime(2024, 3, 5, tzinfo=UTC))
    assert [entry.date_evidence for entry in listing.entries] == [None] * 4


def test_both_a_date_over_and_a_date_under_leave_lines_undated() -> None:
    lines = "<br>".join(f'<i>{day}</i><br><a href="/n/{n}-a-b">{TITLES[n]}</a>' for n, day in enumerate(DAYS))
    assert days(read(f"<div><p>{lines}<br><i>1 mei 2022</i></p></div>")) == [None] * 4
    assert len(read(f"<div><p>{lines}<br><i>1 mei 2022</i></p></div>")) == 4


def test_tags_pages_and_collections_are_no_items() -> None:
    chaff = (
        '<a rel="tag" href="/x/techniek-en-onderwijs-samen">Techniek en onderwijs samen</a>'
        '<a href="/nieuws?pagina=2">Verder in de tijd terug</a><a href="/tag/techniek">Alles met techniek</a>'
    )
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><p>{day}</p>' + chaff)
    assert [entry.title for entry in read(page)] == TITLES


def test_an_events_picture_and_title_are_one_event() -> None:
    event = '<a href="/a/item-{n}-a"><img src="/{n}.jpg" alt=""></a><h2><a href="/a/item-{n}-a">{title}</a></h2>{on}'
    page = items(event, on=["1 juni 2023", "2 juni 2023", "3 juni 2023", "4 juni 2023"])
    assert find_in(page.encode(), url="https://net.example.nl/agenda", now=NOW).kind == "agenda"


def test_what_is_unlike_the_list_is_not_added_to_it() -> None:
    theme = '<section><h2><a href="/n/over-dit-thema-a-b">Over dit thema en meer</a></h2><p>Zonder datum.</p></section>'
    bare = '<div><p>1 juni 2022</p><a href="/n/kort">Kort</a></div>'
    page = items('<h2><a href="/n/item-{n}-a">{title}</a></h2><p>{day}</p>') + theme + bare
    assert [entry.title for entry in read(page)] == TITLES


def test_at_most_so_many_links_and_pictures_are_looked_at() -> None:
    links = "".join(f'<a href="/a/{n}-b-c">Over dit onderwerp {n}</a>' for n in range(MAX_LINKS))
    assert read(f"<div>{links}</div>" + items('<h2><a href="/n/item-{n}-a">{title}</a></h2>'))[0].title != TITLES[0]
    figure = '<figure><img src="/p{n}.jpg" alt=""><figcaption>{name} © TP</figcaption></figure>'
    figures = "".join(figure.format(n=n, name=f"Naam {n}") for n in range(MAX_PORTRAITS))
    page = figures + figure.format(n=99, name="Sanne de Boer")
    texts = ["Sanne de Boer over haar werk.", "", "", ""]
    entries = read(page + items('<h2><a href="/n/item-{n}-a">{title}</a></h2><p>{day}</p><p>{t}</p>', t=texts))
    assert entries[0].image is None
