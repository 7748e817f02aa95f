"""Feeds of a search, which are also what "Stel uw feed samen" gives: made on request, kept while nothing changes.

Without archive and hub: those need documents, and there are as many searches as there are readers.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from aggregator.model import Site, Source, Story
from aggregator.publish.channel import Channel, Format
from aggregator.publish.valid import complaints
from aggregator.release import FORMATS, Press
from aggregator.store import search, stories
from aggregator.web.problems import ProblemError
from aggregator.web.rates import Rates
from aggregator.web.replies import Reply, reply, send
from aggregator.web.selection import Labels, Selection, Sources, Themes, Words, facts_of, partners, selection

log = structlog.get_logger()

CACHE = "public, max-age=300, stale-while-revalidate=3600"
VARY = "Accept-Encoding, Sec-Fetch-Dest"
KEPT_BYTES = 16_000_000


class Kept:
    """The feeds that were made at this generation of the documents, the least lately asked dropped first."""

    def __init__(self, generation: Callable[[], int], limit: int = KEPT_BYTES) -> None:
        self.generation = generation
        self.limit = limit
        self._made_at = -1
        self._bytes = 0
        self._held: OrderedDict[tuple[str, str], Reply] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str], make: Callable[[], Reply]) -> Reply:
        """The feed of this key, made when it is not held."""
        generation = self.generation()  # before the store is read: what is read later is no older
        with self._lock:
            if generation != self._made_at:
                self._held.clear()
                self._made_at, self._bytes = generation, 0
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._lock:
            if generation == self._made_at and key not in self._held:
                self._held[key] = made
                self._bytes += _size(made)
                while self._bytes > self.limit:
                    self._bytes -= _size(self._held.popitem(last=False)[1])
        return made


def _size(made: Reply) -> int:
    return len(made.body) + len(made.zipped)


def routes(press: Press, rates: Rates, generation: Callable[[], int]) -> APIRouter:
    """The routes over one store; `generation` tells whether anything was released since."""
    router = APIRouter()
    kept = Kept(generation)

    @router.api_route("/feeds/search.{suffix}", methods=["GET", "HEAD"])
    def feed(
        request: Request,
        suffix: Format,
        themes: Themes,
        sources: Sources,
        labels: Labels,
        q: Words = "",
    ) -> Response:
        """The latest stories of a selection."""
        limit(request, rates)
        asked = selection(q, themes, sources, labels)
        if request.headers.get("sec-fetch-dest") == "document" and request.query_params.get("raw") != "1":
            return RedirectResponse(f"/search?{asked.query()}", 303, {"vary": VARY, "cache-control": "no-store"})
        if asked.is_everything:
            return RedirectResponse(f"/feeds/all.{suffix}", 301)
        made = kept.get((asked.query(), suffix), lambda: make_feed(press, asked, suffix))
        return send(request, made, cache=CACHE, vary=VARY)

    return router


def limit(request: Request, rates: Rates) -> None:
    """Count a request of this client. Raises ProblemError (429) when it asked too much."""
    seconds = rates.wait(request.client.host if request.client else "")
    if seconds:
        raise ProblemError(429, "rate", headers={"retry-after": str(seconds)}, seconds=str(seconds))


def make_feed(press: Press, asked: Selection, suffix: Format) -> Reply:
    """The feed of a selection. Raises ProblemError when it asks for what is not known, or for no word at all."""
    if asked.wanted.is_hopeless:
        raise ProblemError(400, "no_words")
    with press.store.read() as transaction:
        known, current = partners(transaction)
        facts = facts_of(asked, press.site, known, current)
        numbers = search.in_feed(transaction, asked.wanted, facts, limit=press.feed_length)
        window: list[Story] = stories.load(transaction, numbers)
    media_type, build = FORMATS[suffix]
    body = build(channel(press, asked, known), window, known, press.site)
    if wrong := complaints(body, media_type.partition(";")[0]):
        log.error("document_invalid", path=f"/feeds/search.{suffix}?{asked.query()}", complaints=wrong[:5])
        raise ProblemError(500, "broken")
    return reply(body, media_type)


def channel(press: Press, asked: Selection, known: Mapping[str, Source]) -> Channel:
    """The channel of a selection: its id and addresses hold all that was asked, in one spelling."""
    site = press.site
    return Channel(
        name="search",
        query=asked.query(),
        title=f"{site.title}: {name(asked, known, site)}",
        subtitle=site.subtitle,
        language=site.language,
        alternate=f"{site.base_url}/search?{asked.query()}",
        created=press.created,
    )


def name(asked: Selection, known: Mapping[str, Source], site: Site) -> str:
    """What a reader sees in a list of feeds: “techniek” · Instroom · FME."""
    labels = {theme.slug: theme.label.get(site.language, theme.slug) for theme in site.themes}
    parts = [f"“{asked.q}”"] if asked.q else []
    parts += [labels[each] for each in asked.themes]
    parts += [known[each].organisation for each in asked.sources]
    return " · ".join([*parts, *asked.labels])
