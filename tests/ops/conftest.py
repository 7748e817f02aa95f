"""A service over a small real site."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from aggregator.config import load, shipped
from aggregator.model import Source
from aggregator.store import sources
from aggregator.wiring import Service, open_service
from tests.factories import NOW, make_entry, make_source
from tests.line.partner import feed
from tests.site import Page, Site

RSS = "application/rss+xml"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """No log lines on the terminal of the test run."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with one feed of two entries."""
    made = Site()
    made.pages["/feed"] = Page(body=feed(make_entry(1), make_entry(2)), media_type=RSS)
    yield made
    made.close()


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    """A configuration without sources."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "themes.toml").write_bytes((shipped() / "themes.toml").read_bytes())
    (folder / "site.toml").write_text('[site]\ntitle = "Proefnieuws"\ncontact = "piet@example.nl"\n')
    return folder


@pytest.fixture
def service(tmp_path: Path, config_dir: Path) -> Iterator[Service]:
    """A service that follows nobody yet and may ask 127.0.0.1."""
    flags = {"data_dir": tmp_path / "data", "fetch_allow": "127.0.0.1", "polling.gap": "0 s"}
    opened = open_service(load(environ={}, flags=flags, config_dir=config_dir), NOW)
    yield opened
    opened.close()


@pytest.fixture
def follow(service: Service) -> Callable[..., Source]:
    """Adds a source."""

    def one(id_: str = "fme", **fields: object) -> Source:
        source = make_source(id_, **fields)
        with service.store.write() as transaction:
            sources.add(transaction, [source], NOW)
        return source

    return one
