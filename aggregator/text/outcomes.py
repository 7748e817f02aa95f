"""What happened at a visit to a source, in plain sentences, for editors and partners who do not know HTTP.

For each code: what happened, whose side it is on, what we do about it, and what the reader can do. Dutch first (level
B1), English second. The codes are those of `Failed`, `ReadError` and `Outcome`.
"""

import re
from dataclasses import dataclass

from aggregator.text.outcome_texts import DEFAULTS, ROWS, WHOSE, Language, Row, Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Four sentences in one language; `side` is what `whose` says, for code."""

    side: Side
    what: str
    whose: str
    we: str
    you: str


def explain(code: str, language: Language, **facts: str) -> Explanation:
    """Return what `code` means. Facts that make it more exact: `moved_to`, `until` (as they must be shown).

    >>> explain("http-404", "nl").what
    'De pagina bestaat niet (meer).'
    """
    row = _row(code)
    texts = row.nl if language == "nl" else row.en
    known = DEFAULTS[language] | {"code": code, "status": code.removeprefix("http-")} | facts
    return Explanation(
        side=row.side,
        what=_filled(texts.what, known),
        whose=WHOSE[language][row.side],
        we=texts.we,
        you=texts.you,
    )


def sentence(code: str, language: Language, **facts: str) -> str:
    """Return what happened and what we do about it, on one line.

    >>> sentence("redirect-loop", "en")
    'The site sends us round in a circle. We stay with the old address and try again later.'
    """
    said = explain(code, language, **facts)
    return f"{said.what} {said.we}"


def _row(code: str) -> Row:
    known = ROWS.get(code)
    if known is None and HTTP_CODE.fullmatch(code):
        known = ROWS.get(f"http-{code[5]}xx")
    return known or ROWS["unknown"]


def _filled(text: str, facts: dict[str, str]) -> str:
    """Fill in once: what a fact says is never read as a place to fill in."""
    return PLACE.sub(lambda place: facts.get(place[1], ""), text)


HTTP_CODE = re.compile(r"http-\d{3}", re.ASCII)
PLACE = re.compile(r"\{(\w+)\}")
