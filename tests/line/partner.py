"""A partner's server as the line sees it: documents that a test sets, answers that a test plans."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aggregator.batch import Intake
from aggregator.model import Answer, Entry, Failed, Fetched, NotModified, Request, Source, Tags, Validators, Wire
from aggregator.pipeline import Line, Report
from aggregator.probing import Lookout
from aggregator.store import Store, sources
from tests.factories import NOW, SURE, make_source
from tests.line.modes import by_mode

CONTENT = "http://purl.org/rss/1.0/modules/content/"


def feed(*entries: Entry, title: str = "Nieuws", head: str = "") -> bytes:
    """An RSS 2.0 feed of these entries, with more in its head."""
    start = f"<rss version='2.0' xmlns:content='{CONTENT}'><channel><title>{title}</title>{head}"
    return f"{start}{''.join(map(_item, entries))}</channel></rss>".encode()


def page(*entries: Entry, head: str = "", shape: str = "article", path: str = "") -> bytes:
    """A news page that lists these entries, in one of two shapes: as before, or after a redesign."""
    link = "{0}" if not path else "{0}" + path
    items = "".join(
        f'<article class="bericht"><time datetime="{entry.published:%Y-%m-%d}">{entry.published:%d-%m-%Y}</time>'
        f'<h3><a href="{link.format(entry.link)}">{escape(entry.title)}</a></h3><p>{escape(entry.summary)}</p>'
        "</article>"
        if shape == "article"
        else f'<div class="kaart"><a href="{link.format(entry.link)}"><h2>{escape(entry.title)}</h2></a>'
        f'<span class="datum">{entry.published:%d-%m-%Y}</span><div class="tekst">{escape(entry.summary)}</div></div>'
        for entry in entries
        if entry.published
    )
    block = f"<main><h1>Nieuws</h1>{items}</main>" if shape == "article" else f"<section id=x>{items}</section>"
    nav = '<nav><a href="/">Home</a> <a href="/contact">Contact</a></nav>'
    start = f"<!doctype html><html lang=nl><head><title>Nieuws</title>{head}</head>"
    return f"{start}<body>{nav}{block}</body></html>".encode()


def _item(entry: Entry) -> str:
    date = f"<pubDate>{format_datetime(entry.published)}</pubDate>" if entry.published else ""
    guid = f"<guid isPermaLink='false'>{escape(entry.id)}</guid>" if entry.id else ""
    link = f"<link>{escape(entry.link)}</link>" if entry.link else ""
    full = f"<content:encoded>{escape(entry.content)}</content:encoded>" if entry.content else ""
    return (
        f"<item><title>{escape(entry.title)}</title>{guid}{link}"
        f"<description>{escape(entry.summary)}</description>{full}{date}</item>"
    )


@dataclass
class Partners:
    """All partners' servers: a document per address, or an answer that was planned for it."""

    documents: dict[str, bytes] = field(default_factory=dict)
    planned: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    on_fetch: Callable[[], None] = lambda: None

    def fetch(
        self, requests: Iterable[Request], now: datetime, may_start: Callable[[Request], bool]
    ) -> Iterator[tuple[Request, Answer]]:
        """Answer like a well-behaved server with an ETag."""
        for request in requests:
            self.on_fetch()
            if may_start(request):
                self.requests.append(request)
                yield request, self.planned.get(request.url) or self._answer(request)

    def _answer(self, request: Request) -> Answer:
        body = self.documents.get(request.url)
        if body is None:
            wire = Wire(url=request.url, status=404, requests=1)
            return Failed(wire=wire, code="http-404", transient=False)
        tag = f'"{hash(body)}"'
        wire = Wire(url=request.url, status=200, requests=1, validators=Validators(etag=tag))
        if request.validators.etag == tag:
            return NotModified(wire=Wire(url=request.url, status=304, requests=1))
        is_page = body.startswith(b"<!doctype html")
        return Fetched(wire=wire, body=body, media_type="text/html" if is_page else "application/rss+xml")


def make_line(
    store: Store, partners: Partners, tags: Callable[[Entry], Tags] = lambda _: SURE, **fields: object
) -> Line:
    """A line over these partners, with a tagger that a test decides."""
    mode = fields.pop("mode", "automatic")
    intake = Intake(mode=mode, announce_days=14, announce_items=5, tag_authority="techniekpact.nl,2022")  # type: ignore[arg-type]
    defaults: dict[str, object] = {
        "store": store,
        "fetch": partners.fetch,
        "tag": lambda entry, _: tags(entry),
        "intake": intake,
        "base_url": "https://nieuws.techniekpact.example",
        "tag_authority": "techniekpact.nl,2022",
        "anonymous": lambda _: False,
    }
    return Line(**(defaults | fields))  # type: ignore[arg-type]


def lookout_over(partners: Partners) -> Lookout:
    """A lookout over these partners, who answer whoever asks."""
    return Lookout(lambda requests, now: partners.fetch(requests, now, lambda _: True), product="Aggregator")


def follow(store: Store, *followed: Source, now: datetime = NOW) -> None:
    """Add sources."""
    with store.write() as transaction:
        sources.add(transaction, followed or [make_source()], now)


def run(line: Line, now: datetime = NOW) -> list[Report]:
    """Poll what is due: by one process on SQLite, by jobs of a worker on PostgreSQL."""
    return by_mode(line, now)


LATER = NOW + timedelta(days=2)
