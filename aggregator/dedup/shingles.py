"""The terms by which an item is found again: its rarest pairs of words, and its rarest words (pure).

A pair of neighbours survives cutting and an added paragraph, a rare word survives a text told in other words. The
index (store/likes.py) drops a term that many items share, so that what is common keeps nobody busy.
"""

from itertools import pairwise
from zlib import crc32

from aggregator.dedup.wording import COMMON, UNKNOWN, Tokens, Wording, frequencies

LEAD_PAIRS, FURTHER_PAIRS, WORDS = 8, 4, 10  # how many terms of each kind stand for an item
LEAD = 45  # telling words: as much as a teaser holds
RARE = 4.0  # the weight from which a word alone tells something
LONG = 5  # letters


def terms(wording: Wording) -> tuple[int, ...]:
    """Return up to 23 numbers of 32 bits; equal ones in two items are a reason to compare these."""
    title, body = _telling(wording.title), _telling(wording.body)
    lead = _rarest_pairs([*title, ("", 0.0), *body[:LEAD]], LEAD_PAIRS)
    further = _rarest_pairs(body[LEAD:], FURTHER_PAIRS)
    whole = crc32(" ".join(word for word, _ in title).encode())
    return tuple(dict.fromkeys((whole, *lead, *further, *_rarest_words(wording))))


def _telling(tokens: Tokens) -> list[tuple[str, float]]:
    known = frequencies()
    return [
        (word, known.get(word, UNKNOWN))
        for word, kind in zip(tokens.words, tokens.kinds, strict=True)
        if kind != COMMON
    ]


def _rarest_pairs(words: list[tuple[str, float]], count: int) -> list[int]:
    ranked = {
        (-one_weight - other_weight, crc32(f"{one} {other}".encode()))
        for (one, one_weight), (other, other_weight) in pairwise(words)
        if one and other
    }
    return [term for _, term in sorted(ranked)[:count]]


def _rarest_words(wording: Wording) -> list[int]:
    known = frequencies()
    names, figures = wording.names, wording.figures
    ranked = [
        (-weight - (word in names), crc32(word.encode()))
        for word in wording.telling - figures
        if (weight := known.get(word, UNKNOWN)) >= RARE and (len(word) >= LONG or word in names)
    ]
    return [term for _, term in sorted(ranked)[:WORDS]]
