"""A selection of stories as an address asks for it: words, themes, partners, labels.

Several of one kind widen it, each kind narrows it. A name that we do not know is a problem and never an empty answer:
an empty feed looks like silence.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from aggregator.model import Site, Source
from aggregator.store import Transaction, sources
from aggregator.store.search_words import Facts
from aggregator.text.query import Wanted, canonical, wanted
from aggregator.web.problems import ProblemError

OF_A_KIND = 50

Words = Annotated[
    str, Query(description='Words that must all occur; "a phrase"; -word for what must not; begin* for beginnings.')
]
Themes = Annotated[
    list[str], Query(default_factory=list, alias="theme", description="Slug of a theme; any of several.")
]
Sources = Annotated[
    list[str], Query(default_factory=list, alias="source", description="Id of a partner; any of several.")
]
Labels = Annotated[
    list[str],
    Query(default_factory=list, alias="label", description="Region, level or sector of partners; any of several."),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What is asked for; of each kind sorted and once, so that equal selections are equal."""

    q: str = ""
    themes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows it."""
        return self == Selection()

    @property
    def wanted(self) -> Wanted:
        """The words."""
        return wanted(self.q)

    def query(self) -> str:
        """The one spelling of it in an address."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [("theme", each) for each in self.themes]
        pairs += [("source", each) for each in self.sources]
        pairs += [("label", each) for each in self.labels]
        return urlencode(pairs, errors="replace")


def selection(q: str, themes: Collection[str], sources: Collection[str], labels: Collection[str]) -> Selection:
    """What an address asks for. Raises ProblemError when that is too much."""
    if max(len(themes), len(sources), len(labels)) > OF_A_KIND:
        raise ProblemError(400, "too_many", limit=str(OF_A_KIND))
    return Selection(q=canonical(q), themes=_once(themes), sources=_once(sources), labels=_once(labels))


def facts_of(asked: Selection, site: Site, known: Mapping[str, Source], current: Collection[Source]) -> Facts:
    """What the index is asked. Raises ProblemError for a name that is not known.

    `known` are all partners there ever were: what a removed one brought is still news. Labels are those of `current`.
    """
    _check("theme", asked.themes, {theme.slug for theme in site.themes})
    _check("source", asked.sources, known)
    _check("label", asked.labels, {label for source in current for label in source.labels})
    if not asked.sources and not asked.labels:
        return Facts(themes=asked.themes)
    carriers = {source.id for source in current if set(asked.labels) & set(source.labels)}
    named = set(asked.sources)
    chosen = carriers & named if asked.sources and asked.labels else carriers | named
    return Facts(themes=asked.themes, sources=tuple(sorted(chosen)))


def partners(transaction: Transaction) -> tuple[dict[str, Source], list[Source]]:
    """All partners there ever were, by id, and those that we poll now."""
    known = sources.by_id(transaction)
    removed = sources.removed_ids(transaction)
    return known, [source for source in known.values() if source.id not in removed]


def _once(values: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({each for each in values if each}))


def _check(kind: str, asked: Collection[str], known: Collection[str]) -> None:
    for name in asked:
        if name not in known:
            raise ProblemError(404, kind, name=name[:100].encode(errors="replace").decode())
