"""The embed over a store: which stories a website's choice means, and the pages and files that come of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from aggregator.model import Site, Source
from aggregator.publish.site.embed import (
    PREVIEWS,
    Choice,
    Offer,
    Selection,
    builder_page,
    frame_page,
    host_page,
    known,
    scripts,
    styles,
)
from aggregator.release import LANGUAGES, Press, page_path
from aggregator.store import Transaction, sources, stories
from aggregator.text.dates import day_in_amsterdam

# More than asked: the store puts what is dated in the future by mistake first, a page does not.
SPARE = 10


def frame(press: Press, transaction: Transaction, choice: Choice, now: datetime) -> bytes:
    """The news of one choice as a page for an <iframe>; unknown themes, labels and sources do not count."""
    names = sources.by_id(transaction)
    meant = _known(choice, press.site, names)
    selection = replace(_selected(transaction, meant, names), is_unknown=meant != choice)
    return frame_page(meant, selection, names, press.site, day_in_amsterdam(now))


def builder(press: Press, transaction: Transaction, choice: Choice, language: str) -> bytes:
    """The page that makes codes, with this choice made."""
    names = sources.by_id(transaction)
    meant = _known(choice, press.site, names)
    return builder_page(meant, _offer(names), press.site, language, is_unknown=meant != choice)


def embed_files(press: Press, transaction: Transaction, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Everything under /embed for a static server: pages by address and language, scripts and styles by address."""
    names = sources.by_id(transaction)
    offer = _offer(names)
    by_theme = [Choice(), *(Choice(theme=theme.slug) for theme in press.site.themes)]
    others = [Choice(label=label) for label in offer.labels] + [Choice(source=source) for source in names]
    for language in LANGUAGES:
        for choice in (replace(each, lang=language) for each in by_theme + others):
            yield page_path(choice.path("/embed/news"), language), frame(press, transaction, choice, now)
        for choice in (replace(each, lang=language) for each in by_theme):
            made = builder_page(choice, offer, press.site, language, interactive=False)
            yield page_path(choice.path("/embed"), language), made
            for how in PREVIEWS:
                made = host_page(choice, press.site, language, how=how)
                yield page_path(choice.path(f"/embed/preview/{how}"), language), made
    for path, body in scripts().items():
        yield f"/embed/{path}", body
    for name, body in styles().values():
        yield f"/static/{name}", body


def _selected(transaction: Transaction, choice: Choice, names: dict[str, Source]) -> Selection:
    own = stories.latest(transaction, limit=choice.limit + SPARE, theme=choice.theme, sources=_sources(choice, names))
    missing = choice.limit - len(own)
    if missing <= 0 or choice.narrowed == "all" or choice.fill == "none":
        return Selection(own=stories.load(transaction, own))
    newest = stories.latest(transaction, limit=choice.limit + SPARE)
    other = [number for number in newest if number not in own]
    return Selection(own=stories.load(transaction, own), other=stories.load(transaction, other))


def _sources(choice: Choice, names: dict[str, Source]) -> list[str] | None:
    """The ids of the sources that a choice is narrowed to; None: all."""
    if not choice.label and not choice.source:
        return None
    return [
        id
        for id, source in names.items()
        if (not choice.source or id == choice.source) and (not choice.label or choice.label in source.labels)
    ]


def _known(choice: Choice, site: Site, names: dict[str, Source]) -> Choice:
    return known(choice, [theme.slug for theme in site.themes], _offer(names).labels, list(names))


def _offer(names: dict[str, Source]) -> Offer:
    return Offer(
        labels=sorted({label for source in names.values() for label in source.labels}),
        sources=[(id, source.organisation) for id, source in names.items()],
    )
