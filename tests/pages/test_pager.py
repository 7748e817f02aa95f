import pytest

from aggregator.pages.pager import next_page

URL = "https://fme.example/nieuws/"


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<link rel="next" href="/nieuws/page/2/">', "https://fme.example/nieuws/page/2/"),
        ('<a rel="nofollow next" href="?page=1">2</a>', "https://fme.example/nieuws/?page=1"),
        ('<ul class="pager"><li><a href="/nieuws?p=2">Volgende »</a></ul>', "https://fme.example/nieuws?p=2"),
        ('<a href="page/2">Oudere berichten</a>', "https://fme.example/nieuws/page/2"),
    ],
)
def test_the_next_page_is_found_by_its_relation_or_its_name(markup: str, found: str) -> None:
    assert next_page(f"<html><body>{markup}</body></html>".encode(), url=URL) == found


@pytest.mark.parametrize(
    "markup",
    [
        "",
        '<a href="/aanmelden/stap">Volgende</a>',
        '<a rel="next" href="https://elders.example/2">Next</a>',
        '<a rel="next" href="javascript:alert(2)">Next</a>',
        '<a href="/nieuws/over-de-volgende-stap-2">De volgende stap in techniek</a>',
        '<a rel="prev" href="?page=0">Vorige</a>',
    ],
)
def test_what_is_no_next_page_of_this_list_is_none(markup: str) -> None:
    assert next_page(f"<html><body>{markup}</body></html>".encode(), url=URL) == ""


def test_a_body_that_is_no_page_has_none() -> None:
    assert next_page(b"", url=URL) == ""
