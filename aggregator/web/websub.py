"""The address of our own WebSub hub: requests to subscribe come in, what comes of them goes out by the outbox."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from aggregator.announcing import HUB_PATH
from aggregator.deliver.hub import Hub
from aggregator.store import throttle

ABOUT = "This is a WebSub hub for the feeds of this site alone: https://www.w3.org/TR/websub/\n"
FORM = "application/x-www-form-urlencoded"


def routes(hub: Hub) -> APIRouter:
    """The routes of a hub."""
    router = APIRouter()

    @router.get(HUB_PATH)
    def about() -> Response:
        """What this is, for people who look."""
        return PlainTextResponse(ABOUT)

    @router.post(HUB_PATH)
    async def ask(request: Request) -> Response:
        """Subscribe or unsubscribe: 202, and the callback is asked whether it means it (section 5.1)."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            return PlainTextResponse(f"send a form, as {FORM}\n", 415)
        form = await request.form(max_fields=100)
        said = {name: value for name, value in form.items() if isinstance(value, str)}
        asker = request.client.host if request.client else ""
        return await run_in_threadpool(_taken, hub, said, asker)

    return router


def _taken(hub: Hub, form: dict[str, str], asker: str) -> Response:
    refused = hub.take(form, asker, datetime.now(UTC))
    if refused is None:
        return PlainTextResponse("taken in: your callback will be asked\n", 202)
    later = {"retry-after": str(int(throttle.WINDOW.total_seconds()))} if refused.status in (429, 503) else {}
    return PlainTextResponse(f"{refused.reason}\n", refused.status, headers=later)
