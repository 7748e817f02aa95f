"""Killed at any moment (SIGKILL) and started again: nothing is lost, nothing doubled, and it answers within 5 s."""

import subprocess
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import feedparser
from sqlalchemy import func, select

from aggregator.schedule.polling import poll_round
from aggregator.store import Store, documents, open_store, sources
from aggregator.store.check import contradictions
from aggregator.store.events import since
from aggregator.store.tables import host, item, poll
from tests.pace import Pace, pace
from tests.prove.network import FEEDS, Network, environment, opened
from tests.prove.sizes import sample_and_full
from tests.test_real_sites import free_port

BACK_WITHIN = 5.0
STARVED = 60.0  # a machine that is busy with other tests may keep one start waiting: the limit is for their median
SECRET = "only-for-tests-and-long-enough-for-them"


@dataclass
class Running:
    """`aggregator run` as a process; `heard` counts what the network heard before it.

    `answered` is after how many seconds it did, counted in those of a quiet machine.
    """

    process: subprocess.Popen[bytes]
    address: str
    begun: float
    heard: int
    pace: Pace  # just before
    answered: float | None = None

    def answers(self) -> bool:
        """Whether it has answered by now; fails when that took too long."""
        if self.answered is None:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=0.5):
                    self.answered = 2 * (time.monotonic() - self.begun) / (self.pace.clock + pace().clock)
            except OSError:
                assert self.process.poll() is None, "it stopped by itself"
                assert time.monotonic() - self.begun < STARVED, "it does not answer"
        return self.answered is not None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def start(environ: dict[str, str], network: Network) -> Running:
    port, before = free_port(), pace()
    begun, heard = time.monotonic(), len(network.asked)
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", "run", "--port", str(port)],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Running(process, f"http://127.0.0.1:{port}", begun, heard, before)


def killed_in_the_middle(environ: dict[str, str], network: Network, chance: Random) -> Running:
    """Start, and kill at a random moment of the round."""
    victim = start(environ, network)
    enough = victim.heard + chance.randint(1, FEEDS - 1)
    try:
        while len(network.asked) < enough:
            victim.answers()
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.1))
    finally:
        victim.kill()
    return victim


def grow(store: Store, network: Network) -> None:
    """Let the network have more news, and every source be due."""
    network.generation += 1
    with store.write() as transaction:
        now = datetime.now(UTC)
        sources.make_due(transaction, [each.source.id for each in sources.all_sources(transaction)], now)


def was_at_work(store: Store) -> bool:
    """Whether a dead process held hosts, and left sources unpolled."""
    with store.read() as transaction:
        held = transaction.execute(select(func.count()).where(host.c.owner.is_not(None))).scalar_one()
        due = select(func.count()).where(poll.c.next_due <= datetime.now(UTC))
        return bool(held and transaction.execute(due).scalar_one())


def finished(environ: dict[str, str], network: Network, store: Store) -> float:
    """Start once more and let it finish; returns after how many seconds it answered."""
    last = start(environ, network)
    try:
        while not last.answers() or was_at_work(store):
            assert time.monotonic() - last.begun < 60
            time.sleep(0.05)
        time.sleep(0.2)  # the release behind the round
        wait_for_release(store)
    finally:
        last.kill()
    assert last.answered is not None
    return last.answered


def wait_for_release(store: Store) -> None:
    ends = time.monotonic() + 20
    while True:
        with store.read() as transaction:
            log = since(transaction, 0)
            if documents.released_seq(transaction) == log[-1].seq:
                return
        assert time.monotonic() < ends, "it was never released"
        time.sleep(0.1)


def held_by(store: Store) -> dict[str, Any]:
    """What must come out the same, however the way there was."""
    with store.read() as transaction:
        assert contradictions(transaction) == []
        rows = transaction.execute(select(item.c.source_id, item.c.key, item.c.title, item.c.story_id)).all()
        kept = documents.get(transaction, "/feeds/all.atom")
        taken_in = Counter(each.item_id for each in since(transaction, 0) if each.kind in ("taken-in", "joined"))
    assert kept is not None
    assert set(taken_in.values()) == {1}
    assert len(taken_in) == len(rows) == len({(row.source_id, row.key) for row in rows})
    entries = feedparser.parse(kept.document.body).entries
    assert len({entry.id for entry in entries}) == len(entries)
    assert len({entry.link for entry in entries}) == len(entries)
    together: dict[int, set[tuple[str, str]]] = {}
    for row in rows:
        together.setdefault(row.story_id, set()).add((row.source_id, row.key))
    return {
        "items": sorted((row.source_id, row.key, row.title) for row in rows),
        "stories": sorted(sorted(members) for members in together.values()),
        "published": sorted(entry.link for entry in entries),
    }


def undisturbed(folder: Path, network: Network, generations: int) -> dict[str, Any]:
    """What comes out when nobody kills anything."""
    network.seconds = 0.0
    with opened(environment(folder, network)) as service:
        for generation in range(generations + 1):
            network.generation = generation - 1
            grow(service.store, network)
            poll_round(service, datetime.now(UTC), "calm")
        return held_by(service.store)


@sample_and_full("kills", 3, 60)
def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(
    kills: int, database_url: str, network: Network, tmp_path: Path
) -> None:
    chance = Random(kills)
    environ = environment(
        tmp_path / "killed", network, AGGREGATOR_DATABASE_URL=database_url, AGGREGATOR_SECRET_KEY=SECRET
    )
    network.seconds = 0.08
    store = open_store(database_url)
    with opened(environ):
        pass  # makes the tables
    counted, answered = 0, []
    for _ in range(3 * kills):
        grow(store, network)
        victim = killed_in_the_middle(environ, network, chance)
        answered += [victim.answered] if victim.answered else []
        counted += was_at_work(store)
        if counted == kills:
            break
    assert counted == kills, "the victims had nothing left to do"
    answered.append(finished(environ, network, store))
    assert median(answered) < BACK_WITHIN
    after = held_by(store)
    store.close()
    assert after == undisturbed(tmp_path / "calm", network, network.generation)
