"""The application: ready documents first, behind them what is made on request, and plain error pages."""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from aggregator.errors import StoreError
from aggregator.publish.site import message_page, stylesheet
from aggregator.release import Press
from aggregator.store import migrate
from aggregator.web import public
from aggregator.web.documents import Documents, preferred_language
from aggregator.web.headers import PAGE_HEADERS
from aggregator.web.shelf import Shelf

log = structlog.get_logger()

HTML = "text/html; charset=utf-8"


def make_app(press: Press) -> Documents:
    """The whole web side over one store, as an ASGI application."""
    shelf = Shelf(press.store)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> Any:
        shelf.watch()
        yield
        shelf.close()

    app = FastAPI(title=press.site.title, docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.include_router(public.routes(press))
    _add_operations(app, press)
    _add_static(app)
    _add_errors(app, press)
    app.middleware("http")(_secured)
    return Documents(app, shelf, press.site.language)


def _add_operations(app: FastAPI, press: Press) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    def readyz() -> Response:
        """The database answers and has our tables."""
        try:
            found = migrate.version(press.store)
        except StoreError as error:
            return JSONResponse({"ready": False, "database": str(error)}, 503)
        return JSONResponse({"ready": found == migrate.HEAD, "database": found}, 200 if found == migrate.HEAD else 503)

    @app.get("/robots.txt")
    def robots() -> Response:
        """Everything public may be read by machines."""
        return PlainTextResponse("User-agent: *\nDisallow: /edit/\n")


def _add_static(app: FastAPI) -> None:
    name, css = stylesheet()

    @app.get(f"/static/{name}")
    def style() -> Response:
        """The one style sheet; its name changes with its bytes."""
        return Response(css, media_type="text/css", headers={"cache-control": "public, max-age=31536000, immutable"})


def _add_errors(app: FastAPI, press: Press) -> None:
    @app.exception_handler(StarletteHTTPException)
    def refused(request: Request, error: StarletteHTTPException) -> Response:
        return _message(request, press, error.status_code)

    @app.exception_handler(StoreError)
    def unavailable(request: Request, error: StoreError) -> Response:
        log.error("store_unavailable", path=request.url.path, error=str(error))
        return _message(request, press, 503)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        log.exception("request_failed", path=request.url.path, error=repr(error))
        return _message(request, press, 500)


def _message(request: Request, press: Press, status: int) -> Response:
    language = preferred_language(request.headers.get("accept-language", ""), press.site.language)
    body = message_page(status, press.site, language)
    return Response(body, status, media_type=HTML, headers={"cache-control": "no-store"} | SECURE)


SECURE = {name.decode(): value.decode() for name, value in PAGE_HEADERS} | {"x-content-type-options": "nosniff"}


async def _secured(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in SECURE.items():
        response.headers.setdefault(name, value)
    return response
