"""What is said of a story: the partner's words, dates and name, and no more than the partner allows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Entry, Image, Tags
from aggregator.publish import entry as words
from tests.factories import NOW, make_item
from tests.publish.stories import SITE, SOURCES, make_story, source_like, story_of


def test_a_day_is_the_day_on_the_calendar_in_amsterdam() -> None:
    summer = story_of(published=datetime(2022, 6, 29, 22, tzinfo=UTC))
    winter = story_of(published=datetime(2022, 11, 30, 23, tzinfo=UTC))
    dates = [when.isoformat() for when in map(words.published, (summer, winter)) if when]
    assert dates == ["2022-06-30T00:00:00+02:00", "2022-12-01T00:00:00+01:00"]


def test_a_date_that_is_unknown_stays_unknown() -> None:
    assert words.published(story_of()) is None


@pytest.mark.parametrize("year", [1, 1900, 1936, 9999])
def test_a_date_out_of_reach_can_still_be_written(year: int) -> None:
    written = words.local(datetime(year, 12, 31, 23, 30, 59, 999, tzinfo=UTC))
    assert written.utcoffset() == timedelta()
    assert written.microsecond == 0


def test_the_times_are_not_mixed() -> None:
    item = make_item(entry=Entry(published=NOW - timedelta(days=9), updated=NOW - timedelta(days=8)))
    story = make_story(1, item, released=NOW - timedelta(days=2), updated=NOW - timedelta(days=1))
    assert words.published(story) == NOW - timedelta(days=9)
    assert words.said(story) == NOW - timedelta(days=8)
    assert words.released(story) == NOW - timedelta(days=2)
    assert words.last_change(story) == NOW - timedelta(days=1)


def test_without_later_times_the_earlier_ones_count() -> None:
    story = make_story(1, make_item(entry=Entry()), released=None, updated=None)
    assert words.last_change(story) == words.released(story) == words.said(story) == NOW


def test_the_link_leads_to_the_partner_and_only_without_one_to_us() -> None:
    assert words.address(story_of(link="https://fme.example/1"), SITE) == "https://fme.example/1"
    assert words.address(story_of(link="javascript:x"), SITE) == f"{SITE.base_url}/stories/0001"
    assert words.address(story_of(), SITE) == f"{SITE.base_url}/stories/0001"


def test_the_teaser_is_plain_short_and_cut_between_words() -> None:
    teaser = words.teaser(story_of(summary="techniek " * 60))
    assert len(teaser) <= 300
    assert teaser.endswith("techniek…")
    assert words.teaser(story_of(content="<p>Veel <b>techniek</b></p>")) == "Veel techniek"
    assert words.teaser(story_of()) == ""


def test_there_is_always_a_title() -> None:
    assert words.title(story_of(title=" Een\ntitel ")) == "Een titel"
    assert words.title(story_of(summary="Een begin")) == "Een begin"
    assert words.title(story_of()) == "0001"


def test_the_whole_text_needs_a_licence_and_its_pictures_need_another() -> None:
    html = '<p>Eén <img src="https://a.example/1.png" alt="a > b"><b>tekst</b></p>'
    story = story_of(content=html)
    assert words.content(story, SOURCES["fme"]) == ""
    assert words.content(story, SOURCES["text"]) == "<p>Eén <b>tekst</b></p>"
    assert words.content(story, SOURCES["open"]) == html
    assert words.content(story_of(content=" <img>\n"), SOURCES["text"]) == ""


def test_a_picture_needs_a_licence_and_a_usable_address() -> None:
    picture = Image(url="https://a.example/1.png")
    assert words.image(story_of(image=picture), SOURCES["open"]) == picture
    assert words.image(story_of(image=picture), SOURCES["fme"]) is None
    assert words.image(story_of(image=Image(url="data:x")), SOURCES["open"]) is None
    assert words.image(story_of(), SOURCES["open"]) is None


def test_themes_are_named_in_the_readers_language_else_in_dutch_else_by_their_slug() -> None:
    tags = Tags(theme="instroom", second_theme="leven-lang-ontwikkelen")
    labels = [category.label for category in words.categories(make_story(tags=tags), SITE, "en")]
    assert labels == ["Intake", "Leven lang ontwikkelen"]
    [unknown] = words.categories(make_story(tags=Tags(theme="nieuw")), SITE, "nl")
    assert unknown == ("nieuw", f"{SITE.base_url}/themes/", "nieuw")


def test_a_story_may_have_no_theme_and_never_has_one_twice() -> None:
    assert words.categories(make_story(tags=Tags()), SITE, "nl") == []
    assert words.categories(make_story(tags=Tags(theme=" ")), SITE, "nl") == []
    twice = make_story(tags=Tags(theme="instroom", second_theme="instroom"))
    assert [category.term for category in words.categories(twice, SITE, "nl")] == ["instroom"]


def test_other_organisations_are_named_once_and_never_the_producer() -> None:
    items = [
        make_item(1, "fme"),
        make_item(2, "fme"),
        make_item(3, "roc", entry=Entry(link="https://roc.example/1")),
        make_item(4, "roc", entry=Entry(link="https://roc.example/2")),
        make_item(5, "open", entry=Entry(link=None)),
        make_item(6, "gone", entry=Entry(link="https://gone.example/1")),
    ]
    also = list(words.also_at(make_story(1, *items), SOURCES))
    assert [(other.source.id, other.link) for other in also] == [
        ("roc", "https://roc.example/1"),
        ("gone", "https://gone.example/1"),
    ]


def test_the_line_about_others_speaks_the_readers_language() -> None:
    assert words.also_line(SOURCES["roc"], "nl") == "Ook bij: ROC & Zonen"
    assert words.also_line(SOURCES["roc"], "en") == "Also at: ROC & Zonen"
    assert words.also_line(SOURCES["roc"], "fy") == "Ook bij: ROC & Zonen"


def test_a_source_that_is_no_longer_known_still_has_a_name_and_an_address() -> None:
    source = words.partner(make_item(1, "weg"), SOURCES)
    assert words.author(source) == "weg"
    assert words.source_address(source, SITE) == f"{SITE.base_url}/sources/weg"
    assert words.author(replace(source, id="\x00", organisation="\x00")) == "?"


def test_the_language_is_the_entrys_else_the_sources_else_the_sites() -> None:
    assert words.language(story_of(language="de"), SOURCES["open"], SITE) == "de"
    assert words.language(story_of(), SOURCES["open"], SITE) == "en"
    assert words.language(story_of(), source_like("open", language=""), SITE) == "nl"
