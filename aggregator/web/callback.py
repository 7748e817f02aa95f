"""Where hubs reach us (W3C WebSub): they ask whether we want a subscription (GET), and push what is new (POST).

A push is weighed and put in the inbox, and read by the line later: no hub can make this process read a feed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse
from starlette.requests import ClientDisconnect

from aggregator.policy.push import CALLBACK
from aggregator.store import Store
from aggregator.subscribing import Push, Said, heard, took, wants

AT_ONCE = 16  # pushes that are received at the same time: with their bound, so much memory and no more
SECONDS = 15.0  # in which a push must have arrived
STATUS = {Push.TAKEN: 202, Push.IGNORED: 202, Push.UNWANTED: 410}


def routes(store: Store, secret_key: str) -> APIRouter:
    """The callback's two routes over one store."""
    router = APIRouter(include_in_schema=False)
    places = Places(AT_ONCE)

    @router.get(CALLBACK + "/{token}")
    def verify(token: str, request: Request) -> Response:
        """A hub asks whether we asked it, or tells that it does not want us."""
        asked = {name: request.query_params.get(f"hub.{name}", "") for name in Said.__dataclass_fields__}
        answer = heard(store, token, Said(**asked), datetime.now(UTC))
        if answer is None:
            raise HTTPException(404)
        return PlainTextResponse(answer, headers={"cache-control": "no-store"})

    @router.post(CALLBACK + "/{token}")
    async def receive(token: str, request: Request) -> Response:
        """A push. Its body is read only when somebody waits for it."""
        held = await run_in_threadpool(wants, store, token)
        if held is None:
            return Response(status_code=STATUS[Push.UNWANTED])
        async with places.one() as is_free:
            if not is_free:
                return Response(status_code=503, headers={"retry-after": "60"})
            body = await _body(request)
            now = datetime.now(UTC)
            outcome = await run_in_threadpool(took, store, secret_key, held, body, request.headers, now)
        return Response(status_code=STATUS[outcome])

    return router


class Places:
    """So many at once; who finds none free goes away and comes again."""

    def __init__(self, count: int) -> None:
        self.free = count

    @asynccontextmanager
    async def one(self) -> AsyncIterator[bool]:
        """Whether there was a place; it is held meanwhile."""
        is_free = self.free > 0
        self.free -= is_free
        try:
            yield is_free
        finally:
            self.free += is_free


async def _body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(SECONDS):
            return await request.body()
    except (TimeoutError, ClientDisconnect) as error:
        raise HTTPException(408) from error
