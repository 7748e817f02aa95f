from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Evidence, Precision, Source, Story, Tags, Theme
from aggregator.publish.site.rows import Rows, by_month, feeds, host_of
from tests.publish.site.content import INSTROOM, PPS, SITE, SOURCES, THEMES, story

TODAY = date(2022, 7, 4)
ROWS = Rows(SITE, SOURCES, "nl")
EVENING = datetime(2022, 6, 29, 22, 30, tzinfo=UTC)  # half past midnight in Amsterdam


@pytest.mark.parametrize(
    ("precision", "text", "machine"),
    [
        (Precision.MINUTE, "30 juni 2022", "2022-06-30T00:30+02:00"),
        (None, "30 juni 2022", "2022-06-30T00:30+02:00"),
        (Precision.DAY, "30 juni 2022", "2022-06-30"),
        (Precision.MONTH, "juni 2022", "2022-06"),
    ],
)
def test_a_date_is_as_exact_as_the_partner_said(precision: Precision | None, text: str, machine: str) -> None:
    day = ROWS.day(story(published=EVENING, date_precision=precision))
    assert (day.text, day.machine, day.month, day.found) == (text, machine, "juni 2022", False)


@pytest.mark.parametrize("said", [{"published": None}, {"published": EVENING, "date_evidence": Evidence.FIRST_SEEN}])
def test_without_the_partners_date_the_day_is_when_we_found_it(said: dict[str, object]) -> None:
    day = ROWS.day(story(0, **said))
    assert (day.text, day.machine, day.found) == ("2 juli 2022", "2022-07-02", True)


def test_stories_come_newest_first_by_month_whatever_the_order_given() -> None:
    stories = [story(number) for number in (9, 4, 10, 0, 5)]
    rows = ROWS.newest(stories, TODAY)
    assert [(month, [row.day.text for row in rows]) for month, rows in by_month(rows)] == [
        ("juli 2022", ["2 juli 2022", "1 juli 2022"]),
        ("juni 2022", ["30 juni 2022", "22 juni 2022"]),
        ("mei 2022", ["31 mei 2022"]),
    ]
    assert ROWS.newest(reversed(stories), TODAY) == rows


def test_equals_stay_in_the_order_in_which_they_came() -> None:
    one = story(0)
    same = [replace(one, id=f"{one.id}{letter}") for letter in "zax"]
    assert [row.path[-1] for row in ROWS.newest(same, TODAY)] == ["z", "a", "x"]


def test_a_date_in_the_future_does_not_keep_a_story_on_top() -> None:
    mistaken = story(0, published=datetime(2032, 6, 30, tzinfo=UTC))
    todays = replace(story(1, published=datetime(2022, 7, 4, 8, tzinfo=UTC)), released=mistaken.released)
    newest = replace(todays, id="tag:x:later", released=datetime(2022, 7, 4, 9, tzinfo=UTC))
    rows = ROWS.newest([mistaken, newest, todays], TODAY)
    assert [row.day.machine[:4] for row in rows] == ["2022", "2022", "2032"]


def test_a_list_shortens_what_the_storys_own_page_shows_in_full() -> None:
    long = story(title="Techniek " * 30, summary="Een zin van vijf woorden. " * 11)
    listed, whole = ROWS.story(long), ROWS.story(long, whole=True)
    assert len(listed.title) <= 160
    assert len(listed.teaser) <= 200
    assert listed.teaser.endswith("…")
    assert len(whole.title) > 160
    assert len(whole.teaser) > 200


@pytest.mark.parametrize("link", [None, "javascript:alert(1)", "/nieuws", "data:text/html,x", ""])
def test_a_story_without_a_usable_link_leads_to_its_own_page(link: str | None) -> None:
    row = ROWS.story(story(link=link))
    assert (row.address, row.has_article, row.host) == ("/stories/s0000", False, "")


def test_a_partner_that_is_no_longer_known_is_named_by_its_id() -> None:
    partner = Rows(SITE, {}, "nl").story(story(0)).partner
    assert (partner.name, partner.path, partner.site, partner.host) == ("techniekpact", "/sources/techniekpact", "", "")


def test_a_partners_own_site_is_where_its_address_begins() -> None:
    partner = ROWS.partner(Source(id="a/b", organisation="A & B", url="https://www.ab.example:8443/nieuws?p=1"))
    assert (partner.path, partner.site, partner.host) == (
        "/sources/a%2Fb",
        "https://www.ab.example:8443/",
        "ab.example",
    )


def test_themes_are_named_once_primary_first_and_unknown_ones_left_out() -> None:
    def slugs(**tags: str) -> list[str]:
        return [theme.slug for theme in ROWS.themes(replace(story(0), tags=Tags(**tags)))]  # type: ignore[arg-type]

    assert slugs(theme=PPS, second_theme=INSTROOM) == [PPS, INSTROOM]
    assert slugs(theme=PPS, second_theme=PPS) == [PPS]
    assert slugs(theme="was-er-vroeger") == []
    assert slugs() == []


def test_a_fifth_theme_takes_the_first_mark_again() -> None:
    fifth = Theme(slug="vijf", label={"de": "Fünf"}, definition={})
    rows = Rows(replace(SITE, themes=(*THEMES, fifth)), SOURCES, "nl")
    row = rows.theme(fifth, 3)
    assert (row.mark, row.label, row.definition, row.gist, row.count) == (1, "Fünf", "", "", 3)
    assert rows.theme(replace(fifth, label={})).label == "vijf"


@pytest.mark.parametrize(
    ("definition", "gist"),
    [
        ("Wie lesgeeft. Niet: de rest.", "Wie lesgeeft."),
        ("Wie lesgeeft: leraren. Niet meer.", "Wie lesgeeft."),
        ("Wie lesgeeft", "Wie lesgeeft."),
        ("Wie lesgeeft.", "Wie lesgeeft."),
    ],
)
def test_the_gist_of_a_definition_is_its_first_statement(definition: str, gist: str) -> None:
    assert ROWS.theme(replace(THEMES[0], definition={"nl": definition})).gist == gist


def test_a_hanging_hyphen_stays_with_its_word() -> None:
    assert ROWS.theme(THEMES[1]).label == "Lerarentekort en ‑professionalisering"


def test_feeds_are_absolute_atom_first() -> None:
    assert list(feeds(SITE, "themes/instroom").items()) == [
        ("atom", "https://nieuws.example/feeds/themes/instroom.atom"),
        ("rss", "https://nieuws.example/feeds/themes/instroom.rss"),
        ("json", "https://nieuws.example/feeds/themes/instroom.json"),
    ]


def test_a_host_is_named_as_readers_do() -> None:
    assert host_of("https://www.fme.nl:443/nieuws") == "fme.nl"
    assert host_of("") == ""


@given(st.lists(st.tuples(st.integers(0, 10), st.timedeltas(timedelta(-900), timedelta(900))), max_size=8))
def test_days_never_rise_down_the_page_and_no_story_is_lost(news: list[tuple[int, timedelta]]) -> None:
    start = datetime(2022, 1, 1, tzinfo=UTC)
    stories: list[Story] = [story(number, published=start + shift) for number, shift in news]
    months = by_month(ROWS.newest(stories, date(2030, 1, 1)))
    machine = [row.day.machine for _, rows in months for row in rows]
    assert len(machine) == len(stories)
    assert [day[:10] for day in machine] == sorted((day[:10] for day in machine), reverse=True)
    assert len({month for month, _ in months}) == len(months)
