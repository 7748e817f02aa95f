"""An article completes what a list left out, and overwrites nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.model import Entry, Evidence, Image, Precision
from aggregator.pages.article import Article
from aggregator.pages.completing import completed, lacks_something
from aggregator.text.dates import Dated

JUNE_30 = datetime(2022, 6, 29, 22, tzinfo=UTC)
HAL = Image(url="https://x.example/hal.jpg", alt="De hal")
LEAD = (
    "Recente cijfers laten zien dat meer meisjes voor techniek kiezen. Dat is goed nieuws voor de scholen. "
    "Ook de bedrijven in de regio merken het, want zij leiden de meisjes samen met de scholen op."
)
ARTICLE = Article(
    title="Meer meisjes kiezen voor techniek",
    published=Dated(at=JUNE_30, precision=Precision.DAY),
    evidence=Evidence.TEXT,
    teaser="Meer meisjes kiezen voor techniek, en dat is goed nieuws voor de scholen en de bedrijven.",
    lead=LEAD,
    image=HAL,
)
BARE = Entry(id="1", link="https://x.example/1", title="Meer meisjes kiezen voor techniek")


def test_what_is_missing_is_filled_in() -> None:
    entry = completed(BARE, ARTICLE)
    assert entry == replace(
        BARE,
        published=JUNE_30,
        date_evidence=Evidence.TEXT,
        date_precision=Precision.DAY,
        summary=ARTICLE.teaser,
        image=HAL,
    )


def test_what_is_there_stays_and_nothing_to_add_is_the_same_entry() -> None:
    full = replace(
        BARE,
        published=datetime(2022, 7, 1, tzinfo=UTC),
        date_evidence=Evidence.TIME,
        date_precision=Precision.MINUTE,
        summary="Een eigen teaser.",
        image=Image(url="https://x.example/eigen.jpg"),
    )
    assert completed(full, ARTICLE) is full
    assert completed(BARE, Article(title=BARE.title)) is BARE


@pytest.mark.parametrize("dots", ["...", "…", " ...", " …"])
def test_a_cut_teaser_is_completed_from_the_text(dots: str) -> None:
    entry = completed(replace(BARE, summary=LEAD[:50].rstrip() + dots), ARTICLE)
    assert entry.summary == LEAD


def test_a_completed_teaser_keeps_within_300_characters() -> None:
    entry = completed(replace(BARE, summary=LEAD[:50] + "..."), replace(ARTICLE, lead=LEAD * 3))
    assert len(entry.summary) <= 300
    assert entry.summary.startswith(LEAD)


def test_a_cut_teaser_in_other_words_gives_way_to_a_longer_one_only() -> None:
    assert completed(replace(BARE, summary="Iets heel anders…"), ARTICLE).summary == ARTICLE.teaser
    long = "Iets heel anders dat al langer is dan wat het artikel zelf als omschrijving geeft, en dat dus blijft staan…"
    assert completed(replace(BARE, summary=long), ARTICLE).summary == long


@pytest.mark.parametrize(
    "article",
    [
        replace(ARTICLE, code="soft-404"),
        replace(ARTICLE, title="Welkom bij de vereniging"),
    ],
)
def test_another_page_than_the_article_adds_nothing(article: Article) -> None:
    assert completed(BARE, article) is BARE


def test_a_title_may_be_cut_or_absent() -> None:
    assert completed(replace(BARE, title="Meer meisjes kiezen…"), ARTICLE).published == JUNE_30
    assert completed(BARE, replace(ARTICLE, title="")).published == JUNE_30


def test_only_an_entry_that_lacks_something_is_worth_a_visit() -> None:
    full = completed(BARE, ARTICLE)
    assert not lacks_something(full)
    for less in ({"published": None}, {"summary": ""}, {"summary": "Half…"}, {"image": None}):
        assert lacks_something(replace(full, **less))
