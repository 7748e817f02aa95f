"""What a batch of polls brings, decided and not yet written; and how it is taken in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from aggregator.dedup.profile import Profile
from aggregator.joining import Joining
from aggregator.model import Fetched, Happening, Item, Poll, Tags
from aggregator.store.items import KnownItem
from aggregator.store.leases import Claimed
from aggregator.withdrawal import NO_FINDINGS, Findings


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """How what comes in is treated."""

    mode: Literal["automatic", "edited"]
    announce_days: int
    announce_items: int
    tag_authority: str
    joining: Joining = field(default_factory=Joining)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """An entry that the source did not have before. `profile` is worked out before the transaction."""

    item: Item
    fingerprint: bytes
    tags: Tags
    profile: Profile | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An entry that says something else than before."""

    known: KnownItem
    item: Item
    fingerprint: bytes
    tags: Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What one answer brings, decided and not yet written."""

    claimed: Claimed
    poll: Poll
    requests: int = 0
    fresh: tuple[Fresh, ...] = ()
    changes: tuple[Change, ...] = ()
    body: Fetched | None = None
    verdict: Literal["good", "bad"] = "good"
    pause_until: datetime | None = None
    next_page: str = ""  # where the list goes on, at its first read
    wanted: tuple[str, ...] = ()  # articles to fetch before this is written
    listed: frozenset[int] = frozenset()  # the known items that the document shows
    findings: Findings = NO_FINDINGS  # of articles that may be gone
    events: tuple[Happening, ...] = ()
    healed_from: str = ""  # the rule by which a page's list was found before it was redesigned
    is_flood: bool = False  # many times what the source usually brings: nothing of it is published unseen
