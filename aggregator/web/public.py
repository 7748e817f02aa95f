"""Public pages that are made on request: one story, one partner. Lists and feeds are ready documents."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query, Response

from aggregator.model import State
from aggregator.publish.site import feed_page, source_page, story_page
from aggregator.release import PAGE_STORIES, Press, channels, front, status_of
from aggregator.store import sources, stories
from aggregator.web.documents import LANGUAGES, preferred_language

HTML = "text/html; charset=utf-8"
CACHE = {"cache-control": "public, max-age=60", "vary": "Accept-Language"}

Language = Annotated[str, Query(alias="lang")]
Accepts = Annotated[str, Header(alias="accept-language")]


def routes(press: Press) -> APIRouter:
    """The routes over one store."""
    router = APIRouter()

    @router.get("/stories/{slug}")
    def story(slug: str, lang: Language = "", accepts: Accepts = "") -> Response:
        """One story that is or was public."""
        with press.store.read() as transaction:
            row = stories.row_by_slug(transaction, slug)
            if row is None or row.state not in (State.PUBLISHED, State.WITHDRAWN):
                raise HTTPException(404)
            if row.state is State.WITHDRAWN:
                raise HTTPException(410)
            found = stories.load(transaction, [row.id])[0]
            names = sources.by_id(transaction)
        return _page(story_page(found, names, press.site, _language(lang, accepts, press)))

    @router.get("/sources/{source_id}")
    def source(source_id: str, lang: Language = "", accepts: Accepts = "") -> Response:
        """One partner: its news, and how we poll it."""
        with press.store.read() as transaction:
            held = {each.source.id: each for each in sources.all_sources(transaction)}
            if source_id not in held:
                raise HTTPException(404)
            numbers = stories.latest(transaction, limit=PAGE_STORIES, sources=[source_id])
            found = stories.load(transaction, numbers)
            brought = stories.counts_by_source(transaction).get(source_id, 0)
            shown = front(transaction, list(held.values()), sources.by_id(transaction), datetime.now(UTC))
        status = status_of(held[source_id], brought)
        return _page(source_page(status, found, shown, press.site, _language(lang, accepts, press)))

    @router.get("/feeds/{kind}/{slug}")
    def feed(kind: str, slug: str, lang: Language = "", accepts: Accepts = "") -> Response:
        """The addresses of one feed of a partner or a label."""
        with press.store.read() as transaction:
            known = [each.source for each in sources.all_sources(transaction)]
        named = {channel.name: channel for channel, _, _ in channels(press.site, known, press.created)}
        channel = named.get(f"{kind}/{slug}")
        if channel is None:
            raise HTTPException(404)
        return _page(feed_page(channel, press.site, _language(lang, accepts, press)))

    return router


def _language(wanted: str, accepts: str, press: Press) -> str:
    return wanted if wanted in LANGUAGES else preferred_language(accepts, press.site.language)


def _page(body: bytes) -> Response:
    return Response(body, media_type=HTML, headers=CACHE)
