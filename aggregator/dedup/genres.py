"""What kind of piece a title announces, where that tells two items apart however alike their words are.

The announcement of a prize and its winner, a call and its result, a piece and the weekly overview that quotes it: they
share names, figures and whole sentences, and are different news.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Beginnings of folded words.
_BEFORE = (
    *("genomineerd", "nominat", "nominer", "kanshebber", "favoriet", "finalist", "aanmeld", "inschrijv", "schrijf"),
    *("binnenkort", "vooraankondig", "zoekt", "gezocht", "vacature"),
)
_AFTER = (
    *("wint", "winnaar", "winnen", "won", "gewonnen", "kampioen", "terugblik", "verslag", "uitslag", "bekroond"),
    *("zilver", "brons", "gesloten", "geslaagd", "uitgereikt"),
)
_WHOLE = frozenset(("won", "brons"))  # words that others begin with
_OVERVIEW = ("weekoverzicht", "maandoverzicht", "nieuwsoverzicht", "jaaroverzicht", "nieuwsbrief", "nieuwsronde")
_OVERVIEW_PHRASES = (("kort", "nieuws"), ("in", "het", "kort"), ("week", "in"), ("dit", "nummer"), ("agenda",))
# "FNV: leerbudget is eerste stap", "MBO Raad: docent moet terug naar de werkvloer": somebody's word on the news.
_SPEAKER_LENGTH = 80  # characters; the pattern takes their cube on a title that is nothing but capitals
_NAME = r"[A-ZÀ-Þ][\w&+-]*"
_SPEAKER = re.compile(
    rf"\s*(?:(?:{_NAME}\s+){{0,2}}\w*[A-ZÀ-Þ][\w&+-]*[A-ZÀ-Þ]\w*|[A-Z]{{2,}}[\w-]*(?:\s{_NAME})+)\s*:"
)


@dataclass(frozen=True, slots=True)
class Genre:
    """What a title says of its piece: `before` and `after` the event, an `overview` of news, someone who `speaks`."""

    before: bool = False
    after: bool = False
    overview: bool = False
    speaks: bool = False

    @classmethod
    def of(cls, headline: str, title: Sequence[str]) -> "Genre":
        """The genre that a headline tells, as written and as folded words."""
        return cls(
            before=any(_begins(word, _BEFORE) for word in title),
            after=any(_begins(word, _AFTER) for word in title),
            overview=any(word.startswith(_OVERVIEW) for word in title)
            or any(_holds(title, phrase) for phrase in _OVERVIEW_PHRASES),
            speaks=_SPEAKER.match(headline[:_SPEAKER_LENGTH]) is not None,
        )

    def excludes(self, other: "Genre") -> bool:
        """Whether two pieces of these genres can not be the same news."""
        if self.overview != other.overview:
            return True
        ahead, back = self.before and not self.after, self.after and not self.before
        return (ahead and other.after and not other.before) or (back and other.before and not other.after)


def _begins(word: str, beginnings: Sequence[str]) -> bool:
    return any(word == each if each in _WHOLE else word.startswith(each) for each in beginnings)


def _holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    return any(tuple(words[n : n + len(phrase)]) == tuple(phrase) for n in range(len(words) - len(phrase) + 1))
