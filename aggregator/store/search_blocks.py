"""The calendar of the search on PostgreSQL: time cut into blocks that its index knows by a word, newest first.

A GIN index knows no order. But "this word and that block" costs it no more than the block holds, so a search walks back
block by block until its page is full: small ones first, for what is frequent is found at once, then ever larger ones,
for what is rare is quickly looked up in them. Blocks are powers of two of minutes, each four of the next smaller.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from aggregator.store.search_words import PUBLIC

Order = Literal["dated", "released"]
ORDERS: tuple[Order, ...] = ("dated", "released")

STORY_BITS = 36  # a place is minutes, then the number of the story: places fit 64 bits until the year 2200
MINUTE_BITS = 26
SIZES = (14, 16, 18, 20)  # bits of minutes: eleven days, six weeks, half a year, two years
MOST = 40  # blocks; what is older than that is one more, whatever date a partner made up


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """The places from `floor` on (included) to `below` (not included), and the word for them in the index."""

    word: str
    floor: int
    below: int


def blocks(order: Order, floor: int, below: int) -> Iterator[Block]:
    """Cut the places from `floor` on (included) to `below` (not included) into blocks, newest first."""
    level = 0
    for _ in range(MOST):
        if below <= floor:
            return
        size = SIZES[level]
        number = (below - 1) >> STORY_BITS + size
        start = number << STORY_BITS + size
        yield Block(word=_word(order, size, number), floor=max(start, floor), below=below)
        below = start
        if number % 4 == 0 and size != SIZES[-1]:
            level += 1
    if floor < below:
        yield Block(word=PUBLIC, floor=floor, below=below)


def _word(order: Order, size: int, number: int) -> str:
    """As the generated column of the table has it (migration 0016); before 1970 numbers are negative."""
    return f"{order[0]}{size}x{number + (1 << MINUTE_BITS - size)}"
