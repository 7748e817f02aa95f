"""The editors' side on a real server, over SQLite, with one account of each role."""

import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import uvicorn

from aggregator.accounts import Access, people
from aggregator.model import Theme
from aggregator.release import Press, refresh
from aggregator.store import Store, accounts
from aggregator.store.accounts import Account, Role
from aggregator.web.app import make_app
from aggregator.web.oidc import Provider
from tests.factories import DAY, NOW, make_entry, make_source
from tests.line.partner import Partners, feed, follow, lookout_over, make_line, run
from tests.line.test_release import SITE
from tests.store.conftest import store

__all__ = ["store"]

THEMES = tuple(
    Theme(slug=slug, label={"nl": label, "en": label}, definition={"nl": "Wat het is.", "en": "What it is."})
    for slug, label in (
        ("instroom", "Instroom"),
        ("lerarentekort-en-professionalisering", "Lerarentekort en -professionalisering"),
        ("publiek-privaat-samenwerken", "Publiek-privaat samenwerken"),
        ("leven-lang-ontwikkelen", "Leven lang ontwikkelen"),
    )
)
PASSWORD = "een goed wachtwoord"
WEB = Partners()  # the sites that editors look at; a test puts pages there


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine is enough here: what the store does on both is tested with the store."""
    return f"sqlite+pysqlite:///{tmp_path / 'test.sqlite3'}"


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str:
        return next((value for each, value in self.headers if each.lower() == name), "")

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.text)
        assert found, self.text[:500]
        return found[1]

    @property
    def link(self) -> str:
        found = re.search(r"/edit/links/[\w-]+", self.text)
        assert found, self.text
        return found[0]


@dataclass
class Client:
    """A browser without its screen: it keeps cookies, and sends what browsers send."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: {"Accept-Language": "nl"})

    def ask(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Reply:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        reply = Reply(response.status, response.getheaders(), response.read().decode())
        connection.close()
        for name, value in reply.headers:
            if name.lower() == "set-cookie":
                self._keep(value)
        return reply

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        if "Max-Age=0" in cookie:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, **headers)

    def post(self, path: str, page: str = "", csrf: str | None = None, **fields: object) -> Reply:
        """Send a form of `page` (or with the token given)."""
        token = self.get(page or path).csrf if csrf is None else csrf
        body = urlencode(fields | {"csrf": token}, doseq=True)
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def sign_in(self, email: str, password: str = PASSWORD) -> Reply:
        return self.post("/edit/sign-in", email=email, password=password)


@pytest.fixture
def press(store: Store) -> Press:
    """A store with three published stories of fme, and another source without any."""
    partners = Partners()
    made = Press(store=store, site=replace(SITE, themes=THEMES), created=NOW - DAY)
    follow(store, make_source(relevance="all"), make_source("vhto"))
    partners.documents["https://fme.example/feed"] = feed(*map(make_entry, (3, 2, 1)))  # the latest first
    run(make_line(store, partners))
    refresh(made, NOW)
    return made


@pytest.fixture
def access(store: Store) -> Access:
    return Access(store=store, secret_key="geheim" * 6, base_url="http://127.0.0.1:8000", title="Proefnieuws")


@contextmanager
def serving(press: Press, access: Access, provider: Provider | None = None, **options: object) -> Iterator[str]:
    """A real server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = make_line(press.store, WEB, anonymous=lambda _: False, base_url=press.site.base_url)
    app = make_app(press, access, provider, line=line, lookout=lookout_over(WEB))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", **options))  # type: ignore[arg-type]  # the caller names them
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def address(press: Press, access: Access) -> Iterator[str]:
    with serving(press, access) as found:
        yield found


@pytest.fixture
def client(address: str) -> Client:
    return Client(address)


People = Callable[..., Account]


@pytest.fixture
def someone(access: Access) -> People:
    """Makes an account with a password."""

    def make(role: Role = Role.EDITOR, email: str = "", sources: tuple[str, ...] = ("fme",)) -> Account:
        made = people.add(access, email or f"{role.value}@example.nl", role, PASSWORD, "service", datetime.now(UTC))
        assert isinstance(made, Account)
        if role is Role.OWNER:
            with access.store.write() as transaction:
                accounts.change(transaction, made.id, sources=list(sources))
        return made

    return make


@pytest.fixture
def signed_in(address: str, someone: People) -> Callable[..., Client]:
    """Makes an account of a role and signs it in."""

    def make(role: Role = Role.EDITOR, email: str = "") -> Client:
        made = someone(role, email)
        client = Client(address)
        assert client.sign_in(made.email).status == 303
        return client

    return make
