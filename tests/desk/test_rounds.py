from datetime import timedelta

import pytest

from aggregator.desk import decide, rounds, undo
from aggregator.store import Store, accounts
from aggregator.store.accounts import Account, Role
from tests.desk.test_decide import slug
from tests.factories import HOUR, NOW
from tests.store.test_queue import held, lay

SECOND = timedelta(seconds=1)


@pytest.fixture
def thea(store: Store) -> Account:
    with store.write() as transaction:
        made = accounts.add(transaction, email="thea@example.nl", role=Role.EDITOR, now=NOW)
    assert made is not None
    return made


def found(store: Store, account: Account) -> rounds.Progress | None:
    with store.read() as transaction:
        return rounds.progress(transaction, account)


def test_a_round_tells_what_is_ahead_how_far_it_is_and_what_came_of_it(store: Store, thea: Account) -> None:
    lay(store, held(1, "new source"), *(held(n) for n in range(2, 7)))
    assert found(store, thea) is None
    with store.read() as transaction:
        ahead = rounds.ahead(transaction, thea.actor)
    assert (ahead.new, ahead.unsure, ahead.minutes) == (1, 5, 2)
    decide.publish(store, [slug(6)], thea.actor, NOW)
    rounds.begin(store, thea, NOW)
    rounds.begin(store, thea, NOW + HOUR)
    decide.publish(store, [slug(1), slug(2)], thea.actor, NOW + HOUR)
    decide.reject(store, [slug(3)], thea.actor, NOW + HOUR)
    decide.off_topic(store, [slug(4)], thea.actor, NOW + HOUR)
    decide.later(store, [slug(5)], thea.actor, NOW + HOUR, NOW + 9 * HOUR)
    decide.publish(store, [slug(4)], "piet", NOW + HOUR)
    progress = found(store, thea)
    assert progress is not None
    assert (progress.out, progress.not_out, progress.later, progress.done, progress.total) == (2, 2, 1, 5, 5)
    assert progress.round.started == NOW
    undo.undo(store, thea.actor, NOW + HOUR)
    rounds.close(store, thea, NOW + 2 * HOUR)
    decide.publish(store, [slug(5)], thea.actor, NOW + 3 * HOUR)
    closed = found(store, thea)
    assert closed is not None
    assert (closed.round.closed, closed.out, closed.later, closed.total) == (NOW + 2 * HOUR, 2, 0, 5)
    rounds.begin(store, thea, NOW + 4 * HOUR)
    again = found(store, thea)
    assert again is not None
    assert (again.done, again.total, again.round.planned) == (0, 1, 0)


def test_closing_without_a_round_is_nothing(store: Store, thea: Account) -> None:
    rounds.close(store, thea, NOW)
    assert found(store, thea) is None


def test_the_time_that_someone_takes_is_the_middle_of_their_own_without_pauses() -> None:
    assert rounds.pace([NOW, NOW - SECOND]) == rounds.USUAL
    quick = [NOW - 4 * n * SECOND for n in range(12)]
    assert rounds.pace(quick) == 4 * SECOND
    assert rounds.pace([*quick, *(NOW - n * HOUR for n in range(1, 12))]) == 4 * SECOND
