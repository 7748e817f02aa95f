"""The web side over a store with some news, on a real server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import uvicorn

from aggregator.accounts import Access
from aggregator.probing import Lookout
from aggregator.receipts import Line
from aggregator.release import Press, refresh
from aggregator.store import Store
from aggregator.web.app import make_app
from tests.factories import DAY, NOW, make_entry, make_source
from tests.line.conftest import partners, store
from tests.line.partner import Partners, feed, follow, lookout_over, make_line, run
from tests.line.test_release import SITE

__all__ = ["partners", "store"]


@pytest.fixture
def press(store: Store, partners: Partners) -> Press:
    """A store with three published stories, released."""
    made = Press(store=store, site=replace(SITE, base_url="http://127.0.0.1:8000"), created=NOW - DAY)
    follow(store, make_source(labels=("noord",)))
    partners.documents["https://fme.example/feed"] = feed(*map(make_entry, (3, 2, 1)))  # the latest first
    run(make_line(store, partners))
    refresh(made, NOW)
    return made


@pytest.fixture
def access(store: Store) -> Access:
    """The way in for editors."""
    return Access(store=store, secret_key="geheim" * 6, base_url="http://127.0.0.1:8000", title="Proefnieuws")


@pytest.fixture
def address(press: Press, access: Access) -> Iterator[str]:
    """Where the web side answers."""
    partners = Partners()
    with answering(press, access, make_line(press.store, partners), lookout_over(partners)) as found:
        yield found


@contextmanager
def answering(press: Press, access: Access, line: Line, lookout: Lookout) -> Iterator[str]:
    """A web side on a real server; yields where it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = make_app(press, access, line=line, lookout=lookout)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)
