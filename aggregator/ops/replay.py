"""Replaying a stream of items through the pipeline's own identifying and joining, in a store that is thrown away.

Made to measure joining on labelled items: in goes what sources said and when we first saw it, out comes which items
became one story, which of them is its origin, and which pairs an editor would have been asked about.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from aggregator.batch import Intake
from aggregator.dedup.identity import fingerprint, item_key
from aggregator.errors import ReadError
from aggregator.feeds.entry import Draft, make_entry
from aggregator.intake import take_in
from aggregator.joining import Joining
from aggregator.ladder import FEED
from aggregator.model import Answer, Entry, Fetched, Reading, Request, Source, Tags, Wire
from aggregator.receipts import REMEMBERED, Line, bring_in
from aggregator.store import Store, items, leases, migrate, open_store, proposals, sources, stories
from aggregator.store.leases import Claimed, Lease

AUTHORITY = "replay.invalid,2026"
RELEVANT = Tags(theme="replay", score=1.0, decision="publish")
DAYS = 36_500  # nothing of a stream is too old to be announced
LEASE = Lease(host_id=0, host="", owner="replay", epoch=0, until=datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """One line of the stream: what a source said, and when we first saw it."""

    id: str
    source_id: str
    organisation: str
    entry: Entry
    seen: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """Ids of the stream by story, the origin of each story, and the proposed pairs."""

    clusters: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    proposed: list[tuple[str, str]] = field(default_factory=list)


def read_stream(lines: Iterable[str]) -> list[Sighting]:
    """Return the sightings of a JSON-lines stream, in its order.

    Raises ReadError for a line that is no object with the fields id, source, title and seen.
    """
    return [_sighting(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _sighting(number: int, line: str) -> Sighting:
    try:
        told: Mapping[str, Any] = json.loads(line)
        if not all(isinstance(told[name], str) for name in ("id", "source", "title", "seen")):
            raise TypeError("id, source, title and seen are texts")
        seen = datetime.fromisoformat(told["seen"])
        if seen.tzinfo is None:
            raise ValueError("seen needs a time zone")
        draft = Draft(
            id=told.get("guid") or "",
            link=told.get("link"),
            title=told["title"],
            summary=told.get("summary") or "",
            content=told.get("content") or "",
            base=told.get("link") or "",
            published=told.get("published") or "",
        )
        entry, _ = make_entry(draft, seen)
        organisation = told.get("organisation") or told["source"]
        return Sighting(
            id=told["id"], source_id=told["source"], organisation=organisation, entry=entry or Entry(), seen=seen
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReadError("bad-line", f"line {number}: {error!r}") from error


def replay(stream: Sequence[Sighting], joining: Joining | None = None) -> Outcome:
    """Take a stream in, in order, and say what became of it."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite+pysqlite:///{Path(folder) / 'replay.sqlite3'}")
        try:
            migrate.prepare(store)
            return _replayed(store, stream, joining or Joining())
        finally:
            store.close()


def _replayed(store: Store, stream: Sequence[Sighting], joining: Joining) -> Outcome:
    line = _line(store, joining)
    known = _sources(stream)
    if stream:
        with store.write() as transaction:
            sources.add(transaction, list(known.values()), stream[0].seen)
    item_of: dict[str, int] = {}
    for sighting in stream:
        number = _take_in(line, known[sighting.source_id], sighting)
        if number is not None:
            item_of[sighting.id] = number
    return _told(store, item_of)


def _take_in(line: Line, source: Source, sighting: Sighting) -> int | None:
    """Poll a source that says this one thing; returns the number of the item that it became, None for an echo."""
    with line.store.read() as transaction:
        held = sources.held(transaction, source.id)
    assert held is not None
    reading = Reading(kind="feed", format="replay", entries=(sighting.entry,))
    answer = Fetched(wire=Wire(url=source.url), body=b"")
    claimed = Claimed(held=held, lease=LEASE)
    receipt = bring_in(line, claimed, answer, reading, FEED, sighting.seen)
    with line.store.append() as transaction:
        leases.save_polls(transaction, [(source.id, receipt.poll)])
        take_in(transaction, line.intake, [receipt], sighting.seen)
        key, print_now = item_key(sighting.entry), fingerprint(sighting.entry)
        known = items.known_items(transaction, source.id, [key]).get(key)
        if known is not None:
            return known.id
        # One that was recognised under another key says the same.
        latest = items.latest_of(transaction, source.id, REMEMBERED)
    return next((each.id for _, each, _ in latest if each.fingerprint == print_now), None)


def _line(store: Store, joining: Joining) -> Line:
    intake = Intake(mode="automatic", announce_days=DAYS, announce_items=DAYS, tag_authority=AUTHORITY, joining=joining)
    return Line(
        store=store,
        fetch=_no_fetch,
        tag=lambda *_: RELEVANT,
        intake=intake,
        base_url=f"https://{AUTHORITY.partition(',')[0]}",
        tag_authority=AUTHORITY,
        anonymous=lambda _: False,
        keep_bodies=False,
    )


def _no_fetch(*_: object) -> Iterator[tuple[Request, Answer]]:
    return iter(())


def _sources(stream: Sequence[Sighting]) -> dict[str, Source]:
    """The sources of a stream; their site is the one that most of their items stand on."""
    hosts: dict[str, Counter[str]] = {}
    names: dict[str, str] = {}
    for each in stream:
        names.setdefault(each.source_id, each.organisation)
        hosts.setdefault(each.source_id, Counter())[urlsplit(each.entry.link or "").netloc or "unknown.invalid"] += 1
    return {
        id_: Source(id=id_, organisation=names[id_], url=f"https://{found.most_common(1)[0][0]}/", kind="feed")
        for id_, found in hosts.items()
    }


def _told(store: Store, item_of: Mapping[str, int]) -> Outcome:
    first = {number: id_ for id_, number in reversed(list(item_of.items()))}
    with store.read() as transaction:
        found = items.of_stories(transaction, stories.by_state(transaction, None, limit=len(item_of)))
        rows = stories.rows(transaction, found)
        story_of = {number: rows[story] for story, members in found.items() for number in members}
        asked = proposals.pairs(transaction)
    return Outcome(
        clusters={id_: story_of[number].uri for id_, number in item_of.items()},
        origins={row.uri: first[row.origin_id] for row in rows.values()},
        proposed=[(first[one], first[other]) for one, other in asked],
    )
