"""A partner with pictures: its feed in memory, its pictures on a real server, and a gallery that fetches them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from aggregator.fetch import Allowlist, Fetcher, Limits
from aggregator.illustrating import Gallery, illustrate
from aggregator.model import Source, Story
from aggregator.pictures.rendering import renditions
from aggregator.release import Press, refresh
from aggregator.store import Store, pictures, sources, stories
from tests.factories import NOW, make_entry, make_source
from tests.fetch.misbehaving import Server, reply
from tests.line.partner import Partners, follow, make_line, run
from tests.pictures.material import photo

FEED = "https://fme.example/feed"
MEDIA = "http://search.yahoo.com/mrss/"
USER_AGENT = "TechniekpactAggregator/1.0 (+https://nieuws.example/contact)"


def feed(*told: tuple[int, str]) -> bytes:
    """A feed of entries (number, the address of its picture), each with its alt text, caption and credit."""
    return f"<rss version='2.0' xmlns:media='{MEDIA}'><channel>{''.join(map(_item, told))}</channel></rss>".encode()


def _item(told: tuple[int, str]) -> str:
    number, picture = told
    said = make_entry(number)
    assert said.published
    media = (
        f"<media:content url='{picture}' medium='image'><media:title>Leerlingen lassen een frame</media:title>"
        f"<media:description>Open dag &amp; lasles</media:description><media:credit>Jan Jansen</media:credit>"
        "</media:content>"
    )
    return (
        f"<item><title>{said.title}</title><guid isPermaLink='false'>{said.id}</guid><link>{said.link}</link>"
        f"<description>{said.summary}</description><pubDate>{format_datetime(said.published)}</pubDate>"
        f"{media if picture else ''}</item>"
    )


@dataclass
class Illustrated:
    """A store that follows one partner, whose pictures stand on `server`."""

    store: Store
    partners: Partners
    server: Server
    gallery: Gallery
    press: Press
    now: datetime = NOW

    def brings(self, *told: tuple[int, str]) -> None:
        """The partner's feed says this now; a path is one of `server`."""
        self.partners.documents[FEED] = feed(*((number, at and self.server.url(at)) for number, at in told))
        with self.store.write() as transaction:
            sources.make_due(transaction, ["fme"], self.now)
        run(make_line(self.store, self.partners), self.now)
        refresh(self.press, self.now)

    def shows(self, path: str, body: bytes) -> None:
        """The server answers with this picture."""
        self.server.answers[path] = reply("200 OK", body, "Content-Type: image/jpeg")

    def turn(self, after: timedelta = timedelta(0)) -> bool:
        """One turn of the chore, so much later than the last one, and a release when it says so."""
        self.now += after
        is_changed = illustrate(self.gallery, self.now, "test")
        if is_changed:
            refresh(self.press, self.now)
        return is_changed

    def set(self, **fields: object) -> None:
        """The source's settings change."""
        with self.store.write() as transaction:
            held = sources.held(transaction, "fme")
            assert held
            sources.change(transaction, replace(held.source, **fields), self.now)  # type: ignore[arg-type]

    def story(self, number: int = 1) -> Story:
        """The story of the entry with this number."""
        with self.store.read() as transaction:
            found = stories.load(transaction, stories.by_state(transaction, None, limit=99))
        return next(each for each in found if each.items and each.origin.entry.id == make_entry(number).id)

    def slug(self, number: int = 1) -> str:
        return self.story(number).slug

    def files(self) -> list[str]:
        with self.store.read() as transaction:
            return pictures.names(transaction)

    def asked(self) -> list[str]:
        """The pictures that the server was asked for."""
        return [path for path in self.server.paths() if path != "/robots.txt"]


@contextmanager
def illustrated(store: Store, press: Press, *sources_: Source, allow: Iterable[str] = ()) -> Iterator[Illustrated]:
    """A partner that allows its pictures to be shown; `photo` stands at /a.jpg and /b.jpg."""
    server = Server()
    allowed = Allowlist.parse(",".join([server.authority, *allow]))
    limits = Limits(total=timedelta(seconds=10), transfers=10)
    with Fetcher(user_agent=USER_AGENT, allow=allowed, limits=limits) as fetcher:
        gallery = Gallery(store=store, fetch=fetcher.fetch, gap=timedelta(0), render=renditions)
        made = Illustrated(store=store, partners=Partners(), server=server, gallery=gallery, press=press)
        follow(store, *(sources_ or [make_source(images=True)]))
        made.shows("/a.jpg", photo())
        made.shows("/b.jpg", photo(640, 480))
        yield made
    server.close()
