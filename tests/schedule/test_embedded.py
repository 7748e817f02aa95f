import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from aggregator.desk import add, decide, timing
from aggregator.errors import BusyError, StoreError
from aggregator.model import Answer, Entry, Request, Source, State, Tags
from aggregator.schedule import chores, embedded, polling
from aggregator.schedule.embedded import Clock, sole_process
from aggregator.schedule.polling import poll_round
from aggregator.store import documents, inbox, leases, outbox, sources, stories
from aggregator.store.events import Event
from aggregator.wiring import Service
from tests.factories import DAY, HOUR, NOW, make_entry
from tests.line.partner import Partners, feed

ADDRESSES = {id_: f"https://{id_}.example/feed" for id_ in ("fme", "vhto")}


def publish(partners: Partners, number: int = 1) -> None:
    """Let both partners have some news."""
    for id_, url in ADDRESSES.items():
        partners.documents[url] = feed(make_entry(number, id=f"{id_}-{number}", link=f"https://{id_}.example/{number}"))


def atom(service: Service) -> bytes:
    with service.store.read() as transaction:
        kept = documents.get(transaction, "/feeds/all.atom")
    return kept.document.body if kept else b""


def hold_all(service: Service) -> None:
    """As a process does that dies in the middle of its work."""
    with service.store.write() as transaction:
        leases.claim(transaction, "dead", datetime.now(UTC) + DAY, hosts=9, per_host=9, lease=HOUR)


def wait_for(what: Callable[[], object], seconds: float = 5) -> None:
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def rounds() -> threading.Semaphore:
    return threading.Semaphore(0)


@pytest.fixture
def start(service: Service, rounds: threading.Semaphore) -> Iterator[Callable[..., Clock]]:
    """Starts clocks that count their rounds, and stops them."""
    started: list[Clock] = []

    def begin(running: Service = service, **options: object) -> Clock:
        clock = Clock(running, after_round=rounds.release, **({"tick": HOUR} | options))  # type: ignore[arg-type]
        started.append(clock)
        clock.start()
        return clock

    yield begin
    for each in started:
        each.stop()


def test_the_first_round_begins_at_once_and_its_news_is_published(
    service: Service, partners: Partners, start: Callable[..., Clock], rounds: threading.Semaphore
) -> None:
    publish(partners)
    seen: list[str] = []
    start(watch=lambda report: seen.append(report.source.id))
    assert rounds.acquire(timeout=5)
    assert sorted(seen) == ["fme", "vhto"]
    with service.store.read() as transaction:
        assert documents.released_seq(transaction) > 0


def test_at_the_start_every_document_is_there_and_what_a_dead_process_held_is_free(
    service: Service, partners: Partners, start: Callable[..., Clock], rounds: threading.Semaphore
) -> None:
    publish(partners)
    hold_all(service)
    start()
    assert b"<feed" in atom(service)
    assert rounds.acquire(timeout=5)
    assert len(partners.requests) == 2


def test_rounds_go_on_by_the_tick(partners: Partners, start: Callable[..., Clock], rounds: threading.Semaphore) -> None:
    publish(partners)
    start(tick=timedelta(seconds=0.05))
    for _ in range(3):
        assert rounds.acquire(timeout=5)
    assert len(partners.requests) == 2  # the others found nothing due


def test_a_round_never_begins_while_another_goes_on(
    service: Service, partners: Partners, start: Callable[..., Clock], rounds: threading.Semaphore
) -> None:
    publish(partners)
    under_way, most = 0, 0

    def slow(
        requests: Iterable[Request], now: datetime, may_start: Callable[[Request], bool]
    ) -> Iterator[tuple[Request, Answer]]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.2)
        yield from partners.fetch(requests, now, may_start)
        under_way -= 1

    start(replace(service, line=replace(service.line, fetch=slow)), tick=timedelta(seconds=0.02))
    assert rounds.acquire(timeout=5)
    assert rounds.acquire(timeout=5)
    assert most == 1


def test_stopping_asks_nothing_more_and_leaves_due_what_was_not_written_down(
    service: Service, partners: Partners
) -> None:
    publish(partners)
    stop: list[Callable[[], object]] = []

    def tag(entry: Entry, source: Source) -> Tags:
        stop[0]()
        return service.line.tag(entry, source)

    clock = Clock(replace(service, line=replace(service.line, tag=tag)))
    stop.append(clock.stop)
    clock._poll()
    assert len(partners.requests) == 1
    with service.store.write() as transaction:
        leases.free_all(transaction)
    assert poll_round(service, NOW, "test") == 2


def test_what_is_written_down_before_a_stop_stays(
    service: Service, partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aggregator import pipeline

    publish(partners)
    monkeypatch.setattr(pipeline, "BATCH_POLLS", 1)
    clock = Clock(service, watch=lambda _: clock._stopping.set())
    clock._poll()
    with service.store.read() as transaction:
        polled = [each.source.id for each in sources.all_sources(transaction) if each.poll.at]
    assert polled == [request.source_id for request in partners.requests]
    assert len(polled) == 1


def test_a_round_that_is_stopped_before_its_first_request_ends_without_one(
    service: Service, partners: Partners
) -> None:
    publish(partners)
    clock = Clock(service)

    def stop() -> None:
        clock.stop()

    partners.on_fetch = stop
    clock._poll()
    assert partners.requests == []


def test_stopping_does_not_wait_for_a_server_that_is_slow(
    service: Service, partners: Partners, start: Callable[..., Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(partners)
    monkeypatch.setattr(embedded, "STOP_SECONDS", 0.1)
    asked, end = threading.Event(), threading.Event()

    def hang() -> None:
        asked.set()
        end.wait(10)

    partners.on_fetch = hang
    clock = start()
    assert asked.wait(5)
    begun = time.monotonic()
    assert clock.stop() is False
    assert time.monotonic() - begun < 2
    end.set()
    wait_for(lambda: clock.stop())


def test_stopping_before_the_start_is_nothing(service: Service) -> None:
    assert Clock(service).stop() is True


def test_a_round_that_begins_while_stopping_ends_at_once(service: Service, partners: Partners) -> None:
    publish(partners)
    clock = Clock(service)
    clock.stop()
    clock._poll()
    assert partners.requests == []


def test_a_database_that_fails_ends_one_round_not_the_service(
    service: Service, partners: Partners, start: Callable[..., Clock], rounds: threading.Semaphore
) -> None:
    publish(partners)
    failures = iter([StoreError("the database does not answer")])

    def fail_once() -> None:
        for error in failures:
            raise error

    partners.on_fetch = fail_once
    with structlog.testing.capture_logs() as logged:
        start(tick=timedelta(seconds=0.05))
        assert rounds.acquire(timeout=5)
    (failed,) = [each for each in logged if each["event"] == "round_failed"]
    assert failed["error"] == "the database does not answer"


def test_each_poll_is_one_line_in_the_log(service: Service, partners: Partners) -> None:
    publish(partners)
    with structlog.testing.capture_logs() as logged:
        assert poll_round(service, NOW, "test") == 2
    lines = [each for each in logged if each["event"] == "poll_finished"]
    assert {(each["source"], each["outcome"], each["new"]) for each in lines} == {
        ("fme", "fetched", 1),
        ("vhto", "fetched", 1),
    }


def test_news_is_published_while_a_long_round_goes_on(
    service: Service, partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aggregator import pipeline

    publish(partners)
    monkeypatch.setattr(pipeline, "BATCH_POLLS", 1)
    monkeypatch.setattr(polling, "RELEASE_SECONDS", 0.0)
    generations: list[int] = []

    def watch(_: object) -> None:
        with service.store.read() as transaction:
            generations.append(documents.generation(transaction))

    poll_round(service, NOW, "test", watch=watch)
    assert len(set(generations)) == 2


def test_a_round_without_polls_publishes_nothing(service: Service, partners: Partners) -> None:
    publish(partners)
    assert poll_round(service, NOW - DAY, "test") == 0
    assert atom(service) == b""


def test_one_data_directory_has_one_service(tmp_path: Path) -> None:
    with (
        sole_process(tmp_path / "new" / "data"),
        pytest.raises(BusyError, match="another service already runs on"),
        sole_process(tmp_path / "new" / "data"),
    ):
        pass
    with sole_process(tmp_path / "new" / "data"):
        pass


def test_what_waits_in_the_outbox_is_delivered_while_the_clock_runs(service: Service) -> None:
    arrived: list[str] = []
    with service.store.write() as transaction:
        outbox.put(transaction, "mail", "thea@example.nl", {}, NOW)
    senders = {"mail": lambda delivery, _: arrived.append(delivery.target)}
    clock = Clock(replace(service, senders=senders))
    clock.start()
    ends = time.monotonic() + 10
    while not arrived:
        assert time.monotonic() < ends
        time.sleep(0.02)
    clock.stop()
    assert arrived == ["thea@example.nl"]


def test_what_an_editor_decides_comes_out_without_waiting_for_a_poll(
    service: Service, partners: Partners, start: Callable[..., Clock], rounds: threading.Semaphore, tmp_path: Path
) -> None:
    publish(partners)
    clock = start()
    assert rounds.acquire(timeout=5)
    with service.store.read() as transaction:
        slug = stories.load(transaction, stories.by_state(transaction, None, limit=1))[0].slug
    entry = f"{slug}</id>".encode()
    decide.publish(service.store, [slug], "thea", datetime.now(UTC))
    wait_for(lambda: entry in atom(service))
    decide.reject(service.store, [slug], "thea", datetime.now(UTC))
    wait_for(lambda: entry not in atom(service))
    assert not chores.has_news(service.store)
    assert clock.stop()


def test_what_was_put_off_comes_back_while_the_clock_runs(
    service: Service, partners: Partners, start: Callable[..., Clock], rounds: threading.Semaphore
) -> None:
    publish(partners)
    poll_round(service, datetime.now(UTC), "test")
    with service.store.append() as transaction:
        row = stories.rows(transaction, [1])[1]
        held = replace(row, state=State.HELD, reason="unsure", released=None, updated=None)
        stories.apply(transaction, [(row, held)], Event(at=NOW, kind="held"))
    decide.later(service.store, [stories.slug_of(row)], "thea", NOW, NOW + HOUR)
    start()

    def is_back() -> bool:
        with service.store.read() as transaction:
            return stories.rows(transaction, [1])[1].reason == "unsure"

    wait_for(is_back)


def test_an_embargo_ends_while_the_clock_runs(service: Service, start: Callable[..., Clock]) -> None:
    now = datetime.now(UTC)
    made = add.add(service.line, service.press.site, make_entry(1), "account:1", now)
    assert timing.schedule(service.store, made.slug, now, "account:1", now).is_done
    assert made.slug.encode() not in atom(service)
    start()
    wait_for(lambda: made.slug.encode() in atom(service))


def test_what_a_hub_pushes_is_taken_in_within_seconds(
    service: Service, partners: Partners, start: Callable[..., Clock], rounds: threading.Semaphore
) -> None:
    publish(partners)
    start()
    assert rounds.acquire(timeout=5)
    pushed = feed(make_entry(7, id="fme-7", link="https://fme.example/7", title="Door de hub gebracht"))
    with service.store.write() as transaction:
        inbox.keep(transaction, "fme", pushed, "application/rss+xml", datetime.now(UTC))

    def is_in() -> bool:
        with service.store.read() as transaction:
            return bool(stories.load(transaction, [3]))

    wait_for(is_in, seconds=20)
