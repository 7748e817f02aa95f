"""What a webhook is told of a story: JSON in the frame of Standard Webhooks (standardwebhooks.com).

Of what is withdrawn only the id and its address: its text is not spread any further.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aggregator.model import Site, Source, Story
from aggregator.publish import entry as words

PUBLISHED, UPDATED, WITHDRAWN = "published", "updated", "withdrawn"
KINDS = (PUBLISHED, UPDATED, WITHDRAWN)


def message(kind: str, at: datetime, told: Mapping[str, Any]) -> bytes:
    """Return the message that something happened `at` that moment: equal input, equal bytes."""
    frame = {"type": f"story.{kind}", "timestamp": _utc(at), "data": dict(told)}
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()


def withdrawn_story(story_id: str, url: str, merged_into: str | None) -> dict[str, Any]:
    """Return what is said of a story that is in no feed any more; `merged_into` is the id of the one it is part of."""
    return {"id": story_id, "url": url, "merged_into": merged_into}


def public_story(story: Story, sources: Mapping[str, Source], site: Site) -> dict[str, Any]:
    """Return what is said of a story that is in our feeds: what they say, without the text and pictures."""
    source = words.partner(story.origin, sources)
    published, precision = words.published(story), words.precision(story)
    language = words.language(story, source, site)
    origin = {"id": source.id, "name": words.author(source), "url": words.address(story, site)}
    also = [{"id": other.id, "name": words.author(other), "url": link} for other, link in words.also_at(story, sources)]
    return {
        "id": story.id,
        "url": f"{site.base_url}/stories/{story.slug}",
        "link": words.address(story, site),
        "title": words.title(story),
        "teaser": words.teaser(story),
        "language": language,
        "themes": [
            {"slug": each.term, "label": each.label, "url": each.scheme + each.term}
            for each in words.categories(story, site, language)
        ],
        "source": origin,
        "also_at": also,
        "published": published.isoformat() if published else None,
        "published_precision": precision.value if published and precision else None,
        "released": words.released(story).isoformat(),
        "updated": words.last_change(story).isoformat(),
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
