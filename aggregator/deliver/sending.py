"""Working off the outbox: taken under a lease, sent outside any transaction, and written down how it went."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from aggregator.store import Store, outbox
from aggregator.store.outbox import Delivery

log = structlog.get_logger()

Sender = Callable[[Delivery], None]


class Undeliverable(Exception):  # noqa: N818  it is an outcome
    """A delivery did not arrive, for the reason that it names; `is_final` says that another try is no use."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


def work_off(
    store: Store,
    senders: Mapping[str, Sender],
    now: Callable[[], datetime],
    is_stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Deliver what is due, each kind by its sender; returns how many arrived.

    Whatever dies on the way, the lease runs out and it is tried again: at least once, by an id that stays the same.
    """
    arrived = 0
    with store.write() as transaction:
        due = outbox.take_due(transaction, list(senders), now())
    for each in due:
        if is_stopping():  # what is left comes again when its lease is over
            break
        try:
            senders[each.kind](each)
        except Undeliverable as error:
            log.warning("delivery_failed", kind=each.kind, id=each.id, tries=each.tries, error=str(error))
            with store.write() as transaction:
                outbox.failed(transaction, each, str(error), now(), is_final=error.is_final)
            continue
        arrived += 1
        with store.write() as transaction:
            outbox.done(transaction, each.id, now())
    return arrived
