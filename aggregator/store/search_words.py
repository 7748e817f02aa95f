"""What the search indexes hold of a story, and questions in their two languages (FTS5 and tsquery).

An index is a list of words in a row, each of one kind: found in the title, in title or teaser, anywhere, or a fact
(theme, source). The kinds lie within each other, so that "title before teaser before text" is three questions that an
index answers by itself, in order of date, and neither database's own idea of relevance is asked.

Every word is ASCII letters and digits, its kind first. So no tokenizer takes it apart, and nothing that somebody types
can be more than a word.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from aggregator.model import Source, Story
from aggregator.text.html import cut, plain_text
from aggregator.text.query import Term, Wanted
from aggregator.text.stems import stems

TITLE, LEAD, ANYWHERE = CLASSES = ("a", "b", "c")  # the kinds of words, and the classes of rank, best first
THEME, SOURCE = "t", "s"
PUBLIC = "p"  # every story has it: what is left when nothing is asked for
NOBODY = "n"  # no story has it
BORDER = "z"  # keeps the last word of a title and the first of a teaser from being a phrase

TITLE_WORDS, TEASER_WORDS, TEXT_WORDS = 60, 100, 2_000
SAME_WORD = 200  # of one word in a text: PostgreSQL keeps 255 places of each
TEASER_LENGTH = 300
TEXT_LENGTH = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What narrows a search: any of `themes`, and any of `sources`; none given means all."""

    themes: tuple[str, ...] = ()
    sources: tuple[str, ...] | None = None


def words_of(story: Story, source: Source | None) -> tuple[str, str]:
    """Return what a public story can be found by: the words of the two better kinds, and all its words with its facts.

    What nobody sees is not found: where an editor wrote another title or teaser, theirs count.
    """
    said = story.origin.entry
    language = said.language or (source.language if source else "")
    whole = plain_text(said.content[:TEXT_LENGTH]) if said.content else ""
    if story.edits.teaser is None:
        shown = cut(said.summary or whole, TEASER_LENGTH)
        rest = f"{said.summary} {whole}" if len(said.summary) > TEASER_LENGTH else whole
    else:
        shown, rest = story.edits.teaser, whole
    title = _bounded(story.edits.title or said.title, language, TITLE_WORDS)
    lead = [*title, BORDER, *_bounded(shown, language, TEASER_WORDS)]
    everything = [*lead, BORDER, *_bounded(rest, language, TEXT_WORDS)]
    return (
        f"{_of_kind(TITLE, title)} {_of_kind(LEAD, lead)}",
        f"{' '.join(_facts(story))} {_of_kind(ANYWHERE, everything)}",
    )


def _facts(story: Story) -> list[str]:
    theme = [fact(THEME, story.tags.theme)] if story.tags.theme else []
    return [PUBLIC, *theme, *(fact(SOURCE, each) for each in sorted({item.source_id for item in story.items}))]


def _bounded(text: str, language: str, limit: int) -> list[str]:
    words = [plain(word) for word in stems(text[:TEXT_LENGTH], language)[:limit]]
    if len(words) <= SAME_WORD:
        return words
    seen: Counter[str] = Counter()
    return [word for word in words if seen.update((word,)) or seen[word] <= SAME_WORD]


def _of_kind(kind: str, words: list[str]) -> str:
    return f"{BORDER} {kind}" + f" {kind}".join(words)


def fact(kind: str, value: str) -> str:
    """Return the word for a fact, or for a word of a text, of this kind."""
    return kind + plain(value)


@lru_cache(maxsize=65_536)
def plain(value: str) -> str:
    """Return `value` in ASCII letters and digits."""
    return value if value.isascii() and value.isalnum() else f"x{value.encode(errors='replace').hex()}"


# --- Questions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """How a database writes a question. No word needs quotes; `without` takes what must be and what must not."""

    both: str
    either: str
    in_a_row: str
    prefix: str
    without: str


FTS5 = Language(both=" AND ", either=" OR ", in_a_row=" + ", prefix="{} *", without="({}) NOT ({})")
TSQUERY = Language(both=" & ", either=" | ", in_a_row=" <-> ", prefix="{}:*", without="({}) & !({})")


def classes_of(wanted: Wanted) -> tuple[str, ...]:
    """The classes of rank that a search has: without words that must be found all are equal."""
    return CLASSES if wanted.required else (ANYWHERE,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What an index is asked: the stories of one class of rank, if `nested` with those of better classes."""

    wanted: Wanted
    facts: Facts
    kind: str
    nested: bool = False

    def text(self, language: Language, among: str = PUBLIC) -> str:
        """Write it down, for the stories that have the word `among` too."""
        musts = [_any(language, [among])]
        if self.facts.themes:
            musts.append(_any(language, [fact(THEME, each) for each in self.facts.themes]))
        if self.facts.sources is not None:
            musts.append(_any(language, [fact(SOURCE, each) for each in self.facts.sources] or [NOBODY]))
        musts += [_term(language, each, self.kind) for each in self.wanted.required]
        nots = [_term(language, each, ANYWHERE) for each in self.wanted.excluded]
        if self.wanted.required and self.kind != TITLE and not self.nested:
            better = CLASSES[CLASSES.index(self.kind) - 1]
            nots.append("(" + language.both.join(_term(language, each, better) for each in self.wanted.required) + ")")
        must = language.both.join(musts)
        return language.without.format(must, language.either.join(nots)) if nots else must


def _term(language: Language, term: Term, kind: str) -> str:
    rows = [language.in_a_row.join(fact(kind, word) for word in row) for row in term.forms]
    if term.prefix:
        rows.append(language.prefix.format(fact(kind, term.prefix)))
    return _any(language, rows)


def _any(language: Language, rows: list[str]) -> str:
    return "(" + language.either.join(f"({row})" for row in rows) + ")"
