"""What joining costs and finds: items per CPU second with many items in the window, and the stories of the origin.

    python bench/joining.py [--held 10000] [--items 4000]      speed, on SQLite
    python bench/joining.py --truth [--feeds 1000]             recall and false joins on bench/origin.py

*Speed*: an index that holds `--held` synthetic items (title and teaser) of the last sixty days gets `--items` more, in
batches of 400, a tenth of them copies of held ones. Counted is the CPU time of looking at the words, looking up,
comparing and adding to the index; what any store does with an item (its row, its log) is not. *Truth*: the service
polls all feeds of the origin once, over HTTP, and its stories are held against the origin's own list.
"""

import argparse
import json
import random
import resource
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from cycle import make_service, origin
from nltext import Gen as _Gen
from sqlalchemy import select

from aggregator.dedup.profile import profile
from aggregator.joining import Joining, Newcomer, placed
from aggregator.model import Entry, Item, Source, State, Tags
from aggregator.pipeline import poll_due
from aggregator.store import Store, Transaction, items, migrate, neighbours, open_store, sources, stories
from aggregator.store.stories import StoryRow
from aggregator.store.tables import item as item_table

Gen: Any = _Gen  # untyped: it is kept as it came
BATCH = 400
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SOURCES = 500
COPIES = 0.1


def main() -> None:
    """Run what is asked and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=4_000)
    parser.add_argument("--truth", action="store_true")
    parser.add_argument("--feeds", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(truth(Path(folder), asked.feeds) if asked.truth else speed(folder, asked.held, asked.items)))


# --- Speed ------------------------------------------------------------------------------------------------------------


def speed(folder: str, held: int, count: int) -> dict[str, object]:
    """Fill an index and measure what more items cost."""
    store = open_store(f"sqlite+pysqlite:///{folder}/joining.sqlite3")
    migrate.prepare(store)
    known = {
        f"s{n}": Source(id=f"s{n}", organisation=f"Partner {n}", url=f"https://s{n}.example/") for n in range(SOURCES)
    }
    with store.write() as transaction:
        sources.add(transaction, list(known.values()), NOW)
    for start in range(1, held + 1, 20_000):
        _fill(store, range(start, min(start + 20_000, held + 1)))
    spent, joined = 0.0, 0
    for start in range(held + 1, held + count + 1, BATCH):
        entries = [Made(number, held) for number in range(start, min(start + BATCH, held + count + 1))]
        began = process_time()
        newcomers = [
            Newcomer(
                id=item.id,
                story=item.id,
                item=item.item,
                source=known[item.item.source_id],
                profile=profile(item.item.entry),
            )
            for item in entries
        ]
        with store.append() as transaction:
            where = placed(transaction, Joining(), newcomers, frozenset(), NOW)
            spent += process_time() - began
            _keep(transaction, [(each, place.story) for each, place in zip(entries, where, strict=True)])
        joined += sum(place.story != each.id for each, place in zip(entries, where, strict=True))
    store.close()
    return {
        "held": held,
        "items": count,
        "items_per_cpu_second": round(count / spent),
        "joined": joined,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


class Made:
    """A synthetic item with its number."""

    __slots__ = ("id", "item")

    def __init__(self, number: int, held: int) -> None:
        self.id = number
        self.item = _item(number, held)


def _item(number: int, held: int) -> Item:
    """Item `number`: of those that come after the held ones every tenth is a copy of a held one, cut short."""
    choice = random.Random(number)
    is_copy = number > held and choice.random() < COPIES
    source = Gen("joining", choice.randint(1, held) if is_copy else number)
    title, text = source.title(), " ".join(source.text(160))
    if is_copy:
        title, text = source.edit_title(title), text[:120]
    at = NOW - timedelta(days=59) * choice.random()
    entry = Entry(id=f"urn:{number}", link=f"https://s{number % SOURCES}.example/{number}", title=title, summary=text)
    return Item(
        key=f"id:urn:{number}",
        source_id=f"s{number % SOURCES}",
        entry=entry,
        url_key=f"s{number % SOURCES}.example/{number}",
        first_seen=at,
    )


def _fill(store: Store, numbers: range) -> None:
    """Put items into the index as joining does, each a story of its own, without comparing them."""
    made = [Made(number, len(numbers) + numbers.stop) for number in numbers]
    with store.append() as transaction:
        profiles = [(each, profile(each.item.entry)) for each in made]
        shared = neighbours.sharing(
            transaction,
            (term for _, known in profiles for term in known.terms),
            since=NOW - timedelta(days=60),
            until=NOW + timedelta(days=60),
        )
        neighbours.add(
            transaction,
            [(each.id, each.item.first_seen, known.lead, known.terms, known.references) for each, known in profiles],
            shared,
        )
        _keep(transaction, [(each, each.id) for each in made])


def _keep(transaction: Transaction, placed_: Sequence[tuple[Made, int]]) -> None:
    items.insert_items(transaction, [(each.id, story, each.item, b"") for each, story in placed_])
    own = [each for each, story in placed_ if story == each.id]
    stories.create(transaction, [_row(each) for each in own])


def _row(made: Made) -> StoryRow:
    return StoryRow(
        id=made.id,
        uri=f"tag:bench:{made.id}",
        origin_id=made.id,
        state=State.PUBLISHED,
        reason="",
        tags=Tags(),
        dated=made.item.first_seen,
    )


# --- Truth ------------------------------------------------------------------------------------------------------------


def truth(folder: Path, feeds: int) -> dict[str, object]:
    """Poll the origin's feeds once and hold the stories against its list."""
    with origin(feeds, folder) as urls:
        service = make_service(folder, urls)
        polled = sum(1 for _ in poll_due(service.line, datetime.now(UTC), "bench"))
        with service.store.read() as transaction:
            query = select(item_table.c.source_id, item_table.c.entry_id, item_table.c.link, item_table.c.story_id)
            found = {(row.source_id, row.entry_id): row.story_id for row in transaction.execute(query)}
            found |= {(row.source_id, row.link): row.story_id for row in transaction.execute(query)}
        service.close()
    told = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    source_of = {url: f"f{n}" for n, url in enumerate(urls)}
    where = [
        (each, found.get((source_of[each["url"]], each["guid"])) or found.get((source_of[each["url"]], each["link"])))
        for each in told
    ]
    return {"polled": polled} | _held_against(where)


def _held_against(where: Sequence[tuple[dict[str, str], int | None]]) -> dict[str, object]:
    members: dict[int, list[str | None]] = defaultdict(list)
    copies: dict[str, list[int | None]] = defaultdict(list)
    for n, (each, story) in enumerate(where):
        if story is not None:
            members[story].append(each["story"] or f"alone {n}")
        if each["story"]:
            copies[each["story"]].append(story)
    repeated = {name: found for name, found in copies.items() if len(found) > 1}
    together = sum(max(Counter(found).values()) - 1 for found in repeated.values())
    false = sum(len(names) - max(Counter(names).values()) for names in members.values())
    items_seen = sum(len(names) for names in members.values())
    apart: Counter[str] = Counter()
    for each, story in where:
        if each["story"] in repeated and story != Counter(repeated[each["story"]]).most_common(1)[0][0]:
            apart[each["kind"]] += 1
    return {
        "items": items_seen,
        "copies": sum(len(found) - 1 for found in repeated.values()),
        "recall": round(together / sum(len(found) - 1 for found in repeated.values()), 4),
        "apart": dict(apart),
        "false_joins": false,
        "false_share": round(false / items_seen, 5),
    }


if __name__ == "__main__":
    main()
