"""Pushes: which hub to ask, when to ask again, and whether a push is of whom it says (pure).

W3C WebSub Recommendation: section 4 (discovery), 5 (subscribing and leases), 7 (distribution and signatures).
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from aggregator.model import Asking, Reading, Subscription

CALLBACK = "/websub/callback"
LONGEST_ADDRESS = 2_000

LEASE = timedelta(days=10)  # what we ask for; the hub decides
LONGEST_LEASE = timedelta(days=365)
RENEW_LEAST, RENEW_MOST = timedelta(hours=1), timedelta(days=10)
PATIENCE = timedelta(days=3)  # for a confirmation: longer than the outbox keeps trying to ask
LONGEST_PATIENCE = timedelta(days=30)
AFTER_DENIAL = timedelta(days=7)

# Section 7 names these four. As a MAC, SHA-1 is not broken, and the largest hub signs with nothing else.
METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})

_SECONDS = re.compile(r"[0-9]{1,12}")
_PRIVATE_NAMES = ("localhost", "local", "internal", "lan", "home", "test", "example", "invalid")


# --- Whom to ask --------------------------------------------------------------------------------------------------


def offer_of(links: Iterable[tuple[str, str]], reading: Reading) -> tuple[str, str]:
    """Return the hub and the topic that a feed names; two empty texts unless it names both.

    What its headers say goes before the document (section 4); of several hubs the first that is asked by https.
    """
    said = [(relation, url) for relation, url in links if len(url) <= LONGEST_ADDRESS]
    hubs = [url for relation, url in said if relation == "hub"] or list(reading.hubs)
    topics = [url for relation, url in said if relation == "self"] or [reading.topic]
    hubs = [url for url in hubs if len(url) <= LONGEST_ADDRESS]
    if not hubs or not topics[0] or len(topics[0]) > LONGEST_ADDRESS:
        return "", ""
    return next((url for url in hubs if url.startswith("https:")), hubs[0]), topics[0]


def is_reachable(base_url: str) -> bool:
    """Return whether a hub on the internet can be expected to reach `base_url`: https, and no private name."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https":
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and host.rpartition(".")[2] not in _PRIVATE_NAMES


# --- When to ask again --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be done about subscriptions: begin these (source, hub, topic), and with these held ones ..."""

    begin: Sequence[tuple[str, str, str]] = ()
    renew: Sequence[Subscription] = ()
    leave: Sequence[Subscription] = ()
    forget: Sequence[Subscription] = ()

    def __bool__(self) -> bool:
        return bool(self.begin or self.renew or self.leave or self.forget)


def plan(offers: Mapping[str, tuple[str, str]], held: Sequence[Subscription], callbacks: str, now: datetime) -> Plan:
    """Return what to do so that every source in `offers` (its hub and topic) is subscribed to, and nothing else.

    A subscription that is not `offers`' or whose callback is not below `callbacks` is left; one that was never
    confirmed is just forgotten: what its hub still asks about it is answered with 404.
    """
    kept = [each for each in held if _is_wanted(each, offers, callbacks)]
    numbers = {each.id for each in kept}
    sources = {each.source_id for each in kept}
    others = [each for each in held if each.id not in numbers]
    left = [each for each in others if each.state is not Asking.LEAVING and each.lease_until is not None]
    return Plan(
        begin=[(source, hub, topic) for source, (hub, topic) in offers.items() if source not in sources],
        renew=[each for each in kept if each.next_at <= now],
        leave=left,
        forget=[
            each for each in others if each not in left and (each.state is not Asking.LEAVING or each.next_at <= now)
        ],
    )


def _is_wanted(held: Subscription, offers: Mapping[str, tuple[str, str]], callbacks: str) -> bool:
    return (
        held.state is not Asking.LEAVING
        and held.callback.startswith(f"{callbacks}/")
        and offers.get(held.source_id) == (held.hub, held.topic)
    )


def standing(offer: str, held: Subscription | None, pushed_at: datetime | None, now: datetime) -> str:
    """Return in one word how a source pushes: "" when its feed names no hub.

    "offered" (nothing was asked), "asked", "active" (confirmed, and nothing came yet), "pushes", "lapsed", "denied".
    """
    if held is None:
        return "offered" if offer else ""
    if held.state is not Asking.ACTIVE or held.lease_until is None:
        return held.state.value
    if held.lease_until <= now:
        return "lapsed"
    return "pushes" if pushed_at else "active"


def lease_of(seconds: str) -> timedelta | None:
    """Return the lease that a hub names, what we asked for when it names none, None when that is no lease."""
    if not seconds:
        return LEASE
    if not _SECONDS.fullmatch(seconds) or not int(seconds):
        return None
    return min(timedelta(seconds=int(seconds)), LONGEST_LEASE)


def renewal_after(lease: timedelta) -> timedelta:
    """Return how long after its confirmation to renew a lease: with a third of it left, for hubs that are down."""
    return min(max(lease * 2 / 3, RENEW_LEAST), RENEW_MOST)


def patience(failures: int) -> timedelta:
    """Return how long to wait for a confirmation before asking anew, after so many times without one."""
    return min(PATIENCE * (1 << min(failures, 8)), LONGEST_PATIENCE)


# --- Whose push it is ---------------------------------------------------------------------------------------------


def secret_of(secret_key: str, token: str) -> str:
    """Return the secret of one subscription. It is kept nowhere: whoever reads the database cannot push."""
    return hmac.new(secret_key.encode(), f"websub:{token}".encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, body: bytes, header: str) -> bool:
    """Return whether an X-Hub-Signature header (method=hex digits) was made of `body` with `secret`.

    >>> is_signed("geheim", b"", "sha1=00")
    False
    """
    method, _, digest = header.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), digest.strip().lower().encode())


def request_form(held: Subscription, mode: str, secret_key: str) -> dict[str, str]:
    """Return what a hub is asked (section 5.1). The secret goes to http hubs too: worse than that is none."""
    form = {"hub.callback": held.callback, "hub.mode": mode, "hub.topic": held.topic}
    if mode == "subscribe":
        form["hub.lease_seconds"] = str(int(LEASE.total_seconds()))
        form["hub.secret"] = secret_of(secret_key, held.token)
    return form
