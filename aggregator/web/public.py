"""The public side that is made on request, over HTTP: pages and files of aggregator/ondemand, never older than now."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException, Request, Response

from aggregator.model import Document
from aggregator.ondemand import Missing, Moment, find, forms
from aggregator.release import Press
from aggregator.store.documents import etag_of
from aggregator.web.documents import LANGUAGES, PAGE_CACHE, answer, preferred_coding, preferred_language
from aggregator.web.shelf import packed


def routes(press: Press) -> APIRouter:
    """The routes over one store."""
    router = APIRouter()
    for form in forms():
        router.add_api_route(form, made_on_request(press), methods=["GET", "HEAD"], response_class=Response)
    return router


def made_on_request(press: Press) -> Callable[[Request], Response]:
    """What answers at each of these addresses."""

    def respond(request: Request) -> Response:
        now = datetime.now(UTC)
        with press.store.read() as transaction:
            found = find(Moment(press, transaction, now), request.url.path)
            if isinstance(found, Missing):
                raise HTTPException(found.value)
            body = found.body(language_of(request, press))
        return fresh(request, body, found.media_type, now)

    return respond


def language_of(request: Request, press: Press) -> str:
    """The language that the address asks for, else the reader's."""
    wanted = request.query_params.get("lang", "")
    accepts = request.headers.get("accept-language", "")
    return wanted if wanted in LANGUAGES else preferred_language(accepts, press.site.language)


def fresh(request: Request, body: bytes, media_type: str, now: datetime) -> Response:
    """The answer for this request's headers, as for a ready document: entity tag, 304, br or gzip."""
    document = Document(path=request.url.path, media_type=media_type, body=body, changed=now, etag=etag_of(body))
    asked = dict(request.headers.raw) | {b"if-modified-since": b""}  # nobody knows when its bytes last changed
    coding = preferred_coding(asked.get(b"accept-encoding", b""))
    status, headers, sent = answer(packed(document, coding), asked, PAGE_CACHE, is_feed=False)
    response = Response(sent, status)
    response.raw_headers = headers
    return response
