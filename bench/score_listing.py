"""The reader of listings as ../shared/listing/score.py wants it: a function of a page's bytes and address.

cd bench && PYTHONPATH=..:. python ../../shared/listing/score.py --split dev --module score_listing:predict
"""

from datetime import UTC, datetime
from typing import Any

from aggregator.model import Entry, Precision
from aggregator.pages import find_in
from aggregator.text.dates import day_in_amsterdam


def predict(body: bytes, url: str) -> list[dict[str, Any]]:
    """Return what is found on a page, agendas included: what a list is, not what is news, is measured here."""
    return [_plain(entry) for entry in find_in(body, url=url, now=datetime.now(UTC)).entries]


def _plain(entry: Entry) -> dict[str, Any]:
    dated = entry.published is not None and entry.date_precision is not Precision.MONTH
    return {
        "title": entry.title,
        "link": entry.link,
        "date": day_in_amsterdam(entry.published).isoformat() if entry.published and dated else None,
        "image": entry.image.url if entry.image else None,
        "teaser": entry.summary,
    }
