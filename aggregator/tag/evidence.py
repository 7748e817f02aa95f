"""What the terms of a text speak for: which theme how strongly, and whether it is technical-education news at all.

Facts about a text only; rules.py judges them. A term counts once, where it weighs most: the title says what an item
is about, the first paragraph confirms it, the rest only mentions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.tag.lexicon import ABROAD, OTHER_SECTOR, SOURCE, Role, Rules, Sense
from aggregator.tag.matching import Hit, words_of

TITLE_CHARACTERS, TEXT_CHARACTERS, NAME_CHARACTERS = 300, 1_000, 200
BREAK = "."  # stands between title and text: no term reaches across it
LEAD_WORDS = 40
IN_TITLE, IN_LEAD, IN_REST = 1.6, 1.0, 0.6

STRONG, SENSE, WEAK = 2.0, 2.0, 0.9
ORGANISATION, HINT = 0.7, 0.5

ELSEWHERE = {OTHER_SECTOR, ABROAD}  # what is said there is not of our field

_MARKUP = re.compile(r"<[^<>]{0,400}>")

Weights = dict[str, float]  # by term as written


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Terms with their weights: by theme what is enough alone and what counts only beside it, by what they tell."""

    strong: dict[str, Weights]
    weak: dict[str, Weights]
    relevance: dict[str, Weights]
    prior: Weights = field(default_factory=dict)  # by theme: what is known of the source
    own_field: bool = False  # the source writes about technical education and little else

    def of(self, slug: str) -> Weights:
        """The terms that speak for a theme; a lone weak one does not."""
        strong, weak = self.strong.get(slug, {}), self.weak.get(slug, {})
        return {**weak, **strong} if strong or len(weak) > 1 else {}


def gather(rules: Rules, *, title: str, text: str, organisation: str = "", hints: Iterable[str] = ()) -> Evidence:
    """Return what title, beginning of the text and source speak for."""
    head, body = cut(title, text)
    return weigh(rules, head, body, organisation=organisation, hints=hints)


def cut(title: str, text: str) -> tuple[list[str], list[str]]:
    """The words that count: of the title, and of the first 1,000 characters of the text."""
    return _words(title, TITLE_CHARACTERS), _words(text, TEXT_CHARACTERS)


def weigh(
    rules: Rules, head: list[str], body: list[str], *, organisation: str = "", hints: Iterable[str] = ()
) -> Evidence:
    """Return what words of a title, of a text, and the source speak for."""
    hits = rules.find([*head, BREAK, *body])
    strong, weak = _themes(rules.roles, hits, len(head))
    prior: Weights = {slug: HINT for slug in hints if slug in rules.slugs}
    own_field = False
    for term, _, _ in rules.find(words_of(organisation[:NAME_CHARACTERS])):
        role = rules.roles[term]
        own_field = own_field or SOURCE in role.relevance
        prior.update((slug, max(ORGANISATION, prior.get(slug, 0.0))) for slug in role.strong)
    relevance = _relevance(rules.roles, hits, len(head))
    return Evidence(strong=strong, weak=weak, relevance=relevance, prior=prior, own_field=own_field)


def _words(text: str, characters: int) -> list[str]:
    text = text[: 4 * characters]
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    text = text[:characters]
    words = words_of(text)
    # In a line of capitals SLIM is an ordinary word.
    return words_of(text.lower()) if len(words) > 3 and text.isupper() else words


def _themes(roles: Sequence[Role], hits: list[Hit], title: int) -> tuple[dict[str, Weights], dict[str, Weights]]:
    telling = _outermost([hit for hit in hits if roles[hit[0]].is_evidence])
    telling.sort(key=lambda hit: (hit[1], -hit[2]))
    strong: dict[str, Weights] = {}
    weak: dict[str, Weights] = {}
    decided = _decide_senses(strong, roles, telling, hits, title)
    undecided = [(roles[term], start) for term, start, _ in telling if start not in decided]
    taken: set[tuple[str, int]] = set()  # a word speaks for a theme once, in its longest and strongest term
    for found, factor in ((strong, STRONG), (weak, WEAK)):
        for role, start in undecided:
            for slug in role.strong if found is strong else role.weak:
                if (slug, start) not in taken:
                    taken.add((slug, start))
                    _note(found, slug, role, factor * _weight(start, title))
    return strong, weak


def _decide_senses(
    strong: dict[str, Weights], roles: Sequence[Role], telling: list[Hit], hits: list[Hit], title: int
) -> set[int]:
    """Note what neighbours say of ambiguous terms; return the first words of those that a rule settled."""
    ambiguous = [hit for hit in telling if roles[hit[0]].senses]
    decided: set[int] = set()
    places: dict[int, list[Hit]] = {}
    for hit in hits if ambiguous else ():
        places.setdefault(hit[0], []).append(hit)
    for hit in ambiguous:
        term, start, _ = hit
        if sense := sense_at(roles[term].senses, hit, places):
            decided.add(start)
            if sense.theme:
                _note(strong, sense.theme, roles[term], SENSE * _weight(start, title))
    return decided


def _relevance(roles: Sequence[Role], hits: list[Hit], title: int) -> dict[str, Weights]:
    found: dict[str, Weights] = {}
    telling = _outermost([hit for hit in hits if roles[hit[0]].relevance])
    elsewhere = {start for term, start, _ in telling if not ELSEWHERE.isdisjoint(roles[term].relevance)}
    for term, start, _ in telling:
        role = roles[term]
        for says in role.relevance:
            if says in ELSEWHERE or start not in elsewhere:  # "hypnosetechniek" is no "techniek"
                _note(found, says, role, _weight(start, title))
    return found


def _note(found: dict[str, Weights], key: str, role: Role, weight: float) -> None:
    # The first hit of a term stands nearest to the title and weighs most.
    found.setdefault(key, {}).setdefault(role.written, weight)


def _weight(start: int, title: int) -> float:
    if start < title:
        return IN_TITLE
    return IN_LEAD if start <= title + LEAD_WORDS else IN_REST


def _outermost(hits: list[Hit]) -> list[Hit]:
    """`hits` without those that begin inside another: "groen onderwijs" is no "onderwijs"."""
    inside: set[int] = set()
    for _, start, end in hits:
        if end - start > 1 and start not in inside:
            inside.update(range(start + 1, end))
    return [hit for hit in hits if hit[1] not in inside] if inside else hits


def sense_at(senses: Sequence[Sense], hit: Hit, places: Mapping[int, list[Hit]]) -> Sense | None:
    """What a hit of an ambiguous term means: the first of its senses that has a neighbour near enough."""
    for sense in senses:
        for number in sense.near & places.keys():
            if any(_is_near(hit, other, sense.window) for other in places[number]):
                return sense
    return None


def _is_near(hit: Hit, other: Hit, window: int) -> bool:
    """Whether `other` stands before or after `hit`, within `window` words."""
    _, start, end = hit
    _, first, after = other
    return start - window < after <= start or end <= first < end + window
