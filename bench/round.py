"""Simulated weekly rounds: keys, seconds and errors that are left, with and without the queue's shortcuts.

    python bench/round.py [--seeds 5] [--items 60] [--weeks 3] [--retag 0.2] [--reject 0.25] [--json]

Real line, store, tagger, desk and training; simulated are the partners (news.py) and the editor (editor.py). For each
seed a world is drawn: the examples that its first model learned from, what its desk holds of kinds of news that recur,
and weeks of which so many items have another theme than that model says and so many are not ours. Of the former a
quarter are the model's ordinary mistakes, the rest of three recurring kinds; of the latter a third recur. No item comes
twice, and none that comes was learned from before.

With `--json` a line a week and world; otherwise of each week the mean over the worlds with the lowest and the highest:

    judged wrong  what the program thought of the items when they came in, and what the first model would have thought
    keys          keys and clicks (Shift counts as a key) for 100 items that came in
    seconds       by the keystroke-level model, for 100 items
    wrong         stories in the feed with a wrong theme or off-topic: by the program alone + past the editor
    kept out      news that is ours and is not in the feed: by the program alone + by the editor
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from editor import Editor
from news import OFF_TOPIC, RECURRING, of_everyone

from aggregator.config import Config, load, shipped
from aggregator.desk import learn
from aggregator.model import Answer, Fetched, Request, Source, State, Validators, Wire
from aggregator.pipeline import Line, poll_due
from aggregator.store import Store, migrate, models, open_store, sources, stories
from aggregator.tag.examples import Example
from aggregator.tag.model import Model
from aggregator.tag.tagger import Tagger, tagger
from aggregator.tag.training import train
from aggregator.tagging import Tagging
from aggregator.wiring import make_line, make_tagging

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
LESSONS = 240  # for the first model; the others may come in as news
KINDS = 3  # that recur and are held to be of another theme than the first model says
WAYS = (
    ("edited", False, False),
    ("edited", True, False),
    ("edited", True, True),
    ("automatic", True, False),
    ("automatic", True, True),
)
Row = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class World:
    """What all runs share: the weeks' items, the first model and the examples that it learned from."""

    weeks: Sequence[Sequence[Example]]
    lessons: Sequence[Example]
    model: Model
    config: Config

    @property
    def truth(self) -> dict[str, str]:
        """What each item is about, by id."""
        return {each.id: each.theme for week in self.weeks for each in week}


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of working."""

    mode: str
    has_rest: bool
    learns: bool


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--weeks", type=int, default=3)
    parser.add_argument("--retag", type=float, default=0.2)
    parser.add_argument("--reject", type=float, default=0.25)
    parser.add_argument("--overlooks-one", type=float, default=0.02, help="of what is wrong, deciding one by one")
    parser.add_argument(
        "--overlooks-run", type=float, default=0.06, help="the same, saying that a page's rest is right"
    )
    parser.add_argument("--slips", type=int, default=2, help="keys of a round that are taken back")
    parser.add_argument("--seeds", type=int, default=5, help="how many worlds are drawn: 1, 2, ...")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    worlds = []
    with ProcessPoolExecutor(asked.jobs) as pool:
        for rows in pool.map(partial(rows_of, asked), range(1, asked.seeds + 1)):
            worlds.append(rows)
            if asked.json:
                print(*map(json.dumps, rows), sep="\n", flush=True)
    if not asked.json:
        print(*map(told, zip(*worlds, strict=True)), sep="\n")


def rows_of(asked: argparse.Namespace, seed: int) -> list[Row]:
    """Every way of working in one world."""
    world = make_world(asked, seed)
    return [
        {"seed": seed} | row
        for mode, has_rest, learns in WAYS
        for row in weeks(world, Way(mode=mode, has_rest=has_rest, learns=learns), asked)
    ]


def make_world(asked: argparse.Namespace, seed: int) -> World:
    """Draw the first model, the desk's view and the weeks."""
    chance = Random(seed)
    config = load(environ={}, flags={}, config_dir=shipped())
    rules = make_tagging(config).rules
    pool = of_everyone()
    chance.shuffle(pool)
    first, others = pool[:LESSONS], pool[LESSONS:]
    model = train(first, rules, date=START.date().isoformat())
    judge = tagger(rules, model)
    heaps: dict[str, list[Example]] = defaultdict(list)
    for each in others:
        heaps[kind(each, judge)].append(each)
    recurs = recurring(chance, judge, asked)
    retag, reject = round(asked.items * asked.retag), round(asked.items * asked.reject)
    drawn: list[list[Example]] = []
    for _ in range(asked.weeks):
        week = take(heaps["retag"], min(retag // 4, len(heaps["retag"])))
        week += take(recurs["retag"], retag - len(week))
        week += take(recurs["reject"], reject // 3) + take(heaps["reject"], reject - reject // 3)
        week += take(heaps["right"], asked.items - len(week))
        chance.shuffle(week)
        drawn.append(week)
    return World(weeks=drawn, lessons=first, model=model, config=config)


def recurring(chance: Random, judge: Tagger, asked: argparse.Namespace) -> dict[str, list[Example]]:
    """News of KINDS kinds that the first model gives another theme than the desk, and of those that are not ours."""
    wanted = asked.weeks * round(asked.items * asked.retag)
    found: dict[str, list[Example]] = {"retag": [], "reject": []}
    kinds = 0
    for each in chance.sample(RECURRING, len(RECURRING)):
        theme = chance.choice(each.held)
        made = [item for item in each.news(theme, chance, 48) if theme == OFF_TOPIC or kind(item, judge) == "retag"]
        if theme == OFF_TOPIC:
            found["reject"] += made
        elif kinds < KINDS and len(made) >= wanted / KINDS:
            kinds += 1
            found["retag"] += made[: -(-wanted // KINDS)]
    for heap in found.values():
        chance.shuffle(heap)
    return found


def take(heap: list[Example], count: int) -> list[Example]:
    """So many off a heap. Raises SystemExit when there are not."""
    if len(heap) < count:
        raise SystemExit("too little news to draw from: ask for fewer weeks or items")
    taken, heap[:] = heap[:count], heap[count:]
    return taken


def kind(example: Example, judge: Tagger) -> str:
    """What an editor has to do with an item: "right", "retag" or "reject"."""
    tags = judge(title=example.title, text=example.text, organisation=example.organisation)
    if example.theme == OFF_TOPIC:
        return "reject"
    return "right" if example.theme == tags.theme and not tags.off_topic else "retag"


def weeks(world: World, way: Way, asked: argparse.Namespace) -> Iterator[Row]:
    """One row a week."""
    with tempfile.TemporaryDirectory() as folder:
        flags = {"data_dir": Path(folder), "publishing.mode": way.mode}
        config = load(environ={}, flags=flags, config_dir=shipped())
        store = open_store(config.paths.database_url)
        migrate.prepare(store, Path(folder) / "backups")
        rules = make_tagging(config).rules
        tagging = Tagging(rules=rules, starter=world.model, wanted=config.publishing.wanted_precision)
        for number, week in enumerate(world.weeks):
            now = START + number * WEEK
            take_in(make_line(config, store, fetch_of(world.weeks[: number + 1], now), tagging=tagging), week, now)
            editor = Editor(
                store=store,
                themes=rules.slugs,
                truth=world.truth,
                has_rest=way.has_rest,
                overlooks_one=asked.overlooks_one,
                overlooks_run=asked.overlooks_run,
                slips=asked.slips,
            )
            figures = judged(store, world, tagging, week)
            editor.round(now + timedelta(hours=2))
            yield row_of(way, number, week, editor) | errors(store, editor, week) | figures
            is_last = number + 1 == len(world.weeks)
            if way.learns and not is_last and learn.is_due(store, now + WEEK / 2, config.learning.corrections):
                learn.train(store, world.lessons, rules, now + WEEK / 2, adopt=True)
        store.close()


def take_in(line: Line, week: Sequence[Example], now: datetime) -> None:
    """Follow the partners of this week, and poll whom there is news of."""
    named = {source_id(each): each.organisation for each in week}
    with line.store.write() as transaction:
        known = sources.known_ids(transaction)
        made = [
            Source(id=id_, organisation=name, url=f"https://{id_}.example/feed", kind="feed", publish="auto")
            for id_, name in named.items()
            if id_ not in known
        ]
        sources.add(transaction, made, now - timedelta(minutes=1))
    for _ in poll_due(line, now, "bench", only=list(named)):
        pass


def source_id(example: Example) -> str:
    """The partner's id, of letters and figures."""
    return "p" + "".join(each for each in example.organisation.lower() if each.isascii() and each.isalnum())[:40]


def fetch_of(
    so_far: Sequence[Sequence[Example]], now: datetime
) -> Callable[[Iterable[Request], datetime, Callable[[Request], bool]], Iterator[tuple[Request, Answer]]]:
    """The partners' servers: each shows in a feed what it brought until now."""
    brought: dict[str, list[tuple[Example, datetime]]] = defaultdict(list)
    for back, week in enumerate(reversed(so_far)):
        for place, each in enumerate(week):
            brought[source_id(each)].append((each, now - back * WEEK - timedelta(minutes=place)))

    def fetch(
        requests: Iterable[Request], _now: datetime, _may: Callable[[Request], bool]
    ) -> Iterator[tuple[Request, Answer]]:
        for request in requests:
            body = feed(brought[request.source_id], request.source_id)
            wire = Wire(url=request.url, status=200, requests=1, validators=Validators())
            yield request, Fetched(wire=wire, body=body, media_type="application/rss+xml")

    return fetch


def feed(found: Sequence[tuple[Example, datetime]], source: str) -> bytes:
    """An RSS 2.0 document."""
    entries = "".join(
        f"<item><title>{escape(each.title)}</title><guid isPermaLink='false'>{each.id}</guid>"
        f"<link>https://{source}.example/{each.id}</link><description>{escape(each.text)}</description>"
        f"<pubDate>{format_datetime(at)}</pubDate></item>"
        for each, at in found
    )
    return f"<rss version='2.0'><channel><title>Nieuws</title>{entries}</channel></rss>".encode()


def row_of(way: Way, number: int, week: Sequence[Example], editor: Editor) -> Row:
    """What a week cost."""
    per = 100 / len(week)
    return {
        "mode": way.mode,
        "way": ("p and l" if way.has_rest else "one by one") + (", learning" if way.learns else ""),
        "week": number + 1,
        "items": len(week),
        "read": len(editor.read),
        "keys_per_100_items": round(editor.strokes * per, 1),
        "seconds_per_100_items": round(editor.seconds * per),
        "by_key": dict(sorted(editor.keys.items())) | {"click": editor.clicks},
    }


def judged(store: Store, world: World, tagging: Tagging, week: Sequence[Example]) -> Row:
    """How the model at work judges the week, beside the first; and every training: on how much, and how it compared."""
    with store.read() as transaction:
        every = models.every(transaction)
    return {
        "model": tagging.model_id or 0,
        "judged_wrong": sum(is_wrong(each, tagging.tagger) for each in week),
        "first_judged_wrong": sum(is_wrong(each, tagger(tagging.rules, world.model)) for each in week),
        "trained": [{"model": each.id, "adopted": each.adopted_at is not None} | each.training for each in every],
    }


def is_wrong(example: Example, judge: Tagger) -> bool:
    """Whether a judge takes an item for something else than it is."""
    tags = judge(title=example.title, text=example.text, organisation=example.organisation)
    return example.theme != (OFF_TOPIC if tags.off_topic else tags.theme)


def errors(store: Store, editor: Editor, week: Sequence[Example]) -> Row:
    """What is wrong with this week's news afterwards, in the feed and kept out of it."""
    wanted = {each.id for each in week}
    with store.read() as transaction:
        numbers = stories.by_state(transaction, None, limit=10_000)
        held = stories.by_number(transaction, numbers)
        decided = stories.decided(transaction, numbers)
    ours = {number: each for number, each in held.items() if each.origin.entry.id in wanted}
    out = {number: each for number, each in ours.items() if each.state is State.PUBLISHED}
    wrong = [number for number, each in out.items() if editor.truth_of(each) != each.tags.theme]
    lost = [number for number in ours.keys() - out.keys() if editor.truth_of(ours[number]) != OFF_TOPIC]
    return {
        "in_feed": len(out),
        "wrong_by_program": len(set(wrong) - decided),
        "wrong_past_editor": len(set(wrong) & decided),
        "lost_by_program": len(set(lost) - decided),
        "lost_past_editor": len(set(lost) & decided),
        "still_waiting": sum(each.state is State.HELD for each in ours.values()),
    }


def told(rows: Sequence[Row]) -> str:
    """One week of one way, over the worlds."""
    mode, way, week = (rows[0][name] for name in ("mode", "way", "week"))
    figures = {
        "judged wrong": spread(rows, "judged_wrong"),
        "by the first model": spread(rows, "first_judged_wrong"),
        "read": spread(rows, "read"),
        "keys": spread(rows, "keys_per_100_items"),
        "seconds": spread(rows, "seconds_per_100_items"),
        "wrong": f"{spread(rows, 'wrong_by_program')} + {spread(rows, 'wrong_past_editor')}",
        "of": spread(rows, "in_feed"),
        "kept out": f"{spread(rows, 'lost_by_program')} + {spread(rows, 'lost_past_editor')}",
        "waiting": spread(rows, "still_waiting"),
    }
    return f"{mode}, {way}, week {week}: " + ", ".join(f"{name} {value}" for name, value in figures.items())


def spread(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    """The mean of a figure, with the lowest and the highest where they differ."""
    values = [row[name] for row in rows]
    mean = f"{sum(values) / len(values):.1f}"
    return mean if min(values) == max(values) else f"{mean} ({min(values)}-{max(values)})"


if __name__ == "__main__":
    main()
