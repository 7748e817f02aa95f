"""The demo without waiting: its servers for real, its clock by hand. Every line of the tour is proved."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
import structlog

from aggregator.demo.network import BUSY_FROM, BUSY_UNTIL, Network
from aggregator.demo.partners import PARTNERS, TOUR
from aggregator.demo.settings import BOUNDS, DATABASE, demo_config, empty
from aggregator.illustrating import illustrate
from aggregator.model import Outcome, Poll, State, Story
from aggregator.pipeline import Report
from aggregator.release import page_path, refresh
from aggregator.schedule.polling import poll_round
from aggregator.store import documents, sources, stories
from aggregator.store.check import contradictions
from aggregator.wiring import Service, open_service

STARTED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Demo:
    """A demo whose time a test tells."""

    second: float = 0

    def clock(self) -> datetime:
        return STARTED + timedelta(seconds=self.second)

    def open(self, network: Network, data: Path) -> None:
        self.network = network
        self.service: Service = open_service(demo_config(network, data, 8100), self.clock(), BOUNDS)

    def at(self, second: float) -> list[Report]:
        """Poll what is due at that second of the tour."""
        self.second = second
        reports: list[Report] = []
        poll_round(self.service, self.clock(), "test", watch=reports.append)
        return reports

    def until(self, second: float) -> list[Report]:
        """Poll every three seconds until then."""
        reports: list[Report] = []
        while self.second < second:
            reports += self.at(min(self.second + 3, second))
        return reports

    def stories(self, state: State | None = None) -> list[Story]:
        with self.service.store.read() as transaction:
            return stories.load(transaction, stories.by_state(transaction, state, limit=99))

    def poll_of(self, source_id: str) -> Poll:
        with self.service.store.read() as transaction:
            held = sources.held(transaction, source_id)
        assert held is not None
        return held.poll

    def document(self, path: str) -> bytes:
        with self.service.store.read() as transaction:
            kept = documents.get(transaction, path)
        assert kept is not None
        return kept.document.body

    def titles(self) -> list[str]:
        """What stands in the feed, latest first."""
        return [entry.title for entry in feedparser.parse(self.document("/feeds/all.atom")).entries]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo()
    network = Network.start(clock=made.clock)
    made.open(network, tmp_path / "demo")
    with structlog.testing.capture_logs():
        yield made
    made.service.close()
    network.stop()


def get(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    connection.request("GET", parts.path, headers=headers)
    reply = connection.getresponse()
    found = reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    connection.close()
    return found


def test_0_00_eight_partners_of_every_kind(demo: Demo) -> None:
    reports = {report.source.id: report for report in demo.at(0)}
    assert "eight partners" in TOUR[0]
    assert len(reports) == len(PARTNERS) == 8
    assert {report.poll.outcome for report in reports.values()} == {Outcome.FETCHED}
    assert all(report.new for report in reports.values())
    feeds = [each for each in PARTNERS if each.form != "page"]
    media_types = {get(f"{demo.network.address(each.id)}/feed/nieuws.xml")[1]["content-type"] for each in feeds}
    assert media_types == {"application/rss+xml", "application/atom+xml", "application/feed+json"}
    (old,) = [story for story in demo.stories() if "bètaleraren" in story.origin.entry.title]
    assert "natuurkundedocenten ontwerpen" in old.origin.entry.summary


def test_0_00_one_entry_of_vakblad_is_broken_and_the_others_come_in(demo: Demo) -> None:
    demo.at(0)
    assert "Vakblad is broken" in TOUR[1]
    body = get(f"{demo.network.address('vakblad')}/nieuws.xml")[2]
    there = [story for story in demo.stories() if any(item.source_id == "vakblad" for item in story.items)]
    assert body.count(b"<item>") == 3
    assert len(there) == 2


def test_0_00_wages_and_school_funding_are_kept_out(demo: Demo) -> None:
    demo.at(0)
    assert "wages and school funding" in TOUR[2]
    out = [story.origin.entry.title for story in demo.stories() if story.state is not State.PUBLISHED]
    assert any("loon en pensioen" in title for title in out)
    assert any("Bekostiging" in title for title in out)
    assert not any("loon" in title or "Bekostiging" in title for title in demo.titles())


def test_0_00_the_campus_news_is_one_story_with_ook_bij_on_the_page(demo: Demo) -> None:
    demo.at(0)
    assert '"ook bij"' in TOUR[3]
    (campus,) = [story for story in demo.stories() if "campus" in story.origin.entry.title]
    assert {item.source_id for item in campus.items} == {"regio-oost", "vakblad"}
    page = demo.document(page_path("/", "nl")).decode()
    assert page.count("tekenen voor techniekcampus") == 1
    assert "ook bij" in page.lower()


def test_0_20_a_busy_server_is_left_alone_and_comes_back_by_itself(demo: Demo) -> None:
    assert "0:20" in TOUR[4]
    assert (BUSY_FROM, BUSY_UNTIL) == (20, 50)
    demo.until(19)
    assert demo.poll_of("scholenraad").code == ""
    refused = [report for report in demo.until(49) if report.source.id == "scholenraad" and report.poll.code]
    assert {report.poll.outcome for report in refused} == {Outcome.THROTTLED}
    asked = [report.poll.at for report in refused if report.poll.at]
    assert all(later - earlier >= timedelta(seconds=5) for earlier, later in pairwise(asked))  # its Retry-After
    demo.until(65)
    assert demo.poll_of("scholenraad").outcome in (Outcome.FETCHED, Outcome.UNCHANGED)


def test_0_25_new_items_appear_and_nothing_in_the_feed_moves(demo: Demo) -> None:
    assert "0:25" in TOUR[5]
    demo.until(24)
    before = demo.titles()
    assert before
    assert not any("Girls" in title for title in before)
    for second in range(27, 121, 3):
        demo.at(second)
        now = demo.titles()
        assert now[len(now) - len(before) :] == before
        before = now
    for word in ("Girls", "SLIM", "stageplekken", "Skillspaspoort"):
        assert sum(word in story.origin.entry.title for story in demo.stories()) == 1
    assert any("Girls" in title for title in before)
    assert any("SLIM" in title for title in before)
    with demo.service.store.read() as transaction:
        assert contradictions(transaction) == []


def test_the_feed_that_moved_is_asked_at_its_new_address_after_three_polls(demo: Demo) -> None:
    assert "three good polls" in TOUR[7]
    old, new = (demo.network.address("opleidingsfonds") + path for path in ("/nieuws.xml", "/feed/nieuws.xml"))
    assert get(old)[0] == 301
    polls = [report.poll for report in demo.until(40) if report.source.id == "opleidingsfonds"]
    assert [poll.address for poll in polls[:3]] == ["", "", new]
    assert polls[2].outcome is Outcome.MOVED
    assert {poll.address for poll in polls[3:]} == {new}


def test_two_partners_show_pictures_that_are_made_anew(demo: Demo) -> None:
    assert "allow pictures" in TOUR[8]
    demo.at(0)
    assert illustrate(demo.service.gallery, demo.clock(), "test")
    refresh(demo.service.press, demo.clock())
    pictured = [story for story in demo.stories() if story.picture]
    assert {story.origin.source_id for story in pictured} == {"techniekcollege", "regio-oost"}
    assert len(pictured) == sum(bool(news.shows) for partner in PARTNERS for news in partner.news) == 3
    assert demo.document(page_path("/", "nl")).count(b'<img src="/pictures/') == 3
    said = {story.origin.entry.image.credit for story in pictured if story.origin.entry.image}
    assert "Techniekcollege Maasdelta" in said
    address = demo.network.address("techniekcollege")
    assert get(f"{address}/beeld/meer-eerstejaars.jpg")[1]["content-type"] == "image/jpeg"
    assert get(f"{address}/beeld/girlsday.jpg")[0] == 404


def test_an_unchanged_feed_is_answered_by_a_304(demo: Demo) -> None:
    address = f"{demo.network.address('werkgevers')}/nieuws.xml"
    tag = get(address)[1]["etag"]
    assert get(address, **{"If-None-Match": tag})[::2] == (304, b"")
    demo.second = 60
    assert get(address, **{"If-None-Match": tag})[0] == 200


def test_every_article_that_is_linked_can_be_read(demo: Demo) -> None:
    demo.second = 1000
    for partner in PARTNERS:
        for news in partner.news:
            status, _, body = get(demo.network.link(partner, news))
            assert status == 200
            assert b"verzonnen" in body
    assert get(f"{demo.network.address('vakblad')}/nieuws/nergens")[0] == 404
    assert get(f"{demo.network.address('vakblad')}/robots.txt")[0] == 404


def test_a_client_that_goes_away_is_nothing_to_tell(demo: Demo, capfd: pytest.CaptureFixture[str]) -> None:
    server = demo.network.servers[0]
    for error in (ConnectionResetError(), ValueError("een fout van ons")):
        try:
            raise error
        except (ConnectionError, ValueError):
            server.handle_error(None, ("127.0.0.1", 1))
    said = capfd.readouterr().err
    assert "een fout van ons" in said
    assert "ConnectionResetError" not in said


def test_the_network_follows_the_real_clock_and_stops_at_once() -> None:
    network = Network.start()
    begun = datetime.now(UTC)
    assert begun - network.started < timedelta(seconds=5)
    assert network.age() < 5
    network.stop()
    assert datetime.now(UTC) - begun < timedelta(seconds=3)
    with pytest.raises(OSError):
        get(f"{network.address('vakblad')}/nieuws.xml")


def test_the_demo_takes_nothing_from_the_environment(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AGGREGATOR_DATA_DIR": "/nergens",
        "AGGREGATOR_DATABASE_URL": "postgresql://x/y",
        "AGGREGATOR_BASE_URL": "https://echt.example",
        "AGGREGATOR_NONESUCH": "1",
    }.items():
        monkeypatch.setenv(name, value)
    config = demo_config(demo.network, tmp_path / "d", 8123)
    assert config.site.base_url == "http://127.0.0.1:8123"
    assert config.paths.database_url == f"sqlite+pysqlite:///{tmp_path / 'd' / DATABASE}"
    assert {source.id for source in config.sources} == {partner.id for partner in PARTNERS}
    assert config.fetch_allow == "127.0.0.1"


def test_the_demo_empties_only_its_own_files(tmp_path: Path) -> None:
    for name in ("aggregator.sqlite3", "secret.key", DATABASE, f"{DATABASE}-wal"):
        (tmp_path / name).write_text("x")
    empty(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aggregator.sqlite3", "secret.key"]
    empty(tmp_path / "nergens")


def test_1_00_a_redesigned_page_announces_nothing_old_and_its_news_still_comes(demo: Demo) -> None:
    assert "redesigns its page" in " ".join(TOUR)
    demo.until(57)
    before = [story.origin.entry.title for story in demo.stories() if story.origin.source_id == "bedrijvenschool"]
    assert len(before) == 4
    assert demo.poll_of("bedrijvenschool").rung == "listing"
    old_rule = demo.poll_of("bedrijvenschool").rule
    reports = [report for report in demo.until(87) if report.source.id == "bedrijvenschool"]
    assert demo.poll_of("bedrijvenschool").rule != old_rule
    assert [report.new for report in reports if report.new] == []
    assert not any(report.poll.code for report in reports)
    demo.until(120)
    after = [story.origin.entry.title for story in demo.stories() if story.origin.source_id == "bedrijvenschool"]
    assert len(after) == 5
    assert any("Fieldlab" in title for title in demo.titles())
