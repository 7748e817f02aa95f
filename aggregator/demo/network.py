"""The partners' servers: real HTTP on loopback, with validators, and with the troubles that partners have."""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from aggregator.demo.drawings import drawing
from aggregator.demo.partners import PARTNERS, News, Partner
from aggregator.model import Source

MEDIA = "http://search.yahoo.com/mrss/"
BUSY_FROM, BUSY_UNTIL = 20, 50  # seconds after the start
REDESIGNED = 60
MEDIA_TYPES = {
    "rss": "application/rss+xml",
    "rss-latin1": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "page": "text/html; charset=utf-8",
}


def wall_clock() -> datetime:
    """The present."""
    return datetime.now(UTC)


class Server(ThreadingHTTPServer):
    """A partner's server. A client that goes away is nothing to tell the terminal of."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of broken connections."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@dataclass(slots=True)
class Network:
    """All servers of the demo, started together; what they publish follows `clock`."""

    servers: list[Server]
    started: datetime
    clock: Callable[[], datetime]

    @classmethod
    def start(cls, host: str = "127.0.0.1", clock: Callable[[], datetime] = wall_clock) -> "Network":
        """Start a server for each partner, on ports that are free."""
        network = cls(servers=[], started=clock(), clock=clock)
        for partner in PARTNERS:
            handler = type("PartnerHandler", (Handler,), {"partner": partner, "network": network})
            network.servers.append(Server((host, 0), handler))
        for server in network.servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), name="demo-partner", daemon=True).start()
        return network

    def stop(self) -> None:
        """Close every server."""
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def address(self, partner_id: str) -> str:
        """Where a partner's server answers."""
        position = [partner.id for partner in PARTNERS].index(partner_id)
        host, port = self.servers[position].server_address[:2]
        return f"http://{host!s}:{port}"

    def sources(self) -> tuple[Source, ...]:
        """The partners as sources of the service."""
        return tuple(
            Source(
                id=partner.id,
                organisation=partner.organisation,
                url=f"{self.address(partner.id)}{'/' if partner.form == 'page' else '/nieuws.xml'}",
                kind="auto" if partner.form == "page" else "feed",
                labels=partner.labels,
                republisher=partner.id == "vakblad",
                images=partner.images,
            )
            for partner in PARTNERS
        )

    def age(self) -> float:
        """Seconds since the start."""
        return (self.clock() - self.started).total_seconds()

    def document(self, partner: Partner) -> bytes:
        """A partner's feed at this moment."""
        shown = [news for news in partner.news if news.after <= self.age()]
        shown.sort(key=self.appears, reverse=True)
        return WRITERS[partner.form](self, partner, shown)

    def appears(self, news: News) -> datetime:
        """When an item is published."""
        return (self.started + timedelta(seconds=news.after)).replace(microsecond=0)

    def link(self, partner: Partner, news: News) -> str:
        """The article's address; a copy links to the original, with the tracking that mailings add."""
        if news.copy_of:
            origin, slug = news.copy_of.split("/")
            return f"{self.address(origin)}/nieuws/{slug}?utm_source=vakblad"
        folder = "actueel" if self.is_redesigned(partner) else "nieuws"
        return f"{self.address(partner.id)}/{folder}/{news.slug}"

    def picture(self, partner: Partner, news: News) -> str:
        """The address of an item's picture."""
        return f"{self.address(partner.id)}/beeld/{news.slug}.jpg"

    def is_redesigned(self, partner: Partner) -> bool:
        """Whether a partner's page has its new design by now."""
        return partner.trouble == "redesigned" and self.age() >= REDESIGNED


def _rss(network: Network, partner: Partner, shown: list[News], encoding: str = "utf-8") -> bytes:
    items = "".join(
        f"<item><title>{escape(news.title)}</title><link>{escape(network.link(partner, news))}</link>"
        f"<guid isPermaLink='false'>{partner.id}-{news.slug}</guid>"
        f"<description>{escape(news.teaser)}</description>"
        f"<pubDate>{format_datetime(network.appears(news))}</pubDate>{_media(network, partner, news)}</item>"
        for news in shown
    )
    if partner.trouble == "broken-entry":
        items += "<item><guid>leeg</guid></item>"
    head = f"<?xml version='1.0' encoding='{encoding}'?><rss version='2.0' xmlns:media='{MEDIA}'><channel>"
    title = f"<title>{escape(partner.organisation)}</title><link>{network.address(partner.id)}/</link>"
    return f"{head}{title}<description>Nieuws</description>{items}</channel></rss>".encode(encoding)


def _media(network: Network, partner: Partner, news: News) -> str:
    if not news.shows:
        return ""
    said = f"<media:title>{escape(news.shows)}</media:title><media:description>{escape(news.shows)}</media:description>"
    credit = f"<media:credit>{escape(partner.organisation)}</media:credit>"
    return f"<media:content url='{network.picture(partner, news)}' medium='image'>{said}{credit}</media:content>"


def _rss_latin1(network: Network, partner: Partner, shown: list[News]) -> bytes:
    return _rss(network, partner, shown, "iso-8859-1")


def _atom(network: Network, partner: Partner, shown: list[News]) -> bytes:
    entries = "".join(
        f"<entry><id>tag:{partner.id}.example,2026:{news.slug}</id><title>{escape(news.title)}</title>"
        f"<link href='{escape(network.link(partner, news))}'/><summary>{escape(news.teaser)}</summary>"
        f"<published>{network.appears(news).isoformat()}</published>"
        f"<updated>{network.appears(news).isoformat()}</updated></entry>"
        for news in shown
    )
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='nl'><id>tag:{partner.id}.example,2026:feed</id>"
        f"<title>{escape(partner.organisation)}</title><updated>{network.started.isoformat()}</updated>"
        f"<author><name>{escape(partner.organisation)}</name></author>{entries}</feed>"
    ).encode()


def _json(network: Network, partner: Partner, shown: list[News]) -> bytes:
    items = [
        {
            "id": f"{partner.id}/{news.slug}",
            "url": network.link(partner, news),
            "title": news.title,
            "content_text": news.teaser,
            "date_published": network.appears(news).isoformat(),
            **({"image": network.picture(partner, news)} if news.shows else {}),
        }
        for news in shown
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": partner.organisation, "items": items}
    return json.dumps(feed, ensure_ascii=False).encode()


def _page(network: Network, partner: Partner, shown: list[News]) -> bytes:
    """A page that lists the news, in other markup and under other addresses after its redesign."""
    item = _new_item if network.is_redesigned(partner) else _old_item
    items = "".join(item(network, partner, news) for news in shown)
    menu = '<nav><ul><li><a href="/">Home</a></li><li><a href="/opleidingen">Opleidingen</a></li></ul></nav>'
    head = f"<!doctype html><html lang=nl><head><title>{escape(partner.organisation)}</title></head>"
    return f"{head}<body>{menu}<main><h1>Nieuws</h1>{items}</main><footer>De Werf</footer></body></html>".encode()


def _old_item(network: Network, partner: Partner, news: News) -> str:
    day = network.appears(news).strftime("%d-%m-%Y")
    link = escape(network.link(partner, news))
    return (
        f'<article class="bericht"><p class="datum">Nieuws - {day}</p><h3><a href="{link}">{escape(news.title)}</a>'
        f'</h3><p>{escape(news.teaser)}</p><a href="{link}">Lees meer</a></article>'
    )


def _new_item(network: Network, partner: Partner, news: News) -> str:
    appears = network.appears(news)
    link = escape(network.link(partner, news))
    return (
        f'<div class="kaart"><a class="kaart__link" href="{link}"><h2>{escape(news.title)}</h2></a>'
        f'<time datetime="{appears:%Y-%m-%d}">{appears:%d-%m-%Y}</time><div>{escape(news.teaser)}</div></div>'
    )


WRITERS = {"rss": _rss, "rss-latin1": _rss_latin1, "atom": _atom, "json": _json, "page": _page}


class Handler(BaseHTTPRequestHandler):
    """One partner's server."""

    partner: ClassVar[Partner]
    network: ClassVar[Network]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the feed, an article, or the trouble of the moment."""
        if self.path == "/robots.txt":
            self._answer(404, b"")
        elif self.partner.trouble == "busy" and BUSY_FROM <= self.network.age() < BUSY_UNTIL:
            self._answer(503, b"even geduld", {"Retry-After": "5"})
        elif self.partner.trouble == "moved" and self.path == "/nieuws.xml":
            self._answer(301, b"", {"Location": "/feed/nieuws.xml"})
        elif self.path.startswith("/beeld/"):
            self._picture()
        elif self.path.startswith(("/nieuws/", "/actueel/")):
            self._article()
        elif self.partner.form == "page" and self.path != "/":
            self._answer(404, b"niet gevonden")
        else:
            self._feed()

    def _feed(self) -> None:
        body = self.network.document(self.partner)
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self._answer(304, b"", {"ETag": tag})
        else:
            self._answer(200, body, {"ETag": tag, "Content-Type": MEDIA_TYPES[self.partner.form]})

    def _picture(self) -> None:
        slug = self.path.rsplit("/", 1)[1].removesuffix(".jpg")
        if any(each.slug == slug and each.shows for each in self.partner.news):
            self._answer(200, drawing(slug), {"Content-Type": "image/jpeg"})
        else:
            self._answer(404, b"niet gevonden")

    def _article(self) -> None:
        slug = self.path.split("?")[0].rsplit("/", 1)[1]
        news = next((each for each in self.partner.news if each.slug == slug), None)
        if news is None:
            self._answer(404, b"niet gevonden")
            return
        text = f"<!doctype html><html lang=nl><title>{escape(news.title)}</title><h1>{escape(news.title)}</h1>"
        page = f"{text}<p>{escape(news.teaser)}</p><p>Dit bericht is verzonnen voor de demo.</p></html>"
        self._answer(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal belongs to the service."""
