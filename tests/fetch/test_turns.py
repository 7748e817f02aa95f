from dataclasses import dataclass
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.turns import Turns


@dataclass
class Waiting:
    host: str
    parallel: int = 2
    gap: float = 1.0


def test_a_host_has_its_gap_and_another_does_not_wait_for_it() -> None:
    turns: Turns[Waiting] = Turns()
    first, second, other = Waiting("a"), Waiting("a"), Waiting("b")
    for each in (first, second, other):
        turns.add(each)
    assert [turns.take(10.0), turns.take(10.0), turns.take(10.0)] == [first, other, None]
    assert turns.next_at() == 11.0
    assert turns.take(10.99) is None
    assert turns.take(11.0) is second


def test_a_host_that_is_full_waits_for_a_place() -> None:
    turns: Turns[Waiting] = Turns()
    for _ in range(3):
        turns.add(Waiting("a", parallel=2, gap=0))
    assert turns.take(0.0)
    assert turns.take(0.0)
    assert turns.take(9.0) is None
    assert turns.next_at() is None
    turns.leave(Waiting("a"))
    assert turns.take(9.0)


def test_a_host_that_asks_for_a_longer_gap_gets_it_at_once() -> None:
    turns: Turns[Waiting] = Turns()
    turns.add(Waiting("a", gap=1))
    turns.add(Waiting("a", gap=1))
    assert turns.take(0.0)
    turns.ask_gap("a", 5.0)
    assert turns.take(4.9) is None
    assert turns.take(5.0)


def test_a_gap_outlives_the_round_in_which_it_began() -> None:
    turns: Turns[Waiting] = Turns()
    turns.add(Waiting("a", gap=3))
    turns.add(Waiting("a", gap=3))
    assert turns.take(0.0)
    turns.clear()
    turns.forget_idle(2.0)
    assert turns.next_at() is None
    turns.add(Waiting("a", gap=3))
    assert turns.take(2.9) is None
    assert turns.take(3.0)


def test_a_host_where_nothing_happens_is_forgotten() -> None:
    turns: Turns[Waiting] = Turns()
    turns.add(Waiting("a"))
    assert turns.take(0.0)
    turns.leave(Waiting("a"))
    turns.forget_idle(1.0)
    assert not turns._hosts


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(0, 3))), st.randoms())
def test_no_host_is_ever_asked_too_often_and_nobody_is_forgotten(
    asked: list[tuple[str, int, int]], random: Random
) -> None:
    turns: Turns[Waiting] = Turns()
    for host, parallel, gap in asked:
        turns.add(Waiting(host, parallel, float(gap)))
    running: list[Waiting] = []
    last: dict[str, tuple[float, Waiting]] = {}
    served, at = 0, 0.0
    while served < len(asked):
        turn = turns.take(at)
        if turn is None:
            at += 0.5
            while running and random.random() < 0.7:
                turns.leave(running.pop(random.randrange(len(running))))
            continue
        served += 1
        running.append(turn)
        assert sum(each.host == turn.host for each in running) <= turn.parallel
        if turn.host in last:
            before, previous = last[turn.host]
            assert at - before >= previous.gap
        last[turn.host] = (at, turn)


def test_the_gap_counts_from_when_the_request_was_sent() -> None:
    turns: Turns[Waiting] = Turns()
    first = Waiting("a", gap=2)
    turns.add(first)
    turns.add(Waiting("a", gap=2))
    assert turns.take(0.0) is first
    turns.leave(first, sent_at=1.5)
    assert turns.take(3.0) is None
    assert turns.take(3.5)
