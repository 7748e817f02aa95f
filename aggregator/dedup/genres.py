"""What kind of piece a title announces, where that tells two items apart however alike their words are.

The announcement of a prize and its winner, a call and its result, a piece and the weekly overview that quotes it: they
share names, figures and whole sentences, and are different news.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Of folded titles; what has no "\\b" behind it is the beginning of a word.
_BEFORE = re.compile(
    r"\b(?:genomineerd|nominat|nominer|kanshebber|favoriet|finalist|aanmeld|inschrijv|schrijf|binnenkort|vooraankondig|"
    r"zoekt|gezocht|vacature)"
)
_AFTER = re.compile(
    r"\b(?:wint|winnaar|winnen|won\b|gewonnen|kampioen|terugblik|verslag|uitslag|bekroond|zilver|brons\b|gesloten|"
    r"geslaagd|uitgereikt)"
)
_OVERVIEW = re.compile(
    r"\b(?:(?:week|maand|nieuws|jaar)overzicht|nieuwsbrief|nieuwsronde|kort nieuws|in het kort|week in\b|dit nummer|"
    r"agenda\b)"
)
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
        words = " ".join(title)
        return cls(
            before=_BEFORE.search(words) is not None,
            after=_AFTER.search(words) is not None,
            overview=_OVERVIEW.search(words) is not None,
            speaks=_SPEAKER.match(headline[:_SPEAKER_LENGTH]) is not None,
        )

    def excludes(self, other: "Genre") -> bool:
        """Whether two pieces of these genres can not be the same news."""
        if self.overview != other.overview:
            return True
        ahead, back = self.before and not self.after, self.after and not self.before
        return (ahead and other.after and not other.before) or (back and other.before and not other.after)
