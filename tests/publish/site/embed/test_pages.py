"""Frames, codes and the page that makes them, as bytes."""

from dataclasses import replace

import pytest
from lxml import html

from aggregator.publish.site.embed import Choice, Selection, builder_page, frame_page, host_page
from aggregator.publish.site.embed.codes import codes, frame_address
from tests.publish.site.content import INSTROOM, LERAREN, NEWS, SITE, SOURCES, story
from tests.publish.site.embed.origin import OFFER, STORIES, TODAY
from tests.publish.site.test_pages import HOSTILE_NAME, text

HOSTILE = HOSTILE_NAME + "</techniek-nieuws></iframe></pre>"


def frame(choice: Choice, selection: Selection = Selection(own=STORIES)) -> bytes:  # noqa: B008  # frozen
    return frame_page(choice, selection, SOURCES, SITE, TODAY)


def test_a_frame_shows_the_newest_by_the_partners_dates_and_no_more_than_asked() -> None:
    tree = html.fromstring(frame(Choice(limit=4)))
    assert [each.text_content() for each in tree.xpath("//h2")] == [NEWS[number][3] for number in (10, 5, 0, 1)]
    assert tree.xpath("//time/@datetime") == ["2022-07-02", "2022-07-01", "2022-06-30", "2022-06-30"]
    assert set(tree.xpath("//a/@target")) == {"_top"}
    assert tree.xpath("//script") == []


def test_a_frame_shows_the_parts_that_were_chosen() -> None:
    tree = html.fromstring(frame(Choice(show=(), heading_level=4)))
    assert len(tree.xpath("//h4")) == 5
    assert len(tree.xpath("//h3")) == 1
    assert tree.xpath("//p") == []
    everything = html.fromstring(frame(Choice(limit=3)))
    for part in ("dateline", "kicker", "teaser", "facts", "source", "more"):
        assert everything.xpath(f"//*[@class='{part}']"), part


def test_a_frame_is_never_empty() -> None:
    none = text(frame(Choice(theme=LERAREN), Selection(own=[])))
    assert "Er is nog geen nieuws" in none
    filled = text(frame(Choice(theme=LERAREN), Selection(own=[], other=STORIES[:2])))
    assert "Hierover is nog geen nieuws. Ander nieuws" in filled
    few = text(frame(Choice(theme=LERAREN, fill="none"), Selection(own=[STORIES[6]])))
    assert "Laatste bericht: 28 juni 2022" in few
    assert b"is not known" in frame(Choice(), Selection(own=STORIES, is_unknown=True))


def test_only_a_frame_that_follows_its_news_has_a_script() -> None:
    assert html.fromstring(frame(Choice(height="auto"))).xpath("//script/@src") == ["/embed/v1/frame.js"]


def test_a_story_without_an_article_leads_to_its_page_here() -> None:
    tree = html.fromstring(frame(Choice(), Selection(own=[story(0, link=None)])))
    assert tree.xpath("//h2/a/@href") == ["/stories/s0000?lang=nl"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_that_makes_codes_is_light_and_knows_its_choice(language: str) -> None:
    choice = Choice(theme=INSTROOM, limit=7, lang=language, show=("date",), height="auto")
    page = builder_page(choice, OFFER, SITE, language)
    tree = html.fromstring(page)
    assert len(page) < 50_000
    assert tree.xpath("//select[@name='theme']/option[@selected]/@value") == [INSTROOM]
    assert tree.xpath("//select[@name='limit']/option[@selected]/@value") == ["7"]
    assert tree.xpath("//input[@type='checkbox'][@checked]/@value") == ["date"]
    made = codes(
        choice, SITE, f"Technieknieuws: {'Instroom' if language == 'nl' else 'Inflow into technical education'}", "x"
    )
    assert tree.xpath("//pre[@id='code-frame']")[0].text == made.frame
    assert (
        f'theme="{INSTROOM}" limit="7" lang="{language}" show="date"' in tree.xpath("//pre[@id='code-element']")[0].text
    )


def test_for_a_static_server_the_page_has_links_instead_of_a_form() -> None:
    tree = html.fromstring(builder_page(Choice(theme=INSTROOM, lang="nl"), OFFER, SITE, "nl", interactive=False))
    assert tree.xpath("//main//form") == []
    assert f"/embed/themes/{LERAREN}?lang=nl" in tree.xpath("//a/@href")
    assert f"/embed/preview/frame/themes/{INSTROOM}?lang=nl" in tree.xpath("//iframe/@src")


def test_codes_hold_what_is_hostile_as_text() -> None:
    """Labels and names come from configuration and editors, and titles of sites have quotation marks."""
    choice = Choice(label=HOSTILE, lang="nl")
    site = replace(SITE, title=HOSTILE)
    made = codes(choice, site, HOSTILE, HOSTILE)
    element = html.fragment_fromstring(made.element_latest, create_parent="div").xpath("//techniek-nieuws")
    assert [each.get("label") for each in element] == [HOSTILE]
    assert html.fragment_fromstring(made.frame).get("title") == HOSTILE
    assert html.fragment_fromstring(made.frame).get("src") == frame_address(choice, site)
    for page in (host_page(choice, site, "nl", how="element"), builder_page(choice, OFFER, site, "nl")):
        assert b"alert(1)</script>" not in page


def test_codes_say_what_a_policy_must_allow() -> None:
    made = codes(Choice(height="auto"), SITE, "x", "x")
    assert made.element_policy == f"script-src {SITE.base_url}; connect-src {SITE.base_url}"
    assert made.frame_policy == f"frame-src {SITE.base_url}; script-src {SITE.base_url}"
    assert f'src="{SITE.base_url}/embed/v1/frame.js"' in made.frame
    assert 'integrity="sha384-' in made.element
    assert "integrity" not in made.element_latest
    assert made.feed == f"{SITE.base_url}/feeds/all.rss"
