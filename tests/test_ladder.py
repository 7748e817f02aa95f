from datetime import UTC, datetime

import pytest

from aggregator.errors import ReadError
from aggregator.ladder import best_reading, climb, linked_feed, look, read_rung
from aggregator.model import Entry, Failed, Fetched, Reading, Source, Wire
from aggregator.pages.discovery import Candidate
from tests.factories import DAY, NOW, make_entry
from tests.line.partner import feed, page

SOURCE = Source(id="fme", organisation="FME", url="https://fme.example/nieuws")
JSON_LD = """<script type="application/ld+json">{"@context":"https://schema.org","@graph":[%s]}</script>"""


def answer(body: bytes, url: str = SOURCE.url, media_type: str = "text/html") -> Fetched:
    return Fetched(wire=Wire(url=url, status=200, requests=1), body=body, media_type=media_type)


def entries(count: int = 4) -> list[Entry]:
    return [
        make_entry(n, link=f"https://fme.example/nieuws/bericht-over-techniek-{n}", published=NOW - n * DAY)
        for n in range(count)
    ]


def stated(count: int) -> str:
    articles = (
        f'{{"@type":"NewsArticle","headline":"{entry.title}","url":"{entry.link}",'
        f'"datePublished":"{entry.published:%Y-%m-%dT%H:%M:%SZ}"}}'
        for entry in entries(count)
    )
    return JSON_LD % ",".join(articles)


def test_a_feed_is_its_own_only_rung() -> None:
    rungs, others = look(answer(feed(*entries())), SOURCE, NOW)
    assert ([rung.name for rung in rungs], others) == (["feed"], ())
    assert climb(rungs, (), SOURCE, NOW).recommended is rungs[0]


def test_a_page_names_its_own_rungs_and_the_addresses_to_try() -> None:
    body = page(*entries(), head='<link rel=alternate type="application/atom+xml" href="/atom.xml">')
    rungs, others = look(answer(body), SOURCE, NOW)
    assert [rung.name for rung in rungs] == ["json-ld", "h-feed", "listing"]
    assert others[0].url == "https://fme.example/atom.xml"


def test_a_source_that_is_said_to_be_a_page_is_read_as_its_list_alone() -> None:
    source = Source(id="fme", organisation="FME", url=SOURCE.url, kind="page")
    rungs, others = look(answer(page(*entries(), head=stated(4))), source, NOW)
    assert ([rung.name for rung in rungs], others) == (["listing"], ())


def test_what_a_page_states_for_machines_goes_before_its_list_unless_it_is_only_a_part() -> None:
    whole, _ = look(answer(page(*entries(), head=stated(4))), SOURCE, NOW)
    part, _ = look(answer(page(*entries(6), head=stated(3))), SOURCE, NOW)
    best_of_whole, best_of_part = (climb(rungs, (), SOURCE, NOW).recommended for rungs in (whole, part))
    assert best_of_whole is not None
    assert best_of_part is not None
    assert (best_of_whole.name, best_of_part.name) == ("json-ld", "listing")


def test_a_feed_of_comments_is_the_last_resort() -> None:
    comments = Candidate(url="https://fme.example/comments/feed", rung="feed-link", note="comments")
    rungs, _ = look(answer(page(*entries())), SOURCE, NOW)
    ladder = climb(rungs, [(comments, answer(feed(*entries()), comments.url))], SOURCE, NOW)
    assert ladder.recommended is not None
    assert ladder.recommended.name == "listing"
    assert ladder.rungs[-1].name != "feed-link"  # it has news, so it stands before what has none


def test_a_candidate_that_does_not_answer_is_told_and_not_offered() -> None:
    linked = Candidate(url="https://fme.example/atom.xml", rung="feed-link")
    failure = Failed(wire=Wire(url=linked.url), code="http-404", transient=False)
    ladder = climb(look(answer(page(*entries())), SOURCE, NOW)[0], [(linked, failure)], SOURCE, NOW)
    assert {rung.code for rung in ladder.rungs if rung.name == "feed-link"} == {"http-404"}
    assert ladder.code == ""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<!doctype html><p>Welkom", "no-list"),
        (b"<!doctype html><form><input type=password></form>", "login-page"),
        (b"<!doctype html><div id=app></div><script src=a.js></script>", "needs-javascript"),
    ],
)
def test_an_address_without_news_says_why(body: bytes, code: str) -> None:
    assert climb(look(answer(body), SOURCE, NOW)[0], (), SOURCE, NOW).code == code
    with pytest.raises(ReadError) as refused:
        best_reading(answer(body), SOURCE, NOW)
    assert refused.value.code == code


def test_an_empty_ladder_has_no_list() -> None:
    assert climb((), (), SOURCE, NOW).code == "no-list"


@pytest.mark.parametrize("rung", ["json-ld", "h-feed", "wordpress", "news-sitemap", "listing", "feed"])
def test_a_document_that_is_no_longer_what_it_was_is_refused(rung: str) -> None:
    with pytest.raises(ReadError):
        read_rung(rung, answer(b"<!doctype html><p>Onderhoud"), SOURCE, NOW)


def test_a_document_can_be_read_as_what_it_is_said_to_be() -> None:
    reading: Reading = best_reading(answer(feed(*entries())), SOURCE, datetime(2026, 11, 23, tzinfo=UTC), "feed")
    assert len(reading.entries) == 4
    assert len(best_reading(answer(page(*entries())), SOURCE, NOW).entries) == 4


def test_the_feed_that_a_page_links_is_known_by_its_relation() -> None:
    head = '<link rel=alternate type="application/rss+xml" href="/feed.xml">'
    assert linked_feed(answer(page(*entries(), head=head))) == "https://fme.example/feed.xml"
    assert linked_feed(answer(page(*entries()))) == ""
