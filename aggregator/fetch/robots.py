"""robots.txt (RFC 9309), read by protego after what is not for us is taken out.

protego multiplies every group of user agents with every rule in it: a hostile file of 500 KiB would fill the memory.
With all foreign names brought down to one, it cannot.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

KEPT_FOR = timedelta(hours=24)
UNREACHABLE_FOR = timedelta(days=30)  # after it an unreachable robots.txt counts as none
MOST_BYTES = 500 * 1024  # what is behind them is not read
LONGEST_DELAY = timedelta(seconds=60)

USER_AGENT = re.compile(r"\s*user[-\s]*agent\s*[:\s]\s*([^#]*)", re.IGNORECASE)
PRODUCT = re.compile(r"[a-z0-9_.-]+")
NOT_US = "user-agent: somebody-else"


@dataclass(frozen=True, kw_only=True, slots=True)
class RobotsFile:
    """A host's robots.txt. `status` is None when there was no answer.

    `fetched_at` is when it was fetched; for an unreachable one, when it was first found so.
    """

    fetched_at: datetime
    status: int | None
    text: str

    @property
    def is_reachable(self) -> bool:
        """Whether the host said anything on the matter: a file, or that there is none (4xx)."""
        return self.status is not None and self.status < 500

    def is_fresh(self, now: datetime) -> bool:
        """Whether it need not be asked for again."""
        return self.is_reachable and now - self.fetched_at < KEPT_FOR


def origin_of(url: str) -> str:
    """Return scheme, host and port: what one robots.txt is for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def product_token(user_agent: str) -> str:
    """Return the name that robots.txt knows us by: the first product of a User-Agent, in lower case."""
    return user_agent.partition("/")[0].strip().lower()


def allowed(robots: RobotsFile, user_agent_token: str, url: str, now: datetime) -> bool:
    """Tell whether `url` may be fetched. 4xx allows all; unreachable (5xx, no answer) forbids all for 30 days."""
    if not robots.is_reachable:
        return now - robots.fetched_at >= UNREACHABLE_FOR
    return bool(_rules(robots.text, user_agent_token).can_fetch(url, user_agent_token))


def crawl_delay(robots: RobotsFile, user_agent_token: str) -> timedelta | None:
    """Return the gap that the host asks for, 60 s at most; None if it asks for none."""
    delay = _rules(robots.text, user_agent_token).crawl_delay(user_agent_token)
    return min(timedelta(seconds=min(delay, 86_400)), LONGEST_DELAY) if delay else None


@lru_cache(maxsize=256)
def _rules(text: str, token: str) -> Protego:
    return Protego.parse(_for_us(text, token))


def _for_us(text: str, token: str) -> str:
    lines: list[str] = []
    for line in text.removeprefix("\ufeff").splitlines():
        match = USER_AGENT.match(line)
        if match is None:
            lines.append(line)
            continue
        mine = _user_agent_line(match[1].strip().lower(), token)
        if not lines or lines[-1] != mine:
            lines.append(mine)
    return "\n".join(lines)


def _user_agent_line(value: str, token: str) -> str:
    if value == "*":
        return "user-agent: *"
    product = PRODUCT.match(value)
    return f"user-agent: {token}" if product and product[0] == token else NOT_US
