"""One request of ours to someone who asked for it: a hub, a subscriber's callback, a webhook. Past the same guard.

Polling (http.py) is polite and reads documents; this says something, and hears how it was taken. No robots.txt (we
were asked to come), no redirects (what was signed for one address is not carried to another), no cookies.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pycurl

from aggregator.fetch.address import host_and_port, web_address
from aggregator.fetch.chain import LASTING
from aggregator.fetch.guard import Allowlist
from aggregator.fetch.headers import Headers, header, parse_headers
from aggregator.fetch.transfer import Ask, Limits, Reply, Rules, Transfer

# A receiver says little. What it says beyond this is cut off, and one that hangs is left alone.
LIMITS = Limits(total=timedelta(seconds=15), connect=timedelta(seconds=5), body_bytes=16_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """What the other side answered, whatever its status; `body` its beginning, empty when it is unreadable."""

    status: int
    headers: Headers = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: bytes) -> str:
        """The first value of a header (name in lower case), "" if there is none."""
        return header(self.headers, name)


@dataclass(frozen=True, kw_only=True, slots=True)
class NoResponse:
    """Nothing usable came back: a `code` of model.Failed, and what libcurl says. It may pass by itself, or not."""

    code: str
    detail: str = ""
    transient: bool = True


class Courier:
    """Sends one request at a time and waits for its answer; may be used by several threads at once.

    A fresh connection each time: receivers are many, and each hears from us seldom. `ca_file` and `resolve` are for
    tests: another certificate authority, and another DNS.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow: Allowlist | None = None,
        limits: Limits = LIMITS,
        ca_file: str | None = None,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
    ) -> None:
        self._rules = Rules(
            user_agent=user_agent, allow=allow or Allowlist(), limits=limits, ca_file=ca_file, resolve=resolve
        )

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response | NoResponse:
        """Ask `url` something, exactly as it is spelled. It never raises for what the other side does."""
        return self._send(url, headers or {}, None)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response | NoResponse:
        """Bring `body` to `url`. `headers` name its Content-Type; a line break in one raises ValueError."""
        return self._send(url, headers, body)

    def _send(self, url: str, headers: Mapping[str, str], body: bytes | None) -> Response | NoResponse:
        lines = [_line(name, value) for name, value in headers.items()]
        try:
            address = web_address(url)
        except ValueError as error:
            return NoResponse(code="bad-url", detail=str(error), transient=False)
        host, port = host_and_port(address)
        limits = self._rules.limits
        ask = Ask(
            url=address,
            host=host,
            port=port,
            headers=[*lines, b"Expect:"],  # libcurl would wait a second for a "100 Continue" that few give
            seconds=limits.total.total_seconds(),
            body_bytes=limits.body_bytes,
            cut=True,
            any_status=True,
        )
        return _asked(Transfer(self._rules), ask, body)


def _asked(transfer: Transfer, ask: Ask, body: bytes | None) -> Response | NoResponse:
    transfer.start(ask)
    if body is not None:
        transfer.handle.setopt(pycurl.POSTFIELDS, body)
    code, message = 0, ""
    try:
        transfer.handle.perform()
    except pycurl.error as error:
        code, message = error.args
    reply = transfer.end(code, message)
    transfer.handle.close()
    if _has_answered(reply):
        return Response(status=reply.status or 0, headers=parse_headers(reply.header_lines), body=reply.body)
    problem = reply.problem or "protocol"
    return NoResponse(code=problem, detail=reply.detail, transient=problem not in LASTING)


def _has_answered(reply: Reply) -> bool:
    """Whether all of a final answer's head is here: that says how it was taken, whatever became of the body."""
    return (reply.status or 0) >= 200 and bool(reply.header_lines) and not reply.header_lines[-1].strip()


def _line(name: str, value: str) -> bytes:
    line = f"{name}: {value}"
    if any(ord(character) < 32 or ord(character) == 127 for character in line):
        raise ValueError(f"a control character in the header {name!r}")
    return line.encode("latin-1")
