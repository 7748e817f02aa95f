"""One request over libcurl, within bounds and past the guard. Reused for many: a handle costs more than a request.

What libcurl would do by itself and must not: follow redirects, inflate bodies, obey proxies of the environment, speak
other protocols (file:///etc/passwd is one), keep cookies.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import certifi
import pycurl

from aggregator.fetch.guard import Allowlist, is_public
from aggregator.fetch.inflate import Body, BodyError

OK = frozenset({200, 203, 226})  # a whole document; 226 (RFC 3229) one with only its new entries
OK_ON_THE_WIRE = frozenset(str(status).encode() for status in OK)
IGNORED_BODY_BYTES = 64_000  # of an answer that is no document; more of it ends the connection
LONGEST_DETAIL = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The bounds of one answer, redirects included, and of all together (`transfers` at once)."""

    total: timedelta = timedelta(seconds=30)
    connect: timedelta = timedelta(seconds=10)
    body_bytes: int = 8_000_000  # inflated
    header_bytes: int = 20_000
    ratio: int = 200  # inflated to received, looked at past the first megabyte
    redirects: int = 5
    transfers: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What holds for every transfer of a fetcher."""

    user_agent: str
    allow: Allowlist
    limits: Limits
    ca_file: str | None = None
    resolve: Callable[[str, int], Sequence[str]] | None = None  # stands in for DNS in tests


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What one GET asks, and how much of the body it wants; with `any_status` also of an answer that is no document."""

    url: str
    host: str
    port: int
    headers: Sequence[bytes]
    seconds: float
    body_bytes: int
    cut: bool = False
    any_status: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came of one GET. `problem` is a code of Failed, "" when the answer is whole."""

    status: int | None
    header_lines: Sequence[bytes]
    body: bytes
    seconds: float
    seconds_to_send: float = 0.0  # of them, what it took to look up, connect and greet
    problem: str = ""
    detail: str = ""


class _Socket(socket.socket):
    """A socket that goes quietly: pycurl takes a duplicate and drops it, which Python would warn about each time."""

    def __del__(self) -> None:
        self.close()


class Transfer:
    """A libcurl handle, set up once. `start` it, hand `handle` to the loop, and `end` it with what the loop said."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.handle = _handle(rules)
        self.handle.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        self.handle.setopt(pycurl.HEADERFUNCTION, self._take_header)
        self.handle.setopt(pycurl.WRITEFUNCTION, self._take_body)

    def start(self, ask: Ask) -> None:
        """Get ready for one GET."""
        self._ask = ask
        self._lines: list[bytes] = []
        self._has_head = False  # all of the headers are here
        self._header_bytes = 0
        self._body: Body | None = None
        self._ignored = 0
        self._problem = ""
        self._detail = ""
        self._is_enough = False
        self._forbidden = ""
        self._is_open = False
        self._set_up(ask)

    def _set_up(self, ask: Ask) -> None:
        handle = self.handle
        handle.setopt(pycurl.URL, ask.url)
        handle.setopt(pycurl.REQUEST_TARGET, ask.url[ask.url.index("/", len("https://")) :])  # not normalised
        handle.setopt(pycurl.HTTPHEADER, ask.headers)
        handle.setopt(pycurl.TIMEOUT_MS, max(1, int(ask.seconds * 1000)))
        if self._rules.resolve is not None:
            where = f"{ask.host}:{ask.port}"
            addresses = ",".join(self._rules.resolve(ask.host, ask.port))
            handle.setopt(pycurl.RESOLVE, [f"-{where}", *([f"{where}:{addresses}"] if addresses else [])])

    def end(self, code: int, message: str) -> Reply:
        """Return what came of it, from libcurl's error code and message."""
        status = self.handle.getinfo(pycurl.RESPONSE_CODE) or None
        problem, detail = self._verdict(code, message, status)
        body = b""
        if not problem and self._body is not None:
            try:
                body = self._body.content()
            except BodyError as error:
                problem = error.code
        lines, self._lines, self._body = self._lines, [], None
        return Reply(
            status=status,
            header_lines=lines,
            body=body,
            seconds=self.handle.getinfo(pycurl.TOTAL_TIME),
            seconds_to_send=self.handle.getinfo(pycurl.PRETRANSFER_TIME),
            problem=problem,
            detail=detail[:LONGEST_DETAIL],
        )

    def _verdict(self, code: int, message: str, status: int | None) -> tuple[str, str]:
        if self._problem:
            return self._problem, self._detail
        if self._is_enough:
            return "", ""
        if code == 0:
            return ("" if self._has_head else "truncated"), ""
        if self._forbidden and not self._is_open:
            return "private-address", self._forbidden
        if status is not None and status not in OK and self._has_head:
            return "", ""  # status and headers say it all, whatever became of the body
        return self._code_of(code), message

    def _code_of(self, code: int) -> str:
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return "timeout" if self.handle.getinfo(pycurl.REQUEST_SIZE) else "connect-timeout"
        if code in BROKEN_OFF:
            return "truncated" if self._has_head else "protocol"
        return CODES.get(code, "protocol")

    # --- What libcurl calls back. An exception here would be printed and lost, so these raise none.

    def _open_socket(self, _purpose: int, place: tuple[int, int, int, tuple[str, int]]) -> socket.socket | int:
        family, kind, protocol, address = place
        if family not in (socket.AF_INET, socket.AF_INET6) or not self._may_connect(address[0], address[1]):
            self._forbidden = str(address[0])
            return int(pycurl.SOCKET_BAD)
        try:
            opened = _Socket(family, kind, protocol)
        except OSError:  # this machine has no IPv6, or no descriptor left
            return int(pycurl.SOCKET_BAD)
        self._is_open = True
        return opened

    def _may_connect(self, address: str, port: int) -> bool:
        allow = self._rules.allow
        return (
            is_public(address)
            or allow.permits_address(address, port)
            or (port == self._ask.port and allow.permits_host(self._ask.host, port))
        )

    def _take_header(self, line: bytes) -> int | None:
        self._header_bytes += len(line)
        if self._header_bytes > self._rules.limits.header_bytes:
            self._problem = "headers-too-large"
            return -1
        if self._has_head:
            if self._body is not None or not line.startswith(b"HTTP/"):
                return None  # a trailer, behind the body
            self._lines.clear()  # what went before was an interim answer (1xx)
            self._has_head = False
        self._lines.append(line)
        self._has_head = not line.strip()
        return None

    def _take_body(self, data: bytes) -> int | None:
        try:
            if self._body is None:
                if not self._ask.any_status and self._lines[0].split(None, 2)[1] not in OK_ON_THE_WIRE:
                    return self._ignore(data)
                self._body = self._new_body()
            self._body.write(data)
        except BodyError as error:
            self._problem = error.code
            return -1
        self._is_enough = self._body.full
        return -1 if self._is_enough else None

    def _ignore(self, data: bytes) -> int | None:
        self._ignored += len(data)
        return -1 if self._ignored > IGNORED_BODY_BYTES else None

    def _new_body(self) -> Body:
        encodings = [
            line.partition(b":")[2].strip().decode("latin-1")
            for line in self._lines
            if line[:17].lower() == b"content-encoding:"
        ]
        ask, limits = self._ask, self._rules.limits
        return Body(",".join(encodings), most=ask.body_bytes, ratio=limits.ratio, cut=ask.cut)


def _handle(rules: Rules) -> pycurl.Curl:
    handle = pycurl.Curl()
    for option, value in (
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
        (pycurl.PROXY, ""),
        (pycurl.FOLLOWLOCATION, 0),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),
        (pycurl.USERAGENT, rules.user_agent),
        (pycurl.CAINFO, rules.ca_file or certifi.where()),
        (pycurl.CONNECTTIMEOUT_MS, int(rules.limits.connect.total_seconds() * 1000)),
        (pycurl.DNS_CACHE_TIMEOUT, 0),  # libcurl walks through its whole cache at each connection: a third of the cost
        (pycurl.NOSIGNAL, 1),
    ):
        handle.setopt(option, value)
    return handle


HTTP2_STREAM, TOO_LARGE = 92, 100  # libcurl's numbers, which pycurl does not name
BROKEN_OFF = frozenset(
    {
        pycurl.E_PARTIAL_FILE,
        pycurl.E_RECV_ERROR,
        pycurl.E_GOT_NOTHING,
        pycurl.E_HTTP2,
        HTTP2_STREAM,
    }
)
CODES = {
    pycurl.E_UNSUPPORTED_PROTOCOL: "protocol",
    pycurl.E_URL_MALFORMAT: "bad-url",
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "refused-connection",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
    pycurl.E_SSL_CIPHER: "tls",
    pycurl.E_SSL_CERTPROBLEM: "tls",
    pycurl.E_SSL_CACERT_BADFILE: "tls",
    pycurl.E_SSL_ISSUER_ERROR: "tls",
    pycurl.E_SSL_INVALIDCERTSTATUS: "tls",
    TOO_LARGE: "headers-too-large",
}
