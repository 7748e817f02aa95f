from collections.abc import Callable

import pytest

from aggregator.model import Poll, Source
from aggregator.probing import Probe, probe, probe_all
from aggregator.store import leases, sources
from aggregator.wiring import Service
from tests.factories import NOW, make_source
from tests.site import Page, Site

FORBIDDEN = Page(body=b"User-agent: TechniekpactAggregator\nDisallow: /\n", media_type="text/plain")

Follow = Callable[..., Source]


def look_at_all(service: Service) -> dict[str, Probe]:
    with service.store.read() as transaction:
        held = sources.all_sources(transaction)
    return {source.id: found for source, found in probe_all(service.lookout, held, NOW)}


def test_a_feed_is_found_with_its_entries(service: Service, site: Site) -> None:
    found = probe(service.lookout, make_source(url=site.url()), NOW)
    assert found.reading is not None
    assert [entry.title for entry in found.reading.entries] == ["Nieuws nummer 1", "Nieuws nummer 2"]
    assert (found.address, found.code, found.robots_forbid) == (site.url(), "", False)


def test_an_address_is_looked_at_where_it_leads(service: Service, site: Site) -> None:
    site.pages["/oud"] = Page(status=302, headers={"Location": "/feed"})
    found = probe(service.lookout, make_source(url=site.url("/oud")), NOW)
    assert (found.address, found.reading is not None) == (site.url(), True)


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (Page(status=500), "http-500"),
        (Page(status=410), "gone"),
        (Page(status=429), "throttled"),
        (Page(body=b"<rss", media_type="application/rss+xml"), "not-a-feed"),
    ],
)
def test_why_nothing_can_be_read_is_said_by_its_code(service: Service, site: Site, page: Page, code: str) -> None:
    site.pages["/feed"] = page
    found = probe(service.lookout, make_source(url=site.url()), NOW)
    assert (found.reading, found.code) == (None, code)


def test_a_feed_that_robots_txt_forbids_is_read_and_that_is_said(service: Service, site: Site) -> None:
    site.pages["/robots.txt"] = FORBIDDEN
    found = probe(service.lookout, make_source(url=site.url(), kind="feed"), NOW)
    assert (found.reading is not None, found.robots_forbid) == (True, True)


def test_an_address_that_may_be_a_page_is_left_alone_when_robots_txt_forbids_it(service: Service, site: Site) -> None:
    site.pages["/robots.txt"] = FORBIDDEN
    found = probe(service.lookout, make_source(url=site.url(), kind="auto"), NOW)
    assert (found.reading, found.code) == (None, "refused")
    assert site.asked == ["/robots.txt"]


def test_every_source_is_looked_at_where_it_is_polled(service: Service, site: Site, follow: Follow) -> None:
    follow("fme", url=site.url())
    follow("moved", url=site.url("/oud"))
    follow("page", url=site.url("/nieuws"), kind="auto")
    follow("broken", url=site.url("/kapot"))
    site.pages["/kapot"] = Page(body=b"<rss", media_type="application/rss+xml")
    with service.store.write() as transaction:
        leases.save_polls(transaction, [("moved", Poll(address=site.url()))])
    found = look_at_all(service)
    assert found["fme"].reading == found["moved"].reading != None  # noqa: E711  both, and there is one
    assert found["page"].code == "http-404"
    assert found["broken"].code == "not-a-feed"
    assert site.asked.count("/robots.txt") == 2  # asked once for the feeds, once by the fetcher for the page
    assert "/oud" not in site.asked


def test_nothing_is_stored_by_looking(service: Service, site: Site, follow: Follow) -> None:
    follow("fme", url=site.url())
    look_at_all(service)
    with service.store.read() as transaction:
        (held,) = sources.all_sources(transaction)
    assert held.poll == Poll(next_due=NOW)


def test_no_sources_are_no_question(service: Service) -> None:
    assert look_at_all(service) == {}
