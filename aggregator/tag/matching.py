"""Finding many terms in a text at once, as the header of themes.toml defines what a term matches.

A term is known by its letters and digits alone, folded: "zij-instroom", "zij instroom" and "Zijinstroom" are one
string. The text is cut into words once; each word, and each row of words that may become a term, is one look-up
in a cache. (One automaton over characters, as Aho and Corasick made it, would have to prove word boundaries again.)
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from aggregator.text.remembered import Remembered

WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 80  # longer ones are no words
CACHED_WORDS = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One term of the lexicon. `written` is for people; `capitals` matches only as written."""

    written: str
    capitals: bool = False


# The number of a term, the first of its words in a text, and the word after its last.
Hit = tuple[int, int, int]
Find = Callable[[Sequence[str]], list[Hit]]
_Look = Callable[[str, str], tuple[tuple[int, ...], bool]]


def words_of(text: str) -> list[str]:
    """The words of `text` as written, without signs between them."""
    return list(chain.from_iterable(map(_PIECES.__getitem__, text.split())))


# No word reaches across a space, so that what stands between two is looked at once for many texts.
_PIECES = Remembered(lambda text: WORD.findall(unicodedata.normalize("NFC", text)))


def fold(text: str) -> str:
    """`text` in lower case without diacritics: "Bèta" is "beta"."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()


FOLDED = Remembered(fold)  # by word as written


def compile_terms(terms: Sequence[Term]) -> Find:
    """Return a function that finds all of `terms`, by their place in the sequence, in a list of words.

    Hits come in order of their first word.

    Raises ValueError for a term that can match nothing or anything.
    """
    look = _lookup([_pattern(term) for term in terms])
    silent: set[str] = set()  # words that no term starts with: most of any text

    def find(words: Sequence[str]) -> list[Hit]:
        hits: list[Hit] = []
        if len(silent) > CACHED_WORDS:
            silent.clear()
        for start, word in [(place, word) for place, word in enumerate(words) if word not in silent]:
            found, goes_on = look("", word)
            for term in found:
                hits.append((term, start, start + 1))
            if goes_on:
                _add_longer(hits, look, words, start)
            elif not found:
                silent.add(word)
        return hits

    return find


def _add_longer(hits: list[Hit], look: _Look, words: Sequence[str], start: int) -> None:
    """Add the terms of more than one word at `start`."""
    row, end, goes_on = words[start], start + 1, True
    while goes_on and end < len(words):
        found, goes_on = look(row, words[end])
        row += words[end]
        end += 1
        for term in found:
            hits.append((term, start, end))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pattern:
    capitals: bool
    key: str
    beginnings: tuple[str, ...]  # the key after its first word, its second ..., without the last
    any_start: bool
    any_end: bool


def _pattern(term: Term) -> _Pattern:
    written = term.written.strip()
    any_start, any_end = written.startswith("*"), written.endswith("*") and written != "*"
    parts = [part if term.capitals else fold(part) for part in words_of(written)]
    if not parts or "*" in written[any_start : len(written) - any_end]:
        raise ValueError(f"the term {term.written!r} needs letters or digits, and * only at its ends")
    if any_start and len(parts) > 1:
        raise ValueError(f"the term {term.written!r}: a * in front goes with one word only")
    if term.capitals and (any_start or any_end):
        raise ValueError(f"the term {term.written!r}: capitals are matched as written, without *")
    beginnings = tuple("".join(parts[:count]) for count in range(1, len(parts)))
    return _Pattern(
        capitals=term.capitals,
        key="".join(parts),
        beginnings=beginnings,
        any_start=any_start,
        any_end=any_end,
    )


def _lookup(patterns: Sequence[_Pattern]) -> _Look:
    """A function (row of words so far, next word) -> (terms that end with it, whether a longer one may follow)."""
    table: dict[tuple[bool, bool, bool], dict[str, list[int]]] = {}
    beginnings: tuple[set[str], set[str]] = (set(), set())
    for number, each in enumerate(patterns):
        keys = table.setdefault((each.capitals, each.any_start, each.any_end), {})
        keys.setdefault(each.key, []).append(number)
        beginnings[each.capitals].update(each.beginnings)
    # Keys that any end may follow, by their first signs: a word is held against the few that begin as it does.
    width = min((len(each.key) for each in patterns if each.any_end), default=1)
    heads: dict[tuple[bool, bool, bool], dict[str, list[str]]] = {}
    for kind, keys in table.items():
        for key in sorted(keys, key=len) if kind[2] else ():
            heads.setdefault(kind, {}).setdefault(key[:width], []).append(key)

    @lru_cache(maxsize=CACHED_WORDS)
    def look(row: str, word: str) -> tuple[tuple[int, ...], bool]:
        if len(word) > LONGEST_WORD:
            return (), False
        begun = FOLDED[row]
        written, folded = row + word, begun + FOLDED[word]
        found: list[int] = []
        for kind, keys in table.items():
            capitals, any_start, any_end = kind
            text, least = (written, len(row)) if capitals else (folded, len(begun))
            for start in range(len(text)) if any_start and not row else (0,):
                if not any_end:
                    found += keys.get(text[start:], ())
                    continue
                for key in heads[kind].get(text[start : start + width], ()):
                    if len(key) > least and text.startswith(key, start):
                        found += keys[key]
        return tuple(dict.fromkeys(found)), folded in beginnings[False] or written in beginnings[True]

    return look
