"""What each host's robots.txt lets us do, remembered for a day, or that we do not know yet (RFC 9309 section 2.3)."""

from collections.abc import MutableMapping
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.fetch.chain import Chain
from aggregator.fetch.robots import RobotsFile, allowed, crawl_delay, origin_of
from aggregator.model import Answer, Failed, Fetched, Gone, Refused

# A robots.txt that redirects for ever, or to nowhere, or says nothing, is as good as none.
AS_GOOD_AS_NONE = frozenset({"empty", "too-many-redirects", "redirect-loop", "bad-redirect"})


class Permissions:
    """Whether we may ask for an address, as robots.txt has it at one moment."""

    def __init__(self, files: MutableMapping[str, RobotsFile], token: str) -> None:
        self._files = files
        self._token = token
        self._unreachable: dict[str, Answer] = {}

    def begin(self, now: datetime) -> None:
        """From here on it is `now`; what could not be reached before may be asked once more."""
        self._now = now
        self._unreachable.clear()

    def knows(self, origin: str) -> bool:
        """Whether nothing need be asked of `origin` first."""
        robots = self._files.get(origin)
        return origin in self._unreachable or (robots is not None and robots.is_fresh(self._now))

    def objection(self, chain: Chain) -> Answer | None:
        """Return why a known origin's address may not be asked for, None if it may.

        An unreachable robots.txt forbids all, and is told as what it is: that the host could not be reached.
        """
        origin = origin_of(chain.url)
        if allowed(self._files[origin], self._token, chain.url, self._now):
            return None
        if origin in self._unreachable:
            return replace(self._unreachable[origin], wire=chain.wire())
        return Refused(wire=chain.wire(), robots_url=f"{origin}/robots.txt")

    def delay(self, url: str) -> timedelta | None:
        """Return the gap that a known origin asks for."""
        return crawl_delay(self._files[origin_of(url)], self._token)

    def learn(self, origin: str, answer: Answer) -> None:
        """Remember what came of asking for the robots.txt of `origin`."""
        if isinstance(answer, Fetched):
            text = answer.body.decode("utf-8", errors="replace")
            self._files[origin] = RobotsFile(fetched_at=self._now, status=200, text=text)
        elif _is_none(answer):
            self._files[origin] = RobotsFile(fetched_at=self._now, status=404, text="")
        else:
            self._unreachable[origin] = answer
            self._files[origin] = RobotsFile(fetched_at=self._unreachable_since(origin), status=None, text="")

    def _unreachable_since(self, origin: str) -> datetime:
        before = self._files.get(origin)
        return self._now if before is None or before.is_reachable else before.fetched_at


def _is_none(answer: Answer) -> bool:
    if isinstance(answer, Gone):
        return True
    status = answer.wire.status or 0
    return isinstance(answer, Failed) and (
        answer.code in AS_GOOD_AS_NONE or (answer.code == f"http-{status}" and status < 500)
    )
