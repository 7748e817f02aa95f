"""The terms by which an item is found again: its rarest pairs of words, and its rarest words (pure).

A pair of neighbours survives cutting and an added paragraph, a rare word survives a text told in other words. The
index (store/neighbours.py) drops a term that many items share, so that what is common keeps nobody busy.
"""

from collections.abc import Sequence
from heapq import nsmallest
from itertools import pairwise
from zlib import crc32

from aggregator.dedup.wording import COMMON, UNKNOWN, Tokens, Wording, frequencies

LEAD_PAIRS, FURTHER_PAIRS, WORDS = 8, 4, 10  # how many terms of each kind stand for an item
LEAD = 45  # telling words: as much as a teaser holds
RARE = 4.0  # the weight from which a word alone tells something
LONG = 5  # letters


def terms(wording: Wording) -> tuple[int, ...]:
    """Return up to 23 numbers of 32 bits, that of the whole title first; none for an item without words.

    Equal ones in two items are a reason to compare these.
    """
    title, body = _telling(wording.title), _telling(wording.body)
    found = [" ".join([word for word, _ in title])]
    found += _rarest_pairs(title, body[:LEAD], LEAD_PAIRS)
    found += _rarest_pairs(body[LEAD:], (), FURTHER_PAIRS)
    found += _rarest_words(wording)
    return tuple(dict.fromkeys([crc32(term.encode()) for term in found if term]))


Weighed = list[tuple[str, float]]


def _telling(tokens: Tokens) -> Weighed:
    weight = frequencies().get
    return [
        (word, weight(word, UNKNOWN)) for word, kind in zip(tokens.words, tokens.kinds, strict=True) if kind != COMMON
    ]


def _rarest_pairs(one: Weighed, other: Sequence[tuple[str, float]], count: int) -> list[str]:
    neighbours = [*pairwise(one), *pairwise(other)]
    ranked = nsmallest(count, {(-first[1] - second[1], first[0], second[0]) for first, second in neighbours})
    return [f"{first} {second}" for _, first, second in ranked]


def _rarest_words(wording: Wording) -> list[str]:
    weight, names = frequencies().get, wording.names
    ranked = [
        (-told - (word in names), word)
        for word in wording.telling - wording.figures
        if (told := weight(word, UNKNOWN)) >= RARE and (len(word) >= LONG or word in names)
    ]
    return [word for _, word in nsmallest(WORDS, ranked)]
