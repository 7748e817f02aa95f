"""Words as search compares them: folded (no case, no accents) and stemmed, the same for texts and for what people type.

The databases only ever see these words. So both find the same, whatever they know of languages themselves.
"""

import re
import unicodedata
from functools import lru_cache
from threading import Lock
from typing import Any
from zlib import crc32

WORD_LENGTH = 40  # of a longer one only the beginning counts: no word of a language, but it must be found again
RULES = 1  # raise it when the same text gives other words

_WORD = re.compile(r"[^\W_]+(?:['\u2019]s\b)?")
_GENITIVE = re.compile(r"['\u2019]s$")
_LOCK = Lock()  # a stemmer keeps what it works on in itself


def stems(text: str, language: str = "nl") -> list[str]:
    """Return the words of `text` in order; English ones for "en" and "en-GB", else Dutch.

    >>> stems("De Scholen één jaar later: foto's!")
    ['de', 'school', 'een', 'jaar', 'laat', 'foto']
    """
    name = "english" if language.lower().startswith("en") else "dutch"
    return [stem(word, name) for word in _WORD.findall(folded(text))]


def spelled(text: str) -> list[str]:
    """Return the words of `text` folded and not stemmed: what the beginning of a word is compared with."""
    return [_plain(word) for word in _WORD.findall(folded(text))]


def folded(text: str) -> str:
    """Return `text` without case and accents.

    >>> folded("Coöperatie ÉÉN")
    'cooperatie een'
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """Return what the forms of a folded word share; `language` is "dutch" or "english"."""
    with _LOCK:
        return str(_stemmer(language).stemWord(_plain(word)))


def _plain(word: str) -> str:
    return _GENITIVE.sub("", word)[:WORD_LENGTH]


def rules_number() -> int:
    """A number that differs when the same text may give other words than before: index anew."""
    from importlib.metadata import version

    return crc32(f"{RULES} {version('snowballstemmer')} {unicodedata.unidata_version}".encode())


@lru_cache
def _stemmer(language: str) -> Any:
    import snowballstemmer  # brings all its languages: not before somebody needs one

    return snowballstemmer.stemmer(language)
