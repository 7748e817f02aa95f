"""Partners' pictures as we made them anew: an address for ever, while the story is public and the partner allows it."""

import re

from fastapi import APIRouter, HTTPException, Request, Response

from aggregator.release import Press
from aggregator.store import pictures, sources
from aggregator.store.documents import etag_of

FOR_EVER = "public, max-age=31536000, immutable"
_NAME = re.compile(r"[a-z0-9-]{1,100}\.webp")


def routes(press: Press) -> APIRouter:
    """The route over one store."""
    router = APIRouter()

    @router.api_route("/pictures/{name}", methods=["GET", "HEAD"])
    def picture(request: Request, name: str) -> Response:
        """The picture of this name; its name changes with its bytes."""
        body = _body(press, name)
        if body is None:
            raise HTTPException(404)
        headers = {"etag": f'"{etag_of(body)}"', "cache-control": FOR_EVER}
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        return Response(body, 200, headers, media_type="image/webp")

    return router


def _body(press: Press, name: str) -> bytes | None:
    if not _NAME.fullmatch(name):
        return None
    with press.store.read() as transaction:
        source_id = pictures.source_of(transaction, name)
        source = sources.by_id(transaction, [source_id]).get(source_id) if source_id else None
        return pictures.body_of(transaction, name) if source and source.images else None
