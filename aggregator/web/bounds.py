"""How much anyone may send us: a form of ours is small, and whatever is larger is refused before it is read.

What hubs push is larger, and bounded by itself.
"""

from typing import Any

from starlette.exceptions import HTTPException

from aggregator.policy.push import CALLBACK
from aggregator.web.documents import App, Receive, Scope, Send
from aggregator.web.headers import in_area

FORM_BYTES = 65_536
PUSH_BYTES = 2_000_000


class Bounded:
    """Refuses (413) a body that says it is larger than a form, or turns out to be."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        received = 0
        most = PUSH_BYTES if in_area(scope["path"], CALLBACK) else FORM_BYTES
        is_declared = _declared(scope) > most

        async def bounded() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if is_declared or received > most:
                raise HTTPException(413)
            return message

        await self.app(scope, bounded, send)


def _declared(scope: Scope) -> int:
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(said) if said.isdigit() else 0
