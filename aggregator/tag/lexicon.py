"""themes.toml as the tagger needs it: checked once, then read-only. The file's own header defines the format."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from aggregator.tag.matching import Find, Term, compile_terms

NO_THEME = "none"
TECHNICAL, EDUCATION, OTHER_SECTOR, ABROAD, SOURCE = "technical", "education", "other_sectors", "abroad", "sources"
_RELEVANCE = {
    TECHNICAL: TECHNICAL,
    "technical_capitals": TECHNICAL,
    EDUCATION: EDUCATION,
    OTHER_SECTOR: OTHER_SECTOR,
    ABROAD: ABROAD,
    "abroad_capitals": ABROAD,
    SOURCE: SOURCE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sense:
    """What a term means with one of `near` (numbers of terms) within `window` words; `theme` None: nothing."""

    near: frozenset[int]
    window: int
    theme: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """What one term tells: slugs of themes, senses in order, and what it says about relevance."""

    written: str
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    senses: tuple[Sense, ...] = ()
    relevance: tuple[str, ...] = ()
    is_evidence: bool = field(init=False)  # it can speak for a theme

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_evidence", bool(self.strong or self.weak or self.senses))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """All themes and terms; `roles` by the number that `find` gives a term."""

    slugs: tuple[str, ...]
    off_topic: str
    find: Find
    roles: tuple[Role, ...]


def compile_rules(themes: Mapping[str, Any]) -> Rules:
    """Return the rules of a parsed themes.toml. Raises ValueError naming what is wrong."""
    tables = _tables(themes, "theme")
    slugs = tuple(str(table.get("slug", "")) for table in tables)
    if not tables:
        raise ValueError("there is no [[theme]]")
    draft = _Draft()
    for table, slug in zip(tables, slugs, strict=True):
        where = f"[[theme]] {slug!r}"
        draft.add(draft.strong, [*_terms(table, "strong", where), *_terms(table, "capitals", where)], slug)
        draft.add(draft.weak, _terms(table, "weak", where), slug)
    for table in _tables(themes, "context"):
        term, sense = _sense(table, slugs, draft)
        draft.add(draft.senses, [term], sense)
    relevance = themes.get("relevance", {})
    if not isinstance(relevance, Mapping) or not set(relevance) <= set(_RELEVANCE):
        raise ValueError(f"[relevance] may hold {', '.join(_RELEVANCE)} and nothing else")
    for key, says in _RELEVANCE.items():
        draft.add(draft.relevance, _terms(relevance, key, "[relevance]"), says)
    off_topic = str(themes.get("off_topic", "off-topic"))
    return Rules(slugs=slugs, off_topic=off_topic, find=compile_terms(list(draft.numbers)), roles=draft.roles())


def rules_number(rules: Rules) -> int:
    """A number (63 bits, not 0) that is another when any word or rule of these is."""
    told = repr((rules.slugs, rules.off_topic, [_told(role) for role in rules.roles]))
    return int.from_bytes(sha256(told.encode()).digest()[:8], "big") >> 1 | 1


def _told(role: Role) -> tuple[object, ...]:
    senses = [(sorted(each.near), each.window, each.theme) for each in role.senses]
    return role.written, role.strong, role.weak, senses, role.relevance


@dataclass(slots=True)
class _Draft:
    """Terms and what they tell, while the file is read."""

    numbers: dict[Term, int] = field(default_factory=dict)
    strong: dict[int, list[str]] = field(default_factory=dict)
    weak: dict[int, list[str]] = field(default_factory=dict)
    senses: dict[int, list[Sense]] = field(default_factory=dict)
    relevance: dict[int, list[str]] = field(default_factory=dict)

    def number(self, term: Term) -> int:
        return self.numbers.setdefault(term, len(self.numbers))

    def add(self, told: dict[int, list[Any]], terms: Iterable[Term], what: object) -> None:
        for term in terms:
            told.setdefault(self.number(term), []).append(what)

    def roles(self) -> tuple[Role, ...]:
        return tuple(
            Role(
                written=term.written,
                strong=tuple(dict.fromkeys(self.strong.get(number, ()))),
                weak=tuple(dict.fromkeys(self.weak.get(number, ()))),
                senses=tuple(self.senses.get(number, ())),
                relevance=tuple(dict.fromkeys(self.relevance.get(number, ()))),
            )
            for term, number in self.numbers.items()
        )


def _tables(themes: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    tables = themes.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise ValueError(f"{name} must be a list of tables, written as [[{name}]]")
    return tables


def _terms(table: Mapping[str, Any], key: str, where: str) -> list[Term]:
    words = table.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{where}: {key} must be a list of texts")
    return [Term(written=word, capitals=key.endswith("capitals")) for word in words]


def _sense(table: Mapping[str, Any], slugs: tuple[str, ...], draft: _Draft) -> tuple[Term, Sense]:
    written, theme, window = table.get("term"), table.get("theme"), table.get("window")
    where = f"[[context]] {written!r}"
    if not isinstance(written, str):
        raise ValueError(f"{where}: term must be a text")
    if theme not in (*slugs, NO_THEME):
        raise ValueError(f"{where}: theme {theme!r} is neither one of the themes nor {NO_THEME!r}")
    if not isinstance(window, int) or window < 1:
        raise ValueError(f"{where}: window must be a number of words, at least 1")
    near = frozenset(draft.number(term) for term in _terms(table, "near", where))
    if not near:
        raise ValueError(f"{where}: near must name at least one word")
    return Term(written=written), Sense(near=near, window=window, theme=None if theme == NO_THEME else theme)
