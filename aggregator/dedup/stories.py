"""Which story a new item belongs to (pure): joined, proposed to an editor, or a story of its own.

Three grounds for joining, in this order: the same address at another partner; a text that leads to the article of the
other; the same news by its words (likeness.py). Nothing is chained: whoever joins a story by one of its copies must
not contradict the story's origin.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import nsmallest
from typing import NamedTuple

from aggregator.dedup.likeness import Likeness, Verdict, likeness
from aggregator.dedup.wording import Wording

LOOKED_AT = 4  # items that a new one is compared with, at most
MEMBERS = 3  # of one story, besides its origin
LINKED = 100.0  # more than any number of terms
TELLING = 16  # items that may share a term; of those that more share, the other terms tell
WHOLE_TITLE = 3.0  # what a title weighs that is the same word for word, in terms
WORTH_A_LOOK = 0.3  # a term that only two more have, or two that five have
SAME_ADDRESS = 10.0  # the strength of a proposal that rests on it
BY_NO_TEXT = ("never", "url")  # sources whose items nobody joins by their words, whichever comes first


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """An item as far as joining looks at it; `at` is the partner's date, or when it was first seen."""

    id: int
    story: int
    source_id: str
    at: datetime
    wording: Wording
    earlier: tuple[Wording, ...] = ()  # what it said before it was revised: copies may still say so
    url_key: str = ""
    references: frozenset[str] = frozenset()  # URL keys that its text links to
    terms: tuple[int, ...] = ()  # what it is found by
    join: str = "normal"  # its source's setting; "ask": only an editor joins

    def is_linked(self, other: "Member") -> bool:
        """Whether the text of one leads to the article of the other."""
        return self.url_key in other.references or other.url_key in self.references


class Proposal(NamedTuple):
    """Two items that are perhaps the same news."""

    item: int
    other: int
    strength: float
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where an item goes: into `story`, which is its own unless it joins another."""

    story: int
    ground: str = ""  # "url" or "text" when it joined
    because: str = ""
    proposal: Proposal | None = None


class Finding(NamedTuple):
    """A story that an item may belong to, the member that says so, and how much."""

    story: int
    member: Member
    likeness: Likeness


class Carrier(NamedTuple):
    """An item that carries a URL key."""

    item: int
    story: int
    source_id: str
    join: str = "normal"  # its source's setting


@dataclass(slots=True)
class Said:
    """What editors said of pairs of items, and the stories of the items so far: a rebuild obeys it."""

    together: dict[int, set[int]] = field(default_factory=dict)
    apart: dict[int, set[int]] = field(default_factory=dict)
    story_of: dict[int, int] = field(default_factory=dict)

    def home(self, item: int) -> int | None:
        """The story that an item must be part of."""
        return next(
            (self.story_of[each] for each in sorted(self.together.get(item, ())) if each in self.story_of), None
        )

    def closed(self, item: int) -> set[int]:
        """The stories that an item must not be part of."""
        return {self.story_of[each] for each in self.apart.get(item, ()) if each in self.story_of}


@dataclass(slots=True)
class Neighbourhood:
    """The items that a batch of new ones may be like. Whoever is placed becomes a neighbour of the next."""

    members: dict[int, Member] = field(default_factory=dict)
    origins: dict[int, int] = field(default_factory=dict)  # of a story: the item it is published by
    held: dict[int, list[tuple[float, int]]] = field(default_factory=dict)  # by new item: `weighed` ones of the index
    postings: dict[int, list[int]] = field(default_factory=dict)  # by term: the new items that were placed
    carriers: dict[str, list[Carrier]] = field(default_factory=dict)  # by URL key, oldest first
    referring: dict[str, list[int]] = field(default_factory=dict)  # by URL key: items whose text links to it
    said: Said = field(default_factory=Said)

    def add(self, member: Member) -> None:
        """Know one more."""
        self.members[member.id] = member
        self.said.story_of[member.id] = member.story
        self.origins.setdefault(member.story, member.id)
        for term in member.terms:
            self.postings.setdefault(term, []).append(member.id)
        for key in member.references:
            self.referring.setdefault(key, []).append(member.id)
        if member.url_key:
            carrier = Carrier(member.id, member.story, member.source_id, member.join)
            self.carriers.setdefault(member.url_key, []).append(carrier)

    def ranked(self, item: Member) -> list[int]:
        """The items worth a look beside `item`: linked with it, or sharing terms that few share; best first."""
        worth = self.held.get(item.id, []) + (weighed(item, self.postings) if self.postings else [])
        if self.referring and item.url_key in self.referring:
            worth += [(-LINKED, number) for number in self.referring[item.url_key]]
        for key in item.references:
            worth += [(-LINKED, carrier.item) for carrier in self.carriers.get(key, ())]
        return [number for _, number in nsmallest(LOOKED_AT, worth)] if len(worth) > 1 else [n for _, n in worth]

    def near(self, item: Member) -> dict[int, list[Member]]:
        """The members by story that `item` is worth comparing with, best first."""
        found: dict[int, list[Member]] = {}
        for number in self.ranked(item):
            member = self.members.get(number)
            if member is not None and len(found.setdefault(member.story, [])) < MEMBERS:
                found[member.story].append(member)
        return found


def weighed(item: Member, postings: Mapping[int, Sequence[int]]) -> list[tuple[float, int]]:
    """Return the items that share terms with `item`, (minus how much they share, number); only those worth a look.

    A term weighs the more the fewer share it; the first one, the whole title, more than others.
    """
    shared: dict[int, float] = {}
    for n, term in enumerate(item.terms):
        found = postings.get(term)
        if found and (len(found) <= TELLING or not n):
            weight = (1.0 if n else WHOLE_TITLE) / (1 + len(found))
            for number in found:
                shared[number] = shared.get(number, 0.0) + weight
    return [(-weight, number) for number, weight in shared.items() if weight >= WORTH_A_LOOK]


def place(items: Iterable[Member], around: Neighbourhood, telling: frozenset[str]) -> Iterator[Placement]:
    """Yield where each of `items` goes, in order; `item.story` is the number of the story that it would open.

    `telling` are the URL keys that tell articles apart (`telling_keys`).
    """
    for item in items:
        placement = _placed(item, around, telling)
        around.add(item if placement.story == item.story else replace(item, story=placement.story))
        yield placement


def _placed(item: Member, around: Neighbourhood, telling: frozenset[str]) -> Placement:
    home, closed = around.said.home(item.id), around.said.closed(item.id)
    if home is not None:
        return Placement(story=home, ground="editor")
    if item.join == "never":
        return Placement(story=item.story)
    carriers = [
        each for each in around.carriers.get(item.url_key, ()) if each.story not in closed and each.join != "never"
    ]
    has_its_address = bool(carriers) and item.url_key in telling
    if has_its_address and item.join != "ask":
        return Placement(story=carriers[0].story, ground="url")
    if item.join == "url":
        return Placement(story=item.story)
    found = [each for each in _findings(item, around) if each.story not in closed]
    findings = sorted(found, key=lambda each: (-each.likeness.strength, each.story))
    best = next((each for each in findings if each.likeness.verdict is Verdict.SAME), None)
    if best and item.join != "ask":
        return Placement(story=best.story, ground="text", because=best.likeness.because)
    if not findings and has_its_address:
        proposal = Proposal(item.id, carriers[0].item, SAME_ADDRESS, "hetzelfde adres")
        return Placement(story=item.story, proposal=proposal)
    if not findings:
        return Placement(story=item.story)
    likely = best or findings[0]
    proposal = Proposal(item.id, likely.member.id, likely.likeness.strength, likely.likeness.because)
    return Placement(story=item.story, proposal=proposal)


def _findings(item: Member, around: Neighbourhood) -> Iterator[Finding]:
    for story, copies in around.near(item).items():
        copies = [each for each in copies if each.join not in BY_NO_TEXT]
        if not copies:
            continue
        judged = [(_compared(item, each), each) for each in copies]
        best, member = max(judged, key=lambda pair: (pair[0].verdict is Verdict.SAME, pair[0].strength))
        if best.verdict is Verdict.OTHER:
            continue
        origin = around.members.get(around.origins.get(story, 0))
        if origin is not None and origin is not member and _compared(item, origin).contradicts:
            best = best._replace(verdict=Verdict.PERHAPS)
        yield Finding(story, member, best)


def _compared(item: Member, other: Member) -> Likeness:
    """The judgement on two items, by what `other` says now or said before."""
    judged = [
        likeness(
            item.wording,
            words,
            item.at - other.at,
            same_source=item.source_id == other.source_id,
            linked=item.is_linked(other),
        )
        for words in (other.wording, *other.earlier)
    ]
    return max(judged, key=lambda each: (each.verdict is Verdict.SAME, each.strength))


def telling_keys(items: Iterable[Member], carriers: Mapping[str, Sequence[Carrier]]) -> frozenset[str]:
    """Return the URL keys that tell one article from another, of new `items` and the carriers before them.

    An address does so only if no source uses it for two: some sites link every item to their home page.
    """
    users: dict[str, list[str]] = {}
    for item in items:
        users.setdefault(item.url_key, []).append(item.source_id)
    for key, held in carriers.items():
        users.setdefault(key, []).extend(carrier.source_id for carrier in held)
    return frozenset(key for key, sources in users.items() if "/" in key and len(sources) == len(set(sources)))
