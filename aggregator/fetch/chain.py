"""The way of one request: where it is now, what it has been through, and where a redirect leads it next.

RFC 9110 section 15.4. Pure: nothing here asks anybody anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.fetch.address import host_and_port, redirect_target, web_address
from aggregator.model import Failed, Hop, Request, Validators, Wire

REDIRECTS = frozenset({301, 302, 303, 307, 308})
LASTING = frozenset({"bad-url", "bad-redirect", "redirect-loop", "too-many-redirects", "private-address"})


@dataclass(slots=True, eq=False)
class Chain:
    """A request on its way. With `robots_of` (an origin) it is our own question for that origin's robots.txt."""

    request: Request
    first_url: str
    url: str
    host: str
    port: int
    parallel: int
    gap: float  # seconds
    robots_of: str = ""
    hops: tuple[Hop, ...] = ()
    requests: int = 0
    seconds: float = 0.0  # spent in its requests so far
    is_conditional: bool = False

    def wire(self, status: int | None = None) -> Wire:
        """What the visit tells so far."""
        return Wire(url=self.url, status=status, hops=self.hops, requests=self.requests)


def chain_of(request: Request, url: str = "", robots_of: str = "") -> Chain:
    """Return the beginning of a way, at the request's own address or at `url`. Raises ValueError if it is none."""
    url = web_address(url or request.url)
    host, port = host_and_port(url)
    return Chain(
        request=request,
        first_url=url,
        url=url,
        host=host,
        port=port,
        parallel=max(1, request.parallel),
        gap=request.gap.total_seconds(),
        robots_of=robots_of,
    )


def move_on(chain: Chain, status: int, locations: Sequence[bytes], most: int) -> Failed | None:
    """Move `chain` to where a redirect leads; returns what is wrong instead when it leads nowhere."""
    wire = chain.wire(status)
    if len(chain.hops) >= most:
        return failed(wire, "too-many-redirects")
    try:
        url = redirect_target(chain.url, locations[0] if locations else b"")
        host, port = host_and_port(url)
    except ValueError as error:
        return failed(wire, "bad-redirect", str(error))
    if url in (chain.first_url, *(hop.location for hop in chain.hops)):
        return failed(wire, "redirect-loop")
    chain.hops += (Hop(status=status, location=url),)
    chain.url, chain.host, chain.port = url, host, port
    return None


def conditions(chain: Chain) -> list[bytes]:
    """Return the header lines that make the next request conditional: only at the address that gave the validators."""
    validators = chain.request.validators
    if validators == NONE or chain.url != _address_of_validators(chain):
        return []
    lines = (_line(b"If-None-Match", validators.etag), _line(b"If-Modified-Since", validators.last_modified))
    return [line for line in lines if line]


def failed(wire: Wire, code: str, detail: str = "") -> Failed:
    """No usable answer, for a cause that stays or one that may pass by itself."""
    return Failed(wire=wire, code=code, detail=detail, transient=code not in LASTING)


NONE = Validators()


def _address_of_validators(chain: Chain) -> str:
    said = chain.request.validators_url
    if not said or said == chain.url:
        return said or chain.first_url
    try:
        return web_address(said)
    except ValueError:
        return ""


def _line(name: bytes, value: str | None) -> bytes:
    """A header line with the value as it once came. One that cannot have come so (it would end the line) is none."""
    try:
        content = (value or "").encode("latin-1")
    except UnicodeEncodeError:
        return b""
    return name + b": " + content if content and not CONTROLS.intersection(content) else b""


CONTROLS = frozenset(b"\r\n\0")
