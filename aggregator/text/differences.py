"""What differs between two texts, word by word, for people to read."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

MOST_WORDS = 400  # comparing costs the square of it


class Part(NamedTuple):
    """Words in a row that are the same, only in the first text ("gone"), or only in the second ("new")."""

    kind: Literal["same", "gone", "new"]
    text: str


def differences(before: str, after: str) -> list[Part]:
    """Return both texts as one row of parts, the gone ones before the new.

    >>> [tuple(part) for part in differences("een klas techniek", "een zaal techniek")]
    [('same', 'een'), ('gone', 'klas'), ('new', 'zaal'), ('same', 'techniek')]
    """
    one, other = before.split()[:MOST_WORDS], after.split()[:MOST_WORDS]
    return list(_parts(one, other))


def _parts(one: list[str], other: list[str]) -> Iterator[Part]:
    for tag, start, end, other_start, other_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Part("same", " ".join(one[start:end]))
            continue
        if end > start:
            yield Part("gone", " ".join(one[start:end]))
        if other_end > other_start:
            yield Part("new", " ".join(other[other_start:other_end]))
