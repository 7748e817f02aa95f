"""Simulated weekly rounds: keys, seconds and errors that are left, with and without the queue's shortcuts.

    python bench/round.py [--items 60] [--weeks 3] [--retag 0.2] [--reject 0.25] [--json]

Real line, store, tagger, desk and training; simulated are the partners (who bring items of the starter set and of the
demo's network, each once) and the editor (editor.py). Of each week's items, judged by a model that has seen none of
them, so many have another theme than is proposed and so many are not ours. That first model learned from 60 examples
only, as a desk has it that begins: enough is left to come in as news, and enough goes wrong to learn from.

For each mode of the site: one key a story, then with "the rest as proposed" (p) and look-alikes (l), both without
learning, then the latter with it. Columns: items that came in, rows read, keys and clicks (Shift counts as a key) for
100 items that came in and for 100 rows read, keystroke-level seconds for 100 items, and what is wrong afterwards:
stories in the feed with a wrong theme or off-topic (by the program alone / past the editor), and news that is ours and
was kept out (by the program alone / by the editor).
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from editor import OFF_TOPIC, Editor

from aggregator.config import Config, load, shipped
from aggregator.demo.partners import PARTNERS
from aggregator.desk import learn
from aggregator.model import Answer, Fetched, Request, Source, State, Validators, Wire
from aggregator.pipeline import Line, poll_due
from aggregator.store import Store, migrate, open_store, sources, stories
from aggregator.tag.examples import Example, starter
from aggregator.tag.model import Model
from aggregator.tag.tagger import Tagger, tagger
from aggregator.tag.training import train
from aggregator.tagging import Tagging
from aggregator.wiring import make_line, make_tagging

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
LESSONS = 60  # of the starter set, for the first model; the others may come in as news
OF_THE_DEMO = {  # what the demo's news is about, by the words of config/themes.toml
    "instroom": ("meer-eerstejaars", "open-werkplaats", "girlsday", "sto", "zomerschool"),
    "lerarentekort-en-professionalisering": ("hybride-docent", "docentenstage", "instructeurs"),
    "publiek-privaat-samenwerken": ("campus", "stageplekken", "leerbanen", "fieldlab"),
    "leven-lang-ontwikkelen": ("omscholing-warmtepomp", "slim", "statushouders", "skillspaspoort", "lasopleiding"),
    "off-topic": ("cao", "bekostiging"),
}

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
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    world = make_world(asked)
    for mode in ("edited", "automatic"):
        for has_rest, learns in ((False, False), (True, False), (False, True), (True, True)):
            for row in weeks(world, Way(mode=mode, has_rest=has_rest, learns=learns), asked):
                print(json.dumps(row) if asked.json else told(row), flush=True)


def make_world(asked: argparse.Namespace) -> World:
    """Draw the weeks."""
    chance = Random(asked.seed)
    config = load(environ={}, flags={}, config_dir=shipped())
    rules = make_tagging(config).rules
    pool = [*starter(), *of_the_demo()]
    chance.shuffle(pool)
    first, others = pool[:LESSONS], pool[LESSONS:]
    model = train(first, rules, date=START.date().isoformat())
    kinds: dict[str, list[Example]] = defaultdict(list)
    for each in others:
        kinds[kind(each, tagger(rules, model))].append(each)
    share = {"retag": round(asked.items * asked.retag), "reject": round(asked.items * asked.reject)}
    share["right"] = asked.items - sum(share.values())
    found: list[list[Example]] = []
    for _ in range(asked.weeks):
        if short := [name for name, count in share.items() if len(kinds[name]) < count]:
            raise SystemExit(f"too few items left to {', '.join(short)}: ask for fewer weeks or items")
        week = [kinds[name].pop() for name, count in share.items() for _ in range(count)]
        chance.shuffle(week)
        found.append(week)
    return World(weeks=found, lessons=first, model=model, config=config)


def of_the_demo() -> list[Example]:
    """The demo network's news, as far as OF_THE_DEMO says what it is about."""
    themes = {slug: theme for theme, slugs in OF_THE_DEMO.items() for slug in slugs}
    return [
        Example(
            id=f"{partner.id}/{news.slug}",
            title=news.title,
            text=news.teaser,
            theme=themes[news.slug],
            organisation=partner.organisation,
        )
        for partner in PARTNERS
        for news in partner.news
        if news.slug in themes
    ]


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
            editor.round(now + timedelta(hours=2))
            adopted = None
            if way.learns and learn.is_due(store, now + WEEK / 2, config.learning.corrections):
                adopted = learn.train(store, world.lessons, rules, now + WEEK / 2, adopt=True).is_adopted
            yield row_of(way, number, week, editor, adopted) | errors(store, editor, week)
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


def row_of(way: Way, number: int, week: Sequence[Example], editor: Editor, adopted: bool | None) -> Row:
    """What a week cost."""
    per = 100 / len(week)
    return {
        "mode": way.mode,
        "way": ("p and l" if way.has_rest else "one by one") + (", learning" if way.learns else ""),
        "week": number + 1,
        "items": len(week),
        "read": len(editor.read),
        "keys_per_100_items": round(editor.strokes * per, 1),
        "keys_per_100_read": round(100 * editor.strokes / max(1, len(editor.read)), 1),
        "seconds_per_100_items": round(editor.seconds * per),
        "by_key": dict(sorted(editor.keys.items())) | {"click": editor.clicks},
        "model": {None: "", True: "adopted", False: "kept back"}[adopted],
    }


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


def told(row: Row) -> str:
    """A row of the table."""
    parts: list[Any] = [row[name] for name in ("mode", "way", "week", "read")]
    keys = (
        f"{row['keys_per_100_items']} keys ({row['keys_per_100_read']} of 100 read), {row['seconds_per_100_items']} s"
    )
    wrong = f"wrong {row['wrong_by_program']}/{row['wrong_past_editor']} of {row['in_feed']} out"
    lost = f"kept out {row['lost_by_program']}/{row['lost_past_editor']}, waiting {row['still_waiting']}"
    return "  ".join(map(str, [*parts, keys, wrong, lost, row["model"]]))


if __name__ == "__main__":
    main()
