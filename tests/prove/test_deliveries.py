"""Killed at any moment (SIGKILL) while it delivers: nothing is lost, and what comes twice comes under one id."""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from aggregator.deliver.webhooks import new_secret
from aggregator.model import State
from aggregator.publish.message import KINDS
from aggregator.store import Store, documents, open_store, outbox, subscriptions, webhooks
from aggregator.store.tables import story
from tests.deliver.receiver import Answer, Got, Receiver, is_signed_push, is_signed_webhook
from tests.prove.network import Network, environment, opened
from tests.prove.sizes import sample_and_full
from tests.prove.test_kill import SECRET, grow, start, wait_for_release

TOPIC = "/feeds/all.atom"
PATIENCE = 120.0  # seconds; a machine that is busy with other tests is slow


def until(holds: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def is_empty(store: Store) -> bool:
    with store.read() as transaction:
        return outbox.standing(transaction).waiting == 0


def slowly(got: Got) -> Answer:
    time.sleep(0.02)
    return Answer()


@sample_and_full("kills", 3, 40)
def test_killed_while_it_delivers_nothing_is_lost_and_repeats_are_known_by_their_id(
    kills: int, database_url: str, network: Network, tmp_path: Path
) -> None:
    chance = Random(kills)
    environ = environment(
        tmp_path / "killed",
        network,
        AGGREGATOR_DATABASE_URL=database_url,
        AGGREGATOR_SECRET_KEY=SECRET,
        AGGREGATOR_WEBSUB__OWN_HUB="true",
    )
    with opened(environ):
        pass  # makes the tables
    store, receiver, now = open_store(database_url), Receiver(says=slowly), datetime.now(UTC)
    with store.write() as transaction:
        hook = webhooks.add(transaction, receiver.url("/hook"), new_secret(), KINDS, now)
        callback = receiver.url("/cb")
        subscriptions.confirm(transaction, TOPIC, callback, "127.0.0.1", "geheim", now, now + timedelta(days=1))
    for _ in range(kills):
        grow(store, network)
        enough = len(receiver.got) + chance.randint(1, 8)
        victim = start(environ, network)
        try:
            until(lambda: len(receiver.got) >= enough or victim.process.poll() is not None, PATIENCE)  # noqa: B023
            assert victim.process.poll() is None, "it stopped by itself"
            time.sleep(chance.uniform(0, 0.05))
        finally:
            victim.kill()
    grow(store, network)
    heard = len(receiver.got)
    last = start(environ, network)
    try:
        until(lambda: len(receiver.got) > heard, PATIENCE)
        time.sleep(1)
        wait_for_release(store)
        until(lambda: is_empty(store), PATIENCE)
    finally:
        last.kill()
    messages = [each for each in receiver.posts() if each.path == "/hook"]
    assert all(is_signed_webhook(each, hook.secret) for each in messages)
    ids: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    bodies: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for each in messages:
        data = each.json["data"]
        ids[each.json["type"], data["id"], each.json["timestamp"]].add(each.headers["webhook-id"])
        bodies[each.headers["webhook-id"]].add((each.json["type"], data["id"]))
    assert {len(found) for found in ids.values()} == {1}, "one event was told under two ids"
    assert {len(found) for found in bodies.values()} == {1}, "one id was given to two events"
    told = defaultdict(list)
    for kind, name, _ in ids:
        told[name].append(kind)
    assert {kinds.count("story.published") for kinds in told.values()} == {1}
    with store.read() as transaction:
        public = select(story.c.uri).where(story.c.state == State.PUBLISHED.value, story.c.released.is_not(None))
        assert set(told) == set(transaction.execute(public).scalars())
        kept = documents.get(transaction, TOPIC)
    pushes = [each for each in receiver.posts() if each.path == "/cb"]
    assert kept is not None
    assert pushes[-1].body == kept.document.body
    assert is_signed_push(pushes[-1], "geheim")
    receiver.close()
    store.close()
