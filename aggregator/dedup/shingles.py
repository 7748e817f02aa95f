"""The terms by which an item is found again: its rarest pairs of words, and its rarest words (pure).

A pair of neighbours survives cutting and an added paragraph, a rare word survives a text told in other words. The
index (store/neighbours.py) drops a term that many items share, so that what is common keeps nobody busy.
"""

from collections.abc import Iterable
from itertools import pairwise
from zlib import crc32

from aggregator.dedup.wording import TELLING, Wording, weights

LEAD_PAIRS, FURTHER_PAIRS, WORDS = 8, 4, 10  # how many terms of each kind stand for an item
LEAD = 45  # telling words: as much as a teaser holds
RARE = 4.0  # the weight from which a word alone tells something
LONG = 5  # letters


def terms(wording: Wording) -> tuple[int, ...]:
    """Return up to 23 numbers of 32 bits, that of the whole title first; none for an item without words.

    Equal ones in two items are a reason to compare these.
    """
    title, body = wording.title.in_order(TELLING), wording.body.in_order(TELLING)
    found = [" ".join(title)]
    found += _rarest_pairs([*pairwise(title), *pairwise(body[:LEAD])], LEAD_PAIRS)
    found += _rarest_pairs(pairwise(body[LEAD:]), FURTHER_PAIRS)
    found += _rarest_words(wording)
    return tuple(dict.fromkeys([crc32(term.encode()) for term in found if term]))


def _rarest_pairs(pairs: Iterable[tuple[str, str]], count: int) -> list[str]:
    weight = weights()
    ranked = sorted([(-weight[first] - weight[second], first, second) for first, second in set(pairs)])
    return [f"{first} {second}" for _, first, second in ranked[:count]]


def _rarest_words(wording: Wording) -> list[str]:
    weight, names = weights(), wording.names
    ranked = [
        (-told - (word in names), word)
        for word in wording.telling - wording.figures
        if (told := weight[word]) >= RARE and (len(word) >= LONG or word in names)
    ]
    return [word for _, word in sorted(ranked)[:WORDS]]
