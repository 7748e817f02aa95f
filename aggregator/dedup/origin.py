"""Which item of a story comes from its producer: the one that the others point to (pure).

Whoever passes news on mostly says so ("Bron: ...", a link to the article), and names the sender in the text. That
outweighs who was seen first: pages are read later than feeds.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from aggregator.dedup.wording import TITLE_WORDS, Wording, fold, tokens

LINKED, CREDITED, NAMED_BY_OTHER, NAMES_ITSELF, WHOLE, FIRST = 4.0, 4.0, 1.0, 0.75, 1.5, 1.0
POINTS_AWAY = -3.0  # its own link, or its "Bron:", leads to another member
ONLY_PASSES_ON = -20.0
WHOLE_SHARE = 0.6  # of the longest text: a teaser is no original
SAME_TIME = timedelta(hours=20)  # a date without a time stands for its whole day

_CREDIT = re.compile(
    r"\b(?:(?:bron|source|door|auteur)\s*:|persbericht van|(?:dit|dat|zo) meldt|overgenomen van)\s*(.{2,80})",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What an item of a story shows of where it comes from."""

    item_id: int
    organisation: str
    host: str  # of its link, as in its URL key
    own_hosts: frozenset[str]  # of its source
    linked_hosts: frozenset[str]  # that its text links to
    authors: tuple[str, ...]
    text: str  # plain
    wording: Wording
    at: datetime  # the partner's date, else when it was first seen
    republisher: bool = False


class Credit(NamedTuple):
    """Whom an item says that its news is from, folded: what stands behind "Bron:" and the like; its authors."""

    said: tuple[str, ...]
    authors: frozenset[str]


def elect(claims: Sequence[Claim]) -> int:
    """Return the id of the item that the news most probably comes from; the earliest of equal ones."""
    longest = max(claim.wording.weight for claim in claims)
    earliest = min(claim.at for claim in claims)
    credits = {claim.item_id: _credit(claim) for claim in claims}
    scored = [(_score(claim, claims, credits, longest, earliest), claim) for claim in claims]
    best = max(score for score, _ in scored)
    equals = [claim for score, claim in scored if score == best]
    return min(equals, key=lambda claim: (-round(claim.wording.weight), claim.at, claim.item_id)).item_id


def _score(
    claim: Claim, claims: Sequence[Claim], credits: Mapping[int, Credit], longest: float, earliest: datetime
) -> float:
    others = [other for other in claims if other.organisation != claim.organisation]
    own, score = credits[claim.item_id], 0.0
    if any(_links_to(other, claim) for other in others):
        score += LINKED
    if any(_names_as_source(credits[other.item_id], claim.organisation) for other in others):
        score += CREDITED
    if any(_links_to(claim, other) or _names_as_source(own, other.organisation) for other in others):
        score += POINTS_AWAY
    score += NAMED_BY_OTHER * min(2, sum(_names(other.wording, claim.organisation) for other in others))
    score += NAMES_ITSELF * _names(claim.wording, claim.organisation)
    score += WHOLE * (claim.wording.weight >= WHOLE_SHARE * longest)
    score += FIRST * (claim.at <= earliest + SAME_TIME)
    return score + ONLY_PASSES_ON * claim.republisher


def _links_to(claim: Claim, other: Claim) -> bool:
    """Whether an item leads to another's site: by its own link, or by one in its text."""
    theirs = other.own_hosts - claim.own_hosts
    return any(_is_of(host, site) for site in theirs for host in (claim.host, *claim.linked_hosts))


def _is_of(host: str, site: str) -> bool:
    """Whether a host belongs to a site: publicaties.ptvt.nl is PTvT's."""
    return host == site or host.endswith(f".{site}")


def _credit(claim: Claim) -> Credit:
    said = tuple(fold(found[1]) for found in _CREDIT.finditer(claim.text))
    return Credit(said, frozenset(fold(author) for author in claim.authors))


def _names_as_source(credit: Credit, organisation: str) -> bool:
    name = fold(organisation)
    return any(_starts_with(each, name) for each in credit.said) or name in credit.authors


def _starts_with(text: str, name: str) -> bool:
    """Whether a text starts with these whole words: "Bron: ROCvA" is no credit to a ROC."""
    return bool(name) and text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def _names(wording: Wording, organisation: str) -> bool:
    words = tokens(organisation, TITLE_WORDS).words  # "VO-raad" is two words in a text, so here too
    told = wording.title.words + wording.body.words
    return bool(words) and any(told[n : n + len(words)] == words for n in range(len(told)))
