"""What the model sees of an item: its words, cut into letters, and the facts that rules and source tell.

One reading serves training and scoring. Every contribution to the sum belongs to a word of the text or to a term of
the rules, so that a verdict can be explained in words that stand there. A word counts once, where it weighs most, and
is known by itself and by its runs of three to five letters (after Bojanowski et al., Enriching Word Vectors with
Subword Information, 2017): they open up compounds, see through endings, and need no dictionary.

Extra features (sentence embeddings, say) would be further facts: `Reading.facts` is the seam.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from aggregator.tag.evidence import LEAD_WORDS, Evidence, cut, weigh
from aggregator.tag.language import is_foreign
from aggregator.tag.lexicon import ABROAD, EDUCATION, OTHER_SECTOR, SOURCE, TECHNICAL, Rules
from aggregator.tag.matching import FOLDED, LONGEST_WORD

IN_TITLE, IN_LEAD, IN_REST = 1.7, 1.0, 0.7
SHORTEST_RUN, LONGEST_RUN = 3, 5
SHORT = 18  # fewer words are hardly more than a title: what they lack tells little
WORTH = {"strong": 1.0, "weak": 0.5}  # of terms, beside a theme that others speak for
MOST, MOST_OF_BOTH = 4.0, 1.5  # more terms of a kind do not make it surer

TECHNICAL_AND_LEARNING = "techniek en leren samen"
LACKING = {"technical": "geen woord over techniek", "education": "geen woord over leren", "theme": "geen themawoord"}
SHORT_TEXT = "weinig tekst"
SOURCE_NAMELESS, NAME = "de bron", 60
RELEVANCE_KEYS = frozenset(
    {TECHNICAL, EDUCATION, OTHER_SECTOR, SOURCE, "both", "own field", "short"}
    | {f"no {kind}{short}" for kind in LACKING for short in ("", ", short")}
)


class Fact(NamedTuple):
    """Something known of an item beside its words: `key` for the model, `written` for people."""

    key: str
    value: float
    written: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """An item as the model sees it. `words` are folded, with weights of length 1 together."""

    words: dict[str, float]
    written: dict[str, str]  # folded -> as it stands in the text
    facts: tuple[Fact, ...]
    abroad: dict[str, float]  # terms of another country's education
    foreign: bool  # not written in Dutch
    short: bool  # hardly more than a title

    @property
    def bare(self) -> bool:
        """Whether it is so short that what it lacks tells nothing, and no word of another sector stands in it."""
        return self.short and not self.abroad and all(fact.key != OTHER_SECTOR for fact in self.facts)


def read(
    rules: Rules,
    *,
    title: str,
    text: str,
    organisation: str = "",
    hints: Iterable[str] = (),
    known: Collection[str] | None = None,
) -> Reading:
    """Return what title, beginning of the text and source show. With `known`, only those terms of the rules count."""
    head, body = cut(title, text)
    evidence = weigh(rules, head, body, organisation=organisation, hints=hints)
    words, written = _words(head, body)
    short = len(head) + len(body) < SHORT
    return Reading(
        words=words,
        written=written,
        facts=tuple(_facts(evidence, known, organisation, short=short)),
        abroad=evidence.relevance.get(ABROAD, {}),
        foreign=is_foreign(words),
        short=short,
    )


def units(word: str) -> Iterator[tuple[str, float]]:
    """The features of one word: itself, and its runs of letters, which weigh 1 together."""
    yield f"={word}", 1.0
    marked = f"<{word}>"
    runs = [
        marked[start : start + length]
        for length in range(SHORTEST_RUN, LONGEST_RUN + 1)
        for start in range(len(marked) - length + 1)
    ]
    share = 1.0 / sqrt(len(runs))
    for run in runs:
        yield run, share


def sparse(reading: Reading) -> dict[str, float]:
    """All features of an item with their values."""
    found: dict[str, float] = {}
    for word, weight in reading.words.items():
        for name, share in units(word):
            found[name] = found.get(name, 0.0) + weight * share
    for fact in reading.facts:
        found[fact.key] = found.get(fact.key, 0.0) + fact.value
    return found


def support(reading: Reading) -> dict[str, float]:
    """What the terms of the rules say for each theme that they speak for, whatever the model makes of it."""
    found: dict[str, float] = {}
    for key, value, _ in reading.facts:
        kind, _, slug = key.partition(":")
        if kind in WORTH:
            found[slug] = found.get(slug, 0.0) + value * WORTH[kind]
    return found


def second(reading: Reading, slugs: Iterable[str], first: str) -> tuple[float, str]:
    """The best supported theme besides the first, with its support. A linear model only tells how the first wins."""
    found = support(reading)
    return max((found.get(slug, 0.0), slug) for slug in slugs if slug != first)


def kind_of(name: str) -> str:
    """What kind of feature a name stands for: "words", "runs" of letters, rules of "themes", or "relevance"."""
    if name.startswith("="):
        return "words"
    if name.startswith(("strong:", "weak:", "prior:")):
        return "themes"
    return "relevance" if name in RELEVANCE_KEYS else "runs"


def terms_of(evidence: Evidence) -> frozenset[str]:
    """The terms of the rules that occur."""
    groups = (*evidence.strong.values(), *evidence.weak.values(), *evidence.relevance.values())
    return frozenset(term for weights in groups for term in weights)


def _words(head: list[str], body: list[str]) -> tuple[dict[str, float], dict[str, str]]:
    weights: dict[str, float] = {}
    written: dict[str, str] = {}
    parts = ((IN_TITLE, head), (IN_LEAD, body[:LEAD_WORDS]), (IN_REST, body[LEAD_WORDS:]))
    for weight, words in parts:  # the heaviest first
        for folded, word in zip(map(FOLDED.__getitem__, words), words, strict=True):
            if folded not in weights and 1 < len(folded) <= LONGEST_WORD:
                weights[folded] = weight
                written[folded] = word
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}, written


def _facts(evidence: Evidence, known: Collection[str] | None, organisation: str, *, short: bool) -> Iterator[Fact]:
    groups = {f"strong:{slug}": weights for slug, weights in evidence.strong.items()}
    groups |= {f"weak:{slug}": weights for slug, weights in evidence.weak.items()}
    themes = len(groups)
    groups |= {says: evidence.relevance.get(says, {}) for says in (TECHNICAL, EDUCATION, OTHER_SECTOR, SOURCE)}
    sums: dict[str, float] = {}
    for key, weights in groups.items():
        counted = {term: weight for term, weight in weights.items() if known is None or term in known}
        sums[key] = total = sum(counted.values())
        scale = min(1.0, MOST / total) if total else 0.0
        for term, weight in counted.items():
            yield Fact(key, weight * scale, term)
    if both := min(sums[TECHNICAL], sums[EDUCATION], MOST_OF_BOTH):
        yield Fact("both", both, TECHNICAL_AND_LEARNING)
    source = " ".join(organisation[:NAME].split()) or SOURCE_NAMELESS
    for slug, weight in evidence.prior.items():
        yield Fact(f"prior:{slug}", weight, source)
    if evidence.own_field:
        yield Fact("own field", 1.0, source)
    has_theme = any(list(sums.values())[:themes])
    lacking = {"technical": not sums[TECHNICAL], "education": not sums[EDUCATION], "theme": not has_theme}
    for kind, lacks in lacking.items():
        if lacks:
            yield Fact(f"no {kind}, short" if short else f"no {kind}", 1.0, LACKING[kind])
    if short:
        yield Fact("short", 1.0, SHORT_TEXT)
