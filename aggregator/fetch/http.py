"""The polite, guarded fetcher: many conditional GETs at once, each to an answer of model.py.

A request waits for its host's turn (turns.py) and for what robots.txt says (permission.py), is asked over one libcurl
loop (loop.py, transfer.py), follows its redirects hop by hop, each as guarded and as polite as the first (chain.py),
and ends as an answer (answers.py). Nothing of one request keeps another waiting, save the host that they share.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from time import monotonic

import pycurl

from aggregator.fetch.answers import answer_of
from aggregator.fetch.chain import REDIRECTS, Chain, chain_of, conditions, failed, move_on
from aggregator.fetch.guard import Allowlist
from aggregator.fetch.headers import fresh_for, parse_headers, validators_of
from aggregator.fetch.loop import Loop
from aggregator.fetch.permission import Permissions
from aggregator.fetch.robots import MOST_BYTES, RobotsFile, origin_of, product_token
from aggregator.fetch.transfer import Ask, Limits, Reply, Rules, Transfer
from aggregator.fetch.turns import Turns
from aggregator.model import Answer, Request, Wire

__all__ = ["Fetcher", "Limits", "always"]

LONGEST_PAUSE = 60.0  # seconds
LONGEST_AWAY = 0.05

ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.5",
    "picture": "image/webp, image/avif;q=0.9, image/jpeg, image/png, image/gif;q=0.8",
    "robots": "text/plain, */*;q=0.5",
}


def always(_request: Request) -> bool:
    """Let every request start."""
    return True


@dataclass(slots=True)
class _Round:
    """One call of `fetch`."""

    now: datetime
    may_start: Callable[[Request], bool]
    requests: Iterator[Request]
    is_exhausted: bool = False
    answers: deque[tuple[Request, Answer]] = field(default_factory=deque)
    under_way: dict[pycurl.Curl, tuple[Chain, Transfer]] = field(default_factory=dict)
    wait_for_robots: dict[str, list[Chain]] = field(default_factory=dict)  # by origin


class Fetcher:
    """Fetches for as long as it lives over the same connections. One `fetch` at a time; not for several threads.

    `robots` is where robots.txt files are kept between runs. `ca_file` and `resolve` are for tests: another
    certificate authority, and another DNS.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow: Allowlist | None = None,
        limits: Limits | None = None,
        robots: MutableMapping[str, RobotsFile] | None = None,
        language: str = "nl",
        ca_file: str | None = None,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
    ) -> None:
        for text in (user_agent, language):
            if not (text.isascii() and text.isprintable() and text):
                raise ValueError(f"not printable ASCII: {text!r}")
        self._limits = limits or Limits()
        self._rules = Rules(
            user_agent=user_agent,
            allow=allow or Allowlist(),
            limits=self._limits,
            ca_file=ca_file,
            resolve=resolve,
        )
        self._permissions = Permissions({} if robots is None else robots, product_token(user_agent))
        self._headers = {kind: _headers(accept, language) for kind, accept in ACCEPT.items()}
        self._loop = Loop(self._limits.transfers)
        self._turns: Turns[Chain] = Turns()
        self._idle: list[Transfer] = []
        self._is_fetching = False

    def fetch(
        self,
        requests: Iterable[Request],
        now: datetime,
        may_start: Callable[[Request], bool] = always,
    ) -> Iterator[tuple[Request, Answer]]:
        """Ask for each request, and give the answers as they arrive.

        `requests` is read on as there is room for more. A request for which `may_start` says no just before one of
        its GETs is dropped without an answer. No request raises; that its address is none is an answer too.
        """
        if self._is_fetching:
            raise RuntimeError("this fetcher is fetching already")
        self._is_fetching = True
        self._permissions.begin(now)
        doing = _Round(now=now, may_start=may_start, requests=iter(requests))
        try:
            yield from self._answers(doing)
        finally:
            self._stop(doing)

    def close(self) -> None:
        """Close every connection."""
        self._loop.close()

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _answers(self, doing: _Round) -> Iterator[tuple[Request, Answer]]:
        while True:
            self._admit(doing)
            self._start_ready(doing)
            if doing.under_way or self._turns.next_at() is not None:
                for handle, code, message in self._loop.drive(self._pause(doing)):
                    self._ended(doing, handle, code, message)
            elif doing.is_exhausted and not doing.answers:
                return
            yield from self._taken(doing)

    def _taken(self, doing: _Round) -> Iterator[tuple[Request, Answer]]:
        """Hand answers over, but leave the wire alone for no longer than it notices."""
        back_at = monotonic() + LONGEST_AWAY
        while doing.answers and monotonic() < back_at:
            yield doing.answers.popleft()

    def _stop(self, doing: _Round) -> None:
        for handle in doing.under_way:
            self._loop.remove(handle)
        self._turns.clear()
        self._turns.forget_idle(monotonic())
        self._is_fetching = False

    def _pause(self, doing: _Round) -> float:
        """Return how long nothing but the wire can bring us further, in seconds."""
        room = self._room(doing)
        if doing.answers or (room and not doing.is_exhausted):
            return 0.0
        turn = self._turns.next_at()
        return LONGEST_PAUSE if turn is None or not room else min(LONGEST_PAUSE, turn - monotonic())

    def _room(self, doing: _Round) -> int:
        """Return how many more may start: answers that nobody has taken yet hold their place, and their bodies."""
        return max(0, self._limits.transfers - len(doing.under_way) - len(doing.answers))

    # --- From request to turn

    def _admit(self, doing: _Round) -> None:
        """Read on: as long as there is room, what waits may all be for hosts whose turn has not come."""
        room = self._room(doing)
        if doing.is_exhausted or not room:
            return
        admitted = list(islice(doing.requests, room))
        doing.is_exhausted = not admitted
        for request in admitted:
            try:
                chain = chain_of(request)
            except ValueError as error:
                doing.answers.append((request, failed(Wire(url=request.url), "bad-url", str(error))))
            else:
                self._line_up(doing, chain)

    def _line_up(self, doing: _Round, chain: Chain) -> None:
        """Let it wait for its host's turn, once robots.txt is known to allow it."""
        if chain.robots_of or not chain.request.respect_robots:
            self._turns.add(chain)
            return
        origin = origin_of(chain.url)
        if origin in doing.wait_for_robots:
            doing.wait_for_robots[origin].append(chain)
        elif self._permissions.knows(origin):
            self._obey(doing, chain)
        else:
            doing.wait_for_robots[origin] = [chain]
            self._turns.add(chain_of(chain.request, f"{origin}/robots.txt", robots_of=origin))

    def _obey(self, doing: _Round, chain: Chain) -> None:
        objection = self._permissions.objection(chain)
        if objection is not None:
            doing.answers.append((chain.request, objection))
            return
        delay = self._permissions.delay(chain.url)
        if delay is not None:
            self._turns.ask_gap(chain.host, delay.total_seconds())
        self._turns.add(chain)

    # --- On the wire

    def _start_ready(self, doing: _Round) -> None:
        while self._room(doing):
            chain = self._turns.take(monotonic())
            if chain is None:
                return
            if doing.may_start(chain.request):
                self._start(doing, chain)
            else:
                self._turns.leave(chain)
                self._drop(doing, chain)

    def _start(self, doing: _Round, chain: Chain) -> None:
        transfer = self._idle.pop() if self._idle else Transfer(self._rules)
        transfer.start(
            Ask(
                url=chain.url,
                host=chain.host,
                port=chain.port,
                headers=self._request_headers(chain),
                seconds=self._limits.total.total_seconds() - chain.seconds,
                body_bytes=MOST_BYTES if chain.robots_of else self._limits.body_bytes,
                cut=bool(chain.robots_of),
            )
        )
        chain.requests += 1
        doing.under_way[transfer.handle] = (chain, transfer)
        self._loop.add(transfer.handle)

    def _request_headers(self, chain: Chain) -> Sequence[bytes]:
        if chain.robots_of:
            return self._headers["robots"]
        kind = chain.request.accept
        asked = conditions(chain)
        chain.is_conditional = bool(asked)
        if not asked:
            return self._headers[kind]
        # RFC 3229: a server that knows it may leave out the entries that we have.
        return [*self._headers[kind], *asked, *([b"A-IM: feed"] if kind == "feed" else [])]

    def _drop(self, doing: _Round, chain: Chain) -> None:
        """Give up a request that may not start; those that wait for the same robots.txt find another to ask."""
        if chain.robots_of:
            for waiting in doing.wait_for_robots.pop(chain.robots_of):
                if waiting.request is not chain.request:
                    self._line_up(doing, waiting)

    # --- From reply to answer

    def _ended(self, doing: _Round, handle: pycurl.Curl, code: int, message: str) -> None:
        chain, transfer = doing.under_way.pop(handle)
        self._loop.remove(handle)
        reply = transfer.end(code, message)
        self._idle.append(transfer)
        # Counted back from now: a transfer begins some time after we ask for it, so the gap would come out short.
        self._turns.leave(chain, monotonic() - (reply.seconds - reply.seconds_to_send))
        chain.seconds += reply.seconds
        answer = self._read(doing, chain, reply)
        if answer is None:
            self._line_up(doing, chain)
        elif chain.robots_of:
            self._heard_robots(doing, chain, answer)
        else:
            doing.answers.append((chain.request, answer))

    def _read(self, doing: _Round, chain: Chain, reply: Reply) -> Answer | None:
        """Return what a reply means; None when it led the chain on."""
        headers = parse_headers(reply.header_lines)
        if reply.status in REDIRECTS and not reply.problem:
            return move_on(chain, reply.status, headers.get(b"location", ()), self._limits.redirects)
        wire = replace(
            chain.wire(reply.status),
            validators=validators_of(headers),
            fresh_for=fresh_for(headers, doing.now),
        )
        return answer_of(reply, headers, wire, doing.now, is_conditional=chain.is_conditional)

    def _heard_robots(self, doing: _Round, chain: Chain, answer: Answer) -> None:
        self._permissions.learn(chain.robots_of, answer)
        waiting = doing.wait_for_robots.pop(chain.robots_of)
        waiting[0].requests += chain.requests
        for each in waiting:
            self._line_up(doing, each)


def _headers(accept: str, language: str) -> list[bytes]:
    languages = "en, *;q=0.5" if language == "en" else f"{language}, en;q=0.7, *;q=0.5"
    lines = (f"Accept: {accept}", f"Accept-Language: {languages}", "Accept-Encoding: gzip, deflate, br")
    return [line.encode() for line in lines]
