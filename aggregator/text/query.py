"""What people type into a search box. Nothing is an error: what is no word is no restriction.

techniek onderwijs      both words, in any form
"technisch onderwijs"   these words in this order
-energie                not this word; -"smart industry" not this phrase
techniekon*             words that begin so (at least four letters; once, for it costs most)
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from aggregator.text.stems import spelled, stem

QUERY_LENGTH = 400  # characters that are looked at
TERMS = 12
PHRASE_WORDS = 8
PREFIX_LENGTH = 4

_PART = re.compile(r'(?P<minus>(?:(?<=\s)|^)[-\u2212\u2013])?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02", '"') | {"\x00": " "})


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One thing that is looked for: any of `forms`, each some words in a row; or any word that begins with `prefix`."""

    forms: tuple[tuple[str, ...], ...]
    prefix: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """All that must be found, and what must not. `is_hopeless`: something was typed, and nothing can be found by it."""

    required: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    is_hopeless: bool = False


def wanted(query: str) -> Wanted:
    """Read what somebody typed; at most `TERMS` of its words and phrases count."""
    typed = query[:QUERY_LENGTH].translate(_QUOTES)
    found = list(_with_one_beginning(_terms(typed)))[:TERMS]
    required = tuple(dict.fromkeys(term for is_out, term in found if not is_out))
    excluded = tuple(dict.fromkeys(term for is_out, term in found if is_out))
    return Wanted(required=required, excluded=excluded, is_hopeless=bool(typed.strip()) and not found)


def canonical(query: str) -> str:
    """Return the one spelling of a query whose differences nobody sees: space and what is past the limit.

    >>> canonical("  zij  instroom ")
    'zij instroom'
    """
    return " ".join(query[:QUERY_LENGTH].translate(_QUOTES).split())


def _terms(typed: str) -> Iterator[tuple[bool, Term]]:
    for part in _PART.finditer(typed):
        is_out, phrase, word = bool(part["minus"]), part["phrase"], part["word"]
        if phrase is not None:
            words = spelled(phrase)[:PHRASE_WORDS]
            if words:
                yield is_out, Term(forms=_forms(words))
        elif word is not None:
            yield from ((is_out, term) for term in _of_word(word))


def _with_one_beginning(terms: Iterable[tuple[bool, Term]]) -> Iterator[tuple[bool, Term]]:
    is_used = False
    for is_out, term in terms:
        yield is_out, replace(term, prefix="") if is_used else term
        is_used = is_used or bool(term.prefix)


def _of_word(word: str) -> Iterator[Term]:
    """Yield the terms of what stands between two spaces: "mbo-4" is two words, in a row."""
    words = spelled(word)[:PHRASE_WORDS]
    if not words:
        return
    last = words[-1]
    begins = word.endswith("*") and len(last) >= PREFIX_LENGTH
    if not begins:
        yield Term(forms=_forms(words))
        return
    if words[:-1]:
        yield Term(forms=_forms(words[:-1]))
    yield Term(forms=_forms([last]), prefix=last)


def _forms(words: list[str]) -> tuple[tuple[str, ...], ...]:
    """A query has no language: its words are stemmed in both of ours."""
    both = (tuple(stem(word, language) for word in words) for language in ("dutch", "english"))
    return tuple(dict.fromkeys(both))
