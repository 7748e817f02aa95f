"""The embed over HTTP: frames for anybody's page, scripts for anybody's script, and the page that makes codes."""

from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response

from aggregator import embedding
from aggregator.publish.site.embed import KINDS, PREVIEWS, Choice, host_page, is_pinned, read, scripts
from aggregator.release import Press
from aggregator.store import documents
from aggregator.text.dates import day_in_amsterdam
from aggregator.web.coding import answer
from aggregator.web.documents import LANGUAGES, preferred_language
from aggregator.web.headers import ELSEWHERE, FRAME_WITH_SCRIPT

HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"
LATEST = "public, max-age=3600, stale-while-revalidate=86400"
FRAME_CACHE = "public, max-age=300, stale-while-revalidate=3600"
PAGE = {"cache-control": "public, max-age=60", "vary": "Accept-Language"}
KEPT_FRAMES = 512  # of a few kB each


def asked(request: Request) -> Choice:
    """What an address chooses by its path or its query."""
    said = {name: " ".join(request.query_params.getlist(name)) for name in request.query_params}
    for kind, name in KINDS.items():
        if kind in request.path_params:
            said[name] = request.path_params[kind]
    return read(said)


def spoken(request: Request) -> str:
    """The language that a page for website owners is to speak; "" when the address does not say."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in LANGUAGES else ""


Asked = Annotated[Choice, Depends(asked)]
Spoken = Annotated[str, Depends(spoken)]
Accepts = Annotated[str, Header(alias="accept-language")]


def routes(press: Press) -> APIRouter:
    """The routes over one store."""
    router = APIRouter(prefix="/embed")
    frames = Frames(press)

    @router.get("/news")
    @router.get("/news/themes/{themes}")
    @router.get("/news/labels/{labels}")
    @router.get("/news/sources/{sources}")
    def news(request: Request, choice: Asked) -> Response:
        """The frame. Its language is the address's or the site's: the page around it decides, not the reader."""
        policy = {"content-security-policy": FRAME_WITH_SCRIPT} if choice.height else {}
        return answer(request, frames.page(choice, datetime.now(UTC)), HTML, {"cache-control": FRAME_CACHE} | policy)

    @router.get("")
    @router.get("/themes/{themes}")
    def builder(request: Request, choice: Asked, lang: Spoken, accepts: Accepts = "") -> Response:
        """The page that makes codes."""
        language = lang or preferred_language(accepts, press.site.language)
        with press.store.read() as transaction:
            body = embedding.builder(press, transaction, _worded(choice, request, language), language)
        return answer(request, body, HTML, PAGE)

    @router.get("/preview/{how}")
    @router.get("/preview/{how}/themes/{themes}")
    def preview(request: Request, how: str, choice: Asked, lang: Spoken, accepts: Accepts = "") -> Response:
        """An invented website with a code in it."""
        if how not in PREVIEWS:
            raise HTTPException(404)
        language = lang or preferred_language(accepts, press.site.language)
        body = host_page(_worded(choice, request, language), press.site, language, how=how)
        return answer(request, body, HTML, PAGE)

    @router.get("/{version}/{name}")
    def script(request: Request, version: str, name: str) -> Response:
        """A script, by a version whose bytes stay or by the latest of its kind."""
        path = f"{version}/{name}"
        if path not in scripts():
            raise HTTPException(404)
        headers = ELSEWHERE | {
            "cache-control": FOR_EVER if is_pinned(path) else LATEST,
            "access-control-allow-origin": "*",
        }
        return answer(request, scripts()[path], SCRIPT, headers)

    return router


class Frames:
    """Frames that were made since the last release: the same few are asked for over and over by many readers."""

    def __init__(self, press: Press) -> None:
        self.press = press
        self._kept: OrderedDict[tuple[Choice, int, date], bytes] = OrderedDict()
        self._lock = Lock()

    def page(self, choice: Choice, now: datetime) -> bytes:
        """The frame for a choice, made anew after each release and each midnight."""
        with self.press.store.read() as transaction:
            key = (choice, documents.generation(transaction), day_in_amsterdam(now))
            body = self._kept.get(key) or embedding.frame(self.press, transaction, choice, now)
        with self._lock:
            self._kept[key] = body
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT_FRAMES:
                self._kept.popitem(last=False)
        return body


def _worded(choice: Choice, request: Request, language: str) -> Choice:
    """`lang` is this page's own; the news has a name of its own for it, and follows the page until told otherwise."""
    wanted = request.query_params.get("news-lang", "")
    return replace(choice, lang=wanted if wanted in LANGUAGES else language)
