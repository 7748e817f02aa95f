"""What an article's own page adds to what a list said of it: only what is missing, never another word for a word."""

from dataclasses import replace
from typing import Any

from aggregator.model import Entry
from aggregator.pages.article import Article, continuation
from aggregator.pages.matter import is_alike
from aggregator.text.html import cut


def completed(entry: Entry, article: Article) -> Entry:
    """Return `entry` with the date, teaser and picture that it lacks; itself if there is nothing to add.

    A teaser that the list cut ("...") is missing too. A page that is not about the entry adds nothing.
    """
    if not article.is_article or not _is_same(entry, article):
        return entry
    added: dict[str, Any] = {}
    if entry.published is None and article.published:
        added["published"] = article.published.at
        added["date_evidence"] = article.evidence
        added["date_precision"] = article.published.precision
    teaser = _teaser(entry.summary, article)
    if teaser != entry.summary:
        added["summary"] = teaser
    if entry.image is None and article.image:
        added["image"] = article.image
    return replace(entry, **added) if added else entry


def lacks_something(entry: Entry, *, images: bool = True) -> bool:
    """Tell whether an entry's own page is worth a visit: no date, no teaser or a cut one, no picture where wanted."""
    lacks_text = entry.published is None or not entry.summary or _is_cut(entry.summary)
    return lacks_text or (images and entry.image is None)


def _is_same(entry: Entry, article: Article) -> bool:
    return not article.title or is_alike(entry.title.rstrip(".… "), article.title)


def _is_cut(summary: str) -> bool:
    return summary.endswith(("…", "..."))


def _teaser(summary: str, article: Article) -> str:
    if not summary:
        return article.teaser
    if not _is_cut(summary):
        return summary
    whole = cut(continuation(summary, article.lead)) or article.teaser
    return whole if len(whole) > len(summary) else summary
