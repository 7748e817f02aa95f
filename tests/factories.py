"""Small ways to make the nouns in tests, with only what a test is about spelled out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.model import Entry, Evidence, Image, Item, Precision, Source, Tags

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def make_source(id_: str = "fme", **fields: Any) -> Source:
    """A partner's feed."""
    defaults: dict[str, Any] = {"organisation": id_.upper(), "url": f"https://{id_}.example/feed", "kind": "feed"}
    return Source(id=id_, **(defaults | fields))


def make_entry(number: int = 1, **fields: Any) -> Entry:
    """A dated entry."""
    defaults: dict[str, Any] = {
        "id": f"urn:entry:{number}",
        "link": f"https://fme.example/nieuws/{number}",
        "title": f"Nieuws nummer {number}",
        "summary": f"Een samenvatting van bericht {number}.",
        "published": NOW - timedelta(hours=number),
        "date_evidence": Evidence.FEED,
        "date_precision": Precision.MINUTE,
    }
    return Entry(**(defaults | fields))


def full_entry() -> Entry:
    """An entry whose every field is filled, and by nothing that is its default."""
    return Entry(
        id="tag:fme.example,2026:één",
        link="https://fme.example/één?a=1&b=2",
        title="Titel met “aanhalingstekens” & é",
        summary="Samenvatting 🎓",
        content="<p>Inhoud</p>",
        published=NOW - HOUR,
        updated=NOW,
        date_evidence=Evidence.TIME,
        date_precision=Precision.DAY,
        authors=("Thea Koster", "Jan"),
        categories=("techniek", "onderwijs"),
        image=Image(url="https://fme.example/a.jpg", alt="alt", caption="bijschrift", credit="© TP"),
        kicker="Column",
        language="nl",
        copied_from=("tag:elders",),
    )


def make_item(number: int = 1, source_id: str = "fme", **fields: Any) -> Item:
    """An item of one entry."""
    entry = fields.pop("entry", None) or make_entry(number)
    defaults: dict[str, Any] = {"key": f"id:{entry.id}", "url_key": f"fme.example/nieuws/{number}", "first_seen": NOW}
    return Item(source_id=source_id, entry=entry, **(defaults | fields))


SURE = Tags(theme="instroom", score=0.99, decision="publish", because=("+techniek → instroom",))
UNSURE = Tags(theme="instroom", score=0.5, decision="review")
OFF_TOPIC = Tags(off_topic=True, score=0.99, decision="off-topic")
