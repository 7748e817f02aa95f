"""What a text says, in a form that can be compared: its words in order, which of them are figures and which names.

What makes news different is mostly a figure or a name; what makes it the same is rare words, and pairs of words.
Only the beginning of a text counts, where news says what it is.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import chain, compress, pairwise
from math import log

from aggregator.dedup.genres import Genre
from aggregator.dedup.numerals import number, numerals
from aggregator.text.dates.names import MONTHS, WEEKDAYS
from aggregator.text.remembered import Remembered

LEAD_WORDS = 150  # of the text; titles count whole, to TITLE_WORDS
TITLE_WORDS = 60
WORD_LENGTH = 40  # the rest of a longer one tells nothing more

FIGURE, NAME, WORD, COMMON = "0", "N", "w", "."  # the kinds of words
TELLING = FIGURE + NAME + WORD

# A word, a number, or a sign after which a capital means nothing.
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*(?:(?:[sS][tT]|[dD])?[eE]\b)?|[^\W\d_]+(?:['’][^\W\d_]+)*|[.!?:;•|\n]|[‘“\"„](?=\w)"
)

# "Open dag bij De Waterpoort | ROC Waterpoort": the site's name behind the title.
_SITE = re.compile(r"^(\S+(?:\s+\S+){2,})\s+\|\s+\S+(?:\s+\S+){0,3}$")
_SIGN, _MARKED = "|", "M"  # in between: a sign, a name wherever it stands
_STARTS_SENTENCE = re.compile(rf"(?:^|\{_SIGN})\{_SIGN}*{NAME}")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


COMMON_WORDS = _names(
    """
    de het een en van in op te dat die is voor met zijn er aan niet om ook als bij of naar dan maar door over ze uit
    hij zij wij we u je jij ik hun hem haar dit deze was waren werd werden worden wordt heeft hebben had hadden kan
    kunnen zal zullen zou zouden nog al meer veel wel zo wat wie waar hoe tot na tussen onder tegen tijdens per zich
    mijn ons onze jouw uw geen moet moeten wil willen gaat gaan komt komen doen doet daar hier daarom omdat want toch
    alle alles andere ander eigen nu toen sinds binnen buiten via samen vanaf zonder elk elke ieder iedere maken maakt
    maakte krijgt krijgen kreeg volgens vandaag gisteren morgen jaar jaren dag dagen week weken maand maanden uur
    mag mogen waarin waarmee waarop hiermee daarmee ervoor eraan ervan erg zeer vooral alleen bijna ruim circa ongeveer
    zo'n eens weer steeds vaak altijd nooit iets iemand men zelf elkaar zodat terwijl wanneer waarom welke welk zoals
    goed goede nieuw nieuwe groot grote laatste zegt zei laat laten staat staan ligt vindt vinden geeft geven
    lees verder lezen bron foto nieuws actueel bericht artikel deel meld nieuwsbrief persbericht
    the a an of to and for on with by from at as it its this that be are has have will
    """
)


@cache
def _choosing(kinds: str) -> bytes:
    """A table that makes a byte of each sign of `kinds` true, and false of the others."""
    return bytes(chr(code) in kinds for code in range(256))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words in order, folded (figures in one spelling), and the kind of each: one sign of `kinds` a word."""

    words: tuple[str, ...]
    kinds: str

    def of_kind(self, kinds: str) -> frozenset[str]:
        """The different words of these kinds."""
        return frozenset(self.in_order(kinds))

    def in_order(self, kinds: str) -> list[str]:
        """The words of these kinds, as they stand."""
        return list(compress(self.words, self.kinds.encode().translate(_choosing(kinds))))

    @property
    def telling(self) -> frozenset[str]:
        """The different words but for common ones."""
        return self.of_kind(TELLING)

    def part(self, start: int, end: int) -> "Tokens":
        """The words from `start` up to `end`."""
        return Tokens(self.words[start:end], self.kinds[start:end])


@dataclass(frozen=True)
class Wording:
    """An item's words: its title as written and its words, and those that its text begins with."""

    headline: str
    title: Tokens
    body: Tokens

    @cached_property
    def telling(self) -> frozenset[str]:
        """The different words but for common ones, in title and text."""
        return self.title.telling | self.body.telling

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The neighbours in the text."""
        return frozenset(pairwise(self.body.words))

    @cached_property
    def weight(self) -> float:
        """What all telling words weigh together."""
        return weight_of(self.telling)

    @cached_property
    def genre(self) -> Genre:
        """The kind of piece that the title announces."""
        return Genre.of(self.headline, self.title.words)

    @cached_property
    def names(self) -> frozenset[str]:
        """The different names, in title and text."""
        return self.title.of_kind(NAME) | self.body.of_kind(NAME)

    @cached_property
    def figures(self) -> frozenset[str]:
        """The different figures, in title and text."""
        return self.title.of_kind(FIGURE) | self.body.of_kind(FIGURE)


@lru_cache(maxsize=4096)  # a story's members are compared again and again while it is news
def wording(title: str, text: str) -> Wording:
    """Return the wording of a plain title and the plain text that goes with it."""
    bare = _SITE.sub(r"\1", title) if "|" in title else title
    return Wording(title, tokens(bare, TITLE_WORDS), tokens(text, LEAD_WORDS))


def tokens(text: str, limit: int) -> Tokens:
    """Return the first `limit` words of a plain text."""
    # No word reaches across a space, so that each piece between two is looked at once for many texts.
    pieces = text[: 12 * limit].replace("\n", f" {_SIGN} ").split()
    if not pieces:
        return Tokens((), "")
    words, kinds = zip(*map(_PIECES.__getitem__, pieces), strict=True)
    told = _STARTS_SENTENCE.sub(WORD, "".join(kinds)).replace(_SIGN, "").replace(_MARKED, NAME)
    return Tokens(tuple(chain.from_iterable(words))[:limit], told[:limit])


def weight_of(words: Iterable[str]) -> float:
    """Return what words tell together: rare ones much, common ones nothing (inverse document frequency)."""
    return sum(map(weights().__getitem__, words))


UNKNOWN = 6.5  # the weight of a word that the starter texts do not hold


class Weights(dict[str, float]):
    """The weights of words."""

    def __missing__(self, _: str) -> float:
        return UNKNOWN


@cache
def weights() -> Weights:
    """Return the weight of each word of the starter texts: the logarithm of one in how many holds it."""
    lines = (files("aggregator.dedup") / "frequencies.txt").read_text("utf-8").splitlines()
    documents = int(lines[0].split()[0])
    counted = (line.rsplit(" ", 1) for line in lines[1:])
    return Weights({word: log(documents / (1 + int(count))) for word, count in counted})


def _piece(text: str) -> tuple[tuple[str, ...], str]:
    """Return the words of a text without spaces, and the kinds of its words and signs."""
    told = [_word(written) for written in _TOKEN.findall(text)]
    return tuple(word for word, _ in told if word), "".join(kind for _, kind in told)


_PIECES = Remembered(_piece)


def _word(written: str) -> tuple[str, str]:
    """Return a word folded, and its kind by itself."""
    if not written[0].isalnum():
        return "", _SIGN
    if written[0].isdigit():
        digits = written.rstrip("sStTdDeE")  # "20e", "20ste" and "2de" are ordinals
        return (number(digits[:WORD_LENGTH]) if digits == written else f"{digits[:WORD_LENGTH]}e"), FIGURE
    folded = fold(written)[:WORD_LENGTH]
    figure = numerals().get(folded)
    if figure:
        return figure, FIGURE
    if folded in COMMON_WORDS or folded in WEEKDAYS:
        return folded, COMMON
    if folded in MONTHS and len(folded) > 2:
        return folded, FIGURE
    if written[0].islower():
        return folded, WORD
    # FNV, PTvT and McKinsey are names wherever they stand.
    return folded, _MARKED if any(sign.isupper() for sign in written[1:]) else NAME


def fold(word: str) -> str:
    """Return a word in lower case, without accents and with straight apostrophes."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFD", word.replace("’", "'").lower())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
