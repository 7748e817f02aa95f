"""Working off the outbox: taken under a lease, sent outside any transaction, and written down how it went.

A few of each kind at once, each in a thread of its own, and of a kind one at a time to each host: whoever hangs keeps
one thread of its kind for a few seconds and nobody else waiting, and strangers who subscribe never hold up mail or
webhooks. The threads are daemons: what is under way when the service is stopped dies with it, and is due again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread

import structlog

from aggregator.errors import StoreError
from aggregator.store import Store, Transaction, outbox
from aggregator.store.outbox import Delivery

log = structlog.get_logger()

AT_ONCE = 6  # of each kind
LOOK_AGAIN = 1.0  # seconds, while something is under way

# What else is written down when it has arrived or failed, in the same transaction.
Also = Callable[[Transaction, datetime], None]
Sender = Callable[[Delivery, datetime], Also | None]


def nothing_else(_transaction: Transaction, _now: datetime) -> None:
    """Nothing else is to be written down."""


class Undeliverable(Exception):  # noqa: N818  it is an outcome
    """A delivery did not arrive, for the reason that it names; `is_final` says that another try is no use.

    `is_unheard` says that nobody answered there at all; `away` is how long its receiver asks to be left alone.
    """

    def __init__(
        self,
        reason: str,
        *,
        is_final: bool = False,
        is_unheard: bool = False,
        away: timedelta = timedelta(0),
        also: Also = nothing_else,
    ) -> None:
        super().__init__(reason)
        self.is_final = is_final
        self.is_unheard = is_unheard
        self.away = away
        self.also = also


class Needless(Exception):  # noqa: N818  it is an outcome
    """There is nothing to deliver any more, for the reason that it names."""

    def __init__(self, reason: str, *, also: Also = nothing_else) -> None:
        super().__init__(reason)
        self.also = also


def work_off(
    store: Store,
    senders: Mapping[str, Sender],
    now: Callable[[], datetime],
    is_stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Deliver what is due, each kind by its sender, until nothing is; returns how many arrived.

    Whatever dies on the way, the lease runs out and it is tried again: at least once, by an id that stays the same.
    """
    ended: Ended = SimpleQueue()
    busy: Busy = []
    arrived = 0
    while not is_stopping():
        for each in _taken(store, senders, now(), busy):
            busy.append((each.kind, each.lane))
            Thread(target=_deliver, args=(store, senders, each, now, ended), name="deliver", daemon=True).start()
        if not busy:
            break
        try:
            place, has_arrived = ended.get(timeout=LOOK_AGAIN)
        except Empty:
            continue
        busy.remove(place)
        arrived += has_arrived
    return arrived


Busy = list[tuple[str, str]]  # kind and lane of what is under way
Ended = SimpleQueue[tuple[tuple[str, str], bool]]


def _taken(store: Store, senders: Mapping[str, Sender], now: datetime, busy: Busy) -> list[Delivery]:
    lanes = {kind: [lane for other, lane in busy if other == kind] for kind in senders}
    free = [kind for kind in senders if len(lanes[kind]) < AT_ONCE]
    with store.read() as transaction:
        due = [kind for kind in free if outbox.has_due(transaction, kind, now, lanes[kind])]
    if not due:
        return []
    found: list[Delivery] = []
    with store.write() as transaction:
        for kind in due:
            found += outbox.take_due(transaction, [kind], now, AT_ONCE - len(lanes[kind]), lanes[kind])
    return found


def _deliver(
    store: Store,
    senders: Mapping[str, Sender],
    delivery: Delivery,
    now: Callable[[], datetime],
    ended: Ended,
) -> None:
    has_arrived = False
    try:
        has_arrived = deliver(store, senders[delivery.kind], delivery, now)
    except StoreError as error:  # what became of it is not written down: it is tried again when its lease is over
        log.error("delivery_not_noted", kind=delivery.kind, id=delivery.id, error=str(error))
    finally:
        ended.put(((delivery.kind, delivery.lane), has_arrived))


def deliver(store: Store, send: Sender, delivery: Delivery, now: Callable[[], datetime]) -> bool:
    """Deliver one, and write down how it went; returns whether it arrived."""
    try:
        also = send(delivery, now()) or nothing_else
    except Needless as needless:
        with store.write() as transaction:
            outbox.done(transaction, delivery.id, now(), str(needless))
            needless.also(transaction, now())
        return False
    except Undeliverable as error:
        _failed(store, delivery, error, now())
        return False
    except StoreError:
        raise
    except Exception as error:  # a mistake of ours: told, tried again and given up like any other
        log.exception("delivery_broke", kind=delivery.kind, id=delivery.id)
        _failed(store, delivery, Undeliverable(f"a mistake in this program: {error!r}"), now())
        return False
    with store.write() as transaction:
        outbox.done(transaction, delivery.id, now())
        also(transaction, now())
    return True


def _failed(store: Store, delivery: Delivery, error: Undeliverable, now: datetime) -> None:
    code = str(error).partition(" ")[0]  # all of it stands in the outbox; a log names no subscriber
    log.warning("delivery_failed", kind=delivery.kind, id=delivery.id, tries=delivery.tries, code=code)
    with store.write() as transaction:
        outbox.failed(
            transaction,
            delivery,
            str(error),
            now,
            is_final=error.is_final,
            holds_lane=error.is_unheard,
            away=error.away,
        )
        error.also(transaction, now)
