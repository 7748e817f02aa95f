"""Dutch numbers, written in digits or in words, as one spelling: "2.140", "twaalf" and "zesenveertig" are compared.

The words run to the thousands, as news writes them; what is longer stands in digits. Ordinals keep a sign of their
own: the third edition is no third of anything.
"""

from collections.abc import Iterable
from functools import cache, lru_cache

UNITS = (
    *("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf"),
    *("dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien"),
)
TENS = ("twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig")
FIRST_TELLING = 2  # "een" is an article nearly always
LEAST_ROUNDED = 100  # smaller numbers are told exactly
ROUND_SHARE = 0.1  # "ruim tweeduizend" stands for 2,140, not for 2,500


@cache
def numerals() -> dict[str, str]:
    """Return the folded number words with their values in digits; ordinals end in "e"."""
    cardinals = dict(_cardinals())
    ordinals = {_ordinal(word): f"{value}e" for word, value in cardinals.items() if value < 100}
    return {word: str(value) for word, value in cardinals.items()} | ordinals | {"eerste": "1e"}


def number(digits: str) -> str:
    """Return a number as written in digits in one spelling: no thousands points, a decimal point.

    >>> number("2.140"), number("10,5"), number("14.00")
    ('2140', '10.5', '14.00')
    """
    parts = digits.replace(",", ".").split(".")
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3 and parts[0] != "0":
        return "".join(parts)
    return ".".join(parts)


def agree(one: str, other: str) -> bool:
    """Whether two numbers can be the same figure: equal, or one of them the other rounded.

    >>> agree("2140", "2000"), agree("2140", "1870"), agree("10842", "11000")
    (True, False, True)
    """
    return one == other or _are_near(_value(one), _value(other))


def in_common(some: frozenset[str], others: frozenset[str]) -> int:
    """How many of `some` figures are among `others`, or agree with one of them."""
    rest = some - others
    theirs = _large(others)
    near = sum(any(_are_near(one, other) for other in theirs) for one in _large(rest)) if theirs else 0
    return len(some) - len(rest) + near


def _large(figures: Iterable[str]) -> list[float]:
    """The values of those that a rounded figure can stand for, or be: most figures of a text are too small."""
    values = map(_value, figures)
    return [value for value in values if value is not None and value >= LEAST_ROUNDED * (1 - 2 * ROUND_SHARE)]


@lru_cache(maxsize=4096)
def _value(figure: str) -> float | None:
    """What a figure is worth; None for an ordinal or a time."""
    try:
        return float(figure)
    except ValueError:
        return None


def _are_near(one: float | None, other: float | None) -> bool:
    """Whether one of two numbers can be the other rounded."""
    if one is None or other is None:
        return False
    low, high = (one, other) if one < other else (other, one)
    return high >= LEAST_ROUNDED and high - low <= ROUND_SHARE * high and (_is_round(low) or _is_round(high))


def _is_round(value: float) -> bool:
    digits = f"{value:.0f}"
    return len(digits.rstrip("0")) <= (2 if len(digits) > 3 else 1)


def _cardinals() -> list[tuple[str, int]]:
    known = dict(enumerate(UNITS)) | {10 * n: ten for n, ten in enumerate(TENS, start=2)}
    for tens, ten in enumerate(TENS, start=2):
        for unit in range(1, 10):
            known[10 * tens + unit] = f"{UNITS[unit]}en{ten}"  # folded: "tweeëntwintig" has lost its dots
    words = [(word, value) for value, word in known.items() if value >= FIRST_TELLING]
    words += [("honderd", 100), ("duizend", 1000)]
    words += [(f"{known[n]}honderd", 100 * n) for n in range(2, 20) if n != 10]
    words += [(f"{known[n]}duizend", 1000 * n) for n in range(2, 100)]
    return words


def _ordinal(word: str) -> str:
    irregular = {"drie": "derde", "acht": "achtste"}
    if word in irregular:
        return irregular[word]
    return word + ("ste" if word.endswith("ig") else "de")
