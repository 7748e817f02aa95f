"""The demo at fifty moments of its tour: all that it publishes is valid, says nothing made up, and is made alike."""

from datetime import datetime
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import structlog

from aggregator.demo.network import Network
from aggregator.demo.partners import PARTNERS
from aggregator.desk import decide
from aggregator.model import State
from aggregator.publish.valid import complaints
from aggregator.release import refresh
from aggregator.store import documents
from tests.demo.test_network import Demo
from tests.line.quarter import published

ATOM = {"a": "http://www.w3.org/2005/Atom"}
TOUR_SECONDS = 120


def test_every_document_of_the_demo_is_valid_at_any_moment_and_made_again_the_same(tmp_path: Path) -> None:
    demo, chance = Demo(), Random(2022)
    network = Network.start(clock=demo.clock)
    demo.open(network, tmp_path / "demo")
    seen: set[str] = set()
    try:
        with structlog.testing.capture_logs():
            for second in sorted(chance.sample(range(TOUR_SECONDS), 50)):
                demo.until(second)
                if chance.random() < 0.3:
                    an_editor_acts(demo, chance)
                look_at_all(demo, seen)
    finally:
        demo.service.close()
        network.stop()
    assert len(seen) > 300, "the demo publishes, and goes on publishing"


def an_editor_acts(demo: Demo, chance: Random) -> None:
    state, act = chance.choice([(State.PUBLISHED, decide.reject), (None, decide.publish)])
    act(demo.service.store, [chance.choice(demo.stories(state)).slug], "thea", demo.clock())
    refresh(demo.service.press, demo.clock())


def look_at_all(demo: Demo, seen: set[str]) -> None:
    """Validate what is new since the moment before; make everything a second time and compare the bytes."""
    store, press = demo.service.store, demo.service.press
    assert refresh(press, demo.clock(), everything=True) == []
    with store.read() as transaction:
        assert documents.refusals(transaction) == []
    for path, kept in published(store).items():
        document = kept.document
        if document.etag in seen:
            continue
        seen.add(document.etag)
        media_type = document.media_type.partition(";")[0]
        if media_type != "text/html":
            assert complaints(document.body, media_type) == [], path
        if media_type == "application/atom+xml":
            nothing_is_made_up(document.body, demo.clock(), [demo.network.address(each.id) for each in PARTNERS])


def nothing_is_made_up(body: bytes, now: datetime, partners: list[str]) -> None:
    """No time lies in the future, no id is a link or a row's number, and each entry leads to a partner."""
    for entry in ElementTree.fromstring(body).findall("a:entry", ATOM):
        id_, updated = entry.findtext("a:id", "", ATOM), entry.findtext("a:updated", "", ATOM)
        assert id_.startswith("tag:techniekpact.nl,2022:story/")
        assert not id_.rpartition("/")[2].isdecimal()
        assert datetime.fromisoformat(updated) <= now
        link = entry.find("a:link", ATOM)
        assert link is not None
        assert link.get("href", "").startswith(tuple(partners))
