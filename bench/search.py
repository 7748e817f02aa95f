"""What a search costs with many stories: CPU time of the program and of the database, by kind of query.

    python bench/search.py [--stories 500000] [--queries 300]      SQLite
    python bench/search.py --postgresql                            and a PostgreSQL that it starts

Stories of ten years, titles and teasers of made words whose frequencies fall as those of a language do, one in ten with
a text. Queries: words of every frequency, two and three at once, phrases, excluded words, beginnings, filters, deep
pages, words that were frequent long ago, two frequent words that never meet, and what hostile people type. What is
counted is `process_time` and, on PostgreSQL, the time of the process that answers (from /proc). `too_broad`: answered
after a second of the clock by asking for another word.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import create_engine, insert, text

from aggregator.errors import TooBroadError
from aggregator.model import Entry, Item, Story, Tags
from aggregator.store import Store, Transaction, migrate, open_store
from aggregator.store.search import ALWAYS, Hit, Span, find, in_feed
from aggregator.store.search_index import place_of
from aggregator.store.search_words import Facts, words_of
from aggregator.store.tables import search
from aggregator.text.query import wanted

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
END = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
YEARS = 10
VOCABULARY = 60_000
VARIETY = 30_000
THEMES = ("instroom", "lerarentekort-en-professionalisering", "publiek-privaat-samenwerken", "leven-lang-ontwikkelen")
SOURCES = 500
PAGE = 20
SYLLABLES = "ba de ki lo mu na pe ri so tu va we zi ga ho ju ke li mo nu pa re si to vu wa ze gi hu jo".split()  # noqa: SIM905


def main() -> None:
    """Fill a database, ask it, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=500_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.postgresql:
            from tests.postgres import running_server

            url = running_server(Path(folder), _parent())
            with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("CREATE DATABASE bench"))
            store = open_store(url.rpartition("/")[0] + "/bench")
        else:
            store = open_store(f"sqlite+pysqlite:///{folder}/search.sqlite3")
        migrate.prepare(store)
        began = process_time()
        fill(store, asked.stories)
        filled = process_time() - began
        print(
            json.dumps(
                {"filling": round(filled, 1), "megabytes": size(store)} | measure(store, asked.queries), indent=1
            )
        )
        store.close()


def _parent() -> int:
    from os import getpid

    return getpid()


# --- Stories ----------------------------------------------------------------------------------------------------------


class Words:
    """Made words, the first one the most frequent: the n-th has a share like 1/n."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.words = list(dict.fromkeys("".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))) for _ in range(80_000)))
        self.words = self.words[:VOCABULARY]
        self.weights = list(accumulate(1 / (n + 10) for n in range(len(self.words))))

    def __call__(self, count: int) -> str:
        return " ".join(self.rng.choices(self.words, cum_weights=self.weights, k=count))


def story(words: Words) -> Story:
    """One made story."""
    rng = words.rng
    title = words(rng.randint(5, 11)) + (" techniek" if rng.random() < 0.4 else "")
    content = f"<p>{words(rng.randint(100, 400))}</p>" if rng.random() < 0.1 else ""
    entry = Entry(title=title, summary=words(rng.randint(15, 40)), content=content, published=END)
    item = Item(key="", source_id=f"bron{int(rng.paretovariate(1)) % SOURCES}", entry=entry, first_seen=END)
    return Story(id="", items=(item,), tags=Tags(theme=rng.choice(THEMES)))


def fill(store: Store, count: int) -> None:
    """Index made stories, oldest first; there are no more than `VARIETY` different ones."""
    words = Words(random.Random(1))
    different = [words_of(story(words), None) for _ in range(min(count, VARIETY))]
    step = timedelta(days=365 * YEARS) / count
    if store.dialect == "postgresql":  # made at once it takes a tenth of the time
        _run(store, "DROP INDEX ix_search_vector")
    for start in range(1, count + 1, 5_000):
        numbers = range(start, min(start + 5_000, count + 1))
        rows = [row(n, words.rng.choice(different), END - step * (count - n)) for n in numbers]
        with store.write() as transaction:
            transaction.execute(insert(search), rows)
    if store.dialect == "postgresql":
        _run(store, "CREATE INDEX ix_search_vector ON search USING gin (vector) WITH (fastupdate = off)")
        _run(store, "VACUUM ANALYZE search")


def _run(store: Store, statement: str) -> None:
    with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(statement))


def row(number: int, found_by: tuple[str, str], when: datetime) -> dict[str, object]:
    """A line of the index. "ooit" stood in all titles until five years ago; "even" and "oneven" never meet."""
    place = place_of(when, number)
    extra = ["ooit"] if when < END - timedelta(days=5 * 365) else []
    extra.append("even" if number % 2 else "oneven")
    return {
        "story_id": number,
        "dated_place": place,
        "released_place": place if number % 3 else None,
        "headline": " ".join([found_by[0], *(f"a{word} b{word}" for word in extra)]),
        "words": " ".join([found_by[1], *(f"c{word}" for word in extra)]),
        "gone_at": None,
    }


def size(store: Store) -> int:
    """Of the whole database, in megabytes."""
    asked = (
        "SELECT pg_database_size(current_database())"
        if store.dialect == "postgresql"
        else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    )
    with store.read() as transaction:
        return int(transaction.execute(text(asked)).scalar_one()) // 1_000_000


# --- Questions --------------------------------------------------------------------------------------------------------

ALL = Facts()
Ask = Callable[[Transaction], object]


def questions(count: int) -> Iterator[tuple[str, Ask]]:
    """What is asked, by kind."""
    rng = random.Random(2)
    words = Words(random.Random(1))

    def rank(low: int, high: int) -> str:
        return words.words[min(int(low * (high / low) ** rng.random()), len(words.words) - 1)]

    for _ in range(count // 10):
        yield "frequent word", asks(rng.choice(["techniek", *words.words[:5]]))
        yield "word of any frequency", asks(rank(1, VOCABULARY))
        yield "two words", asks(f"{rank(1, 3_000)} {rank(1, 3_000)}")
        yield "three words", asks(f"{rank(1, 300)} {rank(1, 300)} {rank(1, 300)}")
        yield "without a word", asks(f"{rank(1, 3_000)} -{rank(1, 100)}")
        yield "phrase", asks(f'"{rank(1, 100)} {rank(1, 100)}"')
        yield (
            "theme and source",
            asks(rank(1, 1_000), Facts(themes=(THEMES[1],), sources=(f"bron{rng.randint(1, 40)}",))),
        )
        yield "many sources", asks(rank(1, 1_000), Facts(sources=tuple(f"bron{n}" for n in range(5, 205))))
        yield "a year", asks(rank(1, 1_000), span=Span(until=END - timedelta(days=365 * rng.randint(1, 9))))
        yield (
            "deep page",
            asks(rank(1, 20), after=Hit(story_id=0, kind="c", place=place_of(END - timedelta(days=2000), 0))),
        )
        yield "feed", follows(rank(1, 20_000))
    for _ in range(5):
        yield "frequent long ago", asks("ooit")
        yield "never meet", asks("even oneven")
        yield "phrase of frequent words, never", asks(f'"{words.words[0]} techniek {words.words[1]}"')
        yield "beginning", asks(f"{words.words[50][:4]}*")
    for number, hostile in enumerate(HOSTILE):
        yield f"hostile {number}", asks(hostile)
    yield "hostile: twelve frequent", asks(" ".join(words.words[:12]))
    yield "hostile: but not", asks(" ".join(f"-{word}" for word in words.words[:12]))
    yield "hostile: beginnings", asks(" ".join(f"{word[:4]}*" for word in words.words[:12]))


HOSTILE = (
    "a" * 10_000,
    '"' * 10_000,
    "\x00",
    "AND OR NOT NEAR(",
    "a* " * 3_000,
    "' OR 1=1 --",
    "\U0001f600" * 100,
    "مرحبا",
)


def follows(typed: str) -> Ask:
    """The stories of a feed."""
    return lambda transaction: in_feed(transaction, wanted(typed), ALL, limit=100)


def asks(typed: str, facts: Facts = ALL, span: Span = ALWAYS, after: Hit | None = None) -> Ask:
    """A page of what is found."""
    return lambda transaction: find(transaction, wanted(typed), facts, limit=PAGE, span=span, after=after)


def measure(store: Store, count: int) -> dict[str, object]:
    """CPU milliseconds: median, 95th in a hundred and worst, of all and by kind; the slowest by the clock."""
    spent: dict[str, list[float]] = {}
    too_broad: Counter[str] = Counter()
    slowest = 0.0
    for kind, ask in questions(count):
        with store.read() as transaction:
            clock = Clock(store, transaction)
            began = perf_counter()
            try:
                ask(transaction)
            except TooBroadError:
                too_broad[kind] += 1
            slowest = max(slowest, perf_counter() - began)
            spent.setdefault(kind, []).append(clock.spent() * 1000)
    ordinary = [each for kind, values in spent.items() if not kind.startswith("hostile") for each in values]
    by_kind = {kind: summary(values) for kind, values in spent.items()}
    told = {"all": summary(ordinary), "slowest_seconds": round(slowest, 3), "too_broad": too_broad}
    return told | {"by_kind": by_kind}


class Clock:
    """CPU seconds since it was made: ours, and those of the PostgreSQL process that answers this transaction."""

    def __init__(self, store: Store, transaction: Transaction) -> None:
        asked = store.dialect == "postgresql"
        self.server = transaction.execute(text("SELECT pg_backend_pid()")).scalar() if asked else None
        self.began = self._now()

    def spent(self) -> float:
        """Until now."""
        return self._now() - self.began

    def _now(self) -> float:
        if self.server is None:
            return process_time()
        nanoseconds = int(Path(f"/proc/{self.server}/schedstat").read_text().split()[0])
        return process_time() + nanoseconds / 1e9


def summary(values: list[float]) -> dict[str, float]:
    """Median, 95th in a hundred, worst."""
    ordered = sorted(values)
    return {
        "median": round(ordered[len(ordered) // 2], 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
        "worst": round(ordered[-1], 2),
    }


if __name__ == "__main__":
    main()
