"""Sources without a feed address: found, read, and believed only when they show what we know."""

import re

import pytest

from aggregator.model import Entry, Evidence, Fetched, Outcome, Precision, State, Wire
from aggregator.store import Store, agenda, items, sources, stories, trials
from aggregator.store.check import contradictions
from tests.factories import DAY, NOW, make_entry, make_source
from tests.line.partner import LATER, Partners, feed, follow, make_line, page, run

SITE = "https://fme.example/nieuws"
FEED = "https://fme.example/feed.xml"
LINKED = f'<link rel="alternate" type="application/rss+xml" href="{FEED}">'
TITLES = (
    "Meer meisjes kiezen voor een technisch profiel",
    "Hybride docent deelt werkweek tussen klas en fabriek",
    "Campus krijgt geld voor praktijklokaal aan de haven",
    "Monteurs volgen bijscholing voor warmtepompen in Twente",
    "Scholen en bedrijven tekenen convenant over stages",
    "Week van de Techniek trekt duizend brugklassers",
)


def news(*numbers: int) -> list[Entry]:
    """Entries as a page lists them: dated by the day."""
    return [
        make_entry(
            n,
            id=None,
            link=f"https://fme.example/nieuws/{TITLES[n].lower().replace(' ', '-')}",
            title=TITLES[n],
            summary=f"Dit is de samenvatting van bericht {n}: {TITLES[n].lower()} en wat daarvan komt.",
            published=NOW.replace(hour=23, minute=0) - (n + 2) * DAY,
        )
        for n in numbers
    ]


def titles(store: Store) -> list[str]:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        found = stories.load(transaction, stories.by_state(transaction, None, limit=100))
    return sorted(story.origin.entry.title for story in found)


def released(store: Store) -> int:
    with store.read() as transaction:
        return len(stories.in_feed(transaction, limit=100))


def test_a_feed_that_the_page_links_is_taken_and_polled_from_then_on(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="auto", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2), head=LINKED)
    partners.documents[FEED] = feed(*news(0, 1, 2, 3))
    line = make_line(store, partners)
    (report,) = run(line)
    assert (report.poll.outcome, report.new, report.poll.address) == (Outcome.FETCHED, 4, FEED)
    partners.requests.clear()
    (again,) = run(line, LATER)
    assert [request.url for request in partners.requests] == [FEED]
    assert again.poll.outcome is Outcome.UNCHANGED


def test_a_page_without_a_feed_is_read_by_its_list(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="auto", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2, 3))
    (report,) = run(make_line(store, partners))
    assert (report.poll.rung, report.new) == ("listing", 4)
    with store.read() as transaction:
        (latest, *_) = items.latest_of(transaction, "fme", 10)
    entry = latest[2].entry
    assert entry.title in TITLES
    assert entry.date_precision is Precision.DAY
    assert entry.date_evidence is Evidence.TIME


@pytest.mark.parametrize("linked", [b"<html>oops", feed()])
def test_a_linked_feed_that_is_broken_or_empty_is_passed_over_for_the_list(
    store: Store, partners: Partners, linked: bytes
) -> None:
    follow(store, make_source(kind="auto", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2), head=LINKED)
    partners.documents[FEED] = linked
    (report,) = run(make_line(store, partners))
    assert report.poll.rung == "listing"


def test_a_linked_feed_that_was_forgotten_is_passed_over_for_the_list(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="auto", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2), head=LINKED)
    partners.documents[FEED] = feed(make_entry(9, published=NOW - 400 * DAY))
    (report,) = run(make_line(store, partners))
    assert report.poll.rung == "listing"


def test_the_ladder_is_climbed_once(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="auto", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2))
    line = make_line(store, partners)
    run(line)
    partners.requests.clear()
    partners.documents[SITE] = page(*news(0, 1, 2, 3))
    (report,) = run(line, LATER)
    assert (report.new, [request.url for request in partners.requests]) == (1, [SITE])


def test_a_page_that_starts_to_link_a_feed_says_so(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="page", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2))
    line = make_line(store, partners)
    (first,) = run(line)
    partners.documents[SITE] = page(*news(0, 1, 2, 3), head=LINKED)
    (second,) = run(line, LATER)
    assert (first.poll.offers, second.poll.offers) == ("", FEED)


def test_a_redesigned_page_is_read_anew_and_announces_nothing_old(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="page", url=SITE))
    line = make_line(store, partners)
    partners.documents[SITE] = page(*news(0, 1, 2, 3))
    run(line)
    before, were_out = titles(store), released(store)
    partners.documents[SITE] = page(*news(0, 1, 2, 3), shape="card", path="-nieuw")
    (report,) = run(line, LATER)
    assert (report.poll.outcome, report.new) == (Outcome.FETCHED, 0)
    assert (titles(store), released(store)) == (before, were_out)
    with store.read() as transaction:
        (trial,) = trials.every(transaction, trials.PAGE_RULE)
    assert (trial.subject, trial.state) == ("fme", "applied")
    assert trial.before != trial.after
    partners.documents[SITE] = page(*news(4, 0, 1, 2, 3), shape="card", path="-nieuw")
    (report,) = run(line, LATER + DAY)
    assert report.new == 1


def test_a_list_of_strangers_after_a_redesign_is_not_believed(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="page", url=SITE))
    line = make_line(store, partners)
    partners.documents[SITE] = page(*news(0, 1, 2))
    run(line)
    before = titles(store)
    partners.documents[SITE] = page(*news(3, 4, 5), shape="card")
    (report,) = run(line, LATER)
    assert (report.poll.outcome, report.poll.code) == (Outcome.FAILED, "list-changed")
    assert titles(store) == before
    partners.documents[SITE] = page(*news(0, 1, 2))
    (report,) = run(line, LATER + 2 * DAY)
    assert report.poll.code == ""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<!doctype html><html><body><main><p>Er is geen nieuws.</p></main></body></html>", ""),
        (b"<!doctype html><html><body><p>Welkom bij ons</p></body></html>", "no-list"),
        (b"<!doctype html><form><input type=password></form>", "login-page"),
    ],
)
def test_an_empty_page_is_fine_and_a_page_whose_list_is_gone_is_not(
    store: Store, partners: Partners, body: bytes, code: str
) -> None:
    follow(store, make_source(kind="page", url=SITE))
    line = make_line(store, partners)
    partners.documents[SITE] = page(*news(0, 1, 2))
    run(line)
    partners.documents[SITE] = body
    (report,) = run(line, LATER)
    assert report.poll.code == code


def test_a_new_item_that_lacks_a_date_gets_it_from_its_article_once(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="page", url=SITE))
    listed = news(0, 1, 2)
    bare = page(*listed).replace(b"<time", b"<i hidden").replace(b"</time>", b"</i>")
    partners.documents[SITE] = re.sub(rb"<i hidden.*?</i>", b"", bare)
    for entry in listed:
        assert entry.link
        partners.documents[entry.link] = (
            "<!doctype html><html lang=nl><head><meta property='article:published_time' "
            f"content='{entry.published:%Y-%m-%d}T10:00:00+01:00'><meta property='og:type' content='article'>"
            f"<meta property='og:title' content='{entry.title}'></head>"
            f"<body><article><h1>{entry.title}</h1><p>{entry.summary}</p></article></body></html>"
        ).encode()
    line = make_line(store, partners)
    (report,) = run(line)
    assert report.new == 3
    with store.read() as transaction:
        dates = {item.entry.published for _, _, item in items.latest_of(transaction, "fme", 10)}
    assert None not in dates
    partners.requests.clear()
    partners.documents[SITE] += b"<!-- later -->"
    (report,) = run(line, LATER)
    assert (report.new, report.changed) == (0, 0)
    assert [request.url for request in partners.requests] == [SITE]


def test_an_article_that_cannot_be_had_leaves_the_item_as_it_was(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="page", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2)).replace(b"en wat daarvan komt.", b"en wat...")
    (report,) = run(make_line(store, partners))
    assert report.new == 3


def test_the_same_feed_under_new_ids_announces_nothing_again(store: Store, partners: Partners) -> None:
    follow(store)
    url = "https://fme.example/feed"
    line = make_line(store, partners)
    partners.documents[url] = feed(*news(0, 1, 2))
    run(line)
    were_out = released(store)
    moved = [
        make_entry(
            9,
            id=f"urn:new:{n}",
            link=f"https://nieuw.fme.example/{n}",
            title=entry.title,
            summary=entry.summary,
            published=entry.published,
        )
        for n, entry in enumerate(news(0, 1, 2))
    ]
    partners.documents[url] = feed(*moved)
    (report,) = run(line, LATER)
    assert (report.new, released(store)) == (0, were_out)


def test_a_source_says_on_which_rung_it_stands(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="auto", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2))
    run(make_line(store, partners))
    with store.read() as transaction:
        (held,) = sources.all_sources(transaction)
    assert (held.poll.rung, held.poll.address) == ("listing", "")
    assert held.poll.rule


def test_state_of_what_came_in(store: Store, partners: Partners) -> None:
    follow(store, make_source(kind="page", url=SITE))
    partners.documents[SITE] = page(*news(0, 1, 2, 3))
    run(make_line(store, partners))
    with store.read() as transaction:
        states = {row.state for row in stories.rows(transaction, range(1, 5)).values()}
    assert states == {State.PUBLISHED}
    assert released(store) == 4


def test_an_article_whose_text_is_reserved_from_mining_gives_only_what_it_states_for_machines(
    store: Store, partners: Partners
) -> None:
    follow(store, make_source(kind="page", url=SITE))
    (entry, *others) = news(0, 1, 2)
    listed = page(entry, *others).replace(entry.summary.encode(), b"")
    partners.documents[SITE] = listed
    assert entry.link
    body = (
        f"<!doctype html><html lang=nl><article><h1>{entry.title}</h1><p>{entry.summary}</p></article></html>".encode()
    )
    wire = Wire(url=entry.link, status=200, requests=1)
    partners.planned[entry.link] = Fetched(wire=wire, body=body, media_type="text/html", tdm_reservation="1")
    run(make_line(store, partners))
    with store.read() as transaction:
        found = {item.entry.title: item.entry.summary for _, _, item in items.latest_of(transaction, "fme", 10)}
    assert found[entry.title] == ""
    assert all(found[other.title] for other in others)


def test_events_are_kept_apart_from_the_news(store: Store, partners: Partners) -> None:
    url = "https://fme.example/feed"
    follow(store, make_source(), make_source("agenda", kind="page", url="https://agenda.example/agenda"))
    item = (
        "<item><title>Open dag</title><link>https://fme.example/agenda/1</link>"
        "<startdate xmlns='http://purl.org/rss/1.0/modules/event/'>2026-12-05T10:00:00+01:00</startdate></item>"
    )
    partners.documents[url] = feed(*news(0, 1)).replace(b"</channel>", item.encode() + b"</channel>")
    records = "".join(
        f"<li><h3><a href='/agenda/{n}'>Bijeenkomst over techniek {n}</a></h3>"
        f"<p>1{n} december 2026, 10:00 - 12:00 uur</p>"
        for n in (1, 2, 3)
    )
    partners.documents["https://agenda.example/agenda"] = (
        f"<!doctype html><html lang=nl><main><h1>Agenda</h1><ul class=agenda>{records}</ul></main>".encode()
    )
    reports = {report.source.id: report for report in run(make_line(store, partners))}
    assert (reports["fme"].new, reports["agenda"].new, reports["agenda"].poll.code) == (2, 0, "agenda")
    with store.read() as transaction:
        found = [(each.source_id, each.event.title) for each in agenda.coming(transaction, NOW)]
    assert found == [
        ("fme", "Open dag"),
        *(("agenda", f"Bijeenkomst over techniek {n}") for n in (1, 2, 3)),
    ]
    assert titles(store) == sorted(TITLES[:2])
