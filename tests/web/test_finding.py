"""Search and the composer of feeds, over HTTP."""

from urllib.parse import quote

import pytest
from lxml import html

from aggregator.release import Press
from tests.pace import Stopwatch
from tests.web.test_app import ask


def page(address: str, path: str) -> html.HtmlElement:
    reply = ask(address, path)
    assert reply.status == 200, path
    return html.fromstring(reply.body)


def titles(tree: html.HtmlElement) -> list[str]:
    return [each.text_content() for each in tree.xpath("//main//*[@class='story-title']")]


def test_search_finds_by_word_and_says_how_many(address: str) -> None:
    tree = page(address, "/search?q=nieuws&lang=nl")
    assert len(titles(tree)) == 3
    assert "3 berichten gevonden" in tree.text_content()
    assert tree.xpath("//input[@id='s-q']/@value") == ["nieuws"]
    assert tree.xpath("//aside//code|//section[@class='follow']//code")[0].text.endswith("/feeds/search.atom?q=nieuws")


def test_search_that_finds_nothing_gives_advice(address: str) -> None:
    assert "Kijk of de woorden goed gespeld zijn" in page(address, "/search?q=xylofoonbouwer&lang=nl").text_content()
    assert "Typ een woord" in page(address, "/search?q=%2B%2B&lang=nl").text_content()
    assert titles(page(address, "/search?lang=nl")) == []


def test_search_is_narrowed_by_partner_and_forgets_names_that_it_does_not_know(address: str) -> None:
    assert len(titles(page(address, "/search?source=fme"))) == 3
    assert titles(page(address, "/search?q=nieuws&source=geen&theme=geen&label=geen")) == titles(
        page(address, "/search?q=nieuws")
    )


@pytest.mark.parametrize(
    "query",
    ["q=" + quote('" OR 1=1 --*'), "q=%00", "q=" + "a" * 5000, "q=%F0%9F", "q=x&page=-1", "q=x&page=" + "9" * 40],
)
def test_a_hostile_search_is_an_ordinary_page_and_soon_there(address: str, query: str) -> None:
    with Stopwatch() as watch:
        assert b"<h1>" in ask(address, f"/search?{query}").body
        assert ask(address, f"/search?{query}").status == 200
    assert watch.cpu < 2


def test_the_dutch_name_of_search_leads_there(address: str) -> None:
    reply = ask(address, "/zoeken?q=nieuws")
    assert (reply.status, reply.headers["location"]) == (308, "/search?q=nieuws")


@pytest.mark.parametrize(
    ("chosen", "feed"),
    [
        ("make=1", "/feeds/all.atom"),
        ("source=fme", "/feeds/sources/fme.atom"),
        ("label=noord", "/feeds/labels/noord.atom"),
        ("theme=instroom", "/feeds/themes/instroom.atom"),
        ("source=fme&q=nieuws", "/feeds/search.atom?q=nieuws&source=fme"),
        ("label=noord&theme=instroom", "/feeds/search.atom?theme=instroom&label=noord"),
    ],
)
def test_a_choice_becomes_one_address_that_answers(address: str, press: Press, chosen: str, feed: str) -> None:
    tree = page(address, f"/feeds/samenstellen?{chosen}&lang=nl")
    shown = tree.xpath("//section[@class='follow']//code/text()")
    assert shown[0] == press.site.base_url + feed
    assert all(ask(address, each.removeprefix(press.site.base_url)).status == 200 for each in shown)
    assert "per week" in tree.text_content()


def test_the_composer_waits_until_something_is_chosen(address: str) -> None:
    tree = page(address, "/feeds/samenstellen?lang=nl")
    assert not tree.xpath("//section[@class='follow']")
    assert {"theme", "source", "label"} <= set(tree.xpath("//input[@type='checkbox']/@name"))


def test_whoever_asks_too_much_is_told_so_on_a_page(address: str) -> None:
    replies = [ask(address, "/search?q=x") for _ in range(140)]
    refused = next(each for each in replies if each.status == 429)
    assert int(refused.headers["retry-after"]) > 0
    assert b"<h1>" in refused.body
