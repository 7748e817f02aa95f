"""The application: ready documents first, behind them what is made on request."""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response

from aggregator.accounts import Access
from aggregator.deliver.hub import Hub
from aggregator.probing import Lookout
from aggregator.publish.site import ICON_PATH, icon, static_files
from aggregator.publish.site.embed import styles
from aggregator.receipts import Line
from aggregator.release import Press
from aggregator.web import api, callback, embed, finding, operations, pictures, public, search_feeds, websub
from aggregator.web.bounds import Bounded
from aggregator.web.coding import answer
from aggregator.web.documents import Documents
from aggregator.web.editors.routes import make_editors
from aggregator.web.editors.shell import asset
from aggregator.web.errors import add_errors
from aggregator.web.headers import headers_of
from aggregator.web.oidc import Provider
from aggregator.web.operations import Operations
from aggregator.web.rates import Rates
from aggregator.web.shelf import Shelf

FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


def make_app(
    press: Press,
    access: Access,
    provider: Provider | None = None,
    *,
    line: Line,
    lookout: Lookout,
    hub: Hub | None = None,
    watched: Operations | None = None,
) -> Documents:
    """The whole web side over one store, as an ASGI application; editors may sign in at `provider` too.

    `line` and `lookout` are what news added by hand comes in by, and what addresses are looked at with; `hub` is our
    own WebSub hub, where there is one; `watched` is what /readyz and /metrics go by.
    """
    shelf = Shelf(press.store)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> Any:
        shelf.watch()
        yield
        shelf.close()

    app = FastAPI(title=press.site.title, docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    rates = Rates()
    app.include_router(public.routes(press))
    app.include_router(pictures.routes(press))
    app.include_router(finding.routes(press, rates))
    app.include_router(embed.routes(press))
    app.include_router(callback.routes(press.store, access.secret_key))
    if hub:
        app.include_router(websub.routes(hub))
    app.include_router(search_feeds.routes(press, rates, lambda: shelf.generation))
    app.include_router(api.routes(press, rates))
    app.include_router(make_editors(access, press, line, lookout, provider).router)
    app.include_router(operations.routes(press.store, watched or Operations()))
    _add_static(app)
    add_errors(app, press, access)
    app.add_middleware(Bounded)
    app.middleware("http")(_secured)
    return Documents(app, shelf, press.site.language, press.site.base_url, press.outreach.hubs)


def _add_static(app: FastAPI) -> None:
    files = dict(
        [
            *static_files().items(),
            *styles().values(),
            *map(asset, ("desk.css", "queue.css", "htmx-2.0.11.min.js", "desk.js")),
        ]
    )

    @app.get(ICON_PATH)
    def picture() -> Response:
        """The site's icon, for feed readers; browsers find theirs in the page."""
        return Response(icon(), media_type="image/png", headers={"cache-control": "public, max-age=86400"})

    @app.get("/static/{name}")
    def static(request: Request, name: str) -> Response:
        """Style and script; their names change with their bytes."""
        if name not in files:
            raise HTTPException(404)
        media_type = "text/css" if name.endswith(".css") else "text/javascript"
        return answer(request, files[name], media_type, FOR_EVER)


async def _secured(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in headers_of(request.url.path, request.url.scheme).items():
        response.headers.setdefault(name, value)
    return response
