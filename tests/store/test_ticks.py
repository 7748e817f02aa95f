from concurrent.futures import ThreadPoolExecutor

from aggregator.store import Store, ticks
from tests.factories import DAY, NOW


def test_one_of_many_does_it_and_none_does_an_earlier_one(store: Store) -> None:
    def mine(number: int) -> bool:
        with store.write() as transaction:
            return ticks.once(transaction, "digest", NOW + (number // 8) * DAY)

    with ThreadPoolExecutor(8) as many:
        first, second = list(many.map(mine, range(8))), list(many.map(mine, range(8, 16)))
    assert (sum(first), sum(second)) == (1, 1)
    with store.write() as transaction:
        assert not ticks.once(transaction, "digest", NOW)
        assert ticks.once(transaction, "backup", NOW)


def test_what_breaks_off_is_done_by_the_next(store: Store) -> None:
    class BrokenOffError(Exception):
        pass

    try:
        with store.write() as transaction:
            assert ticks.once(transaction, "digest", NOW)
            raise BrokenOffError
    except BrokenOffError:
        pass
    with store.write() as transaction:
        assert ticks.once(transaction, "digest", NOW)
